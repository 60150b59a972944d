"""Codes that SQL answers have words on a page."""

from itertools import takewhile

from dashboards.board_view import WORDS
from teplosvet.domain.findings import FindingCode


def test_every_finding_of_a_device_has_a_name() -> None:
    """Those before `LOW_COVERAGE` are of registers and meters, the others of statements."""
    of_devices = {each.value for each in takewhile(lambda code: code is not FindingCode.LOW_COVERAGE, FindingCode)}
    assert len(of_devices) == 14
    assert of_devices <= WORDS.keys()

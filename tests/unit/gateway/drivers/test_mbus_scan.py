"""The searches for meters, with the bus in this process, so that silence costs no time."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from gateway.errors import CollisionError
from gateway.line import Line
from gateway.mbus.scan import scan_primary, scan_secondary
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import Faults, MbusBus
from teplosvet.domain.errors import ConfigurationError
from tests.unit.gateway.drivers.memory_line import MemoryPort, memory_line

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)


def meter(number: str, primary: int = 0, medium: int = 0x0D) -> MbusMeter:
    shown = Registers(12345, 678.9, 12.3, 0.4, 75.5, 41.2, 300)
    return MbusMeter(Plate(number, primary, medium=medium), lambda _: shown, lambda: NOW)


def line_with(meters: Sequence[MbusMeter], faults: Faults | None = None) -> tuple[Line, MemoryPort, MbusBus]:
    bus = MbusBus(meters, faults)
    line, port = memory_line(lambda request: b"".join(piece.data for piece in bus.hear(request)))
    return line, port, bus


NUMBERS = ["00000001", "12345678", "12345679", "12999999", "90000000", "90000001", "90000002"]


def test_a_search_finds_every_meter_once_and_in_order() -> None:
    line, port, bus = line_with([meter(number, n) for n, number in enumerate(NUMBERS)])
    found = list(scan_secondary(line))
    assert [each.address for each in found] == [f"{number}.DFS.0B.0D" for number in NUMBERS]
    assert not any(each.problem for each in found)
    assert [each.answer.address for each in found if each.answer] == list(range(len(NUMBERS)))
    assert len(bus.heard) < 600
    assert port.clock_s < 600, "a basement at 2400 Bd takes minutes and not hours"


def test_a_mask_narrows_the_search() -> None:
    line, _, _ = line_with([meter("12345678"), meter("12345679"), meter("90000000")])
    assert [each.address for each in scan_secondary(line, "9FFFFFFF")] == ["90000000.DFS.0B.0D"]
    with pytest.raises(ConfigurationError, match="is not eight digits"):
        list(scan_secondary(line, "9F"))


def test_two_meters_with_one_number_are_told_apart_by_their_medium() -> None:
    line, _, _ = line_with([meter("12345678", 1, 4), meter("12345678", 2, 13)])
    found = list(scan_secondary(line))
    assert [each.address for each in found] == ["12345678.DFS.0B.04", "12345678.DFS.0B.0D"]


def test_two_meters_that_are_the_same_in_everything_are_a_problem() -> None:
    line, _, _ = line_with([meter("12345678", 1), meter("12345678", 2)])
    found = list(scan_secondary(line))
    assert [(each.address, each.answer) for each in found] == [("12345678.*.*.0D", None)]
    assert "several meters answer" in found[0].problem


def test_a_lost_acknowledgement_hides_no_meter() -> None:
    line, _, _ = line_with([meter("12345678"), meter("22345678")], Faults(lost_ack=True))
    assert len(list(scan_secondary(line))) == 2


@pytest.mark.parametrize("noise", [b"\x00\x55\xaa", b"\x68\x68\x68\x68" * 10, bytes(range(256))])
def test_a_search_among_noise_comes_to_an_end(noise: bytes) -> None:
    line, port = memory_line(lambda _: noise)
    with pytest.raises(CollisionError, match="noise answers instead of meters"):
        list(scan_secondary(line))
    assert port.clock_s < 900


def test_no_meter_is_no_error() -> None:
    line, _, _ = line_with([])
    assert list(scan_secondary(line)) == []
    assert list(scan_primary(line)) == []


def test_primary_addresses_tell_meters_and_collisions() -> None:
    line, _, _ = line_with([meter("12345678", 5), meter("22222222", 250), meter("33333333", 7), meter("44444444", 7)])
    found = list(scan_primary(line))
    assert [(each.address, bool(each.problem)) for each in found] == [("p5", False), ("p7", True), ("p250", False)]

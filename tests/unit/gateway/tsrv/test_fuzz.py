"""Spoilt answers: a typed error or a partial contact, never another exception, never a hang."""

from collections import Counter

from gateway.driver import Archive, DriverSettings
from gateway.errors import DeviceError
from gateway.profiles import profile
from simulators.wire.tsrv_slave import MOSCOW, TsrvSettings, TsrvSlave
from tests.unit.gateway.instant_line import InstantLine
from tests.unit.gateway.vkt7.house import BUILT, NOW, course, hours
from tests.unit.gateway.vkt7.test_fuzz import ANSWERS, Spoiler


def test_twenty_thousand_spoilt_answers() -> None:
    spoiler, ends = Spoiler(11), Counter[str]()
    slaves = [TsrvSlave(TsrvSettings(1, BUILT, is_026=is_026), lambda: NOW, course) for is_026 in (False, True)]
    lines = [InstantLine(slave, spoiler) for slave in slaves]
    while spoiler.spoilt < ANSWERS:
        for model, line in zip(("tsrv-024", "tsrv-026"), lines, strict=True):
            driver = profile(model).driver(line, DriverSettings("cellar", "1", MOSCOW))
            try:
                driver.read()
                for archive in driver.archives:
                    list(driver.read_archive(archive, hours(NOW, 4)))
                ends["read"] += 1
            except DeviceError as error:
                ends[type(error).__name__ if str(error) else "silent"] += 1
    assert Archive.HOUR in profile("tsrv-024").driver(lines[0], DriverSettings("cellar", "1")).archives
    assert {"read", "DecodeError", "CutShortError", "WrongDeviceError"} <= ends.keys()
    assert "silent" not in ends

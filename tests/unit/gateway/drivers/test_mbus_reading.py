"""What a telegram becomes: units, nulls, impossible figures, clocks and archive stamps."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.driver import Archive, Contact, DriverSettings
from gateway.drivers.mbus.clock import instant
from gateway.drivers.mbus.driver import MbusDriver
from gateway.drivers.mbus.profile import Field, Logger, MbusProfile, Stamp
from gateway.errors import DeviceError, NothingArchivedError
from gateway.line import Line
from gateway.mbus.frame import LongFrame
from gateway.mbus.master import Answer
from gateway.mbus.telegram import decode
from gateway.profiles import profile
from simulators.wire.mbus_frame import RSP_UD, long_frame
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass, Quantity
from tests.unit.gateway.drivers.memory_line import memory_line

HEADER = bytes.fromhex("78563412 2D2C 35 04 01 00 0000")
MOSCOW = timezone(timedelta(hours=3))


def contact(records: str, model: str = "mbus-heat", status: int = 0, medium: int = 4) -> Contact:
    header = HEADER[:7] + bytes([medium, 1, status]) + HEADER[10:]
    raw = LongFrame(0x08, 5, 0x72, header + bytes.fromhex(records)).encode()
    found = profile(model)
    assert isinstance(found, MbusProfile)
    driver = MbusDriver(Line("l", ""), DriverSettings("heat-1", "p5", MOSCOW), found)
    return driver.contact([Answer(decode(raw), raw, 5)])


def values(of: Contact) -> dict[Quantity, float]:
    return {sample.quantity: sample.value for sample in of.samples}


def events(of: Contact) -> list[str]:
    return [remark.event for remark in of.remarks]


@pytest.mark.parametrize(
    ("record", "kwh"),
    [
        ("0403 E8030000", 1.0),
        ("0406 E8030000", 1000),
        ("040E 100E0000", 1000),
        ("04FB01 01000000", 1000),
        ("04FB09 24000000", 10_000),
        ("04FB0D E8030000", 1163),
        ("04FB8D3B 10270000", 11_630),
        ("0C06 45230100", 12_345),
        ("0506 00002041", 10),
    ],
    ids=["Wh", "kWh", "MJ", "MWh", "GJ", "Mcal", "10 Gcal of Danfoss", "BCD", "float"],
)
def test_energy_of_every_unit_is_in_kilowatt_hours(record: str, kwh: float) -> None:
    assert values(contact(record))[Quantity.HEAT_ENERGY_KWH] == pytest.approx(kwh)


def test_a_cooling_meters_energy_is_no_heat() -> None:
    assert Quantity.HEAT_ENERGY_KWH not in values(contact("0406 01000000", medium=0x0A))
    assert values(contact("0406 01000000", medium=0x0A))[Quantity.COOLING_ENERGY_KWH] == 1
    both = values(contact("04863B 02000000 04863C 01000000", medium=0x0D))
    assert (both[Quantity.HEAT_ENERGY_KWH], both[Quantity.COOLING_ENERGY_KWH]) == (2, 1)


@pytest.mark.parametrize(
    ("records", "model", "event"),
    [
        ("025A 0080", "mbus-heat", "missing_value"),
        ("0A5A FAFF", "mbus-heat", "missing_value"),
        ("055B 0000C07F", "mbus-heat", "missing_value"),
        ("045A 00000080", "mbus-heat", "missing_value"),
        ("045B FFFFFF7F", "mbus-heat", "impossible_value"),
        ("025B F300", "mbus-heat", "impossible_value"),
        ("045B FE969D00", "mbus-heat", "impossible_value"),
        ("0259 4448", "kamstrup-603-mbus", "impossible_value"),
        ("0259 0000", "kamstrup-603-mbus", "impossible_value"),
        ("04FB58 0A000000", "mbus-heat", "unknown_unit"),
    ],
    ids=["-32768", "BCD FAFF", "NaN", "-2^31", "2^31-1", "243 degC", "10,328,318 degC", "185.00", "0.00", "degF"],
)
def test_what_is_none_is_a_remark_and_no_sample(records: str, model: str, event: str) -> None:
    of = contact(records + " 0406 01000000", model)
    assert event in events(of)
    assert set(values(of)) == {Quantity.HEAT_ENERGY_KWH, Quantity.HEAT_ERROR_FLAGS}


def test_a_date_that_looks_like_a_temperature_never_gets_out() -> None:
    of = contact("0B5A 950600 9410DA6F 32147A18 045A 32147A18")
    assert values(of)[Quantity.FLOW_TEMPERATURE_C] == 69.5
    of = contact("045A 32147A18")
    assert Quantity.FLOW_TEMPERATURE_C not in values(of)
    assert of.remarks[0].data == {"quantity": "flow_temperature_c", "value": 41065374.6, "unit": "Cel"}


def test_maxima_stored_values_and_tariffs_are_not_the_present() -> None:
    of = contact("145A 0203 425A 0303 8410 5A 00000000 8010 5A 325A 0000")
    assert Quantity.FLOW_TEMPERATURE_C not in values(of)


def test_the_status_byte_is_a_sample_and_a_remark() -> None:
    of = contact("0406 01000000", status=0x14)
    assert values(of)[Quantity.HEAT_ERROR_FLAGS] == 0x14
    assert of.remarks[0].event == "meter_error"
    assert of.remarks[0].data["says"] == "power low, temporary error"


def test_a_makers_own_error_flags_are_named() -> None:
    of = contact("0406 01000000 04FF22 06000000", "kamstrup-603-mbus", status=0x08)
    assert values(of)[Quantity.HEAT_ERROR_FLAGS] == 6
    assert of.remarks[0].data["says"] == "permanent error, battery low, sensor error"


def test_a_meter_without_a_header_has_no_error_flags() -> None:
    raw = LongFrame(0x08, 5, 0x78, bytes.fromhex("0406 01000000")).encode()
    found = profile("mbus-heat")
    assert isinstance(found, MbusProfile)
    of = MbusDriver(Line("l", ""), DriverSettings("heat-1", "p5"), found).contact([Answer(decode(raw), raw, 5)])
    assert values(of) == {Quantity.HEAT_ENERGY_KWH: 1}
    assert of.serial is None


def test_another_makers_meter_is_read_and_remarked() -> None:
    of = contact("0406 01000000", "danfoss-sonometer-40")
    assert values(of)[Quantity.HEAT_ENERGY_KWH] == 1
    assert [r.data for r in of.remarks] == [
        {"profile": "danfoss-sonometer-40", "meter": "KAM.35.04", "models": "kamstrup-603-mbus"}
    ]


def test_a_meter_of_another_medium_is_remarked_with_the_model_that_reads_it() -> None:
    remark = next(r for r in contact("0413 10270000", "mbus-electricity", medium=7).remarks)
    assert (remark.event, remark.data["models"]) == ("unexpected_model", "mbus-water")
    assert "unexpected_model" in events(contact("0406 39300000", "mbus-water", medium=4))


@pytest.mark.parametrize(("model", "medium"), [("mbus-water", 7), ("mbus-water", 0x0F), ("mbus-heat", 0x0D)])
def test_a_meter_of_the_right_medium_or_of_none_is_not_remarked(model: str, medium: int) -> None:
    assert "unexpected_model" not in events(contact("0413 10270000", model, medium=medium))


def test_nothing_that_is_measured_is_a_remark() -> None:
    of = contact("0C78 78563412", "mbus-water", medium=7)
    assert (of.samples, events(of)) == ((), ["nothing_measured"])


def test_firmware_and_clock_are_read() -> None:
    of = contact("09FD0E 10 046D 1E0C4531")
    assert (of.firmware, of.meter_clock) == ("10", datetime(2026, 1, 5, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "summer", "zone", "expected"),
    [
        ("2026-07-01 12:00", False, MOSCOW, "2026-07-01T09:00:00+00:00"),
        ("2026-07-01 12:00", True, MOSCOW, "2026-07-01T08:00:00+00:00"),
        ("2026-07-01 12:00", True, ZoneInfo("Europe/Copenhagen"), "2026-07-01T10:00:00+00:00"),
        ("2026-10-25 02:30", True, ZoneInfo("Europe/Copenhagen"), "2026-10-25T00:30:00+00:00"),
        ("2026-10-25 02:30", False, ZoneInfo("Europe/Copenhagen"), "2026-10-25T01:30:00+00:00"),
    ],
)
def test_a_meters_time_is_an_instant(at: str, summer: bool, zone: timezone, expected: str) -> None:
    assert instant(datetime.fromisoformat(at), zone, summer_time=summer).isoformat() == expected


def rows(records: str, logger: Logger, kind: Archive, wanted: Sequence[datetime]) -> list[tuple[datetime, float]]:
    frame = long_frame(RSP_UD, 5, 0x72, HEADER + bytes.fromhex(records))
    line, _ = memory_line(lambda request: frame if request[1] & 0x0F == 0x0B else b"\xe5")
    own = MbusProfile(
        model="own",
        manual="",
        device_class=DeviceClass.HEAT,
        fields=(Field(Quantity.HEAT_ENERGY_KWH),),
        archives={kind: logger},
    )
    driver = own.driver(line, DriverSettings("heat-1", "p5", MOSCOW))
    return [(row.at, row.samples[0].value) for row in driver.read_archive(kind, wanted) if row.samples]


JANUARY = datetime(2025, 12, 31, 21, tzinfo=UTC)
"""Midnight of New Year in Moscow."""


@pytest.mark.parametrize(
    ("date", "stamp", "days"),
    [
        ("426C 4131", Stamp.NEXT_DAY, 0),
        ("426C 4131", Stamp.EITHER, 0),
        ("426C 3F3C", Stamp.SAME_DAY, 0),
        ("426C 3F3C", Stamp.EITHER, 0),
        ("446D 3B173F3C", Stamp.NEXT_DAY, 0),
        ("446D 00004131", Stamp.SAME_DAY, 0),
        ("426C 3F3C", Stamp.NEXT_DAY, -1),
        ("426C 4131", Stamp.SAME_DAY, 1),
    ],
    ids=["01.01", "a first day", "31.12", "a last day", "31.12 23:59", "01.01 00:00", "31.12 wrong", "01.01 wrong"],
)
def test_both_generations_of_day_stamps_mean_the_same_midnight(date: str, stamp: Stamp, days: int) -> None:
    found = rows(f"{date} 4406 64000000", Logger(timedelta(days=400), stamp=stamp), Archive.DAY, [JANUARY])
    assert found == [(JANUARY + timedelta(days=days), 100)]


def test_a_logger_without_storage_numbers_is_split_at_its_dates() -> None:
    records = "046D 00004131 0406 64000000 046D 00173F3C 0406 63000000"
    found = rows(records, Logger(timedelta(days=40), subcode=0x60), Archive.HOUR, [JANUARY])
    assert found == [(JANUARY, 100), (JANUARY - timedelta(hours=1), 99)]


def test_dates_of_a_clock_that_was_reset_are_left_away() -> None:
    records = "426C 0101 4406 64000000 82016C 4131 840106 65000000"
    found = rows(records, Logger(timedelta(days=40)), Archive.MONTH, [JANUARY])
    assert found == [(JANUARY, 101)]


def test_storage_numbers_beside_the_archives_own_are_left_away() -> None:
    records = "426C 4131 4406 64000000 82016C 4131 840106 65000000"
    found = rows(records, Logger(timedelta(days=40), storages=(2, 4)), Archive.MONTH, [JANUARY])
    assert found == [(JANUARY, 101)]


@pytest.mark.parametrize("kind", list(Archive))
def test_the_present_minute_of_a_meter_that_ignores_the_sub_code_is_no_row(kind: Archive) -> None:
    with pytest.raises(NothingArchivedError):
        rows("046D 1E0D4531 0406 64000000", Logger(timedelta(days=40), subcode=0x30), kind, [JANUARY])


def test_a_usual_telegram_of_the_first_minute_of_an_hour_is_no_row() -> None:
    logger, hour = Logger(timedelta(days=40), subcode=0x60), timedelta(hours=1)
    with pytest.raises(NothingArchivedError):
        rows("046D 00004131 0406 64000000", logger, Archive.HOUR, [JANUARY - hour, JANUARY - 2 * hour])
    records = "046D 00004131 0406 64000000 046D 00173F3C 0406 63000000"
    assert rows(records, logger, Archive.HOUR, [JANUARY - hour]) == [(JANUARY, 100), (JANUARY - hour, 99)]


@pytest.mark.parametrize(
    ("moment", "kinds"),
    [
        ("046D 00004131", {Archive.HOUR, Archive.DAY, Archive.MONTH}),
        ("046D 3B173F3C", {Archive.HOUR, Archive.DAY, Archive.MONTH}),
        ("046D 00003F3C", {Archive.HOUR, Archive.DAY}),
        ("046D 00173F3C", {Archive.HOUR}),
    ],
    ids=["01.01 00:00", "31.12 23:59", "31.12 00:00", "31.12 23:00"],
)
def test_a_row_is_the_end_of_its_period_in_the_meters_zone(moment: str, kinds: set[Archive]) -> None:
    def found(kind: Archive) -> bool:
        try:
            return bool(rows(f"{moment} 0406 64000000", Logger(timedelta(days=40), subcode=0x30), kind, [JANUARY]))
        except NothingArchivedError:
            return False

    assert {kind for kind in Archive if found(kind)} == kinds


def test_a_half_hour_is_no_row_of_the_hour_archive() -> None:
    records = "046D 1E004131 0406 64000000 046D 00004131 0406 63000000"
    assert rows(records, Logger(timedelta(days=40), subcode=0x60), Archive.HOUR, [JANUARY]) == [(JANUARY, 99)]


@pytest.mark.parametrize(
    "words", ["", "p251", "255", "1234567", "12345678.KAM", "12345678.K1M.30.04", "heat", "-5", "p"]
)
def test_an_address_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(ConfigurationError, match="is no M-Bus address"):
        profile("mbus-heat").driver(Line("l", ""), DriverSettings("heat-1", words))


@pytest.mark.parametrize("baud", ["fast", "0", "2401"])
def test_a_speed_that_is_none_is_refused(baud: str) -> None:
    with pytest.raises(ConfigurationError, match="heat-1: baud is"):
        profile("mbus-heat").driver(Line("l", ""), DriverSettings("heat-1", "p5", options={"baud": baud}))


@given(st.binary(max_size=60), st.sampled_from(["mbus-heat", "kamstrup-403-mbus", "mbus-water", "mbus-electricity"]))
def test_no_record_gives_an_impossible_sample(records: bytes, model: str) -> None:
    try:
        of = contact(records.hex(), model)
    except DeviceError:
        return
    for sample in of.samples:
        assert math.isfinite(sample.value)
        assert sample.quantity.spec.low <= sample.value <= sample.quantity.spec.high
    assert len({sample.quantity for sample in of.samples}) == len(of.samples)


def test_every_real_heat_frame_becomes_possible_samples(shared_folder: Path) -> None:
    found = profile("mbus-heat")
    assert isinstance(found, MbusProfile)
    driver = MbusDriver(Line("l", ""), DriverSettings("heat-1", "p5", MOSCOW), found)
    with_energy = 0
    for file in sorted((shared_folder / "vectors/mbus").glob("*.hex")):
        raw = bytes.fromhex(file.read_text())
        telegram = decode(raw)
        if telegram.medium not in found.media:
            continue
        of = driver.contact([Answer(telegram, raw, raw[5])])
        with_energy += Quantity.HEAT_ENERGY_KWH in values(of)
        assert all(s.quantity.spec.low <= s.value <= s.quantity.spec.high for s in of.samples), file.name
    assert with_energy >= 15

"""A meter over days: what becomes of its contacts, its silence, its exchange and its archive."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.config import MeterConfig
from gateway.driver import Sample
from gateway.errors import DecodeError, LineError, NoAnswerError
from gateway.meters.contact import skew_s
from gateway.meters.meter import Meter
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin
from tests.unit.gateway.simulated_meter import START, HandClock, Instrument, Kept, live_until

MakeMeter = Callable[..., Meter]
HOUR = timedelta(hours=1)


def test_readings_and_birth(make_meter: MakeMeter, clock: HandClock, kept: Kept) -> None:
    live_until(make_meter(), clock, START + 3 * HOUR)
    assert {reading.serial for reading in kept.live} == {"4711"}
    (birth,) = kept.births
    assert (birth.serial, birth.model, birth.firmware) == ("4711", "Wall 1", "2.0")
    assert (birth.units, birth.registers, birth.resolutions) == (
        {"heat_energy": "kWh"},
        {"heat_energy": 1000.0},
        {"heat_energy": 1.0},
    )
    assert kept.events == []


def test_shortly_after_the_full_hour(make_meter: MakeMeter, clock: HandClock, kept: Kept) -> None:
    live_until(make_meter(), clock, START + 5 * HOUR)
    assert kept.live[0].measured_at == START
    for reading in kept.live[1:]:
        assert 15 <= reading.measured_at.timestamp() % 3600 <= 45
    assert len(kept.live) == 5


def test_every_hour_once_over_an_outage_and_a_restart(make_meter: MakeMeter, clock: HandClock, kept: Kept) -> None:
    live_until(make_meter(), clock, START + 10 * HOUR)
    clock.pass_(timedelta(days=3))  # the gateway has no power
    live_until(make_meter(), clock, START + timedelta(days=6))
    hours = [reading.measured_at for reading in kept.archive]
    assert len(hours) == len(set(hours))
    assert sorted(hours) == [START + n * HOUR for n in range(1, 143)]
    assert {reading.origin for reading in kept.archive} == {Origin.ARCHIVE}
    for reading in kept.archive:
        assert reading.value == pytest.approx(1000 + 10 * ((reading.measured_at - START) / HOUR))


def test_newest_first(make_meter: MakeMeter, clock: HandClock, kept: Kept) -> None:
    live_until(make_meter(), clock, START + HOUR / 2)
    clock.pass_(timedelta(days=1))
    live_until(make_meter(), clock, clock.time + timedelta(seconds=1))
    hours = [reading.measured_at for reading in kept.archive]
    assert len(hours) == 24
    assert hours == sorted(hours, reverse=True)


def test_what_came_before_a_meter_fell_silent_is_kept(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    live_until(make_meter(), clock, START + HOUR / 2)
    clock.pass_(timedelta(days=1))
    instrument.archive_fault = (START + 20 * HOUR, NoAnswerError())
    live_until(make_meter(), clock, clock.time + timedelta(seconds=1))
    assert len(kept.archive) == 4
    instrument.archive_fault = None
    live_until(make_meter(), clock, clock.time + 2 * HOUR)
    assert sorted(reading.measured_at for reading in kept.archive) == [START + n * HOUR for n in range(1, 26)]


def test_a_record_that_cannot_be_read_does_not_hide_the_older_ones(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    live_until(make_meter(), clock, START + HOUR / 2)
    clock.pass_(timedelta(days=1))
    instrument.archive_fault = (START + 20 * HOUR, DecodeError("a record that is none"))
    meter = make_meter()
    live_until(meter, clock, clock.time + 2 * HOUR)
    assert START + HOUR in [reading.measured_at for reading in kept.archive]
    instrument.archive_fault = None
    live_until(meter, clock, clock.time + 25 * HOUR)
    assert START + 20 * HOUR in [reading.measured_at for reading in kept.archive]


def test_an_absent_hour_is_asked_for_again_once_a_day(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    instrument.missing = {START + 5 * HOUR}
    meter = make_meter()
    live_until(meter, clock, START + 10 * HOUR)
    rows = instrument.rows
    assert len(kept.archive) == rows - 1
    live_until(meter, clock, START + 20 * HOUR)
    assert instrument.rows == rows + 10
    live_until(meter, clock, START + 40 * HOUR)
    assert instrument.rows == rows + 10 + 20 + 1
    instrument.missing.clear()
    live_until(meter, clock, START + 60 * HOUR)
    assert START + 5 * HOUR in [reading.measured_at for reading in kept.archive]
    assert "archive_lost" not in kept.words()


def test_rows_that_no_disk_took_are_fetched_again(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    kept.on_disk = False
    meter = make_meter()
    live_until(meter, clock, START + 3 * HOUR)
    assert instrument.rows > 0
    kept.on_disk = True
    kept.archive.clear()
    live_until(meter, clock, START + 5 * HOUR)
    assert sorted(reading.measured_at for reading in kept.archive) == [START + n * HOUR for n in (1, 2, 3)]


def test_a_refill_ends_when_its_time_is_over(make_meter: MakeMeter, clock: HandClock, kept: Kept) -> None:
    live_until(make_meter(), clock, START + HOUR / 2)
    clock.pass_(timedelta(days=1))
    meter = make_meter()
    assert meter.read()
    asked = iter([True, True, False])
    meter.refill(lambda: next(asked))
    assert len(kept.archive) == 3
    assert meter.behind
    meter.refill(lambda: True)
    assert len(kept.archive) == 24
    assert not meter.behind


def test_silent_once_and_back_once(make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept) -> None:
    meter = make_meter()
    live_until(meter, clock, START + HOUR)
    instrument.fault = NoAnswerError("")
    live_until(meter, clock, START + 30 * HOUR)
    assert kept.words() == ["meter_silent"]
    assert "check the wires" in str(kept.data("meter_silent")["sentence"])
    asked = instrument.reads
    live_until(meter, clock, START + 54 * HOUR)
    assert instrument.reads - asked <= 24  # dead: asked rarely
    live_until(make_meter(), clock, START + 60 * HOUR)  # a restart does not say it again
    instrument.fault = None
    live_until(meter, clock, START + 62 * HOUR)
    assert kept.words() == ["meter_silent", "meter_back"]
    assert sorted(reading.measured_at for reading in kept.archive) == [START + n * HOUR for n in range(1, 61)]


def test_a_defect_of_a_driver_counts_as_silence(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    meter = make_meter()
    for _ in range(3):
        meter.give_up(KeyError("vif"))
    assert kept.words() == ["driver_defect", "meter_silent"]
    assert meter.due > clock.time


def test_exchange(make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept) -> None:
    live_until(make_meter(), clock, START + 10 * HOUR + HOUR / 2)
    instrument.serial, instrument.start_kwh = "5812", -100.0
    clock.pass_(timedelta(hours=5))
    live_until(make_meter(), clock, START + 18 * HOUR)
    data = kept.data("meter_exchanged")
    assert (data["old_serial"], data["new_serial"]) == ("4711", "5812")
    assert data["last_heat_energy_kwh"] == pytest.approx(1100, abs=1)
    assert data["first_heat_energy_kwh"] == pytest.approx(55, abs=1)
    assert [birth.serial for birth in kept.births] == ["4711", "5812"]
    assert kept.births[1].registers["heat_energy"] == pytest.approx(55, abs=1)
    # What the old meter had and nobody fetched is lost with it, and is not asked of the new one.
    assert kept.data("archive_lost")["sentence"] == "the meter was exchanged"
    assert [r.serial for r in kept.archive if r.measured_at <= START + 10 * HOUR] == ["4711"] * 9
    assert [r.measured_at for r in kept.archive if r.serial == "5812"] == [START + 16 * HOUR]


def test_another_serial_number_than_configured(
    make_meter: MakeMeter, config: MeterConfig, clock: HandClock, kept: Kept
) -> None:
    meter = make_meter(replace(config, serial="04712"))
    live_until(meter, clock, START + 5 * HOUR)
    live_until(make_meter(replace(config, serial="04712")), clock, START + 9 * HOUR)
    assert kept.words() == ["unexpected_serial"]
    assert "expected the meter 04712 and met 4711" in str(kept.data("unexpected_serial")["sentence"])
    assert {reading.serial for reading in kept.live} == {"4711"}


def test_leading_zeros_are_no_other_serial_number(make_meter: MakeMeter, config: MeterConfig, kept: Kept) -> None:
    make_meter(replace(config, serial="004711")).read()
    assert kept.words() == []


def test_a_meter_that_says_no_serial_has_the_configured_one(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, kept: Kept
) -> None:
    instrument.serial = None
    make_meter(replace(config, serial="0815")).read()
    assert (kept.live[0].serial, kept.births[0].serial) == ("0815", "0815")


@pytest.mark.parametrize(
    ("meter", "expected"),
    [
        (datetime(2026, 10, 1, 12, 0, 31, tzinfo=UTC), 0),
        (datetime(2026, 10, 1, 12, 1, 40, tzinfo=UTC), 68),
        (datetime(2026, 10, 1, 11, 59, 1, tzinfo=UTC), -89),
        (datetime(2026, 10, 1, 12, 0, tzinfo=UTC), 0),  # a meter that says no seconds
        (datetime(2026, 10, 1, 11, 58, tzinfo=UTC), -90),
        (datetime(2026, 10, 1, 12, 2, tzinfo=UTC), 88),
    ],
)
def test_how_far_off_a_clock_is(meter: datetime, expected: float) -> None:
    at = datetime(2026, 10, 1, 12, 0, 30, tzinfo=UTC)
    assert skew_s(meter, at, at + timedelta(seconds=2)) == expected


@pytest.mark.parametrize(("ahead_s", "words"), [(59, []), (-61, ["remark"]), (301, ["warning"])])
def test_a_meters_clock(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept, ahead_s: float, words: list[str]
) -> None:
    instrument.ahead = timedelta(seconds=ahead_s)
    clock.pass_(timedelta(seconds=1.5))
    meter = make_meter()
    live_until(meter, clock, START + 5 * HOUR)
    assert [event.data["severity"] for event in kept.events] == words
    if words:
        assert kept.data("clock_skew")["offset_s"] == ahead_s
        instrument.ahead = timedelta(0)
        live_until(meter, clock, START + 7 * HOUR)
        assert kept.data("clock_skew")["severity"] == "right"


def test_the_log_warns_of_the_first_failure_of_several(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    def warned() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]

    instrument.fault = NoAnswerError("no answer: check the wires")
    meter = make_meter()
    meter.read()
    assert (warned(), kept.words()) == (["heat: no answer: check the wires"], [])
    live_until(meter, clock, START + HOUR)
    assert len(warned()) == 1
    instrument.fault = None
    live_until(meter, clock, START + 3 * HOUR)
    instrument.fault = DecodeError("heat says something that is none")
    live_until(meter, clock, START + 5 * HOUR)
    assert warned()[1:] == ["heat says something that is none"]


def test_impossible_values_do_not_get_out(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    instrument.extra = (
        Sample(Quantity.FLOW_TEMPERATURE_C, 41_065_374.6),
        Sample(Quantity.RETURN_TEMPERATURE_C, float("nan")),
    )
    live_until(make_meter(), clock, START + 5 * HOUR)
    assert {reading.quantity for reading in kept.live} == {Quantity.HEAT_ENERGY_KWH}
    assert kept.words() == ["impossible_value"]  # said once a day


def test_the_warning_comes_before_the_loss(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    meter = make_meter()
    live_until(meter, clock, START + HOUR)
    instrument.fault = NoAnswerError()
    live_until(meter, clock, START + timedelta(days=27))
    assert kept.words() == ["meter_silent"]
    live_until(meter, clock, START + timedelta(days=29))
    assert kept.words() == ["meter_silent", "archive_ends_soon"]
    assert "2026-11-07" in str(kept.data("archive_ends_soon")["sentence"])
    live_until(meter, clock, START + timedelta(days=38))
    assert "archive_lost" in kept.words()
    lost = sum(int(e.data["records"] or 0) for e in kept.events if e.event == "archive_lost")
    instrument.fault = None
    live_until(meter, clock, START + timedelta(days=41))
    present = {reading.measured_at for reading in kept.archive}
    lost = sum(int(e.data["records"] or 0) for e in kept.events if e.event == "archive_lost")
    assert len(present) + lost == 41 * 24 - 2
    assert kept.words().count("archive_ends_soon") == 1


def test_the_days_reads_are_never_exceeded(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    own = replace(config, daily_reads=5, archives=())
    live_until(make_meter(own), clock, START + 8 * HOUR)
    assert instrument.reads == 5
    live_until(make_meter(own), clock, START + 20 * HOUR)  # another start of the gateway
    assert instrument.reads == 5
    live_until(make_meter(own), clock, START + 23 * HOUR)  # midnight in Moscow has passed
    assert instrument.reads > 5


def test_a_day_that_is_used_up_is_said(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    meter = make_meter(replace(config, daily_reads=1, archives=()))
    assert meter.read()
    assert not meter.read()
    assert (instrument.reads, kept.words()) == (1, ["budget_spent"])
    assert meter.due == datetime(2026, 10, 1, 21, tzinfo=UTC)


def test_a_line_that_cannot_be_opened_costs_no_battery(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    instrument.fault = LineError("the line north cannot be opened")
    meter = make_meter(replace(config, daily_reads=24))
    live_until(meter, clock, START + 30 * HOUR)
    assert "budget_spent" not in kept.words()

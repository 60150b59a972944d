"""Which records a meter is asked for: its clock, the configured beginning, and what the log says of it."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.config import MeterConfig
from gateway.errors import NothingArchivedError
from gateway.meters.meter import Meter
from tests.unit.gateway.simulated_meter import START, HandClock, Instrument, Kept, live_until

MakeMeter = Callable[..., Meter]
HOUR = timedelta(hours=1)


def floor_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def test_a_meter_whose_clock_is_behind_is_asked_for_an_hour_when_it_has_closed_it(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    instrument.ahead = timedelta(minutes=-25)
    often = replace(config, interval_s=900.0, daily_reads=None)
    live_until(make_meter(often), clock, START + 4 * HOUR + HOUR / 2)
    assert max(reading.measured_at for reading in kept.archive) == START + 3 * HOUR


@pytest.mark.parametrize(("ahead", "words"), [(HOUR, "1.0 h ahead"), (-3 * HOUR, "3.0 h behind")])
def test_nothing_is_taken_from_the_archive_of_a_meter_whose_clock_is_wrong(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept, ahead: timedelta, words: str
) -> None:
    instrument.ahead = ahead
    meter = make_meter()
    live_until(meter, clock, START + 23 * HOUR)
    assert (instrument.rows, kept.archive) == (0, [])
    assert kept.words() == ["clock_skew", "archive_clock_wrong"]  # once a day
    assert words in str(kept.data("archive_clock_wrong")["sentence"])
    assert "check `zone`" in str(kept.data("archive_clock_wrong")["sentence"])
    live_until(meter, clock, START + 26 * HOUR)
    assert kept.words().count("archive_clock_wrong") == 2
    instrument.ahead = timedelta(0)
    live_until(meter, clock, START + 30 * HOUR)
    assert sorted(reading.measured_at for reading in kept.archive) == [START + n * HOUR for n in range(1, 29)]


def test_a_meter_without_archives_has_no_wrong_archive(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    instrument.ahead = HOUR
    live_until(make_meter(replace(config, archives=())), clock, START + 2 * HOUR)
    assert kept.words() == ["clock_skew"]


def test_the_log_says_what_an_archive_brought(
    make_meter: MakeMeter, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.meters")
    live_until(make_meter(), clock, START + HOUR / 2)
    clock.pass_(timedelta(days=1))
    meter = make_meter()
    meter.read()
    meter.refill(lambda: True)
    meter.refill(lambda: True)  # nothing is missing any more
    # The times are those of the meter's zone, Moscow.
    assert [record.getMessage() for record in caplog.records] == [
        "heat: 24 hours from its archive, newest 2026-10-02 03:00, oldest 2026-10-01 04:00"
    ]


def test_the_log_says_when_an_archive_has_nothing(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.meters")
    live_until(make_meter(), clock, START + HOUR / 2)
    instrument.archive_fault = (START + HOUR, NothingArchivedError("heat: its hour archive is empty"))
    live_until(make_meter(), clock, START + 2 * HOUR + HOUR / 4)
    assert [record.getMessage() for record in caplog.records] == [
        "heat: its hour archive is asked again in 50 min: heat: its hour archive is empty"
    ]


def test_archive_from_reaches_into_the_past(
    make_meter: MakeMeter, config: MeterConfig, clock: HandClock, kept: Kept
) -> None:
    early = replace(config, archive_from=datetime(2026, 9, 30, 12, tzinfo=UTC))
    live_until(make_meter(early), clock, START + HOUR / 2)
    assert min(reading.measured_at for reading in kept.archive) == datetime(2026, 9, 30, 13, tzinfo=UTC)


def test_archive_from_that_is_set_earlier_reaches_further_back_after_a_restart(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    instrument.start_kwh = 100_000.0
    live_until(make_meter(), clock, START + 2 * HOUR + HOUR / 2)
    for days in (1, 2, 400):  # the meter's memory reaches back 37 days
        early = replace(config, archive_from=START - timedelta(days=days), daily_reads=None)
        live_until(make_meter(early), clock, clock.time + HOUR)
        hours = [reading.measured_at for reading in kept.archive]
        assert len(hours) == len(set(hours))
        assert (max(hours) - min(hours)) / HOUR == len(hours) - 1
        assert min(hours) == max(START - timedelta(days=days) + HOUR, floor_hour(clock.time) - timedelta(days=37))
    before = len(kept.archive)
    live_until(make_meter(replace(config, archive_from=START + HOUR)), clock, clock.time + HOUR)  # later takes nothing
    assert len(kept.archive) == before + 1


def test_archive_from_does_not_reach_beyond_an_exchange(
    make_meter: MakeMeter, config: MeterConfig, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    live_until(make_meter(), clock, START + 2 * HOUR + HOUR / 2)
    instrument.serial = "5812"
    live_until(make_meter(), clock, START + 4 * HOUR + HOUR / 2)
    early = replace(config, archive_from=START - timedelta(days=1))
    live_until(make_meter(early), clock, START + 6 * HOUR + HOUR / 2)
    assert [r.measured_at for r in kept.archive if r.serial == "5812"] == [START + n * HOUR for n in (3, 4, 5)]

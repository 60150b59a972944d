"""How long a reading is believed."""

import numpy as np
import pytest

from analytics.holding import LONGEST_US, MINUTE_US, Pieces, held


def at(minutes: object) -> np.ndarray:
    return np.round(np.asarray(minutes, dtype=np.float64) * MINUTE_US).astype(np.int64) + 1_700_000_000_000_000


def test_the_newest_reading_holds_nothing_yet() -> None:
    readings = held(at([0, 1, 2]))
    assert readings.hold_us.tolist() == [MINUTE_US, MINUTE_US, 0]
    assert held(at([0])).hold_us.tolist() == [0]


@pytest.mark.parametrize(
    ("every", "silence", "outage"),
    [(1, 5, False), (1, 6, True), (15, 45, False), (15, 46, True), (60, 180, False), (60, 181, True)],
)
def test_an_outage_is_longer_than_three_usual_intervals(every: float, silence: float, outage: bool) -> None:
    before = every * np.arange(30)
    readings = held(at(np.concatenate((before, before[-1] + silence + before))))
    assert readings.outages.tolist() == [0] * 30 + [int(outage)] * 30
    assert readings.hold_us[29] == (every if outage else silence) * MINUTE_US


def test_a_lost_reading_here_and_there_is_usual() -> None:
    rng = np.random.default_rng(3)
    minutes = np.flatnonzero(rng.random(2000) > 0.2)
    assert not held(at(minutes)).outages.any()


def test_bursts_do_not_make_every_pause_an_outage() -> None:
    """Some sources say a thing three times in a second."""
    minutes = (20.0 * np.arange(40)[:, None] + np.array([0, 0.005, 0.01])).ravel()
    assert not held(at(minutes)).outages.any()


def test_a_device_that_has_hardly_spoken_is_given_three_hours() -> None:
    assert held(at([0, 180, 360])).outages.tolist() == [0, 0, 0]
    assert held(at([0, 181, 362])).outages.tolist() == [0, 1, 2]
    assert held(at([0, 181, 362])).hold_us.tolist() == [60 * MINUTE_US, 60 * MINUTE_US, 0]


def test_who_speaks_on_change_may_be_silent_all_night_but_not_while_somebody_is_there() -> None:
    evening = np.cumsum(np.tile([2.5, 17.0], 15))
    minutes = np.concatenate((evening, evening[-1] + 9 * 60 + evening))
    changed, attended = np.ones(60, dtype=np.bool_), np.zeros(60, dtype=np.bool_)
    assert held(at(minutes)).outages.any()
    assert not held(at(minutes), changed, attended).outages.any()
    attended[29] = True
    assert held(at(minutes), changed, attended).outages[-1] == 1


def test_values_end_at_an_outage_and_after_a_long_night() -> None:
    minutes = np.concatenate((np.arange(30), 600 + np.arange(30)))
    readings = held(at(minutes))
    pieces = Pieces.cut(readings, at([0, 600, 630]))
    once = np.full(60, np.nan)
    once[3] = 1.0
    known = pieces.known(once)
    assert known is not None
    assert pieces.total(known.for_us).tolist() == [27 * MINUTE_US, 0]
    always = np.full(60, np.nan)
    always[0] = 1.0
    steady = held(at(30.0 * np.arange(60)))
    whole = Pieces.cut(steady, at([0, 30 * 60]))
    known = whole.known(always)
    assert known is not None
    assert whole.total(known.for_us).tolist() == [LONGEST_US]
    assert whole.known(np.full(60, np.nan)) is None


def test_what_the_next_report_says_does_not_reach_over_an_outage() -> None:
    minutes = np.concatenate((np.arange(30), 600 + np.arange(30)))
    pieces = Pieces.cut(held(at(minutes)), at([0, 600, 630]))
    reports = np.full(60, np.nan)
    reports[[10, 40]] = 0.5
    known = pieces.told_next(reports)
    assert known is not None
    assert pieces.total(known.for_us).tolist() == [10 * MINUTE_US, 10 * MINUTE_US]

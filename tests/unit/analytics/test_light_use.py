"""Use of a light point: whichever source tells it, it is the same truth."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.light_use import LightUse
from simulators.light import Led, LedTrack
from teplosvet.domain.quantities import Quantity
from tests.unit.analytics.led_points import (
    DAY_S,
    NAMES,
    START_S,
    Readings,
    days_s,
    led_point,
    polled,
    spoken,
    told_at,
    topic_by_topic,
    truth,
)

EXACT = dict.fromkeys(NAMES, 1.0) | {"energy_by_level_kwh": 0.0002}
"""A source that speaks when something changes is right to a second."""

BY_THE_MINUTE = {
    "off_s": 300.0,
    "dimmed_s": 600.0,
    "full_s": 600.0,
    "present_s": 600.0,
    "presence_events": 4.0,
    "failed_s": 60.0,
    "energy_by_level_kwh": 0.003,
}
"""Some fifty passages a day, each off by up to half a minute at both ends: 25 s times the root of a hundred."""


@pytest.fixture(scope="module")
def track() -> LedTrack:
    return led_point()


def errors(use: LightUse, track: LedTrack, edges_s: np.ndarray) -> dict[str, float]:
    return {name: float(np.abs(getattr(use, name) - true).max()) for name, true in truth(track, edges_s).items()}


def beyond(use: LightUse, track: LedTrack, edges_s: np.ndarray, within: dict[str, float]) -> dict[str, float]:
    return {name: error for name, error in errors(use, track, edges_s).items() if not error <= within[name]}


@pytest.mark.parametrize("traffic", [0.3, 1.0, 4.0])
def test_a_source_that_speaks_on_change_is_right_to_the_second(traffic: float) -> None:
    track, edges = led_point(traffic=traffic), days_s()
    sources = [spoken(track, 3600.0), topic_by_topic(spoken(track, 1800.0))]
    for source in sources if traffic < 1 else [*sources, spoken(track), topic_by_topic(spoken(track))]:
        use = source.use(edges)
        assert beyond(use, track, edges, EXACT) == {}
        np.testing.assert_allclose(use.covered_s, DAY_S, atol=0.1)


@pytest.mark.parametrize("traffic", [0.3, 1.0, 4.0])
def test_a_source_that_is_polled_every_minute_tells_the_same(traffic: float) -> None:
    track, edges = led_point(traffic=traffic), days_s()
    within = {name: tolerance * max(1.0, traffic) for name, tolerance in BY_THE_MINUTE.items()}
    for source in (polled(track), topic_by_topic(polled(track))):
        use = source.use(edges)
        assert beyond(use, track, edges, within) == {}
        np.testing.assert_allclose(use.covered_s, DAY_S, atol=1)


def test_the_comparison_can_fail(track: LedTrack) -> None:
    """Another landing's people are not these; a lamp that is read every quarter of an hour misses most of them."""
    edges = days_s()
    assert "present_s" in beyond(spoken(led_point(seed=6)).use(edges), track, edges, EXACT)
    assert "presence_events" in beyond(polled(track, 900.0).use(edges), track, edges, BY_THE_MINUTE)


def test_where_only_power_is_told_levels_follow_from_it(track: LedTrack) -> None:
    edges = days_s()
    use = polled(track).only(Quantity.LIGHT_POWER_W).use(edges)
    told = {name: within for name, within in BY_THE_MINUTE.items() if name in {"off_s", "dimmed_s", "full_s"}}
    found = errors(use, track, edges)
    assert {name: found[name] for name in told if found[name] > told[name]} == {}
    assert np.isnan(use.present_s).all()
    assert np.isnan(use.presence_events).all()
    assert np.isnan(use.failed_s).all()


def test_where_only_presence_is_told_nothing_is_said_of_the_lamp(track: LedTrack) -> None:
    use = spoken(track).only(Quantity.PRESENCE).use(days_s())
    assert np.isnan(np.vstack((use.off_s, use.dimmed_s, use.full_s, use.energy_by_level_kwh))).all()
    np.testing.assert_allclose(use.covered_s, DAY_S)
    np.testing.assert_allclose(use.present_s, truth(track, days_s())["present_s"])


def test_an_outage_is_not_presence(track: LedTrack) -> None:
    """Somebody stands there as the gateway loses its power for nine hours: that is not nine hours of presence."""
    arrives = float(track.full.starts_s[np.searchsorted(track.full.starts_s, START_S + 2.7 * DAY_S)])
    away = (arrives + 90.0, arrives + 9 * 3600.0)
    edges = days_s()
    for source in (polled(track), spoken(track, 1800.0)):
        kept = source.where((source.at_s < away[0]) | (source.at_s >= away[1]))
        use, whole = kept.use(edges), source.use(edges)
        silent_s, lost_s = float(np.diff(kept.at_s).max()), float((DAY_S - use.covered_s).sum())
        assert silent_s - 1800 <= lost_s < silent_s
        assert use.present_s.sum() <= whole.present_s.sum() + 1
        np.testing.assert_allclose(use.off_s + use.dimmed_s + use.full_s, use.covered_s)


def test_a_silence_of_more_than_ten_hours_is_an_outage_whoever_is_silent() -> None:
    """A landing that hardly anybody passes, a sensor without a heartbeat: the unknown is unknown, and nobody came."""
    track, edges = led_point(traffic=0.3), days_s()
    use, true = spoken(track).use(edges), truth(track, edges)
    assert (use.covered_s < DAY_S).any()
    np.testing.assert_allclose(use.present_s, true["present_s"])
    np.testing.assert_array_equal(use.presence_events, true["presence_events"])


def test_a_short_loss_is_no_outage(track: LedTrack) -> None:
    source = polled(track)
    kept = source.where((source.at_s % 3600 >= 240) | (source.at_s == START_S))
    np.testing.assert_allclose(kept.use(days_s()).covered_s, DAY_S, atol=1)


def test_presence_over_midnight_is_of_both_days_and_came_once() -> None:
    at_s = np.array([0.0, 600, 1200, 2400, 3000, 3600]) + START_S + DAY_S - 1800.0
    source = one_state(at_s, Quantity.PRESENCE, [0, 0, 1, 0, 0, 0])
    use = source.use([START_S, START_S + DAY_S, START_S + 2 * DAY_S])
    assert use.present_s.tolist() == [600.0, 600.0]
    assert use.presence_events.tolist() == [1.0, 0.0]


def test_who_is_not_reported_again_is_gone_after_an_hour() -> None:
    at_s = START_S + np.array([0.0, 600, 1200, 1800, 2400, 3000, 3600, 4200, 4800, 5400, 6000, 15_000])
    told = np.array([0, np.nan, 1, *[np.nan] * 9])
    source = one_state(at_s, Quantity.PRESENCE, told)
    source.values[Quantity.LIGHT_POWER_W][:] = 5.0
    use = source.use([START_S, START_S + DAY_S])
    assert use.present_s.tolist() == [3600.0]


def test_a_share_of_the_time_since_the_last_report_says_it_exactly() -> None:
    """Adeunis Motion reports every ten minutes how much of them somebody was there."""
    at_s = START_S + 600.0 * np.arange(145)
    share = np.where(np.arange(145) % 6 == 3, 30.0, 0.0)
    use = one_state(at_s, Quantity.PRESENCE_SHARE_PERCENT, share).use([START_S, START_S + DAY_S])
    assert use.present_s.tolist() == [pytest.approx(24 * 0.3 * 600)]
    assert use.presence_events.tolist() == [24.0]


def test_counted_movements_mean_somebody_in_the_time_that_they_were_counted_in() -> None:
    at_s = START_S + 600.0 * np.arange(145)
    movements = np.where(np.isin(np.arange(145) % 6, [3, 4]), 6.0, 0.0)
    use = one_state(at_s, Quantity.MOVEMENTS, movements).use([START_S, START_S + DAY_S])
    assert use.present_s.tolist() == [pytest.approx(24 * 2 * 600)]
    assert use.presence_events.tolist() == [24.0]


def test_override_and_failure_are_told_apart(track: LedTrack) -> None:
    source = polled(track)
    source.values[Quantity.OVERRIDE_MODE][:] = np.where(source.at_s < START_S + 5 * 3600, 2.0, 0.0)
    use = source.use(days_s())
    assert use.override_s[0] == 5 * 3600
    assert use.override_s[1:].sum() == 0
    assert use.failed_s.sum() == pytest.approx(0.8 * DAY_S, abs=60)


def test_a_level_of_unknown_power_leaves_the_energy_unknown(track: LedTrack) -> None:
    source = polled(track)
    full = source.values[Quantity.LIGHT_LEVEL_PERCENT] == 100
    source.values[Quantity.LIGHT_POWER_W][full] = np.nan
    assert np.isnan(source.use(days_s()).energy_by_level_kwh).all()


def test_what_polling_leaves_open_is_about_what_it_is_wrong_by() -> None:
    """Over many landings the doubt of a reading every quarter of an hour is about its true error."""
    edges, wrong, doubt = days_s(), [], []
    for seed in range(12):
        track = led_point(seed)
        use = polled(track, 900.0).use(edges)
        wrong.append(use.energy_by_level_kwh - truth(track, edges)["energy_by_level_kwh"])
        doubt.append(use.doubt_kwh)
    ratio = np.sqrt(np.square(wrong).mean() / np.square(doubt).mean())
    assert 0.4 < ratio < 1.6
    assert np.isnan(polled(track, 3600.0).use(edges).doubt_kwh).all()


def test_a_spike_is_not_the_largest_usual_power() -> None:
    at_s = START_S + 60.0 * np.arange(3000)
    power = np.where(np.arange(3000) % 10 == 0, 15.0, 1.9)
    power[[700, 1400]] = 900.0
    use = one_state(at_s, Quantity.LIGHT_POWER_W, power).use([START_S, START_S + DAY_S])
    assert use.full_s.tolist() == [pytest.approx(DAY_S / 10, abs=120)]
    assert use.off_s.tolist() == [0.0]


def one_state(at_s: np.ndarray, quantity: Quantity, told: object) -> Readings:
    source = told_at(led_point(), at_s).only()
    values = {each: np.full(len(at_s), np.nan) for each in source.values}
    values[quantity] = np.asarray(told, dtype=np.float64)
    return Readings(at_s, values)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_part_gives_what_the_whole_gives(data: st.DataObject) -> None:
    """A day with the thirty hours and twenty-five readings around it that the rollup reads, whatever is missing."""
    track = led_point(data.draw(st.integers(0, 3)))
    source = data.draw(st.sampled_from([polled(track), polled(track, 900.0), spoken(track), spoken(track, 3600.0)]))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    kept = rng.random(len(source.at_s)) > data.draw(st.sampled_from([0.0, 0.1, 0.6]))
    for _ in range(data.draw(st.integers(0, 3))):
        start = START_S + rng.uniform(0, 7) * DAY_S
        kept &= (source.at_s < start) | (source.at_s > start + rng.uniform(0.02, 1.5) * DAY_S)
    source = source.where(kept)
    source.values[Quantity.PRESENCE][rng.random(len(source.at_s)) < 0.3] = np.nan
    day = data.draw(st.integers(1, 5))
    edges = START_S + DAY_S * np.array([day, day + 1.0])
    before, after = np.searchsorted(source.at_s, edges).tolist()
    first = min(before - 25, int(np.searchsorted(source.at_s, source.at_s[max(before - 1, 0)] - 30 * 3600)) - 1)
    last = max(after + 25, int(np.searchsorted(source.at_s, source.at_s[min(after, len(source.at_s) - 1)] + 30 * 3600)))
    chosen = np.zeros(len(source.at_s), dtype=np.bool_)
    chosen[max(first, 0) : last + 1] = True
    whole, part = source.use(edges), source.where(chosen).use(edges)
    for each in fields(LightUse):
        np.testing.assert_allclose(getattr(part, each.name), getattr(whole, each.name), atol=1e-6, err_msg=each.name)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(1.0, 40_000.0), min_size=1, max_size=60),
    st.lists(st.sampled_from([np.nan, 0.0, 1.0, 10.0, 94.9, 95.0, 100.0]), min_size=61, max_size=61),
)
def test_parts_of_a_day_are_never_more_than_the_day(gaps: list[float], told: list[float]) -> None:
    at_s = START_S + np.concatenate(([0.0], np.cumsum(gaps)))
    level = np.array(told[: len(at_s)])
    source = one_state(at_s, Quantity.LIGHT_LEVEL_PERCENT, level)
    source.values[Quantity.PRESENCE][:] = np.where(np.isnan(level), np.nan, np.sign(level))
    source.values[Quantity.LIGHT_POWER_W][:] = level * Led().full_power_w / 100
    use = source.use(START_S + DAY_S * np.arange(30.0))
    assert ((use.covered_s >= 0) & (use.covered_s <= DAY_S + 1e-6)).all()
    known = ~np.isnan(use.off_s)
    np.testing.assert_allclose((use.off_s + use.dimmed_s + use.full_s)[known], use.covered_s[known])
    assert not (use.present_s > DAY_S + 1e-6).any()
    assert not (use.presence_events < 0).any()

"""Light points: what they draw follows from who passes and how dark it is."""

import numpy as np
import pytest

from simulators.intervals import Intervals
from simulators.light import Failures, Led, led_track, old_lamp_track
from simulators.occupancy import Passages

HOURS = np.arange(482_000, 482_000 + 24 * 60)
START_S, END_S = float(HOURS[0]) * 3600, float(HOURS[-1] + 1) * 3600
EDGES_S = np.append(HOURS, HOURS[-1] + 1) * 3600.0
ALWAYS, NEVER = Intervals.of(START_S, END_S), Intervals(np.empty(0), np.empty(0))


def test_nobody_comes_the_light_stays_at_standby() -> None:
    led = Led()
    track = led_track(led, ALWAYS, np.empty(0), NEVER, START_S)
    hours = (END_S - START_S) / 3600
    assert track.energy_kwh(np.array([END_S]))[0] == pytest.approx(led.standby_power_w * hours / 1000)
    assert track.on_time_h(np.array([END_S]))[0] == pytest.approx(hours)


def test_one_passage_costs_its_hold_time_at_full_power() -> None:
    led = Led(hold_s=120.0)
    track = led_track(led, ALWAYS, np.array([START_S + 1000.0]), NEVER, START_S)
    at = np.array([START_S + 999.0, START_S + 1000.0, START_S + 1119.0, START_S + 1120.0])
    np.testing.assert_array_equal(track.level_percent(at), [10, 100, 100, 10])
    np.testing.assert_array_equal(track.presence(at), [False, True, True, False])
    hour = track.energy_kwh(np.array([START_S + 3600.0]))[0] * 3.6e6
    assert hour == pytest.approx(120 * led.full_power_w + 3480 * led.standby_power_w)


def test_daylight_and_failure_leave_only_the_driver() -> None:
    led = Led()
    arrivals = np.arange(START_S, END_S, 60.0)
    for track in (led_track(led, NEVER, arrivals, NEVER, START_S), led_track(led, ALWAYS, arrivals, ALWAYS, START_S)):
        assert track.energy_kwh(np.array([END_S]))[0] == pytest.approx(led.parasitic_power_w * HOURS.size / 1000)
        assert track.on_time_h(np.array([END_S]))[0] == 0


def test_an_old_lamp_burns_around_the_clock_until_it_breaks() -> None:
    broken = Intervals.of(START_S + 100 * 3600.0, START_S + 148 * 3600.0)
    track = old_lamp_track(ALWAYS, broken, HOURS, 46.0, np.ones(HOURS.size))
    assert track.energy_kwh(np.array([END_S]))[0] == pytest.approx(0.046 * (HOURS.size - 48))
    assert track.on_time_h(np.array([END_S]))[0] == pytest.approx(HOURS.size - 48)
    np.testing.assert_array_equal(track.failed(np.array([START_S, START_S + 120 * 3600.0])), [False, True])
    np.testing.assert_allclose(track.power_w(np.array([START_S, START_S + 120 * 3600.0])), [46.0, 0.0])


def test_registers_only_grow() -> None:
    arrivals = Passages(1.0).arrivals_s(5, "point", HOURS)
    track = led_track(Led(), ALWAYS, arrivals, NEVER, START_S)
    times_s = np.sort(np.random.default_rng(1).uniform(START_S, END_S, 5000))
    assert (np.diff(track.energy_kwh(times_s)) > 0).all()
    assert (np.diff(track.on_time_h(times_s)) >= 0).all()


def test_people_pass_by_hour_and_weekday() -> None:
    passages = Passages(1.0)
    hours = np.arange(482_000, 482_000 + 24 * 7 * 200)
    arrivals = passages.arrivals_s(5, "point", hours)
    assert arrivals.size == pytest.approx(passages.rate_per_h(hours).sum(), rel=0.02)
    local = (arrivals / 3600 + 3) % 24
    evening, night = ((local >= 17) & (local < 20)).sum(), ((local >= 1) & (local < 4)).sum()
    assert evening > 15 * night


def test_a_longer_span_starts_with_the_same_passages_and_failures() -> None:
    few, many = (Passages(1.0).arrivals_s(5, "point", HOURS[:n]) for n in (500, 1000))
    np.testing.assert_array_equal(few, many[: few.size])
    failures = Failures(20.0, (1.0, 5.0))
    short, long = (failures.intervals(5, "point", START_S, START_S + days * 86400) for days in (100, 300))
    np.testing.assert_array_equal(short.starts_s, long.starts_s[: short.starts_s.size])
    assert long.starts_s.size > short.starts_s.size > 0

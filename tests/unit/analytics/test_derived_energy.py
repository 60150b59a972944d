"""Energy out of power: what the simulated LED point drew, and nothing over an outage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.derived_energy import derived_energy
from teplosvet.domain.quantities import Quantity
from tests.unit.analytics.led_points import DAY_S, DAYS, START_S, Readings, days_s, led_point, polled, spoken, truth

HOURS_S = START_S + 3600.0 * np.arange(24 * (DAYS - 1) + 1)


def energy(source: Readings, edges_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = derived_energy(
        source.at_us, source.values[Quantity.LIGHT_POWER_W], np.round(edges_s * 1e6).astype(np.int64)
    )
    return found.energy_kwh, found.covered_s


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_the_point_drew(seed: int) -> None:
    track, edges = led_point(seed), days_s()
    true_kwh = truth(track, edges)["energy_by_level_kwh"]
    exact, covered_s = energy(spoken(track, 3600.0), edges)
    np.testing.assert_allclose(exact, true_kwh, rtol=1e-6)
    np.testing.assert_allclose(covered_s, DAY_S)
    sampled, _ = energy(polled(track), edges)
    np.testing.assert_allclose(sampled, true_kwh, rtol=0.06)
    assert sampled.sum() == pytest.approx(true_kwh.sum(), rel=0.015)


def test_straight_lines_would_not_do() -> None:
    """The control: a line from standby to full power over each silence is far from what was drawn."""
    track, edges = led_point(), days_s()
    source = spoken(track)
    inside = source.at_s < edges[-1]
    lines = np.trapezoid(source.values[Quantity.LIGHT_POWER_W][inside], source.at_s[inside]) / 3.6e6
    assert lines > 1.5 * truth(track, edges)["energy_by_level_kwh"].sum()


def test_hours_add_up_to_days() -> None:
    source = polled(led_point())
    by_hour, by_day = energy(source, HOURS_S)[0], energy(source, days_s())[0]
    np.testing.assert_allclose(by_hour.reshape(-1, 24).sum(axis=1), by_day)


def test_an_outage_is_not_integrated_and_lacks_in_the_coverage() -> None:
    track = led_point()
    source = polled(track)
    start, end = START_S + 1.5 * DAY_S, START_S + 1.75 * DAY_S
    kept = source.where((source.at_s < start) | (source.at_s >= end))
    (whole, _), (part, covered_s) = energy(source, days_s()), energy(kept, days_s())
    np.testing.assert_allclose(covered_s, [DAY_S, DAY_S - (end - start), *[DAY_S] * (DAYS - 3)], atol=61)
    np.testing.assert_allclose(np.delete(part, 1), np.delete(whole, 1))
    assert part[1] < whole[1]
    by_hour, covered_h = energy(kept, HOURS_S)
    away = (HOURS_S[:-1] >= start + 60) & (HOURS_S[:-1] < end)
    assert np.isnan(by_hour[away]).all()
    assert (covered_h[away] == 0).all()


def test_what_arrives_late_makes_the_same_of_it() -> None:
    source = polled(led_point())
    rng = np.random.default_rng(8)
    late = rng.random(len(source.at_s)) < 0.5
    assert energy(source.where(~late), days_s())[0].sum() != energy(source, days_s())[0].sum()
    order = np.argsort(np.concatenate((source.at_s[~late], source.at_s[late])), kind="stable")
    at_s = np.concatenate((source.at_s[~late], source.at_s[late]))[order]
    power = source.values[Quantity.LIGHT_POWER_W]
    again = np.concatenate((power[~late], power[late]))[order]
    np.testing.assert_array_equal(
        energy(Readings(at_s, {Quantity.LIGHT_POWER_W: again}), days_s())[0], energy(source, days_s())[0]
    )


def test_power_that_flows_back_is_no_amount() -> None:
    at_us = np.arange(10, dtype=np.int64) * 60_000_000
    power = np.array([60.0, 60, -60, -60, 60, 60, 60, 60, 60, 60])
    found = derived_energy(at_us, power, np.array([0, 600_000_000]))
    assert found.covered_s.tolist() == [7 * 60.0]
    assert found.energy_kwh.tolist() == [pytest.approx(7 * 0.001)]


def test_nothing_is_known_without_power() -> None:
    found = derived_energy(np.array([0, 60_000_000]), np.array([np.nan, np.nan]), np.array([0, 3_600_000_000]))
    assert np.isnan(found.energy_kwh).all()
    assert found.covered_s.tolist() == [0.0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(1, 9000), st.floats(0, 1e4)), min_size=2, max_size=80), st.floats(0, 1e5))
def test_it_lies_between_least_and_greatest_power(told: list[tuple[float, float]], offset: float) -> None:
    at_us = np.cumsum([round(1e6 * (1 + gap)) for gap, _ in told]).astype(np.int64)
    power = np.array([each for _, each in told])
    edges = np.array([0, round(offset * 1e6), 10**13])
    found = derived_energy(at_us, power, np.unique(edges))
    known = found.covered_s > 0
    mean_w = found.energy_kwh[known] / found.covered_s[known] * 3.6e6
    assert ((mean_w >= power.min() - 1e-6) & (mean_w <= power.max() * (1 + 1e-9) + 1e-6)).all()
    assert found.covered_s.sum() <= (at_us[-1] - at_us[0]) / 1e6 + 1e-6

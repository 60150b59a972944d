import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analytics.arrays import Floats, Mask
from analytics.change_point import ChangePointFits, fit
from analytics.model_kind import ALL_MODELS, HEAT_MODELS, ModelKind


def heated(temperature: Floats, base: float, slope: float, change_point: float) -> Floats:
    return base + slope * np.maximum(change_point - temperature, 0)


def regression(columns: list[Floats], energy: Floats) -> tuple[Floats, float]:
    design = np.column_stack([np.ones(len(energy)), *columns])
    coefficients = np.linalg.lstsq(design, energy, rcond=None)[0]
    return coefficients, float(np.square(energy - design @ coefficients).sum())


@pytest.fixture(scope="module")
def town() -> tuple[Floats, Floats, Mask]:
    rng = np.random.default_rng(7)
    temperature = rng.normal(5, 9, 365)
    change_point = rng.uniform(8, 18, (60, 1))
    energy = rng.uniform(50, 100, (60, 1)) + rng.uniform(5, 20, (60, 1)) * np.maximum(change_point - temperature, 0)
    return temperature, energy + rng.normal(0, 30, energy.shape), rng.random(energy.shape) > 0.03


def test_a_hinge_computed_by_hand_comes_back() -> None:
    # base 10, slope 2 below 15 °C: -5 -> 50, 0 -> 40, 5 -> 30, 10 -> 20, then 10
    temperature = np.array([-5.0, 0.0, 5.0, 10.0, 16.0, 18.0, 20.0, 22.0])
    energy = np.array([[50.0, 40.0, 30.0, 20.0, 10.0, 10.0, 10.0, 10.0]])
    fits = fit(temperature, energy, kinds=HEAT_MODELS)
    assert fits.kind_of(0) is ModelKind.HEATING
    assert fits.heating_change_point[0] == pytest.approx(15)
    assert fits.heating_slope[0] == pytest.approx(2)
    assert fits.base[0] == pytest.approx(10)
    assert fits.sse[0] == pytest.approx(0, abs=1e-18)


def test_straight_line_and_mean_are_those_of_numpy(town: tuple[Floats, Floats, Mask]) -> None:
    temperature, energy, mask = town
    lines, means = (
        fit(temperature, energy, mask, (ModelKind.HEATING_LINE,)),
        fit(temperature, energy, mask, (ModelKind.MEAN,)),
    )
    for row, used in enumerate(mask):
        (base, slope), sse = regression([temperature[used]], energy[row, used])
        assert lines.base[row] == pytest.approx(base, rel=1e-9)
        assert -lines.heating_slope[row] == pytest.approx(slope, rel=1e-9)
        assert lines.sse[row] == pytest.approx(sse, rel=1e-9)
        assert means.base[row] == pytest.approx(energy[row, used].mean(), rel=1e-12)


def test_heating_change_point_is_the_best_of_a_search_by_scipy(town: tuple[Floats, Floats, Mask]) -> None:
    temperature, energy, mask = town
    fits = fit(temperature, energy, mask, (ModelKind.HEATING,))
    for row, used in enumerate(mask):
        t, y = temperature[used], energy[row, used]

        def rest(change_point: float, t: Floats = t, y: Floats = y) -> float:
            return regression([np.maximum(change_point - t, 0)], y)[1]

        grid = np.quantile(t, np.linspace(0.03, 0.97, 150))
        start = int(np.argmin([rest(point) for point in grid]))
        bounds = (grid[max(start - 1, 0)], grid[min(start + 1, 149)])
        best = minimize_scalar(rest, bounds=bounds, method="bounded", options={"xatol": 1e-10}).fun
        assert fits.sse[row] <= best * (1 + 1e-6)
        assert fits.sse[row] == pytest.approx(rest(fits.heating_change_point[row]), rel=1e-9)


def test_cooling_is_heating_under_a_sky_turned_upside_down(town: tuple[Floats, Floats, Mask]) -> None:
    temperature, energy, mask = town
    heating = fit(temperature, energy, mask, (ModelKind.HEATING,))
    cooling = fit(-temperature, energy, mask, (ModelKind.COOLING,))
    np.testing.assert_allclose(cooling.cooling_change_point, -heating.heating_change_point)
    np.testing.assert_allclose(cooling.cooling_slope, heating.heating_slope)
    np.testing.assert_allclose(cooling.sse, heating.sse)


@pytest.mark.parametrize("kind", [ModelKind.BENT_LINE, ModelKind.HEATING_AND_COOLING])
def test_two_hinges_are_least_squares_at_their_change_points_and_no_grid_is_better(kind: ModelKind) -> None:
    rng = np.random.default_rng(3)
    t = rng.uniform(-15, 32, 365)
    y = heated(t, 20, 2, 8) + 3 * np.maximum(t - (8 if kind is ModelKind.BENT_LINE else 20), 0) + rng.normal(0, 6, 365)
    found = fit(t, y[None], kinds=(kind,))

    def rest(colder: float, warmer: float) -> float:
        return regression([np.maximum(colder - t, 0), np.maximum(t - warmer, 0)], y)[1]

    here = rest(found.heating_change_point[0], found.cooling_change_point[0])
    assert found.sse[0] == pytest.approx(here, rel=1e-9)
    grid = np.linspace(-12, 29, 60)
    pairs = [(a, a) for a in grid] if kind is ModelKind.BENT_LINE else [(a, b) for a in grid for b in grid if a <= b]
    assert found.sse[0] <= min(rest(a, b) for a, b in pairs) * (1 + 1e-6)


def test_a_row_of_temperatures_for_each_building_is_as_good_as_a_shared_one(town: tuple[Floats, Floats, Mask]) -> None:
    temperature, energy, mask = town
    shared = fit(temperature, energy, mask)
    own = fit(np.tile(temperature, (len(energy), 1)), energy, mask)
    np.testing.assert_array_equal(shared.sse, own.sse)
    other = np.vstack([temperature, temperature[::-1]])
    mixed = fit(other, np.vstack([energy[0], energy[0, ::-1]]), np.vstack([mask[0], mask[0, ::-1]]))
    np.testing.assert_allclose(mixed.sse, [shared.sse[0]] * 2, rtol=1e-9)


def test_days_out_of_the_mask_and_unknown_days_do_not_matter(town: tuple[Floats, Floats, Mask]) -> None:
    temperature, energy, mask = town
    spoiled = np.where(mask, energy, 1e9)
    unknown = np.where(mask, energy, np.nan)
    expected = fit(temperature, energy, mask)
    np.testing.assert_allclose(fit(temperature, spoiled, mask).sse, expected.sse, rtol=1e-9)
    np.testing.assert_allclose(fit(temperature, unknown).sse, expected.sse, rtol=1e-9)
    no_weather = temperature.copy()
    no_weather[:20] = np.nan
    without = fit(no_weather, energy, mask)
    np.testing.assert_array_equal(without.n, mask[:, 20:].sum(axis=1))
    assert np.isnan(without.predict(no_weather)[:, :20]).all()


def test_the_criterion_prefers_the_model_that_made_the_data() -> None:
    rng = np.random.default_rng(11)
    t = rng.uniform(-20, 25, 365)
    truth = {
        ModelKind.MEAN: np.full(365, 50.0),
        ModelKind.HEATING_LINE: 200 - 3 * t,
        ModelKind.COOLING_LINE: 100 + 3 * t,
        ModelKind.HEATING: heated(t, 50, 5, 12),
        ModelKind.COOLING: 50 + 5 * np.maximum(t - 10, 0),
        ModelKind.HEATING_AND_COOLING: heated(t, 50, 5, 5) + 6 * np.maximum(t - 18, 0),
    }
    for kind, wanted in truth.items():
        chosen = fit(t, wanted + rng.normal(0, 4, (40, 365)), kinds=ALL_MODELS)
        right = [chosen.kind_of(row) is kind for row in range(40)]
        assert np.mean(right) >= 0.9, kind


def test_slopes_are_not_negative_and_heat_never_follows_a_hot_day() -> None:
    t = np.linspace(-10, 30, 200)
    fits = fit(t, (10 + t)[None])
    assert fits.kind_of(0) is ModelKind.MEAN
    assert fits.heating_slope[0] == 0


def test_too_few_days_give_no_model_and_no_prediction() -> None:
    fits = fit(np.array([1.0, 2.0, 3.0]), np.array([[5.0, np.nan, np.nan], [1.0, 2.0, 3.0]]))
    assert fits.kind_of(0) is None
    assert np.isnan(fits.predict(np.array([1.0]))[0]).all()
    assert fits.kind_of(1) is ModelKind.MEAN


def test_a_constant_load_or_temperature_is_a_mean() -> None:
    t = np.linspace(-10, 20, 100)
    assert fit(t, np.full((1, 100), 7.0)).kind_of(0) is ModelKind.MEAN
    rising = fit(np.full(100, 3.0), t[None])
    assert rising.kind_of(0) is ModelKind.MEAN
    assert rising.base[0] == pytest.approx(t.mean())


def test_the_gradient_is_that_of_the_prediction() -> None:
    t = np.linspace(-20, 30, 400) + 0.013
    one = np.ones(1)
    for p, hs, cs, hc, cc in (
        (3, 5, 0, 12, np.nan),
        (3, 0, 4, np.nan, 15),
        (4, 5, -2, 9, 9),
        (5, 3, 4, 6, 20),
        (2, 3, 0, np.nan, np.nan),
    ):
        parameters = np.array([50.0, hs, cs, hc, cc])

        def energy(values: Floats, p: int = p) -> Floats:
            base, heating, cooling, colder, warmer = (one * value for value in values)
            kinds = (ModelKind.MEAN,)
            return ChangePointFits(
                np.zeros(1, np.intp), kinds, base, heating, cooling, colder, warmer, one, p * one, one
            ).predict(t)[0]

        columns = []
        for index in range(5):
            step = np.zeros(5)
            step[index] = 1e-6
            if p == 4 and index >= 3:
                step[3:] = 1e-6
            columns.append((energy(parameters + step) - energy(parameters - step)) / 2e-6)
        numeric = np.nan_to_num(np.column_stack(columns))
        fits = ChangePointFits(
            np.zeros(1, np.intp), (ModelKind.MEAN,), *(one * v for v in parameters), one, p * one, one
        )
        gradient = fits.gradient(t)[0]
        used = np.abs(gradient).sum(axis=0) > 0
        for column in np.flatnonzero(used):
            scale = numeric[:, column] @ gradient[:, column] / (gradient[:, column] @ gradient[:, column])
            np.testing.assert_allclose(scale * gradient[:, column], numeric[:, column], atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(days=st.integers(1, 12), step=st.sampled_from([0.0, 1.0]), seed=st.integers(0, 2**32 - 1))
def test_however_few_days_there_are_nothing_breaks_and_no_residual_is_hidden(days: int, step: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = step * rng.integers(-5, 5, days)
    energy = np.where(rng.random((6, days)) < 0.4, np.nan, rng.integers(-3, 9, (6, days)).astype(float))
    energy[0] = np.nan
    fits = fit(t, energy, kinds=ALL_MODELS)
    assert fits.kind_of(0) is None
    for row in range(6):
        known = np.isfinite(energy[row])
        kind = fits.kind_of(row)
        assert (kind is None) == (known.sum() < 3)
        if kind is not None:
            rest = energy[row, known] - fits.predict(t)[row, known]
            assert fits.sse[row] == pytest.approx(np.square(rest).sum(), abs=1e-9)
            assert fits.sse[row] <= np.square(energy[row, known] - energy[row, known].mean()).sum() + 1e-9


@settings(max_examples=40, deadline=None)
@given(
    shift=st.floats(-1e4, 1e4),
    factor=st.floats(0.01, 100),
    warmer=st.floats(-20, 20),
    seed=st.integers(0, 2**32 - 1),
)
def test_units_and_zero_points_do_not_matter(shift: float, factor: float, warmer: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = rng.normal(5, 9, 120)
    y = heated(t, 40, 6, 12) + rng.normal(0, 8, 120)
    plain = fit(t, y[None], kinds=(ModelKind.HEATING,))
    moved = fit(t + warmer, (shift + factor * y)[None], kinds=(ModelKind.HEATING,))
    assert moved.sse[0] == pytest.approx(factor**2 * plain.sse[0], rel=1e-5)
    assert moved.heating_change_point[0] - warmer == pytest.approx(plain.heating_change_point[0], abs=1e-4)
    assert moved.base[0] == pytest.approx(shift + factor * plain.base[0], rel=1e-5, abs=1e-4 * factor)


def test_a_city_is_fitted_in_well_under_two_seconds() -> None:
    rng = np.random.default_rng(1)
    t = rng.normal(5, 9, 365)
    energy = heated(t, 60, 10, 14) + rng.normal(0, 20, (3500, 365))
    started = time.process_time()
    fits = fit(t, energy, rng.random(energy.shape) > 0.03, HEAT_MODELS)
    assert time.process_time() - started < 2
    assert len(fits) == 3500


def least_rest(t: Floats, y: Floats) -> float:
    """The least rest of base and one heating hinge, one regression for each change point that can be the best."""
    order = np.argsort(t, kind="stable")
    t, y = t[order], y[order]
    points = list(t)
    for cold in range(2, len(t) - 1):
        line = np.linalg.lstsq(np.column_stack([np.ones(cold), t[:cold]]), y[:cold], rcond=None)[0]
        if line[1] < 0:
            points.append(float((y[cold:].mean() - line[0]) / line[1]))
    least = max(0.025 * len(t), 3)
    rests = [np.inf]
    for point in points:
        colder = int((t < point).sum())
        if least <= colder <= len(t) - least:
            (_, slope), rest = regression([np.maximum(point - t, 0)], y)
            rests += [rest] if slope > 0 else []
    return min(rests)


@settings(max_examples=40, deadline=None)
@given(
    days=st.integers(12, 60),
    buildings=st.sampled_from([1, 5, 70]),
    missing=st.sampled_from([0.0, 0.03, 0.4]),
    step=st.sampled_from([0.0, 1.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_batch_finds_what_one_regression_per_meter_and_change_point_finds(
    days: int, buildings: int, missing: float, step: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    t = rng.normal(5, 9, days)
    t = np.round(t) if step else t
    y = heated(t, 40, 3, 12) + rng.normal(0, 10, (buildings, days))
    y[rng.random(y.shape) < missing] = np.nan
    fits = fit(t, y, kinds=(ModelKind.HEATING,))
    for row in {0, buildings // 2, buildings - 1}:
        known = np.isfinite(y[row])
        least = least_rest(t[known], y[row, known]) if known.sum() >= 5 else np.inf
        if fits.kind_of(row) is None:
            assert not np.isfinite(least)
        else:
            # A change point at a day that the meter has not may be better than any of its own days.
            assert fits.sse[row] <= least * (1 + 1e-9)
            if missing == 0:
                assert fits.sse[row] == pytest.approx(least, rel=1e-9)


def test_that_comparison_can_fail() -> None:
    rng = np.random.default_rng(5)
    t = rng.normal(5, 9, 60)
    y = heated(t, 40, 3, 12) + rng.normal(0, 10, 60)
    right = fit(t, y[None], kinds=(ModelKind.HEATING,))
    spoiled = regression([np.maximum(right.heating_change_point[0] + 0.5 - t, 0)], y)[1]
    assert spoiled > least_rest(t, y) * (1 + 1e-9)


def test_what_comes_out_for_a_building_does_not_depend_on_the_others(town: tuple[Floats, Floats, Mask]) -> None:
    temperature, energy, mask = town
    many = fit(temperature, np.tile(energy, (4, 1)), np.tile(mask, (4, 1)), ALL_MODELS)
    alone = fit(temperature, energy[:7], mask[:7], ALL_MODELS)
    for name in ("kind", "base", "heating_slope", "heating_change_point", "sse"):
        np.testing.assert_array_equal(getattr(many, name)[180:187], getattr(alone, name))
        for count in (1, 2, 65, 129):
            some = fit(temperature, np.tile(energy, (3, 1))[:count], np.tile(mask, (3, 1))[:count], ALL_MODELS)
            np.testing.assert_array_equal(getattr(some, name), getattr(many, name)[:count])

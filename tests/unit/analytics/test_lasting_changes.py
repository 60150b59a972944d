from datetime import date

import numpy as np
import pytest

from analytics.arrays import Floats
from analytics.lasting_changes import KnownDays, lasting_changes
from analytics.ledger.commands import suggestions
from analytics.level_shifts import level_shifts, searched_confidence
from analytics.methods import savings_of, verify
from analytics.persistence import by_year, cusum_kwh, hours_drift
from analytics.whitening import Regression, as_normal, whitened
from teplosvet.domain.findings import FindingCode
from tests.unit.analytics.known_contracts import FIRST_REPORTING, heat_energy, heat_input
from tests.unit.analytics.simulated_buildings import persistent_noise

DAY = np.datetime64("2025-01-01") + np.arange(365)
ONES = np.ones(365)
ADJUSTED = 100 + 40 * np.cos(np.arange(365) / 58.1)


def noise(seed: int, rho: float = 0.6) -> Floats:
    return persistent_noise(np.random.default_rng(seed), 1, 365, rho)[0]


def year(metered: Floats, rho: float = 0.6) -> KnownDays:
    return KnownDays(DAY, metered, ADJUSTED, np.full(365, np.nan), rho, ONES)


def test_a_step_is_found_where_it_is_and_as_large_as_it_is() -> None:
    metered = 0.8 * ADJUSTED + 5 * noise(1) + np.where(np.arange(365) >= 245, 12.0, 0.0)
    (shift,) = lasting_changes(year(metered)).shifts
    assert abs((shift.first_day - date(2025, 9, 3)).days) <= 3
    assert shift.size_kwh == pytest.approx(12, abs=4)
    assert shift.days == (date(2026, 1, 1) - shift.first_day).days
    assert shift.confidence > 0.99


def test_a_saving_in_proportion_to_the_weather_is_no_shift_and_does_not_fade() -> None:
    changes = lasting_changes(year(0.7 * ADJUSTED + 5 * noise(2)))
    assert changes.shifts == ()
    assert changes.fade is None


def test_blind_to_the_noises_memory_there_would_be_alarms() -> None:
    rows = [0.8 * ADJUSTED + 6 * noise(seed, 0.8) for seed in range(40)]
    design = ADJUSTED[:, None]
    aware, blind = (sum(bool(level_shifts(DAY, row, design, rho, ONES)) for row in rows) for rho in (0.8, 0.0))
    assert aware <= 4
    assert blind >= 20


def test_a_shift_of_days_or_of_little_is_not_told() -> None:
    quiet = 0.8 * ADJUSTED + 0.5 * noise(3)
    assert level_shifts(DAY, quiet + np.where(np.arange(365) >= 200, 2.0, 0.0), ADJUSTED[:, None], 0.6, ONES) == ()
    assert level_shifts(DAY[:60], quiet[:60], ADJUSTED[:60, None], 0.6, ONES[:60]) == ()
    assert level_shifts(DAY, quiet, ADJUSTED[:, None], float("nan"), ONES) == ()


def test_a_constant_load_that_steps_is_found_and_one_that_does_not_is_quiet() -> None:
    flat = np.full(365, 24.0)
    design = flat[:, None]
    assert level_shifts(DAY, flat, design, 0.0, ONES) == ()
    (shift,) = level_shifts(DAY, flat + np.where(np.arange(365) >= 100, 6.0, 0.0), design, 0.0, ONES)
    assert shift.first_day == date(2025, 4, 11)
    assert shift.size_kwh == pytest.approx(6)


def test_an_even_loss_is_a_fade_and_not_a_stair() -> None:
    metered = ADJUSTED * (0.7 + 0.3 * np.arange(365) / 364) + 3 * noise(4)
    changes = lasting_changes(year(metered))
    assert changes.shifts == ()
    assert changes.fade is not None
    assert changes.fade.from_share == pytest.approx(0.3, abs=0.04)
    assert changes.fade.to_share == pytest.approx(0, abs=0.04)


def test_the_searched_confidence_is_that_of_andrews_table() -> None:
    # origin: Andrews 1993, table 1, one parameter, trim 0.15: 8.85 at 5 %; 7.17 at 10 %, 12.35 at 1 %
    for square, level in ((7.17, 0.9), (8.85, 0.95), (12.35, 0.99)):
        assert searched_confidence(np.sqrt(square), 0.15) == pytest.approx(level, abs=0.006)


def test_whitened_noise_has_no_memory_also_over_gaps() -> None:
    rng = np.random.default_rng(5)
    rows = persistent_noise(rng, 2000, 30, 0.8)
    keep = np.array([0, 1, 2, 9, 10, 29])
    free = whitened(DAY[keep], rows.T[keep], 0.8, np.ones(6))
    np.testing.assert_allclose(np.cov(free), np.eye(6), atol=0.1)


def test_one_more_column_is_the_textbook_t() -> None:
    rng = np.random.default_rng(6)
    x = np.column_stack([np.ones(50), rng.normal(size=(50, 2))])
    y = rng.normal(size=50) + x[:, 2]
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    s2 = np.square(y - x @ beta).sum() / 47
    coefficient, t, freedom = Regression.of(y, x[:, :2]).one_more(x[:, [2]])
    assert coefficient[0] == pytest.approx(beta[2])
    assert t[0] == pytest.approx(beta[2] / np.sqrt(s2 * np.linalg.inv(x.T @ x)[2, 2]))
    assert freedom == 47
    assert as_normal(2.0117, 47) == pytest.approx(1.96, abs=0.002)


def test_cusum_goes_on_after_an_unknown_day() -> None:
    found = cusum_kwh(np.array([5.0, 5, 5, 5]), np.array([4.0, np.nan, 7, 4]))
    np.testing.assert_array_equal(found, [1.0, np.nan, -1.0, 0.0])


def test_years_are_counted_from_the_first_day() -> None:
    day = np.datetime64("2024-10-15") + np.arange(500)
    years = by_year(day, np.full(500, 10.0), np.full(500, 8.0), np.arange(500) != 3)
    assert [one.first_day for one in years] == [date(2024, 10, 15), date(2025, 10, 15)]
    assert [one.days for one in years] == [364, 135]
    assert years[0].avoided_energy_kwh == pytest.approx(728)
    assert years[1].fractional_saving == pytest.approx(0.2)


def test_run_hours_that_grow_back_are_seen_and_those_that_stay_are_not() -> None:
    steady = 6 + 0.8 * noise(7, 0.4)
    drift = hours_drift(DAY, steady + 6 * np.arange(365) / 364, 24.0)
    assert drift is not None
    assert drift.from_h == pytest.approx(6, abs=0.7)
    assert drift.lost_share == pytest.approx(1 / 3, abs=0.08)
    assert hours_drift(DAY, steady, 24.0) is None
    assert hours_drift(DAY[:100], steady[:100], 24.0) is None


def test_a_statement_tells_a_shift_and_adjusts_nothing() -> None:
    energy = heat_energy(0.2, cv=0.05)
    plain = verify(heat_input(energy))
    energy[FIRST_REPORTING + 100 :] += 0.2 * energy[FIRST_REPORTING:].mean()
    shifted = verify(heat_input(energy))
    (finding,) = [one for one in shifted.findings if one.code is FindingCode.LEVEL_SHIFT]
    assert abs((date.fromisoformat(str(finding.data["first_day"])) - date(2025, 1, 9)).days) <= 7
    assert float(finding.data["size_kwh"]) > 0
    assert FindingCode.LEVEL_SHIFT not in {one.code for one in plain.findings}
    assert shifted.adjusted_baseline_kwh == plain.adjusted_baseline_kwh
    assert shifted.adjustments == ()


def test_a_shift_says_how_warm_its_days_are_and_hands_over_no_call_of_its_own() -> None:
    energy = heat_energy(0.2, cv=0.05)
    energy[FIRST_REPORTING + 100 :] += 0.2 * energy[FIRST_REPORTING:].mean()
    inputs = heat_input(energy)
    statement = verify(inputs)
    (finding,) = [one for one in statement.findings if one.code is FindingCode.LEVEL_SHIFT]
    ((_, saving),) = savings_of((inputs,))
    within = saving.day >= np.datetime64(str(finding.data["first_day"]))
    assert finding.data["shift_c"] == pytest.approx(saving.variable[within & saving.used].mean(), abs=0.006)
    assert finding.data["others_c"] == pytest.approx(saving.variable[~within & saving.used].mean(), abs=0.006)
    (line,) = suggestions(statement)
    assert line.startswith("Only if you know the event")

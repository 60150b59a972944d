"""The table that no peer gets right: a true 192 kWh in every row.

Origin of the truth: 4 kWh in each of 48 hours, by construction of the cases.
"""

import numpy as np
import pytest

from analytics.consumption import RegisterSeries, energy_path, per_bucket
from analytics.consumption.cases import HALF, START_US, STEP_US, TRUE_TOTAL_KWH, all_cases
from analytics.consumption.rules import HOUR_US

CASES = {case.name: case for case in all_cases()}
ON_TIME = [name for name in CASES if "clock" not in name]
"""After a step of the clock the order of arrival is the evidence, and hours shift."""
HOURS = START_US + HOUR_US * np.arange(49, dtype=np.int64)
TOLERANCE_KWH = 0.05


def differences_that_are_not_negative(series: RegisterSeries) -> float:
    """What peers do: sort by time, take differences, leave out negative ones."""
    order = np.argsort(series.at_us, kind="stable")
    grown = np.diff(series.register[order])
    return float(grown[grown > 0].sum())


@pytest.mark.parametrize("name", CASES)
def test_every_case_gives_the_true_total(name: str) -> None:
    case = CASES[name]
    path = energy_path(case.series, case.exchanges, case.profile)
    assert path.total == pytest.approx(TRUE_TOTAL_KWH, abs=TOLERANCE_KWH)
    hours = per_bucket(path, HOURS)
    assert np.nansum(hours.amount) == pytest.approx(TRUE_TOTAL_KWH, abs=TOLERANCE_KWH)


@pytest.mark.parametrize("name", ON_TIME)
def test_every_hour_is_true(name: str) -> None:
    case = CASES[name]
    hours = per_bucket(energy_path(case.series, case.exchanges, case.profile), HOURS)
    assert hours.amount == pytest.approx(np.full(48, 4.0), abs=0.5)
    assert np.all(hours.covered_s == 3600.0)


@pytest.mark.parametrize(
    ("name", "estimated_kwh"),
    [
        ("clean", 0.0),
        ("every reading twice", 0.0),
        ("6 h outage", 24.0),
        ("the same 6 h arriving late", 0.0),
        ("rollover at 99,999", 0.0),
        ("rollover at 99,999, modulus unknown", 1.0),
        ("exchange, new register 61,234, known", 0.0),
        ("exchange, new register 61,234, unknown", 1.0),
        ("one glitch of 0", 0.0),
        ("reset to 0", 1.0),
        ("decimal change x10", 1.0),
    ],
)
def test_what_is_estimated_is_marked(name: str, estimated_kwh: float) -> None:
    case = CASES[name]
    hours = per_bucket(energy_path(case.series, case.exchanges, case.profile), HOURS)
    assert hours.estimated.sum() == pytest.approx(estimated_kwh, abs=TOLERANCE_KWH)


def test_an_outage_gives_estimated_hours_and_a_metered_day() -> None:
    path = energy_path(CASES["6 h outage"].series)
    day_us = 24 * HOUR_US
    # The outage of the case lies around midnight: the days are cut at 06:00.
    days = per_bucket(path, START_US + 6 * HOUR_US + day_us * np.arange(2, dtype=np.int64))
    assert days.amount == pytest.approx([96.0])
    assert days.estimated == pytest.approx([0.0])


def test_negative_control_peers_fail_the_same_table() -> None:
    wrong = {
        name
        for name, case in CASES.items()
        if abs(differences_that_are_not_negative(case.series) - TRUE_TOTAL_KWH) > TOLERANCE_KWH
    }
    assert len(wrong) > len(CASES) / 2
    assert {"one glitch of 0", "rollover at 99,999", "exchange, new register 61,234, known", "reset to 0"} <= wrong
    assert "clean" not in wrong


@pytest.mark.parametrize("name", ON_TIME)
def test_the_order_of_arrival_does_not_matter(name: str) -> None:
    case = CASES[name]
    order = np.random.default_rng(3).permutation(len(case.series.at_us))
    shuffled = RegisterSeries(case.series.at_us[order], case.series.register[order], case.series.serial[order])
    one = energy_path(case.series, case.exchanges, case.profile)
    other = energy_path(shuffled, case.exchanges, case.profile)
    np.testing.assert_array_equal(one.cumulative, other.cumulative)
    np.testing.assert_array_equal(one.rule, other.rule)


def test_the_fault_of_a_case_is_found() -> None:
    def codes(name: str) -> set[str]:
        case = CASES[name]
        return {finding.code.value for finding in energy_path(case.series, case.exchanges, case.profile).findings}

    assert codes("clean") == set()
    assert codes("out of order") == set()
    assert codes("one glitch of 0") == {"register_glitch"}
    assert codes("rollover at 99,999") == {"register_rollover"}
    assert codes("exchange, new register 0, known") == {"meter_exchange"}
    assert codes("exchange, new register 61,234, unknown") == {"register_jump"}
    assert codes("reset to 0") == {"register_reset"}
    assert codes("decimal change /10") == {"register_decimal_change"}
    assert codes("clock back an hour, colliding") == {"register_clock_step"}
    assert codes("clock back an hour, interleaving") == {"register_clock_step"}


def test_the_epoch_and_the_decimal_exponent_are_told() -> None:
    exchanged = energy_path(CASES["exchange, new register 0, known"].series)
    assert exchanged.epoch[0] == 0
    assert exchanged.epoch[-1] == 1
    moved = energy_path(CASES["decimal change x10"].series)
    assert moved.shift[0] == 0
    assert moved.shift[-1] == 1
    assert moved.epoch[-1] == 0
    place = int(np.searchsorted(moved.at_us, START_US + HALF * STEP_US))
    assert moved.shift[place - 1] == 0
    assert moved.shift[place] == 1

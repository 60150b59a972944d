"""A register that comes back to its trend never left it, whatever it showed meanwhile; one that does not starts anew.

Origin of the truth: the load that each meter was made with.
"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.consumption import Exchange, RegisterProfile, RegisterSeries, energy_path
from analytics.consumption.commands import bench_counters
from analytics.consumption.register_file import read_register_file
from teplosvet.domain.errors import InvalidFileError
from tests.unit.analytics.consumption.faults import HOUR_US, START_US, Meter, meter
from tests.unit.analytics.consumption.strategies import WRONG, burst_of

SLOW = settings(deadline=None, max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
STARTS = (3.0, 500.0, 12_345.6, 999_000.0, 8_123_456.7)
LENGTHS = st.integers(1, 8)


def codes(point: Meter, profile: RegisterProfile) -> list[str]:
    findings = energy_path(point.series(), (), profile).findings
    return [finding.code.value for finding in findings if finding.code.value != "outage"]


def total(point: Meter, rate_per_h: float | None = None) -> float:
    return energy_path(point.series(), tuple(point.exchanges), point.profile(rate_per_h)).total


@pytest.mark.parametrize("kwh_per_h", [5.0, 80.0, 600.0])
@pytest.mark.parametrize("count", range(1, 9))
def test_zeros_in_a_young_register_are_no_reset_that_grows_back(kwh_per_h: float, count: int) -> None:
    """The growth from nothing to the old register is within what a young register is believed to count once."""
    point = meter("random", count=200, step_min=60, kwh_per_h=kwh_per_h, start=500.0, resolution=0.001)
    point.glitch(159, [0.0] * count)
    assert total(point) == pytest.approx(point.true_total, abs=0.002)
    assert codes(point, point.profile()) == ["register_glitch"]


@SLOW
@given(
    st.sampled_from((0.3, 5.0, 80.0, 600.0)),
    st.sampled_from((1, 15, 60, 1440)),
    st.sampled_from(STARTS),
    st.sampled_from(("constant", "random", "nights")),
    st.sampled_from(WRONG),
    LENGTHS,
    st.sampled_from((None, 1.0, 12.0)),
    st.integers(0, 2**32 - 1),
)
def test_a_burst_of_wrong_readings_counts_nothing(
    kwh_per_h: float, step_min: int, start: float, kind: str, wrong: str, length: int, margin: float | None, seed: int
) -> None:
    point = meter(kind, count=120, step_min=step_min, kwh_per_h=kwh_per_h, start=start, seed=seed)
    # What is added has to be more than a few intervals of the load count, else nothing tells it from the load.
    assume(wrong != "+1e5" or 10 * point.true_rate_per_h * step_min / 60 < 1e5)
    rate_per_h = None if margin is None else margin * point.true_rate_per_h
    burst_of(point, 60, wrong, length)
    assert total(point, rate_per_h) == pytest.approx(point.true_total, rel=1e-3, abs=0.01)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("step_min", [1, 60, 1440])
def test_a_standing_register_that_comes_back_consumed_nothing(wrong: str, start: float, step_min: int) -> None:
    for length in range(1, 9):
        point = meter(kwh_per_h=0.0, count=60, step_min=step_min, start=start)
        burst_of(point, 15, wrong, length)
        assert total(point) == 0.0, length
        assert codes(point, point.profile()) == ["register_glitch"], length


@pytest.mark.parametrize("wrong", ["zero", "half", "/10"])
@pytest.mark.parametrize("rate_per_h", [None, 100.0])
@pytest.mark.parametrize("length", range(1, 9))
def test_a_week_of_wrong_daily_readings_is_metered_over(wrong: str, rate_per_h: float | None, length: int) -> None:
    point = meter(count=90, step_min=1440, kwh_per_h=80.0, start=8_123_456.7)
    burst_of(point, 51, wrong, length)
    path = energy_path(point.series(), (), point.profile(rate_per_h))
    assert path.total == pytest.approx(170_880.0)
    assert not path.rule.any()


@SLOW
@given(
    st.sampled_from((0.3, 5.0, 80.0)),
    st.sampled_from((1, 15, 60, 1440)),
    st.sampled_from(("constant", "random", "nights")),
    st.sampled_from((None, 1.0, 12.0)),
)
def test_a_register_that_starts_anew_and_goes_on_stays_an_epoch(
    kwh_per_h: float, step_min: int, kind: str, margin: float | None
) -> None:
    point = meter(kind, count=300, step_min=step_min, kwh_per_h=kwh_per_h, start=8_000.0 * kwh_per_h)
    point.reset(60)
    profile = point.profile(None if margin is None else margin * point.true_rate_per_h)
    assert codes(point, profile) == ["register_reset"]


@pytest.mark.parametrize("place", [40, 64, 100])
def test_a_young_register_that_grows_through_old_values_does_not_come_back(place: int) -> None:
    """It passes the old register by an ordinary step, and no reading is dropped."""
    point = meter(count=300, step_min=15, kwh_per_h=5.0, start=1.0)
    point.reset(place)
    path = energy_path(point.series())
    assert path.total == pytest.approx(point.true_total, abs=1.5)
    assert len(path.at_us) == 300


@pytest.mark.parametrize("resolution", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("opening", [1_000.5, 100.9, 10.7])
@pytest.mark.parametrize("start", [999_000.0, 1_000_000.0, 10_000.0])
def test_an_opening_register_above_the_first_reading_is_rounding(
    resolution: float, opening: float, start: float
) -> None:
    """People note what the display shows, the readings carry whole steps."""
    at_us = START_US + HOUR_US // 60 * np.arange(120, dtype=np.int64)
    counted = 0.02 / 60 * np.arange(120)
    register = start + counted
    register[61:] += opening - register[60]
    shown = np.floor(register / resolution + 1e-9) * resolution
    series = RegisterSeries(at_us, shown, np.full(120, -1, dtype=np.int32))
    path = energy_path(series, (Exchange(int(at_us[60]), start + counted[60], opening),))
    assert path.total == pytest.approx(counted[-1], abs=2 * resolution)
    assert [finding.code.value for finding in path.findings] == ["meter_exchange"]


@pytest.mark.filterwarnings("error")
def test_what_no_register_can_show_is_refused_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    values = ("1e308", "-1e308", "1e308")
    lines = [f"2026-01-01T0{hour}:00:00+00:00,A,{value}" for hour, value in enumerate(values)]
    file.write_text("\n".join(["time,serial,register", *lines]))
    with pytest.raises(InvalidFileError, match="at most 1,000,000,000,000"):
        read_register_file(file)
    with pytest.raises(InvalidFileError, match="register"):
        bench_counters(file)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [1e308, -1e308, float("inf"), 2e12])
def test_what_no_register_can_show_is_no_reading(value: float) -> None:
    register = 500.0 + np.arange(60.0)
    register[[20, 30, 31]] = value, -value, value
    series = RegisterSeries(START_US + HOUR_US * np.arange(60, dtype=np.int64), register, np.full(60, -1, np.int32))
    path = energy_path(series)
    assert path.total == 59.0
    assert len(path.at_us) == 57

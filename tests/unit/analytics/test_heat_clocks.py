"""Clocks of a heat meter: each state by its own, their sum, what nobody knows, and parts that equal the whole."""

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.arrays import Floats
from analytics.heat_clocks import LONGEST_HOLD_US, HeatClocks, heat_clocks
from teplosvet.domain.heat_limits import NO_LIMITS, HeatLimits
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of

HOUR_US = 3_600_000_000
DAY_S = 86_400
LIMITS = HeatLimits(q_min_m3h=0.1, q_max_m3h=6.0, dt_min_k=3.0)
START_US = 1_736_715_600_000_000  # midnight in Moscow
NAMES = tuple(each.name for each in fields(HeatClocks))
ABNORMAL = NAMES[1:-1]


class Meter:
    """A heat meter that is read every quarter of an hour and works well, until a test says otherwise."""

    def __init__(self, days: int = 2) -> None:
        self.at_us = START_US + np.arange(days * 96 + 1) * HOUR_US // 4
        self.days = days
        n = len(self.at_us)
        self.values: dict[Quantity, Floats] = {q: np.full(n, np.nan) for q in columns_of(DeviceClass.HEAT)}
        hours = (self.at_us - START_US) / HOUR_US
        self.values |= {
            Quantity.HEAT_FLOW_M3H: np.full(n, 2.0),
            Quantity.FLOW_TEMPERATURE_C: np.full(n, 70.0),
            Quantity.RETURN_TEMPERATURE_C: np.full(n, 50.0),
            Quantity.HEAT_ERROR_FLAGS: np.zeros(n),
            Quantity.HEAT_QUALITY_FLAGS: np.zeros(n),
            Quantity.OPERATING_TIME_H: np.floor(1000.0 + hours),
            Quantity.ERROR_TIME_H: np.full(n, 7.0),
        }
        self.serial = np.zeros(n, dtype=np.int32)

    def hours(self, first: float, end: float) -> np.ndarray:
        return (self.at_us >= START_US + first * HOUR_US) & (self.at_us < START_US + end * HOUR_US)

    def set(self, quantity: Quantity, value: float, first: float, end: float) -> None:
        self.values[quantity][self.hours(first, end)] = value

    def clocks(self, limits: HeatLimits = LIMITS, kept: np.ndarray | None = None) -> HeatClocks:
        kept = np.ones(len(self.at_us), dtype=bool) if kept is None else kept
        values: Mapping[Quantity, Floats] = {q: each[kept] for q, each in self.values.items()}
        edges = START_US + np.arange(self.days + 1) * 24 * HOUR_US
        return heat_clocks(self.at_us[kept], values, self.serial[kept], edges, limits)


def hours_of(found: HeatClocks, day: int = 0) -> dict[str, float]:
    return {name: round(float(getattr(found, name)[day]) / 3600, 3) for name in NAMES}


WELL = {"normal_s": 24.0, **dict.fromkeys(ABNORMAL, 0.0), "covered_s": 24.0}


def test_a_meter_that_works_well_is_normal_all_day() -> None:
    assert hours_of(Meter().clocks()) == WELL


@pytest.mark.parametrize(
    ("quantity", "value", "clock"),
    [
        (Quantity.HEAT_FLOW_M3H, 0.05, "below_range_s"),
        (Quantity.HEAT_FLOW_M3H, 7.5, "above_range_s"),
        (Quantity.RETURN_TEMPERATURE_C, 68.0, "low_dt_s"),
        (Quantity.RETURN_TEMPERATURE_C, 80.0, "low_dt_s"),
        (Quantity.HEAT_ERROR_FLAGS, 4.0, "fault_s"),
        (Quantity.HEAT_QUALITY_FLAGS, 12.0, "fault_s"),
        (Quantity.HEAT_FLOW_M3H, -1.0, "fault_s"),
    ],
)
def test_each_state_has_its_own_clock(quantity: Quantity, value: float, clock: str) -> None:
    meter = Meter()
    meter.set(quantity, value, 5, 9)
    assert hours_of(meter.clocks()) == {**WELL, "normal_s": 20.0, clock: 4.0}


def test_one_clock_runs_at_a_time() -> None:
    meter = Meter()
    meter.set(Quantity.HEAT_FLOW_M3H, 0.05, 0, 6)
    meter.set(Quantity.RETURN_TEMPERATURE_C, 69.0, 2, 8)
    meter.set(Quantity.HEAT_ERROR_FLAGS, 1.0, 4, 12)
    assert hours_of(meter.clocks()) == {**WELL, "normal_s": 12.0, "below_range_s": 4.0, "low_dt_s": 0.0, "fault_s": 8.0}


def test_a_standstill_is_normal() -> None:
    """No flow, nothing to meter: else a summer would be a failure of the meter."""
    meter = Meter()
    meter.set(Quantity.HEAT_FLOW_M3H, 0.0, 0, 24)
    meter.set(Quantity.RETURN_TEMPERATURE_C, 70.0, 0, 24)
    assert hours_of(meter.clocks()) == WELL


def test_silence_with_a_standing_register_is_no_power() -> None:
    meter = Meter()
    operating = meter.values[Quantity.OPERATING_TIME_H]
    operating[meter.hours(16, 99)] -= 10
    found = hours_of(meter.clocks(kept=~meter.hours(6, 16)))
    assert found["no_power_s"] == pytest.approx(10, abs=1.01)
    assert found["normal_s"] == pytest.approx(13.75, abs=0.01)
    assert found["covered_s"] == pytest.approx(found["normal_s"] + found["no_power_s"], abs=0.01)


def test_silence_while_the_register_went_on_is_not_covered() -> None:
    meter = Meter()
    found = hours_of(meter.clocks(kept=~meter.hours(6, 16)))
    assert found["no_power_s"] == 0
    assert found["covered_s"] == found["normal_s"] == 13.75


def test_error_time_without_flags_is_a_fault() -> None:
    meter = Meter()
    error = meter.values[Quantity.ERROR_TIME_H]
    for hour in (6, 7, 8):
        error[meter.hours(hour, 99)] += 1
    found = hours_of(meter.clocks())
    assert found == {**WELL, "normal_s": 21.0, "fault_s": 3.0}


def test_what_is_not_stated_is_unknown_and_never_zero() -> None:
    found = Meter().clocks(NO_LIMITS)
    for name in ("below_range_s", "above_range_s", "low_dt_s", "normal_s"):
        assert np.isnan(getattr(found, name)).all(), name
    assert (found.fault_s == 0).all()
    meter = Meter()
    told = (Quantity.HEAT_ERROR_FLAGS, Quantity.HEAT_QUALITY_FLAGS, Quantity.ERROR_TIME_H, Quantity.OPERATING_TIME_H)
    for quantity in told:
        meter.values[quantity][:] = np.nan
    silent = meter.clocks()
    assert np.isnan(silent.fault_s).all()
    assert np.isnan(silent.no_power_s).all()
    assert (silent.below_range_s == 0).all()


def test_nothing_is_covered_by_energy_alone() -> None:
    meter = Meter()
    for values in meter.values.values():
        values[:] = np.nan
    meter.values[Quantity.HEAT_ENERGY_KWH][:] = np.arange(len(meter.at_us))
    assert (meter.clocks().covered_s == 0).all()


def test_bits_that_do_not_stop_the_metering_count_only_if_nobody_says_so() -> None:
    meter = Meter()
    meter.set(Quantity.HEAT_ERROR_FLAGS, 2.0, 0, 24)  # a weak battery
    assert hours_of(meter.clocks())["fault_s"] == 24
    assert hours_of(meter.clocks(replace(LIMITS, fault_bits=0x74))) == WELL


def test_registers_of_another_instrument_are_not_compared() -> None:
    meter = Meter()
    after = meter.hours(16, 99)
    meter.serial[after] = 1
    meter.values[Quantity.OPERATING_TIME_H][after] = 1005.0
    assert hours_of(meter.clocks(kept=~meter.hours(6, 16)))["no_power_s"] == 0


@settings(deadline=None)
@given(st.data())
def test_the_known_clocks_sum_up_to_the_covered_time_at_most(data: st.DataObject) -> None:
    meter = Meter(3)
    n = len(meter.at_us)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    meter.values[Quantity.HEAT_FLOW_M3H] = rng.choice([-1.0, 0.0, 0.05, 2.0, 9.0, np.nan], n)
    meter.values[Quantity.RETURN_TEMPERATURE_C] = rng.choice([50.0, 69.0, np.nan], n)
    meter.values[Quantity.HEAT_ERROR_FLAGS] = rng.choice([0.0, 0.0, 3.0, np.nan], n)
    meter.values[Quantity.ERROR_TIME_H] = np.floor(np.cumsum(rng.choice([0.0, 0.25, 1.0], n)))
    meter.values[Quantity.OPERATING_TIME_H] = np.floor(np.cumsum(rng.choice([0.0, 0.25], n)))
    meter.serial = np.cumsum(rng.random(n) < 0.02).astype(np.int32)
    kept = np.repeat(rng.random(n // 8 + 1) < data.draw(st.sampled_from([0.3, 0.7, 1.0])), 8)[:n]
    kept[0] = True
    limits = data.draw(st.sampled_from([LIMITS, NO_LIMITS, replace(LIMITS, q_min_m3h=None)]))
    found = meter.clocks(limits, kept)
    parts = np.stack([getattr(found, name) for name in NAMES[:-1]])
    assert (np.nan_to_num(parts) >= 0).all()
    assert (np.nansum(parts, axis=0) <= found.covered_s).all()
    assert (found.covered_s <= DAY_S).all()


@settings(deadline=None)
@given(st.integers(20, 76), st.sampled_from([0, 1, 2]))
def test_a_part_with_its_neighbours_gives_the_same_day(margin: int, day: int) -> None:
    """The rollup reads a window and some readings around it."""
    meter = Meter(3)
    meter.set(Quantity.HEAT_FLOW_M3H, 0.05, 20, 50)
    meter.values[Quantity.ERROR_TIME_H][meter.hours(23, 99)] += 1
    whole = hours_of(meter.clocks(), day)
    first, end = max(day * 96 - margin, 0), day * 96 + 96 + margin
    places = np.arange(len(meter.at_us))
    assert hours_of(meter.clocks(kept=(places >= first) & (places <= end)), day) == whole


def test_a_state_holds_for_two_hours_at_most() -> None:
    meter = Meter()
    every = (meter.at_us - START_US) % (LONGEST_HOLD_US + HOUR_US) == 0
    assert (meter.clocks(kept=every).covered_s == 0).all()

"""Faults leave what they promise: the truth underneath, the ends of the span, and a stream that can be undone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.faults import DEMO_FAULTS, NO_FAULTS, FaultPlan, afflict, clock_skew_s, deliver
from simulators.series import Column, DeviceSeries
from teplosvet.domain.quantities import Quantity

TIMES_S = 1_730_000_000.0 + np.arange(24 * 90) * 3600
REGISTER = 100.0 + np.cumsum(np.full(TIMES_S.size, 0.25))
SERIES = DeviceSeries(
    "d",
    "1",
    TIMES_S,
    (
        Column(Quantity.HEAT_ENERGY_KWH, "kWh", 2, REGISTER),
        Column(Quantity.FLOW_TEMPERATURE_C, "Cel", 1, 70.0 + np.arange(TIMES_S.size) % 17),
    ),
)
seeds = st.integers(0, 2**32)


def test_without_faults_nothing_happens() -> None:
    same = afflict(SERIES, NO_FAULTS, np.random.default_rng(1))
    for before, after in zip(SERIES.columns, same.columns, strict=True):
        np.testing.assert_array_equal(before.values, after.values)
    deliveries = deliver(TIMES_S, NO_FAULTS, np.random.default_rng(1))
    np.testing.assert_array_equal(deliveries.message, np.arange(TIMES_S.size))
    np.testing.assert_array_equal(deliveries.at_s, TIMES_S)


@given(seed=seeds)
def test_zeros_are_single_and_inside_and_the_rest_is_the_register(seed: int) -> None:
    afflicted = afflict(SERIES, FaultPlan(zero_per_day=2.0), np.random.default_rng(seed)).columns[0].values
    zero = afflicted == 0
    assert zero.any()
    assert not (zero[1:] & zero[:-1]).any()
    assert not zero[:25].any()
    assert not zero[-25:].any()
    np.testing.assert_array_equal(afflicted[~zero], REGISTER[~zero])


@given(seed=seeds)
def test_a_stuck_sensor_repeats_and_spares_the_registers(seed: int) -> None:
    afflicted = afflict(SERIES, FaultPlan(stuck_per_day=1.0), np.random.default_rng(seed))
    np.testing.assert_array_equal(afflicted.columns[0].values, REGISTER)
    temperature = afflicted.columns[1].values
    assert (np.diff(temperature) == 0).sum() > 5
    changed = temperature != SERIES.columns[1].values
    np.testing.assert_array_equal(temperature[1:][changed[1:]], temperature[:-1][changed[1:]])


@given(seed=seeds)
def test_a_wrong_clock_moves_every_stamp_by_the_same(seed: int) -> None:
    skew_s = clock_skew_s(FaultPlan(skewed=1.0, skew_s=150.0), np.random.default_rng(seed))
    assert abs(skew_s) <= 150
    np.testing.assert_array_equal(
        afflict(SERIES, NO_FAULTS, np.random.default_rng(seed), skew_s).times_s, TIMES_S + skew_s
    )


@settings(max_examples=40)
@given(seed=seeds, plan=st.builds(FaultPlan, dropout_per_day=st.floats(0, 0.3), duplicate=st.floats(0, 0.3),
                                  late_per_day=st.floats(0, 0.3)))  # fmt: skip
def test_delivery_loses_only_in_dropouts_and_repeats_only_what_it_delivers(seed: int, plan: FaultPlan) -> None:
    deliveries = deliver(TIMES_S, plan, np.random.default_rng(seed))
    assert (np.diff(deliveries.at_s) >= 0).all()
    assert (deliveries.at_s >= TIMES_S[deliveries.message]).all()
    _, copies = np.unique(deliveries.message, return_counts=True)
    assert copies.max() <= 2
    assert {0, TIMES_S.size - 1} <= set(deliveries.message.tolist())
    if plan.dropout_per_day == 0:
        assert copies.size == TIMES_S.size
    if plan.duplicate == 0:
        assert copies.max() == 1


def test_the_demo_line_is_late_lossy_and_repetitive() -> None:
    deliveries = deliver(TIMES_S, DEMO_FAULTS, np.random.default_rng(5))
    distinct, copies = np.unique(deliveries.message, return_counts=True)
    assert 0.001 < 1 - distinct.size / TIMES_S.size < 0.1
    assert 0.003 < (copies == 2).mean() < 0.03
    assert (np.diff(deliveries.message) < 0).sum() > 3  # out of order


@given(seed=seeds)
def test_the_same_chance_gives_the_same_faults(seed: int) -> None:
    one, other = (deliver(TIMES_S, DEMO_FAULTS, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(one.message, other.message)

"""A contract's statement does not depend on which others are computed with it: not in the last bit."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.batch import row_of, rows_of, two_at_least
from analytics.daily import DailySeries
from analytics.methods import DailyVariable, VerificationInput, savings_of, statement_of, verify
from analytics.result import known, known_each
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.periods import Period
from tests.unit.analytics.known_contracts import (
    BASELINE,
    DAYS,
    FIRST_REPORTING,
    REPORTING,
    TEMPERATURE,
    contract,
    heat_energy,
    heat_input,
)
from tests.unit.analytics.simulated_buildings import LATITUDE_DEG, need


def mixed(seed: int) -> VerificationInput:
    """Heat, light, electricity; gaps, lamps out of order, no weather, no data, another baseline, another sky."""
    rng = np.random.default_rng(seed)
    energy = heat_energy(0.02 * (seed % 12), cv=0.05 + 0.02 * (seed % 7), seed=seed)
    energy[rng.random(len(energy)) < 0.03] = np.nan
    plain = heat_input(energy)
    kind = seed % 9
    if kind == 0:
        lit = 5 + need(TEMPERATURE, light=False) / 40 + rng.normal(0, 1, len(DAYS))
        share = DailyVariable(DAYS, np.where(rng.random(len(DAYS)) < 0.5, 0.1, np.nan))
        metered = DailySeries.metered(DAYS, lit)
        plain = VerificationInput(contract(Carrier.LIGHT), REPORTING, metered, None, LATITUDE_DEG, share)
    elif kind == 1:
        plain = replace(plain, outdoor_temperature_c=None)
    elif kind == 2:
        energy[FIRST_REPORTING:] = np.nan
        plain = heat_input(energy)
    elif kind == 3:
        shorter = Period(BASELINE.start, BASELINE.start.replace(month=12))
        plain = replace(plain, contract=replace(plain.contract, baseline=shorter))
    elif kind == 4:
        weather = TEMPERATURE + rng.normal(0, 0.3, len(DAYS))
        weather[5] = np.nan
        plain = heat_input(energy, weather)
    elif kind == 5:
        plain = replace(plain, contract=contract(Carrier.ELECTRICITY))
    return plain


def bodies(inputs: list[VerificationInput]) -> list[bytes]:
    pairs = savings_of(inputs)
    return [msgspec.json.encode(statement_of(each, *pair)) for each, pair in zip(inputs, pairs, strict=True)]


ALL = [mixed(seed) for seed in range(45)]
ALONE = [msgspec.json.encode(verify(each)) for each in ALL]


def test_the_contracts_are_as_mixed_as_they_should_be() -> None:
    statements = [verify(each) for each in ALL]
    assert {each.carrier for each in statements} == {Carrier.HEAT, Carrier.LIGHT, Carrier.ELECTRICITY}
    assert {each.avoided_energy_kwh is None for each in statements} == {True, False}
    assert len({each.baseline for each in statements}) == 2


def test_all_at_once_are_the_same_to_the_byte() -> None:
    assert bodies(ALL) == ALONE


@settings(deadline=None)
@given(st.lists(st.integers(0, len(ALL) - 1), min_size=1, max_size=9, unique=True))
def test_any_batch_in_any_order_is_the_same_to_the_byte(places: list[int]) -> None:
    assert bodies([ALL[place] for place in places]) == [ALONE[place] for place in places]


def test_the_variance_is_the_same_to_the_bit() -> None:
    plain = [each for seed, each in enumerate(ALL) if seed % 9 > 5]
    for (_, together), each in zip(savings_of(plain), plain, strict=True):
        alone = savings_of([each])[0][1]
        assert float(together.variance.parameters_kwh2[0]) == float(alone.variance.parameters_kwh2[0])
        assert float(together.variance.noise_kwh2[0]) == float(alone.variance.noise_kwh2[0])


def test_more_than_a_pass_holds_leaves_no_row_alone() -> None:
    """257 under one sky are a pass of 256 and one of 1."""
    one = mixed(6)
    many = [mixed(7)] * 256 + [one]
    (*_, last) = savings_of(many)
    assert msgspec.json.encode(statement_of(one, *last)) == msgspec.json.encode(verify(one))


def test_the_comparison_can_fail() -> None:
    """Negative control: a watt-hour more on one day is seen."""
    energy = ALL[6].energy.energy_kwh.copy()
    energy[20] += 0.001
    assert bodies([replace(ALL[6], energy=DailySeries.metered(DAYS, energy)), ALL[7]])[0] != ALONE[6]


def test_rows_are_taken_out_and_put_together() -> None:
    assert two_at_least([1]) == [1, 1]
    assert two_at_least([1, 2, 3]) == [1, 2, 3]
    fits = [savings_of([ALL[n]])[0][0].fits for n in (6, 7, 8)]
    side_by_side = rows_of(fits)
    assert len(side_by_side) == 3
    assert float(row_of(side_by_side, 1).base[0]) == float(fits[1].base[0])


@settings(deadline=None)
@given(st.lists(st.floats(), max_size=20))
def test_rounding_many_is_rounding_each(values: list[float]) -> None:
    assert [repr(v) for v in known_each(np.array(values))] == [repr(known(v)) for v in values]


@pytest.mark.parametrize("value", [0.0005, 1.0005, 2.6745, 1e9 + 0.0005, 123456.7895, -0.0005, -0.0001, 0.1 + 0.2])
def test_rounding_beside_a_half(value: float) -> None:
    near = np.nextafter(value, [-np.inf, np.inf])
    values = np.array([value, *near])
    assert [repr(v) for v in known_each(values)] == [repr(known(float(v))) for v in values]


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.integers(-4, 4))
def test_rounding_around_every_half(thousandths: int, steps: int) -> None:
    value = (thousandths + 0.5) / 1000
    for _ in range(abs(steps)):
        value = float(np.nextafter(value, np.inf * np.sign(steps)))
    assert repr(known_each(np.array([value]))[0]) == repr(known(value))

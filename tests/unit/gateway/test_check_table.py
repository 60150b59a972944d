"""Values as `gateway check` shows them: an installer compares them with the meter's display."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.check import Shown
from gateway.check_table import gcal, in_steps, value_rows


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [
        (480.52585000000005, 0.01163, 480.52834),  # 41,318 steps of 0.00001 Gcal
        (41.318 * 1163, 1.163, 48052.834),
        (120.50000000000001, 0.1, 120.5),
        (71.5, None, 71.5),
        (480.52585000000005, None, 480.52585),
        (0.0, 0.001, 0.0),
        (float("inf"), 0.1, float("inf")),
    ],
)
def test_a_value_has_the_digits_of_its_step(value: float, step: float | None, shown: float) -> None:
    assert in_steps(value, step) == shown


@given(st.integers(0, 10**9), st.sampled_from([1.0, 0.1, 0.01, 0.001, 1.163, 0.01163, 10.0]))
def test_steps_that_the_meter_shows_come_out_as_they_are(steps: int, step: float) -> None:
    assert in_steps(steps * step, step) == pytest.approx(steps * step, rel=1e-12)
    assert len(repr(in_steps(steps * step, step)).partition(".")[2]) <= 5


@pytest.mark.parametrize(
    ("energy_kwh", "step_kwh", "shown"),
    [
        (11_630.0, 1.0, 10.0),
        (48_052.834, 1.163, 41.318),
        (11_631.0, 1.0, 10.0009),
        (1163.0, 1163.0, 1.0),
        (1.0, None, 0.00086),
    ],
)
def test_energy_in_gcal(energy_kwh: float, step_kwh: float | None, shown: float) -> None:
    assert gcal(energy_kwh, step_kwh) == shown


def test_heat_is_there_twice_and_electricity_once() -> None:
    values = [Shown("heat_energy", 48_052.834000000003, "kWh", 1.1629999999999998), Shown("active_energy", 5.0, "kWh")]
    assert list(value_rows(values)) == [
        ("heat_energy", 48_052.834, "kWh", 1.163),
        ("heat_energy", 41.318, "Gcal", 0.001),
        ("active_energy", 5.0, "kWh", None),
    ]

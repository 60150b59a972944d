"""Register values at full hours out of totals and amounts: exact, or not at all."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.modbus.rebuild import Total, hours, register_at

START = datetime(2026, 11, 24)  # noqa: DTZ001 (the meter's own time)
HOUR = timedelta(hours=1)
AMOUNTS = st.lists(st.decimals(0, 10, places=4), min_size=24, max_size=24)


def day(amounts: list[Decimal], first: Decimal) -> tuple[Total, Total, dict[datetime, Decimal | None], list[Decimal]]:
    """Totals around a day, its amounts by hour, and the register at the end of every hour."""
    registers = [first]
    for amount in amounts:
        registers.append(registers[-1] + amount)
    by_hour: dict[datetime, Decimal | None] = {START + (n + 1) * HOUR: amount for n, amount in enumerate(amounts)}
    return Total(START, first), Total(START + 24 * HOUR, registers[-1]), by_hour, registers


@given(AMOUNTS, st.decimals(0, 10_000, places=3), st.integers(0, 24))
def test_every_hour_is_exact_from_either_side(amounts: list[Decimal], first: Decimal, n: int) -> None:
    before, after, by_hour, registers = day(amounts, first)
    at = START + n * HOUR
    assert register_at(at, before, after, by_hour) == registers[n]
    assert register_at(at, before, None, by_hour) == registers[n]
    assert register_at(at, None, after, by_hour) == registers[n]


@given(AMOUNTS, st.integers(0, 23), st.integers(0, 24))
def test_an_hour_in_which_the_meter_was_off_added_nothing(amounts: list[Decimal], off: int, n: int) -> None:
    amounts[off] = Decimal(0)
    before, after, by_hour, registers = day(amounts, Decimal(100))
    by_hour[START + (off + 1) * HOUR] = None
    assert register_at(START + n * HOUR, before, after, by_hour) == registers[n]


def test_a_lost_hour_that_did_count_is_not_guessed() -> None:
    amounts = [Decimal(1)] * 24
    before, after, by_hour, registers = day(amounts, Decimal(0))
    by_hour[START + 5 * HOUR] = by_hour[START + 9 * HOUR] = None
    assert register_at(START + 7 * HOUR, before, after, by_hour) is None
    assert register_at(START + 4 * HOUR, before, after, by_hour) == registers[4]
    assert register_at(START + 12 * HOUR, before, after, by_hour) == registers[12]
    assert register_at(START + 12 * HOUR, before, None, by_hour) is None


def test_hours_that_do_not_fit_their_totals_are_not_used() -> None:
    before, after, by_hour, _ = day([Decimal(1)] * 24, Decimal(0))
    assert register_at(START + 12 * HOUR, before, Total(after.at, after.value + 5), by_hour) is None


def test_rounding_of_the_hours_is_no_disagreement() -> None:
    before, after, by_hour, registers = day([Decimal(1)] * 24, Decimal(0))
    late = Total(after.at, after.value + Decimal("0.02"))
    assert register_at(START + 12 * HOUR, before, late, by_hour) == registers[12]


def test_nothing_to_build_on() -> None:
    assert register_at(START, None, None, {}) is None
    assert list(hours(START, START + 2 * HOUR)) == [START + HOUR, START + 2 * HOUR]

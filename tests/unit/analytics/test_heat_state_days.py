"""What becomes of a heat meter's clocks in a statement: which days, why, and nothing where nobody knows them."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.act.annexes import day_line
from analytics.act.pen import Pen
from analytics.digests import statement_body
from analytics.heat_clocks import STATES
from analytics.heat_state_days import MOST_ABNORMAL_S, HeatStateDays
from analytics.methods import VerificationInput, verify
from analytics.savings import ABNORMAL, LeftOut
from analytics.statement import Statement
from teplosvet.domain.contract_terms import Terms
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.fill_terms import FillRules, FillTerms
from teplosvet.domain.findings import FindingCode
from teplosvet.stored_statement import Statement as StoredStatement
from teplosvet.words.language import Language
from tests.unit.analytics.known_contracts import FIRST_REPORTING, heat_energy, heat_input

FILL = FillTerms(FillRules.PP1034, Decimal(12), Decimal(-24))
HOUR = 3600.0
JANUARY = FIRST_REPORTING + 92


def inputs(fill: FillTerms | None) -> VerificationInput:
    made = heat_input(heat_energy(0.2, seed=1))
    return replace(made, contract=replace(made.contract, terms=Terms(fill=fill)))


def with_clocks(made: VerificationInput, first: int, *rows: tuple[float, ...]) -> VerificationInput:
    day = made.energy.day[first : first + len(rows)]
    return replace(made, heat_states=HeatStateDays(day, np.array(rows, dtype=float).T))


def reasons(statement: Statement) -> list[LeftOut | None]:
    return [row.left_out for row in statement.reporting_days if row.left_out is not None]


@pytest.mark.parametrize("place", range(len(STATES)))
def test_the_longest_clock_is_the_reason(place: int) -> None:
    row = [HOUR / 2] * len(STATES)
    row[place] = HOUR
    found = verify(with_clocks(inputs(FILL), JANUARY, tuple(row)))
    assert reasons(found) == [ABNORMAL[place]]
    (day,) = (each for each in found.reporting_days if each.left_out is not None)
    assert day.filled_kwh is not None
    assert not day.used
    told = next(each for each in found.findings if each.code is FindingCode.METER_ABNORMAL)
    assert told.data[f"{ABNORMAL[place].value}_days"] == told.data["days"] == 1


def test_ten_in_a_hundred_of_a_day_may_be_abnormal() -> None:
    nothing = (np.nan,) * 4
    just, beyond = (float(MOST_ABNORMAL_S),), (float(MOST_ABNORMAL_S + 1),)
    found = verify(with_clocks(inputs(FILL), JANUARY, just + nothing, beyond + nothing))
    assert reasons(found) == [LeftOut.BELOW_RANGE]


def test_a_filled_day_is_in_no_metered_sum() -> None:
    row = (0.0, 0.0, 0.0, 10 * HOUR, 0.0)
    plain, found = verify(inputs(FILL)), verify(with_clocks(inputs(FILL), JANUARY, row))
    day = plain.reporting_days[92]
    assert plain.metered_kwh is not None
    assert found.metered_kwh is not None
    assert day.metered_kwh is not None
    assert found.metered_kwh == pytest.approx(plain.metered_kwh - day.metered_kwh, abs=0.01)
    assert found.used_days == plain.used_days - 1
    assert found.filled is not None
    assert found.filled.days == 1


def test_a_day_of_the_baseline_is_in_no_fit() -> None:
    found = verify(with_clocks(inputs(FILL), 30, (0.0, 0.0, 0.0, 10 * HOUR, 0.0)))
    assert [row.used for row in found.baseline_days].count(False) == 1
    told = next(each for each in found.findings if each.code is FindingCode.METER_ABNORMAL)
    assert (told.data["days"], told.data["baseline_days"]) == (0, 1)


def test_the_act_says_why_in_both_languages() -> None:
    found = verify(with_clocks(inputs(FILL), JANUARY, (0.0, 0.0, 0.0, 0.0, 10 * HOUR)))
    stored = msgspec.json.decode(statement_body(found), type=StoredStatement)
    day = next(row for row in stored.reporting_days if row.left_out is not None)
    for language, said in ((Language.ENGLISH, "meter without power"), (Language.RUSSIAN, "счётчик без питания")):
        pen = Pen(language, Carrier.HEAT, ZoneInfo("Europe/Moscow"))
        assert said in day_line(day, pen).cells[-1]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 700), st.lists(st.sampled_from([np.nan, 0.0, 400.0, 1700.0]), min_size=5, max_size=5))
def test_clocks_that_say_nothing_abnormal_change_nothing(first: int, row: list[float]) -> None:
    plain = statement_body(verify(inputs(FILL)))
    assert statement_body(verify(with_clocks(inputs(FILL), first, tuple(row)))) == plain


def test_without_a_fill_rule_nothing_changes() -> None:
    row = (0.0, 0.0, 0.0, 24 * HOUR, 0.0)
    assert verify(with_clocks(inputs(None), JANUARY, row)) == verify(inputs(None))
    assert verify(with_clocks(inputs(FILL), JANUARY, row)) != verify(inputs(FILL))  # and it can change

"""Whose turn it is with an act, for every state and every reader."""

import pytest

from analytics.act.state import ALLOWED, ActState
from dashboards.act_turn import NEXT, Turn, turn
from teplosvet.domain.adjustments import Side

CASES = [
    ("", {Side.CUSTOMER}, Turn(("draft",))),
    ("", set(), Turn(whose="either")),
    ("draft", {Side.ESCO}, Turn(("sent",))),
    ("draft", {Side.CUSTOMER}, Turn(whose="esco")),
    ("sent", {Side.CUSTOMER}, Turn(("agreed", "disputed"))),
    ("sent", {Side.ESCO}, Turn(whose="customer")),
    ("disputed", {Side.CUSTOMER}, Turn(whose="esco")),
    ("agreed", {Side.CUSTOMER}, Turn(("paid",))),
    ("agreed", set(), Turn(whose="either")),
    ("paid", {Side.CUSTOMER, Side.ESCO}, Turn()),
]


@pytest.mark.parametrize(("state", "sides", "expected"), CASES)
def test_a_step_is_offered_to_the_side_whose_word_it_is(state: str, sides: set[Side], expected: Turn) -> None:
    assert turn(state, sides) == expected


def test_the_page_offers_the_steps_that_an_act_allows_and_no_other() -> None:
    assert {(state, step) for state, steps in NEXT.items() if state for step in steps} == ALLOWED
    assert {*NEXT} == {"", *ActState}

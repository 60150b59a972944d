"""The cheapest chain of readings through a span: exact dynamic programming over everything that `ways` allows."""

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from analytics.consumption.costs import (
    DROP,
    DROP_AT_START,
    DROP_IMPOSSIBLE,
    EXCHANGE_NOT_FOUND,
    EXCURSION,
    LONG_EXCURSION,
)
from analytics.consumption.rules import LOOK_AROUND
from analytics.consumption.span import Span, State, Way
from analytics.consumption.ways import ways

HOPELESS = 1_500
"""A state that is so much dearer than the best one at its reading is not followed. [cost]"""


class Step(NamedTuple):
    """An accepted reading of the span, and how it was reached.

    Attributes:
        reading: Index in the span.
        state: What holds there.
        way: How it was reached; None for the first one.
    """

    reading: int
    state: State
    way: Way | None


@dataclass(slots=True)
class _Node:
    cost: int
    before: "tuple[int, State] | None"
    way: Way | None


def cheapest_chain(span: Span, start: State, *, free_start: bool, free_end: bool) -> list[Step]:
    """Find the chain from the span's first to its last reading that is cheapest to believe.

    Args:
        span: The readings and what is known around them.
        start: What holds at the first reading.
        free_start: Whether the series begins here, so that its first readings may be wrong.
        free_end: Whether the series ends here, so that its last readings may still be untold.
    """
    last = len(span.register) - 1
    table: list[dict[State, _Node]] = [{} for _ in span.register]
    table[0][start] = _Node(0, None, None)
    drop = [0, *accumulate(DROP if value >= 0 else DROP_IMPOSSIBLE for value in span.register)]
    for j in range(1, last + 1):
        if free_start:
            for serial in span.serials[j]:
                _offer(table[j], State(serial, 0, start.shift), _Node(DROP + DROP_AT_START * (j - 1), None, None))
        for i in range(j - 1, max(-1, j - 2 - LOOK_AROUND), -1):
            _relax(span, table, i, j, drop[j] - drop[i + 1])
        for pair in span.returns:
            if pair.after == j:
                _relax(span, table, pair.before, j, EXCURSION if pair.short else LONG_EXCURSION)
        _prune(table[j])
    ends = range(last, -1, -1) if free_end else range(last, last - 1, -1)
    candidates = [
        (
            node.cost + drop[last + 1] - drop[j + 1] + EXCHANGE_NOT_FOUND * (len(span.exchanges) - state.recorded),
            -j,
            state,
        )
        for j in ends
        for state, node in table[j].items()
    ]
    _, at, state = min(candidates, key=lambda c: c[:2])
    return _trace(table, -at, state)


def _relax(span: Span, table: list[dict[State, _Node]], i: int, j: int, base: int) -> None:
    for state, node in table[i].items():
        for way in ways(span, i, j, state):
            _offer(table[j], way.state, _Node(node.cost + base + way.cost, (i, state), way))


def _offer(states: dict[State, _Node], state: State, node: _Node) -> None:
    known = states.get(state)
    if known is None or node.cost < known.cost:
        states[state] = node


def _prune(states: dict[State, _Node]) -> None:
    if len(states) > 1:
        best = min(node.cost for node in states.values())
        for state in [s for s, node in states.items() if node.cost > best + HOPELESS]:
            del states[state]


def _trace(table: list[dict[State, _Node]], reading: int, state: State) -> list[Step]:
    steps: list[Step] = []
    at: tuple[int, State] | None = (reading, state)
    while at is not None:
        node = table[at[0]][at[1]]
        steps.append(Step(at[0], at[1], node.way))
        at = node.before
    return steps[::-1]

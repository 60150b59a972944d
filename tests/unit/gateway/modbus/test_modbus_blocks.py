"""Blocks: few requests, none over the meter's limits, nothing lost to a register that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.modbus.blocks import Round, Stride, gather, plan
from gateway.drivers.modbus.master import ModbusRefusedError
from gateway.drivers.modbus.register import Span, Table
from gateway.errors import NoAnswerError
from gateway.line import Line

SPANS = st.builds(Span, st.sampled_from(Table), st.integers(0, 300), st.integers(1, 8))


@given(st.sets(SPANS, min_size=1, max_size=40), st.integers(8, 125), st.integers(0, 5))
def test_a_plan_covers_everything_within_the_limits(spans: set[Span], most: int, gap: int) -> None:
    blocks = plan(spans, most, gap)
    assert sorted(map(repr, (span for block in blocks for span in block))) == sorted(map(repr, spans))
    for block in blocks:
        assert len({span.table for span in block}) == 1
        end = block[0].address
        for span in block:
            assert span.address - end <= gap
            end = max(end, span.address + span.count)
        assert end - block[0].address <= most


def test_neighbours_are_read_together_and_strangers_are_not() -> None:
    spans = [Span(Table.HOLDING, at, 2) for at in (0, 2, 4, 8)]
    assert [len(block) for block in plan(spans, 125)] == [3, 1]
    assert [len(block) for block in plan(spans, 125, gap=2)] == [4]
    assert [len(block) for block in plan(spans, 4)] == [2, 1, 1]


class Meter:
    """Registers that exist, and a count of the requests."""

    def __init__(self, *there: range) -> None:
        self.there = {address for span in there for address in span}
        self.requests = 0

    def ask(self, span: Span) -> list[int]:
        self.requests += 1
        wanted = range(span.address, span.address + span.count)
        if not self.there.issuperset(wanted):
            raise ModbusRefusedError("has no such register", b"", 2)
        return list(wanted)


@given(st.sets(st.integers(0, 30), max_size=30))
def test_a_register_that_is_not_there_costs_no_other(missing: set[int]) -> None:
    meter = Meter(range(62))
    meter.there -= {2 * n for n in missing}
    spans = [Span(Table.HOLDING, 2 * n, 2) for n in range(31)]
    gathered = gather(meter.ask, spans, 125)
    assert {span.address // 2 for span in gathered.lacking} == missing
    assert gathered.words == {(Table.HOLDING, at): at for n in set(range(31)) - missing for at in (2 * n, 2 * n + 1)}


def test_another_refusal_is_not_a_missing_register() -> None:
    def ask(span: Span) -> list[int]:
        raise ModbusRefusedError("could not", b"", 4)

    with pytest.raises(ModbusRefusedError):
        gather(ask, [Span(Table.INPUT, 0, 2), Span(Table.INPUT, 2, 2)], 125)


def test_a_round_asks_once_within_its_life() -> None:
    clock, meter, line = [0.0], Meter(range(10)), Line("l", "socket://127.0.0.1:9")
    kept = Round(lambda: clock[0])
    span, lacking = Span(Table.HOLDING, 0, 10), Span(Table.HOLDING, 20, 1)
    for at, requests in ((0.0, 1), (5.0, 1), (10.0, 1), (10.1, 2)):
        clock[0] = at
        assert kept.ask(line, 1, span, 10.0, meter.ask) == list(range(10))
        assert meter.requests == requests
    kept.ask(line, 2, span, 10.0, meter.ask)  # another unit is another meter
    assert meter.requests == 3
    for _ in range(2):
        with pytest.raises(ModbusRefusedError):
            kept.ask(line, 1, lacking, 10.0, meter.ask)
    assert meter.requests == 4


def test_a_round_does_not_remember_that_nobody_answered() -> None:
    kept, line, asked = Round(), Line("l", "socket://127.0.0.1:9"), []

    def ask(span: Span) -> list[int]:
        asked.append(span)
        raise NoAnswerError

    for _ in range(2):
        with pytest.raises(NoAnswerError):
            kept.ask(line, 1, Span(Table.HOLDING, 0, 1), 10.0, ask)
    assert len(asked) == 2


def test_groups_of_points_stay_within_the_unit() -> None:
    stride = Stride(registers=16, points=64, life_s=1.0)
    assert stride.group(0, 0, 125, Table.HOLDING) == Span(Table.HOLDING, 0, 112)
    assert stride.group(9, 1000, 125, Table.HOLDING) == Span(Table.HOLDING, 1000 + 7 * 16, 112)
    assert stride.group(63, 0, 125, Table.HOLDING) == Span(Table.HOLDING, 63 * 16, 16)
    assert stride.group(5, 0, 10, Table.HOLDING) == Span(Table.HOLDING, 80, 16)

"""Registers are read in blocks: as few requests as the meter allows, and none lost to a register that it lacks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from gateway.drivers.modbus.master import ModbusRefusedError
from gateway.drivers.modbus.register import Span, Table
from gateway.line import Line

Ask = Callable[[Span], list[int]]
"""Reads a span, or raises a `DeviceError`."""


@dataclass(slots=True)
class Gathered:
    """What was read.

    Attributes:
        words: Contents of registers by table and address.
        lacking: Spans that the meter does not have.
    """

    words: dict[tuple[Table, int], int] = field(default_factory=dict)
    lacking: list[Span] = field(default_factory=list)


def plan(spans: Iterable[Span], most: int, gap: int = 0) -> list[list[Span]]:
    """Spans that one request shall read together, in the order of their addresses.

    Args:
        spans: What is needed; they may overlap.
        most: Registers that the meter gives in one answer.
        gap: Registers between two spans that may be read with them though nobody needs them. A meter that refuses
            addresses without a register has 0.
    """
    blocks: list[list[Span]] = []
    end = 0
    for span in sorted(set(spans), key=lambda span: (span.table.value, span.address, span.count)):
        if blocks and (first := blocks[-1][0]).table is span.table and span.address - end <= gap:
            wider = max(end, span.address + span.count)
            if wider - first.address <= most:
                blocks[-1].append(span)
                end = wider
                continue
        blocks.append([span])
        end = span.address + span.count
    return blocks


def gather(ask: Ask, spans: Iterable[Span], most: int, gap: int = 0) -> Gathered:
    """Read spans; where the meter lacks a register of a block, its spans are read one by one.

    Raises:
        DeviceError: If the meter cannot be read. What it has no register for is in `lacking` instead.
    """
    gathered = Gathered()
    for block in plan(spans, most, gap):
        _read_block(ask, block, gathered)
    return gathered


def _read_block(ask: Ask, block: list[Span], gathered: Gathered) -> None:
    first = block[0]
    whole = Span(first.table, first.address, max(span.address + span.count for span in block) - first.address)
    try:
        words = ask(whole)
    except ModbusRefusedError as error:
        if not error.no_such_register:
            raise
        if len(block) == 1:
            gathered.lacking.append(first)
            return
        half = len(block) // 2
        _read_block(ask, block[:half], gathered)
        _read_block(ask, block[half:], gathered)
        return
    gathered.words.update({(whole.table, whole.address + n): word for n, word in enumerate(words)})


@dataclass(frozen=True, slots=True)
class Stride:
    """Many points behind one unit, each with registers like its neighbour's.

    Attributes:
        registers: From a point's first register to the next one's.
        points: How many points there can be.
        life_s: How long what was read for one point stands for its neighbours too. [s]
    """

    registers: int
    points: int
    life_s: float

    def group(self, point: int, base: int, most: int, table: Table) -> Span:
        """The registers of all points that one request reads together with this one."""
        together = max(most // self.registers, 1)
        first = point // together * together
        count = min(together, self.points - first) * self.registers
        return Span(table, base + first * self.registers, count)


class Round:
    """What was read on a line a moment ago for several points, so that the next point need not ask again.

    Args:
        monotonic: A clock, or None for that of the line. [s]
    """

    def __init__(self, monotonic: Callable[[], float] | None = None) -> None:
        self._monotonic = monotonic
        self._lines: WeakKeyDictionary[Line, dict[tuple[int, Span], tuple[float, list[int] | ModbusRefusedError]]] = (
            WeakKeyDictionary()
        )

    def ask(self, line: Line, unit: int, span: Span, life_s: float, ask: Ask) -> list[int]:
        """The registers as they were at most `life_s` ago; a refusal is remembered too.

        Raises:
            DeviceError: If they cannot be read.
        """
        known = self._lines.setdefault(line, {})
        now = (self._monotonic or line.elapsed_s)()
        found = known.get((unit, span))
        if found is None or now - found[0] > life_s:
            found = now, self._answer(ask, span)
            for key in [key for key, (at, _) in known.items() if now - at > life_s]:
                del known[key]
            known[unit, span] = found
        if isinstance(found[1], ModbusRefusedError):
            raise found[1]
        return found[1]

    @staticmethod
    def _answer(ask: Ask, span: Span) -> list[int] | ModbusRefusedError:
        try:
            return ask(span)
        except ModbusRefusedError as error:
            return error

"""Registers of the past, rebuilt from the amounts that VKT-7 archives.

An hour or a day of its archives holds what was counted in it; a register value stands only in the totals: now, and at
the end of each report day, which its total archive keeps. So the register at the end of a day is that at the nearest
known end of a day plus the days between, or less them, and within a day that at its end less the later hours. All of it
in the calculator's own whole numbers: nothing drifts, and days bound what rounding can do to hours.

An hour or a day without a record counted nothing, because the calculator had no power. What one record does not say of
an element is not known beyond it either, and stays missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.drivers.vkt7.values import Shown

Registers = Mapping[int, int | None]
"""Register values or amounts by the number of their element, in the calculator's own steps; None where not known."""
Record = Mapping[int, Shown]


@dataclass(slots=True)
class Book:
    """What is known of a calculator's past; it does not change any more, so it need not be asked again.

    Attributes:
        ends: Registers at the end of a day.
        days: Records of days, None where there is none.
        hours: Records of hours of the running day.
        checked: The day on which the registers were last seen to come to what the calculator shows.
        waited: Contacts that did not do to learn registers from what is shown.
    """

    ends: dict[date, Registers] = field(default_factory=dict)
    days: dict[date, Record | None] = field(default_factory=dict)
    hours: dict[datetime, Record | None] = field(default_factory=dict)
    checked: date | None = None
    waited: int = 0

    def forget(self) -> None:
        """The calculator was exchanged, reset or set otherwise."""
        self.ends.clear()
        self.days.clear()
        self.hours.clear()
        self.checked = None

    def turn(self, oldest: date) -> None:
        """A new day: its hours begin, and what the calculator itself has forgotten is of no use any more."""
        self.hours.clear()
        self.days = {day: record for day, record in self.days.items() if day >= oldest}
        self.ends = {day: registers for day, registers in self.ends.items() if day >= oldest}


def amounts(record: Record | None, numbers: tuple[int, ...]) -> Registers:
    """The amounts, or totals, of a record; nothing was counted where there is no record."""
    if record is None:
        return dict.fromkeys(numbers, 0)
    return {number: _whole(record.get(number)) for number in numbers}


def plus(registers: Registers, more: Registers) -> Registers:
    """Registers after `more` was counted."""
    return {number: _sum(value, more.get(number), 1) for number, value in registers.items()}


def less(registers: Registers, later: Registers) -> Registers:
    """Registers before `later` was counted."""
    return {number: _sum(value, later.get(number), -1) for number, value in registers.items()}


def _sum(value: int | None, amount: int | None, sign: int) -> int | None:
    return None if value is None or amount is None else value + sign * amount


def _whole(shown: Shown | None) -> int | None:
    return shown.raw if shown is not None and isinstance(shown.raw, int) else None

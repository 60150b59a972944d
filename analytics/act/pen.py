"""Writes an act's figures: rounded once, and worded in its language."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from analytics.act.texts import TEXTS
from teplosvet.domain.contracts import KWH_PER_GCAL, Carrier
from teplosvet.domain.periods import Period
from teplosvet.words import figures
from teplosvet.words.language import Language
from teplosvet.words.units import EnergyUnit, currency_symbol, symbol, usual_unit

THOUSANDTH = Decimal("0.001")
"""Energy is written to 1 Wh, 0.001 Gcal, a litre of water."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes for one language and carrier."""

    language: Language
    carrier: Carrier
    zone: ZoneInfo

    def say(self, key: str, **values: str) -> str:
        """A text of the act."""
        return TEXTS[self.language][key].format_map(values)

    def or_code(self, kind: str, code: str) -> str:
        """What a code is called, the code itself where a statement of another version has one that is unknown here."""
        return TEXTS[self.language].get(f"{kind}.{code}", code)

    @property
    def unit(self) -> EnergyUnit:
        """What the act's energy is in."""
        return usual_unit(self.carrier)

    @property
    def unit_symbol(self) -> str:
        """How that is written."""
        return symbol(self.unit, self.language)

    @property
    def inner_symbol(self) -> str:
        """Unit of the statement itself: kWh, of water m³."""
        return symbol(EnergyUnit.M3 if self.unit is EnergyUnit.M3 else EnergyUnit.KWH, self.language)

    def rounded(self, energy_kwh: Decimal) -> Decimal:
        """An energy in the act's unit. [kWh, Gcal or m³]"""
        amount = energy_kwh / KWH_PER_GCAL if self.unit is EnergyUnit.GCAL else energy_kwh
        return amount.quantize(THOUSANDTH, ROUND_HALF_UP)

    def number(self, value: float | Decimal, decimals: int) -> str:
        """A number with its decimals."""
        return figures.number(value, decimals, self.language)

    def energy(self, energy_kwh: float | Decimal) -> str:
        """An energy in the act's unit, to its last decimal."""
        exact = energy_kwh if isinstance(energy_kwh, Decimal) else exactly(energy_kwh)
        return f"{self.number(self.rounded(exact), 3)}{figures.NO_BREAK}{self.unit_symbol}"

    def headline(self, energy_kwh: float, half_kwh: float | None) -> str:
        """``41,2 ± 3,9 Гкал``: three figures of the greater one."""
        amounts = [self.unit.of_kwh(value) for value in (energy_kwh, half_kwh) if value is not None]
        place = figures.last_place(max(abs(amount) for amount in amounts))
        written = (figures.to_place(amount, place, self.language) for amount in amounts)
        return f"{f'{figures.NO_BREAK}±{figures.NO_BREAK}'.join(written)}{figures.NO_BREAK}{self.unit_symbol}"

    def money(self, amount: Decimal, currency: str) -> str:
        """``12 345,67 ₽``"""
        return f"{self.number(amount, 2)}{figures.NO_BREAK}{currency_symbol(currency)}"

    def percent(self, share: float | Decimal, decimals: int = 0) -> str:
        """``92,9 %``"""
        return f"{self.number(share * 100, decimals)}{figures.NO_BREAK}%"

    def day(self, day: date) -> str:
        """``24.11.2026``"""
        return figures.short_day(day, self.language)

    def instant(self, at: datetime) -> str:
        """``24.11.2026 13:05`` in the building's zone."""
        return figures.instant(at.astimezone(self.zone), self.language)

    def period(self, period: Period) -> str:
        """First and last day."""
        return self.say("period.days", start=self.day(period.start), end=self.day(period.end - timedelta(days=1)))


def exactly(value: float) -> Decimal:
    """The decimal that a stored number was written as."""
    return Decimal(repr(value))

"""The person who reads a page: language, unit and moment, and everything that is written for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboards.texts import TEXTS
from teplosvet.access.principal import Principal
from teplosvet.config import settings
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import Kind, Quantity
from teplosvet.words import figures
from teplosvet.words.catalogue import gettext, ngettext, speaking
from teplosvet.words.language import Language
from teplosvet.words.units import EnergyUnit, currency_symbol, symbol, usual_unit

RELATIVE_FOR = timedelta(days=1)
"""How long an age says more than a date."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and how.

    Attributes:
        language: What they read.
        chosen_unit: Energy unit that they chose, None for the usual one of each carrier.
        now: The present instant.
        path: Path of the page.
        parameters: Query parameters of the page.
        person: Who that is, None of a page for everybody.
    """

    language: Language
    chosen_unit: EnergyUnit | None
    now: datetime
    path: str = "/"
    parameters: Mapping[str, str] = field(default_factory=dict)
    person: Principal | None = None

    def say(self, key: str, **values: str | int) -> str:
        """A text in their language; a whole number is written as such, and `n` chooses the plural."""
        speaking.set(self.language)
        found, n = TEXTS[key], values.get("n")
        text = gettext(found) if isinstance(found, str) else ngettext(*found, n if isinstance(n, int) else 0)
        return text % {name: each if isinstance(each, str) else self.number(each) for name, each in values.items()}

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in TEXTS

    def link(self, **changes: str) -> str:
        """This page with other parameters."""
        return f"{self.path}?{urlencode({**self.parameters, **changes})}"

    # numbers

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """A number with its decimals."""
        return figures.number(value, decimals, self.language)

    def percent(self, share: float, decimals: int = 0) -> str:
        """``102 %``"""
        return f"{self.number(share * 100, decimals)}{figures.NO_BREAK}%"

    def money(self, amount: Decimal, currency: str) -> str:
        """``12 345,67 ₽``"""
        return f"{self.number(amount, 2)}{figures.NO_BREAK}{currency_symbol(currency)}"

    def with_unit(self, value: float, unit: str, decimals: int) -> str:
        """A value with the symbol of its unit."""
        text = symbol(unit, self.language)
        return self.number(value, decimals) + (figures.NO_BREAK + text if text else "")

    def symbol(self, unit: str) -> str:
        """How a unit is written."""
        return symbol(unit, self.language)

    # energy

    def unit_of(self, carrier: str) -> EnergyUnit:
        """The unit that a carrier's energy is shown in."""
        usual = usual_unit(carrier)
        return usual if usual is EnergyUnit.M3 or self.chosen_unit is None else self.chosen_unit

    def energy(self, energy_kwh: float, carrier: str, decimals: int | None = None) -> str:
        """Energy with enough decimals for a table; of water, its volume."""
        unit = self.unit_of(carrier)
        value = unit.of_kwh(energy_kwh)
        if decimals is None:
            decimals = 3 if unit is EnergyUnit.GCAL and abs(value) < 10 else 2 if unit is EnergyUnit.GCAL else 1
        return self.with_unit(value, unit.value, decimals)

    def headline_energy(self, energy_kwh: float, half_width_kwh: float | None, carrier: str) -> str:
        """``41,2 Гкал ± 3,9``: three significant figures, the band to the same decimals."""
        unit = self.unit_of(carrier)
        value = unit.of_kwh(energy_kwh)
        half = None if half_width_kwh is None else unit.of_kwh(half_width_kwh)
        place = figures.last_place(value if half is None else max(abs(value), half))
        text = f"{figures.to_place(value, place, self.language)}{figures.NO_BREAK}{self.symbol(unit.value)}"
        if half is None:
            return text
        return f"{text}{figures.NO_BREAK}±{figures.NO_BREAK}{figures.to_place(half, place, self.language)}"

    def measured(self, quantity: Quantity, value: float) -> str:
        """A value of a reading with its unit; energy registers in the unit of choice, flags in words."""
        spec = quantity.spec
        if spec.kind is Kind.STATE:
            if quantity is Quantity.HEAT_ERROR_FLAGS:
                return f"0x{int(value):X}" if value else self.say("no")
            return self.say("yes" if value else "no")
        if spec.unit == "kWh":
            return self.energy(value, spec.device_class.value)
        decimals = 0 if spec.unit in {"lx", "%", "%RH", "V"} else 2 if spec.unit in {"m3/h", "", "A", "Hz"} else 1
        return self.with_unit(value, spec.unit, decimals)

    # time

    def day(self, day: date) -> str:
        """``24.11.2026``"""
        return figures.short_day(day, self.language)

    def month(self, day: date) -> str:
        """``янв``"""
        return figures.short_month(day, self.language)

    def instant(self, at: datetime, zone: ZoneInfo) -> str:
        """``24.11.2026 13:05`` in the zone."""
        return figures.instant(at.astimezone(zone), self.language)

    def at_now(self) -> str:
        """The present instant, for what a page says once it can ask nobody."""
        zone = self.usual_zone()
        return f"{self.instant(self.now, zone)} ({zone.key})"

    def usual_zone(self) -> ZoneInfo:
        """The zone of pages that belong to no house."""
        return settings().zone

    def exact(self, at: datetime, zone: ZoneInfo) -> str:
        """To the second and with the zone: what stands on hover."""
        local = at.astimezone(zone)
        return f"{figures.instant(local, self.language)}:{local:%S} ({zone.key})"

    def ago(self, at: datetime, zone: ZoneInfo) -> str:
        """``12 мин назад`` under a day, then the date and time."""
        age = self.now - at
        seconds = int(age.total_seconds())
        if age >= RELATIVE_FOR:
            return self.instant(at, zone)
        if seconds < 1:
            return self.say("ago.now")
        if seconds < 120:
            return self.say("ago.seconds", n=seconds)
        if seconds < 7200:
            return self.say("ago.minutes", n=seconds // 60)
        return self.say("ago.hours", n=seconds // 3600)

    def period(self, period: Period) -> str:
        """First and last day; whole months by their names."""
        if _is_month(period):
            return figures.month_name(period.start, self.language)
        if period.start.day == 1 and period.end.day == 1:
            months = (figures.short_month_of_year(day, self.language) for day in (period.start, _last_day(period)))
            return self.say("period.months", **dict(zip(("start", "end"), months, strict=True)))
        return self.say("period.days", start=self.day(period.start), end=self.day(_last_day(period)))

    def during(self, period: Period) -> str:
        """The same at the beginning of a sentence."""
        if _is_month(period):
            return self.say("during.month", month=figures.month_name(period.start, self.language))
        start, end = (figures.long_day(day, self.language) for day in (period.start, _last_day(period)))
        return self.say("during.days", start=start, end=end)


def _last_day(period: Period) -> date:
    return period.end - timedelta(days=1)


def _is_month(period: Period) -> bool:
    return period.start.day == 1 and period.end == (period.start + timedelta(days=31)).replace(day=1)

"""Energy units that a person may choose, and the symbols of all units."""

from enum import StrEnum

from teplosvet.domain.contracts import KWH_PER_GCAL, Carrier
from teplosvet.words.language import Language


class EnergyUnit(StrEnum):
    """What an amount is shown in; inside, energy is always kilowatt-hours."""

    KWH = "kWh"
    GCAL = "Gcal"
    M3 = "m3"
    """Water: its amount is a volume, and nobody chooses another unit for it."""

    def of_kwh(self, energy_kwh: float) -> float:
        """The same energy in this unit."""
        return energy_kwh / float(KWH_PER_GCAL) if self is EnergyUnit.GCAL else energy_kwh


CHOICES = (EnergyUnit.KWH, EnergyUnit.GCAL)


def energy_unit(chosen: str | None) -> EnergyUnit | None:
    """The unit by its name, None if it is none that one may choose."""
    return next((unit for unit in CHOICES if unit.value == chosen), None)


def usual_unit(carrier: str) -> EnergyUnit:
    """What the bills of a carrier are in: heat in gigacalories, water in cubic metres, the rest in kilowatt-hours."""
    if carrier == Carrier.WATER:
        return EnergyUnit.M3
    return EnergyUnit.GCAL if carrier == Carrier.HEAT else EnergyUnit.KWH


_SYMBOLS = {
    "kWh": ("kWh", "кВт·ч"),
    "Gcal": ("Gcal", "Гкал"),
    "kvarh": ("kvarh", "квар·ч"),
    "W": ("W", "Вт"),
    "kW": ("kW", "кВт"),
    "h": ("h", "ч"),
    "s": ("s", "с"),
    "d": ("d", "сут"),
    "m2": ("m²", "м²"),
    "m3": ("m³", "м³"),
    "m3/h": ("m³/h", "м³/ч"),
    "m3*Cel": ("m³·°C", "м³·°C"),
    "Cel": ("°C", "°C"),
    "K": ("K", "К"),
    "V": ("V", "В"),
    "A": ("A", "А"),
    "Hz": ("Hz", "Гц"),
    "lx": ("lx", "лк"),
    "%RH": ("%", "%"),
}
_CURRENCIES = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£"}


def symbol(unit: str, language: Language) -> str:
    """How a unit is written."""
    english, russian = _SYMBOLS.get(unit, (unit, unit))
    return russian if language is Language.RUSSIAN else english


def currency_symbol(code: str) -> str:
    """How a currency is written; its ISO 4217 code where it has no sign of its own."""
    return _CURRENCIES.get(code, code)

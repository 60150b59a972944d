"""Emissions that a kilowatt-hour stands for, by region and date."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from teplosvet.domain.contracts import Carrier


class EnergyForm(StrEnum):
    """What an emission factor is of."""

    ELECTRICITY = "electricity"
    HEAT = "heat"


@dataclass(frozen=True, slots=True)
class EmissionFactor:
    """Emissions per kilowatt-hour in a region, from a day until the next factor of the region.

    Attributes:
        region: ISO 3166 code of a country or of its part.
        form: What it is of.
        since: The first day that it is used for.
        kg_per_kwh: [kg CO2/kWh]
        source: Where it is printed, and what it counts.
    """

    region: str
    form: EnergyForm
    since: date
    kg_per_kwh: Decimal
    source: str


_OWID = (
    "carbon intensity of electricity, Our World in Data, year 2021, as in CodeCarbon's table global_energy_mix; "
    "the average of the country, with emissions of building and fuel supply"
)
_GAS = (
    "natural gas, 56.1 kg CO2/GJ (IPCC 2006, volume 2, table 2.2) = 0.20196 kg/kWh, burnt without loss: the least "
    "that heat from gas emits"
)

FACTORS = (
    EmissionFactor("RU", EnergyForm.ELECTRICITY, date(2021, 1, 1), Decimal("0.359937"), _OWID),
    EmissionFactor("SE", EnergyForm.ELECTRICITY, date(2021, 1, 1), Decimal("0.045817"), _OWID),
    EmissionFactor("RU", EnergyForm.HEAT, date(2006, 1, 1), Decimal("0.20196"), _GAS),
)
"""The factors that a source was read for. A newer one is added with the day that it is used from."""

_FORMS = {
    Carrier.LIGHT: EnergyForm.ELECTRICITY,
    Carrier.ELECTRICITY: EnergyForm.ELECTRICITY,
    Carrier.HEAT: EnergyForm.HEAT,
}


def factor_on(region: str, carrier: Carrier, day: date) -> EmissionFactor | None:
    """The factor of a day: of the region, else of its country; None where there is none."""
    form = _FORMS.get(carrier)
    for place in (region, region.partition("-")[0]):
        fitting = [each for each in FACTORS if (each.region, each.form) == (place, form) and each.since <= day]
        if fitting:
            return max(fitting, key=lambda each: each.since)
    return None

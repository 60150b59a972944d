"""One house: whether its devices report, what they say, and its energy by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup

from dashboards.contract_line import ContractLine, contract_lines
from dashboards.house_health import (
    Compared,
    Figure,
    JournalLine,
    compared,
    completeness_figure,
    curve_figure,
    heat_figure,
    journal_lines,
    lede,
    light_figure,
)
from dashboards.reader import Reader
from dashboards.rows import ContractVerdict, DeviceReading, EnergyRow, House
from dashboards.rows_of_houses import Comfort, CurveDay, Entry
from teplosvet.plots.daily import EnergyDay, daily_plot
from teplosvet.plots.frame import SIZES, Words
from teplosvet.words.units import EnergyUnit

DAYS_SHOWN = 730
"""Days that are read: a year beside the year before."""

DAYS_DRAWN = 365


@dataclass(frozen=True, slots=True)
class Place:
    """An entrance, or the whole house, with its devices. An empty name is the whole house."""

    name: str
    devices: int
    silent: int


@dataclass(frozen=True, slots=True)
class CarrierEnergy:
    """The energy of one carrier by day: as a plot in each size and as rows."""

    carrier: str
    title: str
    about: str
    plots: tuple[Markup, ...]
    has_estimated: bool
    rows: tuple[EnergyRow, ...]


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """What the page says."""

    house: House
    lede: str
    contracts: tuple[ContractLine, ...]
    devices: tuple[DeviceReading, ...]
    places: tuple[Place, ...]
    energy: tuple[CarrierEnergy, ...]
    figures: tuple[Figure, ...] = ()
    compared: tuple[Compared, ...] = ()
    journal: tuple[JournalLine, ...] = ()
    comfort: tuple[Comfort, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """What is known beyond energy: weather, temperatures, light, completeness, what happened, other houses."""

    outdoor: Mapping[date, float]
    curve: Sequence[CurveDay]
    levels: Mapping[str, dict[int, float]]
    completeness: Mapping[str, dict[date, float]]
    comfort: Sequence[Comfort]
    journal: Sequence[Entry]
    similar: Mapping[str, Mapping[str, float]]


def building_page(
    house: House,
    devices: Sequence[DeviceReading],
    entrances: Sequence[str],
    energy: Sequence[EnergyRow],
    contracts: Sequence[ContractVerdict],
    health: Health,
    reader: Reader,
) -> BuildingPage:
    """Put the page together."""
    carriers = {row.carrier: None for row in energy}
    beside = (compared(name, energy, health.similar.get(name, {}), house.code, reader) for name in carriers)
    shown = [row for row in energy if row.day > max(each.day for each in energy) - timedelta(days=DAYS_DRAWN)]
    return BuildingPage(
        house,
        lede(house, health.comfort, reader),
        tuple(contract_lines(contracts, reader)),
        tuple(devices),
        tuple(_places(devices, entrances)),
        tuple(_carrier(name, list(rows), reader) for name, rows in groupby(shown, key=lambda row: row.carrier)),
        tuple(_figures(house, energy, contracts, health, reader)),
        tuple(each for each in beside if each is not None),
        tuple(journal_lines(health.journal, reader)),
        tuple(health.comfort),
    )


def _figures(
    house: House, energy: Sequence[EnergyRow], contracts: Sequence[ContractVerdict], health: Health, reader: Reader
) -> Iterable[Figure]:
    fits = (each.verdict.fit for each in contracts if each.verdict is not None and each.carrier == "heat")
    today = reader.now.astimezone(house.zone).date()
    drawn = (
        heat_figure(energy, health.outdoor, next(fits, None), reader),
        curve_figure(health.curve, reader),
        light_figure(health.levels, reader),
        completeness_figure(health.completeness, today),
    )
    return (each for each in drawn if each is not None)


def _places(devices: Sequence[DeviceReading], entrances: Sequence[str]) -> Iterable[Place]:
    """Entrances in the order of the registry, the whole house first if something is installed there."""
    for name in ("", *entrances):
        here = [device for device in devices if (device.entrance or "") == name]
        if here or name:
            yield Place(name, len(here), sum(device.silent for device in here))


def _carrier(carrier: str, rows: Sequence[EnergyRow], reader: Reader) -> CarrierEnergy:
    unit = reader.unit_of(carrier)
    days = every_day([_shown(row, unit) for row in rows])
    title = reader.say("plot.energy", carrier=reader.say(f"carrier.{carrier}"))
    known = [row for row in rows if row.energy_kwh is not None]
    about = reader.say(
        "plot.energy.about",
        start=reader.day(days[0].day),
        end=reader.day(days[-1].day),
        metered=reader.energy(sum(row.energy_kwh for row in known if row.energy_kwh is not None), carrier),
        estimated=reader.energy(sum(row.estimated_kwh for row in known), carrier),
        unknown=sum(day.metered is None for day in days),
    )
    words = Words(
        f"energy-{carrier}",
        title,
        about,
        reader.say("axis.per_day", unit=reader.symbol(unit)),
        reader.number,
        reader.month,
    )
    plots = tuple(daily_plot(days, words, size) for size in SIZES)
    return CarrierEnergy(carrier, title, about, plots, any(row.estimated_kwh for row in known), tuple(rows))


def _shown(row: EnergyRow, unit: EnergyUnit) -> EnergyDay:
    """A row in the unit that is shown."""
    metered = None if row.energy_kwh is None else unit.of_kwh(row.energy_kwh)
    return EnergyDay(row.day, None, metered, unit.of_kwh(row.estimated_kwh))


def every_day(days: Sequence[EnergyDay]) -> list[EnergyDay]:
    """The same days with the missing ones between them, whose energy is unknown."""
    found = {day.day: day for day in days}
    first, last = days[0].day, days[-1].day
    return [
        found.get(day, EnergyDay(day, None, None, None))
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    ]

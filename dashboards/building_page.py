"""One house: whether its devices report, what they say, and its energy by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from markupsafe import Markup

from dashboards.contract_line import ContractLine, contract_lines
from dashboards.reader import Reader
from dashboards.rows import ContractVerdict, DeviceReading, EnergyRow, House
from teplosvet.plots.daily import EnergyDay, daily_plot
from teplosvet.plots.frame import SIZES, Words
from teplosvet.words.units import EnergyUnit

DAYS_SHOWN = 365


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


def building_page(
    house: House,
    devices: Sequence[DeviceReading],
    entrances: Sequence[str],
    energy: Sequence[EnergyRow],
    contracts: Sequence[ContractVerdict],
    reader: Reader,
) -> BuildingPage:
    """Put the page together."""
    return BuildingPage(
        house,
        _lede(house, reader),
        tuple(contract_lines(contracts, reader)),
        tuple(devices),
        tuple(_places(devices, entrances)),
        tuple(_carrier(name, list(rows), reader) for name, rows in groupby(energy, key=lambda row: row.carrier)),
    )


def _lede(house: House, reader: Reader) -> str:
    if house.devices == 0:
        return reader.say("house.no_devices")
    if house.silent_devices:
        return reader.say("house.silent", n=house.silent_devices, all=house.devices)
    return reader.say("house.one_well") if house.devices == 1 else reader.say("house.well", n=house.devices)


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

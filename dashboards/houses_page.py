"""The list of houses: how many need attention, where they are, and how each does today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.house_map import house_map
from dashboards.reader import Reader
from dashboards.rows import House
from dashboards.rows_of_houses import Counts, HeatOfHouse, Saved
from teplosvet.plots.sparkline import sparkline
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.units import EnergyUnit

PAGE_ROWS = 50
SHOWN = ("all", "attention", "silent", "lamps", "faults", "heat", "light", "electricity", "water")
SORTED_BY = ("attention", "title", "silent", "last")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which houses somebody wants to see.

    Attributes:
        search: Part of a title, an address or a code.
        show: One of `SHOWN`.
        sort: One of `SORTED_BY`.
        page: From 1.
        box: South, west, north and east of the map, None for all.
    """

    search: str = ""
    show: str = "all"
    sort: str = "attention"
    page: int = 1
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class HouseLine:
    """A house and how it does: what somebody has to do there, its heat and its light."""

    house: House
    troubles: tuple[str, ...]
    heat: str = ""
    against: str = ""
    spark: Markup | None = None
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter with the houses that it leaves."""

    code: str
    title: str
    houses: int


@dataclass(frozen=True, slots=True)
class HousesPage:
    """What the page says.

    Attributes:
        lede: How many houses need attention.
        saved: What was saved in all.
        has_savings: Whether that is a sum, which a note explains.
        wanted: What was asked for.
        chips: The filters.
        lines: The houses of this page.
        found: Houses that the filters leave.
        pages: Pages that these fill.
        drawing: The map, None where no house has a place.
        exists: Whether there is any house at all.
    """

    lede: str
    saved: str
    has_savings: bool
    wanted: Wanted
    chips: tuple[Chip, ...]
    lines: tuple[HouseLine, ...]
    found: int
    pages: int
    drawing: Markup | None
    exists: bool


def houses_page(
    houses: Sequence[House],
    counted: Counts,
    saved: Saved,
    heat: Mapping[str, HeatOfHouse],
    duty: Mapping[str, float | None],
    wanted: Wanted,
    reader: Reader,
) -> HousesPage:
    """Put the page together; `houses` are all that the filters leave."""
    if not counted.all:
        lede = reader.say("houses.none")
    elif counted.attention:
        lede = reader.say("houses.attention", n=counted.attention, all=counted.all)
    else:
        lede = reader.say("houses.well", n=counted.all)
    said, has_savings = saved_in_all(saved, reader)
    lines = [_line(house, heat.get(house.code), duty.get(house.code), reader) for house in page_of(houses, wanted.page)]
    return HousesPage(
        lede,
        said,
        has_savings,
        wanted,
        _chips(counted),
        tuple(lines),
        len(houses),
        -(-len(houses) // PAGE_ROWS),
        house_map(houses, reader),
        counted.all > 0,
    )


def page_of(houses: Sequence[House], page: int) -> Sequence[House]:
    """The houses of one page."""
    return houses[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]


def _chips(counted: Counts) -> tuple[Chip, ...]:
    titles = {
        "all": _("all houses"),
        "attention": _("need attention"),
        "silent": _("silent devices"),
        "lamps": _("failed lamps"),
        "faults": _("meter faults"),
        "heat": _("with heat meters"),
        "light": _("with light points"),
        "electricity": _("with electricity meters"),
        "water": _("with water meters"),
    }
    return tuple(Chip(code, titles[code], getattr(counted, code)) for code in SHOWN)


def troubles(house: House, reader: Reader) -> tuple[str, ...]:
    """What somebody has to look after; a saving that is not proven yet is no trouble."""
    if house.devices == 0:
        return (reader.say("state.no_devices"),)
    counted = (("silent", house.silent_devices), ("lamps", house.failed_lamps), ("faults", house.meter_faults))
    found = [reader.say(f"state.{name}", n=n) for name, n in counted if n]
    found += [reader.say("state.loss")] if house.losses else []
    found += [reader.say("state.refused")] if house.refused else []
    return tuple(found)


def _line(house: House, heat: HeatOfHouse | None, duty: float | None, reader: Reader) -> HouseLine:
    said = "" if duty is None else reader.percent(duty)
    if heat is None or not heat.days:
        return HouseLine(house, troubles(house, reader), duty=said)
    day, energy_kwh = heat.days[-1]
    text, against, spark = "", "", None
    known = [value for _day, value in heat.days if value is not None]
    if known:
        about = _("Heat of the last %(days)s days up to %(day)s") % {"days": len(heat.days), "day": reader.day(day)}
        spark = sparkline([value for _day, value in heat.days], about)
    if energy_kwh is not None:
        text = reader.headline_energy(energy_kwh, None, "heat")
        if heat.model_kwh is not None and heat.model_kwh > 0:
            share = reader.percent(energy_kwh / heat.model_kwh)
            against = _("%(share)s of the model") % {"share": share}
    return HouseLine(house, troubles(house, reader), text, against, spark, said)


def saved_in_all(saved: Saved, reader: Reader) -> tuple[str, bool]:
    """Sum of the proven savings in words, and whether there is one."""
    if not saved.contracts:
        return reader.say("saved.no_contracts"), False
    if not saved.proven or saved.energy_kwh is None:
        return reader.say("saved.none"), False
    in_all = Reader(reader.language, reader.chosen_unit or EnergyUnit.KWH, reader.now)
    energy = in_all.headline_energy(saved.energy_kwh, saved.half_width_kwh, "")
    share = reader.percent(CONFIDENCE)
    return reader.say("saved.proven", n=saved.proven, all=saved.contracts, energy=energy, confidence=share), True


CONFIDENCE = 0.9
"""Confidence of the bands that a statement judges by; `analytics.savings` has the same."""

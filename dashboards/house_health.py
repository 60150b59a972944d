"""Whether a house is warm, lit and healthy: the sentences and drawings of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from dashboards.contract_plots import variable_axis
from dashboards.findings import finding_text
from dashboards.reader import Reader
from dashboards.rows import EnergyRow, House
from dashboards.rows_of_houses import Comfort, CurveDay, Entry
from teplosvet.plots.fit import FitDay, fit_plot
from teplosvet.plots.frame import SIZES, Words
from teplosvet.plots.heat_map import heat_map
from teplosvet.plots.scatter import Cloud, scatter_plot
from teplosvet.stored_statement import Finding, Fit
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import ngettext

COLDEST_INDOOR_C = 18.0
"""Least allowable air temperature of a living room in the heating season: GOST 30494-2011, table 1. [°C]"""

COMPARED_DAYS = 30
COMPLETENESS_DAYS = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in each size, with what it shows in words."""

    code: str
    title: str
    about: str
    drawings: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One carrier beside the year before and beside other houses."""

    carrier: str
    energy: str
    year_before: str
    change: str
    per_area: str
    median: str
    place: str


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Something that happened, in words, with its weight from 0 to 3."""

    at: datetime
    device: str
    text: str
    severity: int


def lede(house: House, comfort: Sequence[Comfort], reader: Reader) -> str:
    """Warm, lit and healthy, or what is not."""
    if house.devices == 0:
        return reader.say("house.no_devices")
    wrong = []
    cold = [each for each in comfort if each.mean_c < COLDEST_INDOOR_C]
    if cold:
        degrees = reader.with_unit(cold[0].mean_c, "Cel", 1)
        wrong.append(_("It is cold: %(degrees)s at %(device)s.") % {"degrees": degrees, "device": cold[0].device})
    if house.failed_lamps:
        wrong.append(
            ngettext("%(num)s lamp does not light.", "%(num)s lamps do not light.", house.failed_lamps)
            % {"num": reader.number(house.failed_lamps)}
        )
    if house.meter_faults:
        wrong.append(
            ngettext("%(num)s heat meter reports a fault.", "%(num)s heat meters report a fault.", house.meter_faults)
            % {"num": reader.number(house.meter_faults)}
        )
    if house.silent_devices:
        wrong.append(reader.say("house.silent", n=house.silent_devices, all=house.devices))
    if wrong:
        return " ".join(wrong)
    well = reader.say("house.one_well") if house.devices == 1 else reader.say("house.well", n=house.devices)
    if not comfort:
        return well
    mean = sum(each.mean_c for each in comfort) / len(comfort)
    return _("It is warm: %(degrees)s indoors.") % {"degrees": reader.with_unit(mean, "Cel", 1)} + f" {well}"


def heat_figure(
    energy: Sequence[EnergyRow], outdoor: Mapping[date, float], fit: Fit | None, reader: Reader
) -> Figure | None:
    """Heat of each day against the outdoor temperature, the model, and the newest day."""
    unit = reader.unit_of("heat")
    days = [
        (row.day, FitDay(outdoor[row.day], unit.of_kwh(row.energy_kwh), True))
        for row in energy
        if row.carrier == "heat" and row.energy_kwh is not None and row.day in outdoor
    ]
    if not days:
        return None
    day, newest = days[-1]
    known = fit if fit is not None and fit.variable == "outdoor_temperature_c" else None
    line = [(x, unit.of_kwh(known.energy_kwh(x))) for x in known.corners()] if known else []
    title = _("Heat against outdoor temperature")
    values = {
        "n": reader.number(len(days)),
        "day": reader.day(day),
        "energy": reader.headline_energy(unit_kwh(energy, day), None, "heat"),
        "degrees": reader.with_unit(newest.variable, "Cel", 1),
    }
    about = _("%(n)s days. The newest, %(day)s: %(energy)s at %(degrees)s outdoors.") % values
    axis = variable_axis(known, reader) if known else _axis(reader)
    words = Words(
        "weather", title, about, reader.say("axis.per_day", unit=reader.symbol(unit)), reader.number, reader.month
    )
    points = [each for _day, each in days]
    return Figure("weather", title, about, tuple(fit_plot(points, line, axis, words, size, newest) for size in SIZES))


def unit_kwh(energy: Sequence[EnergyRow], day: date) -> float:
    """Heat of a day that is known. [kWh]"""
    return next(
        row.energy_kwh for row in energy if row.carrier == "heat" and row.day == day and row.energy_kwh is not None
    )


def _axis(reader: Reader) -> str:
    name = reader.say("variable.outdoor_temperature_c")
    return reader.say("axis.variable", variable=name, unit=reader.symbol("Cel"))


def curve_figure(days: Sequence[CurveDay], reader: Reader) -> Figure | None:
    """Supply and return temperature against the outdoor temperature."""
    supply = [(day.outdoor_c, day.supply_c) for day in days if day.supply_c is not None]
    back = [(day.outdoor_c, day.return_c) for day in days if day.return_c is not None]
    if not supply and not back:
        return None
    title = _("Supply and return against outdoor temperature")
    about = _("Daily means of %(n)s days: supply as dots, return as rings.") % {"n": reader.number(len(days))}
    words = Words("curve", title, about, reader.symbol("Cel"), reader.number, reader.month)
    clouds = [Cloud(code, points) for code, points in (("supply", supply), ("return", back)) if points]
    return Figure("curve", title, about, tuple(scatter_plot(clouds, _axis(reader), words, size) for size in SIZES))


def light_figure(levels: Mapping[str, dict[int, float]], reader: Reader) -> Figure | None:
    """Mean level of each entrance by hour of the day."""
    if not levels:
        return None
    rows = [
        (name or reader.say("entrance.none"), [_share(hours.get(hour)) for hour in range(24)])
        for name, hours in levels.items()
    ]
    title = _("Light by entrance and hour")
    about = _("Mean level over the last seven days; the fuller the colour, the brighter. A dot: not known.")
    columns = [str(hour) if hour % 3 == 0 else "" for hour in range(24)]
    return Figure("levels", title, about, (heat_map(rows, columns, "light", "levels", title, about),))


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def completeness_figure(shares: Mapping[str, dict[date, float]], today: date) -> Figure | None:
    """Days by devices: how much of each day the readings cover."""
    if not shares:
        return None
    days = [today - timedelta(days=n) for n in range(COMPLETENESS_DAYS, 0, -1)]
    rows = [(device, [found.get(day) for day in days]) for device, found in shares.items()]
    title = _("Completeness by device and day")
    about = _("The fuller the colour, the more of the day is covered by readings. A dot: no reading at all.")
    columns = [str(day.day) if n % 5 == 0 else "" for n, day in enumerate(days)]
    return Figure("complete", title, about, (heat_map(rows, columns, "accent", "complete", title, about),))


def compared(
    carrier: str, energy: Sequence[EnergyRow], similar: Mapping[str, float], building: str, reader: Reader
) -> Compared | None:
    """The last days beside the same days of the year before, and beside similar houses.

    A day that is mostly estimated compares with nothing: most of what it says was said by other days.
    """
    rows = [row for row in energy if row.carrier == carrier and row.energy_kwh is not None]
    known = {row.day: energy_kwh for row in rows if (energy_kwh := metered_energy(row)) is not None}
    if not known:
        return None
    end = max(row.day for row in rows)
    pairs = [
        (known[day], known[before])
        for day in (end - timedelta(days=n) for n in range(COMPARED_DAYS))
        if day in known and (before := day - timedelta(days=364)) in known
    ]
    now, then = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    own, ordered = similar.get(building), sorted(similar.values())
    return Compared(
        carrier,
        reader.headline_energy(now, None, carrier) if pairs else "–",
        reader.headline_energy(then, None, carrier) if pairs else "–",
        _signed(now / then - 1, reader) if pairs and then > 0 else "–",
        "–" if own is None else _per_area(own, reader),
        "–" if len(ordered) < 2 else _per_area(ordered[len(ordered) // 2], reader),
        "–" if own is None or len(ordered) < 2 else f"{ordered.index(own) + 1} / {len(ordered)}",
    )


def metered_energy(row: EnergyRow) -> float | None:
    """Energy of a day of which at most half is estimated, as `similar` and `heat_of_houses` count in SQL. [kWh]"""
    return row.energy_kwh if row.energy_kwh is not None and row.estimated_kwh <= row.energy_kwh / 2 else None


def _per_area(energy_kwh: float, reader: Reader) -> str:
    return f"{reader.number(energy_kwh, 1)} {reader.symbol('kWh')}/{reader.symbol('m2')}"


def _signed(share: float, reader: Reader) -> str:
    return ("+" if share > 0 else "") + reader.percent(share)


def journal_lines(entries: Sequence[Entry], reader: Reader) -> list[JournalLine]:
    """What happened, in words, each once: a gap is found in every quantity of a device, and the words are the same.

    A word of a device that we do not know stands as it came.
    """
    lines = (JournalLine(entry.at, entry.device, _said(entry, reader), entry.severity) for entry in entries)
    return list(dict.fromkeys(lines))


def _said(entry: Entry, reader: Reader) -> str:
    if entry.kind == "silence":
        return _("nothing heard since")
    if entry.kind == "finding":
        return finding_text(reader, Finding(entry.code, entry.severity, entry.data), "")
    known = {
        "started": _("started"),
        "offline": _("offline"),
        "online": _("online again"),
        "clock_set": _("clock was set"),
        "power_failure": _("power failed"),
    }
    return known.get(entry.code, entry.code.replace("_", " "))

"""The three plots of a contract: what would have been used and what was, the saving adding up, and the baseline."""

from dataclasses import dataclass

from markupsafe import Markup

from dashboards.reader import Reader
from teplosvet.plots.adding_up import CumulativeDay, cumulative_saving
from teplosvet.plots.cumulative import SavingDay, cumulative_plot
from teplosvet.plots.daily import EnergyDay, daily_plot
from teplosvet.plots.fit import FitDay, fit_plot
from teplosvet.plots.frame import SIZES, Words
from teplosvet.stored_statement import Fit, Statement
from teplosvet.words.units import EnergyUnit


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in each size, with what stands around it.

    Attributes:
        code: Name of the plot.
        title: What it shows.
        about: The same in figures, for those who cannot see it.
        drawings: One for each size, none where there is nothing to draw.
        legend: Codes of the series that occur.
    """

    code: str
    title: str
    about: str
    drawings: tuple[Markup, ...]
    legend: tuple[str, ...]


def daily(statement: Statement, reader: Reader) -> Plot:
    """Adjusted baseline and metered energy of each reporting day."""
    unit, carrier, days = reader.unit_of(statement.carrier), statement.carrier, statement.reporting_days

    def shown(value_kwh: float | None) -> float | None:
        return None if value_kwh is None else unit.of_kwh(value_kwh)

    rows = [
        EnergyDay(row.day, shown(row.comparable_kwh), shown(row.metered_kwh), shown(row.estimated_kwh), row.used)
        for row in days
    ]
    title = reader.say("plot.daily")
    about = reader.say(
        "plot.daily.about",
        start=reader.day(days[0].day),
        end=reader.day(days[-1].day),
        baseline=_or_unknown(statement.adjusted_baseline_kwh, carrier, reader),
        metered=_or_unknown(statement.metered_kwh, carrier, reader),
        estimated=_or_unknown(statement.estimated_kwh, carrier, reader),
        unknown=sum(row.metered is None for row in rows),
    )
    words = _words("daily", title, about, reader.say("axis.per_day", unit=reader.symbol(unit)), reader)
    legend = ["baseline", "metered"]
    legend += ["estimated"] if any(row.metered is not None and row.estimated for row in rows) else []
    legend += [] if all(row.counted for row in rows) else ["left_out"]
    return Plot("daily", title, about, tuple(daily_plot(rows, words, size) for size in SIZES), tuple(legend))


def cumulative(statement: Statement, reader: Reader) -> tuple[Plot, list[CumulativeDay]]:
    """The saving adding up with its band, and its rows."""
    unit = reader.unit_of(statement.carrier)
    rows = cumulative_saving(statement.reporting_days, statement.half_width_kwh)
    days = [_saving_day(row, unit) for row in rows]
    title = reader.say("plot.cumulative")
    if statement.avoided_energy_kwh is None or all(row.sum is None for row in days):
        return Plot("cumulative", title, "", (), ()), rows
    energy = reader.headline_energy(statement.avoided_energy_kwh, statement.half_width_kwh, statement.carrier)
    about = reader.say(
        "plot.cumulative.about",
        energy=energy,
        confidence=reader.percent(statement.confidence),
        end=reader.day(next(row.day for row in reversed(days) if row.sum is not None)),
    )
    words = _words("cumulative", title, about, reader.symbol(unit), reader)
    guarantee = None if statement.guarantee_kwh is None else unit.of_kwh(statement.guarantee_kwh)
    drawings = tuple(
        cumulative_plot(days, guarantee, reader.say("series.guarantee"), words, size, proven=statement.proven)
        for size in SIZES
    )
    return Plot("cumulative", title, about, drawings, ("saving", "band")), rows


def fit(statement: Statement, reader: Reader) -> Plot:
    """The baseline's days and its model."""
    title, model, unit = reader.say("plot.fit"), statement.fit, reader.unit_of(statement.carrier)
    days = [
        FitDay(row.variable, unit.of_kwh(row.metered_kwh), row.used)
        for row in statement.baseline_days
        if row.variable is not None and row.metered_kwh is not None
    ]
    if model is None or not days:
        return Plot("fit", title, "", (), ())
    name = reader.say(f"variable.{model.variable_name}")
    about = reader.say("plot.fit.about", n=model.n, variable=name)
    words = _words("fit", title, about, reader.say("axis.per_day", unit=reader.symbol(unit)), reader)
    line = [(x, unit.of_kwh(model.energy_kwh(x))) for x in model.corners()]
    legend = ["used_day", "model", *([] if all(row.used for row in days) else ["unused_day"])]
    drawings = tuple(fit_plot(days, line, variable_axis(model, reader), words, size) for size in SIZES)
    return Plot("fit", title, about, drawings, tuple(legend))


def variable_unit(model: Fit | None) -> str:
    """Unit of the independent variable, none where there is none."""
    units = {"outdoor_temperature_c": "Cel", "sol_air_temperature_c": "Cel", "dark_hours_h": "h"}
    return "" if model is None or model.variable is None else units.get(model.variable, "")


def variable_axis(model: Fit, reader: Reader) -> str:
    """Name and unit of the independent variable."""
    name = reader.say(f"variable.{model.variable_name}")
    unit = variable_unit(model)
    return reader.say("axis.variable", variable=name, unit=reader.symbol(unit)) if unit else name


def _saving_day(row: CumulativeDay, unit: EnergyUnit) -> SavingDay:
    if row.sum_kwh is None:
        return SavingDay(row.day, None, None, None)
    total, half_kwh = unit.of_kwh(row.sum_kwh), row.half_width_kwh
    if half_kwh is None:
        return SavingDay(row.day, total, None, None)
    half = unit.of_kwh(half_kwh)
    return SavingDay(row.day, total, total - half, total + half)


def _or_unknown(energy_kwh: float | None, carrier: str, reader: Reader) -> str:
    return reader.say("unknown") if energy_kwh is None else reader.energy(energy_kwh, carrier)


def _words(code: str, title: str, about: str, y_title: str, reader: Reader) -> Words:
    return Words(code, title, about, y_title, reader.number, reader.month)

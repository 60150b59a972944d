"""The three plots of an act as SVG documents, in the unit of the act."""

from collections.abc import Mapping
from datetime import date

from analytics.act.pen import Pen
from teplosvet.plots.adding_up import cumulative_saving
from teplosvet.plots.cumulative import SavingDay, cumulative_plot
from teplosvet.plots.daily import EnergyDay, daily_plot
from teplosvet.plots.fit import FitDay, fit_plot
from teplosvet.plots.frame import Size, Words
from teplosvet.plots.standalone import Palette, standalone
from teplosvet.stored_statement import Statement
from teplosvet.words import figures

SIZE = Size("paper", 760, 170)
FIT_SIZE = Size("paper", 760, 160)
PAPER = Palette(font="'Libertinus Serif'")
"""A font that typst brings along, with Cyrillic letters."""


def plots(statement: Statement, pen: Pen) -> Mapping[str, str]:
    """The drawings by name; one that has nothing to show is not among them."""
    drawn = {"daily": _daily(statement, pen), "cumulative": _cumulative(statement, pen), "fit": _fit(statement, pen)}
    return {name: drawing for name, drawing in drawn.items() if drawing is not None}


def _words(code: str, y_title: str, pen: Pen) -> Words:
    def month(day: date) -> str:
        return figures.short_month(day, pen.language)

    return Words(code, pen.say(f"plot.{code}"), "", y_title, pen.number, month)


def _shown(energy_kwh: float | None, pen: Pen) -> float | None:
    return None if energy_kwh is None else pen.unit.of_kwh(energy_kwh)


def _daily(statement: Statement, pen: Pen) -> str | None:
    days = [
        EnergyDay(
            row.day,
            _shown(row.comparable_kwh, pen),
            _shown(row.metered_kwh, pen),
            _shown(row.estimated_kwh, pen),
            row.used,
        )
        for row in statement.reporting_days
    ]
    words = _words("daily", pen.say("axis.per_day", unit=pen.unit_symbol), pen)
    return standalone(daily_plot(days, words, SIZE), SIZE.width, SIZE.height, PAPER)


def _cumulative(statement: Statement, pen: Pen) -> str | None:
    days = []
    for row in cumulative_saving(statement.reporting_days, statement.half_width_kwh):
        total, half = _shown(row.sum_kwh, pen), _shown(row.half_width_kwh, pen)
        bounds = (None, None) if total is None or half is None else (total - half, total + half)
        days.append(SavingDay(row.day, total, *bounds))
    if all(day.sum is None for day in days):
        return None
    drawing = cumulative_plot(
        days,
        _shown(statement.guarantee_kwh, pen),
        pen.say("plot.guarantee"),
        _words("cumulative", pen.unit_symbol, pen),
        SIZE,
        proven=statement.proven,
    )
    return standalone(drawing, SIZE.width, SIZE.height, PAPER)


def _fit(statement: Statement, pen: Pen) -> str | None:
    model = statement.fit
    days = [
        FitDay(row.variable, pen.unit.of_kwh(row.metered_kwh), row.used)
        for row in statement.baseline_days
        if row.variable is not None and row.metered_kwh is not None
    ]
    if model is None or not days:
        return None
    line = [(x, pen.unit.of_kwh(model.energy_kwh(x))) for x in model.corners()]
    words = _words("fit", pen.say("axis.per_day", unit=pen.unit_symbol), pen)
    drawing = fit_plot(days, line, pen.say(f"axis.{model.variable_name}"), words, FIT_SIZE)
    return standalone(drawing, FIT_SIZE.width, FIT_SIZE.height, PAPER)

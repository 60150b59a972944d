"""Daily energy of the baseline against its independent variable, with the model."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from teplosvet.plots.frame import Size, Words, drawing, frame
from teplosvet.plots.scale import ticks, ticks_with_zero
from teplosvet.plots.svg import dots, element, polyline


@dataclass(frozen=True, slots=True)
class FitDay:
    """One day of the baseline: the variable, the energy in the unit that is shown, and whether it is in the fit."""

    variable: float
    energy: float
    used: bool


def fit_plot(
    days: Sequence[FitDay],
    model: Sequence[tuple[float, float]],
    x_title: str,
    words: Words,
    size: Size,
    newest: FitDay | None = None,
) -> Markup:
    """Dots for the days of the fit, rings for the others, the model as a dashed line.

    Args:
        days: Days of which both values are known.
        model: Corners of the model's line.
        x_title: Quantity and unit of the level axis.
        words: What is written.
        size: How large it is drawn.
        newest: A day that is marked, one of the days.
    """
    variables = [row.variable for row in days] + [x for x, _ in model]
    found = frame(size, words, ticks_with_zero([row.energy for row in days] + [y for _, y in model]))
    x_ticks = ticks(min(variables), max(variables), 8 if size.width > 500 else 5)
    scale = found.x(x_ticks.low, x_ticks.high, inset=10)
    used, unused = (
        dots((scale(row.variable), found.y(row.energy)) for row in days if row.used is wanted)
        for wanted in (True, False)
    )
    mark = dots([(scale(newest.variable), found.y(newest.energy))] if newest else [])
    line = polyline((scale(x), found.y(y)) for x, y in model)
    return drawing(
        found,
        [
            found.upright_axis(),
            element("path", d=unused, class_="ring-edge"),
            element("path", d=unused, class_="ring-hole"),
            element("path", d=used, class_="cloud"),
            element("path", d=line, class_="baseline model"),
            element("path", d=mark, class_="newest-edge"),
            element("path", d=mark, class_="newest"),
            found.level_axis(scale, x_ticks, x_title),
        ],
    )

"""Two series of points over the same variable, told apart by colour, mark and label."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from teplosvet.plots.frame import Size, Words, drawing, frame
from teplosvet.plots.scale import ticks
from teplosvet.plots.svg import dots, element

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points of one series with the class that they are drawn by: ``supply`` or ``return``."""

    code: str
    points: Sequence[Point]


def scatter_plot(clouds: Sequence[Cloud], x_title: str, words: Words, size: Size) -> Markup:
    """Dots of the first series, rings of the second; the upright axis need not reach zero, for temperatures.

    Args:
        clouds: Series of known points, at least one point in all.
        x_title: Quantity and unit of the level axis.
        words: What is written.
        size: How large it is drawn.
    """
    values = [y for cloud in clouds for _, y in cloud.points]
    variables = [x for cloud in clouds for x, _ in cloud.points]
    found = frame(size, words, ticks(min(values), max(values)))
    x_ticks = ticks(min(variables), max(variables), 8 if size.width > 500 else 5)
    scale = found.x(x_ticks.low, x_ticks.high, inset=10)
    drawn = []
    for n, cloud in enumerate(clouds):
        data = dots((scale(x), found.y(y)) for x, y in cloud.points)
        drawn.append(element("path", d=data, class_=f"cloud {cloud.code}"))
        if n:
            drawn.append(element("path", d=data, class_="ring-hole"))
    return drawing(found, [found.upright_axis(), *drawn, found.level_axis(scale, x_ticks, x_title)])

"""A small line for a table: how a value went in the last days."""

from collections.abc import Sequence

from markupsafe import Markup

from teplosvet.plots.scale import LinearScale
from teplosvet.plots.svg import dots, element, lines_and_dots

WIDTH_PX = 88
HEIGHT_PX = 24


def sparkline(values: Sequence[float | None], about: str) -> Markup:
    """A line from zero up, a gap where a value is unknown, the newest value as a dot.

    Args:
        values: The oldest first, at least one known.
        about: The same in words.
    """
    known = [value for value in values if value is not None]
    y = LinearScale(min(0.0, *known), max(1e-9, *known), HEIGHT_PX - 3, 3)
    x = LinearScale(0, len(values) - 1 if len(values) > 1 else 1, 3, WIDTH_PX - 5)
    points = [None if value is None else (x(n), y(value)) for n, value in enumerate(values)]
    line, single = lines_and_dots(points)
    newest = next((point for point in reversed(points) if point is not None), None)
    return element(
        "svg",
        element("title", about),
        element("path", d=line, class_="spark"),
        element("path", d=single + (dots([newest]) if newest else ""), class_="spark-dot"),
        viewBox=f"0 0 {WIDTH_PX} {HEIGHT_PX}",
        width=WIDTH_PX,
        height=HEIGHT_PX,
        role="img",
        class_="sparkline",
    )

"""A saving as a point with its band, small enough for a table."""

from dataclasses import dataclass

from markupsafe import Markup

from teplosvet.plots.scale import LinearScale
from teplosvet.plots.svg import element, place

WIDTH_PX = 104
HEIGHT_PX = 16


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its bounds. [-]"""

    share: float
    lower: float
    upper: float


def interval_plot(shown: Interval, low: float, high: float, about: str, *, proven: bool) -> Markup:
    """A dot with whiskers on an axis that all rows of the table share, with its zero.

    Args:
        shown: What is drawn.
        low: Least value of the axis, 0 or below.
        high: Greatest value of the axis.
        about: The same in words.
        proven: Whether the whole band is above zero; else the dot is hollow and grey.
    """
    scale = LinearScale(low, high, 6, WIDTH_PX - 6)
    middle = HEIGHT_PX / 2
    left, right, at = scale(shown.lower), scale(shown.upper), scale(shown.share)
    whiskers = f"M{place(left)} 2v12M{place(right)} 2v12M{place(left)} {place(middle)}H{place(right)}"
    return element(
        "svg",
        element("title", about),
        element("path", d=f"M{place(scale(0))} 0V{HEIGHT_PX}", class_="zero"),
        element("path", d=whiskers, class_="whisker"),
        element("circle", cx=at, cy=middle, r=3, class_="point"),
        viewBox=f"0 0 {WIDTH_PX} {HEIGHT_PX}",
        width=WIDTH_PX,
        height=HEIGHT_PX,
        role="img",
        class_="interval proven" if proven else "interval unproven",
    )

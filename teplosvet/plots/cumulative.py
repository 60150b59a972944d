"""A saving that adds up over time, with its band."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from teplosvet.plots.frame import Frame, Size, Words, drawing, frame
from teplosvet.plots.scale import LinearScale, ticks_with_zero
from teplosvet.plots.svg import element, lines_and_dots, place, polygon, runs


@dataclass(frozen=True, slots=True)
class SavingDay:
    """The saving up to the end of a day, in the unit that is shown; None on a day that is not in the sums.

    Attributes:
        day: The day.
        sum: Saving from the beginning of the period.
        lower: Lower bound of it.
        upper: Upper bound of it.
    """

    day: date
    sum: float | None
    lower: float | None
    upper: float | None


def cumulative_plot(
    days: Sequence[SavingDay], guarantee: float | None, guarantee_label: str, words: Words, size: Size, *, proven: bool
) -> Markup:
    """A line with its band, interrupted where days are missing; the guarantee as a level line.

    Args:
        days: Every day of the period.
        guarantee: What was guaranteed for the period, None if nothing was.
        guarantee_label: Its name.
        words: What is written.
        size: How large it is drawn.
        proven: Whether the whole band is above zero at the end; else the line is grey.
    """
    values = [value for row in days for value in (row.sum, row.lower, row.upper) if value is not None]
    found = frame(size, words, ticks_with_zero([*values, guarantee] if guarantee is not None else values))
    first, last = days[0].day, days[-1].day
    end = date.fromordinal(last.toordinal() + 1)
    scale = found.x(first.toordinal(), end.toordinal())
    line, dots = lines_and_dots([_point(row.day, row.sum, found, scale) for row in days])
    tone = "proven" if proven else "unproven"
    parts = [
        found.upright_axis(),
        element("path", d=_band(days, found, scale), class_=f"band {tone}"),
        element("path", d=line, class_=f"line {tone}"),
        element("path", d=dots, class_=f"dot {tone}"),
        found.time_axis(first, end),
    ]
    if guarantee is not None:
        parts += _guarantee(found, guarantee, guarantee_label)
    return drawing(found, parts)


def _point(day: date, value: float | None, found: Frame, scale: LinearScale) -> tuple[float, float] | None:
    return None if value is None else (scale(day.toordinal() + 1), found.y(value))


def _band(days: Sequence[SavingDay], found: Frame, scale: LinearScale) -> str:
    """Path data of the area between the bounds, one for each run of days."""
    upper = runs([_point(row.day, row.upper, found, scale) for row in days])
    lower = runs([_point(row.day, row.lower, found, scale) for row in days])
    return "".join(polygon([*above, *reversed(below)]) for above, below in zip(upper, lower, strict=True))


def _guarantee(found: Frame, guarantee: float, label: str) -> list[Markup]:
    y = found.y(guarantee)
    line = f"M{place(found.left)} {place(y)}H{place(found.right)}"
    return [
        element("path", d=line, class_="guarantee"),
        element("text", label, x=found.left + 6, y=y - 6, class_="label"),
    ]

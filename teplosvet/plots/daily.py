"""Energy per day as bars, with the adjusted baseline as a dashed line above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from teplosvet.plots.frame import Frame, Size, Words, drawing, frame
from teplosvet.plots.scale import LinearScale, ticks_with_zero
from teplosvet.plots.svg import element, lines_and_dots, place, rectangle

GAP_SHARE = 0.2
"""Part of a day's width that is left free beside its bar."""


@dataclass(frozen=True, slots=True)
class EnergyDay:
    """One local day in the unit that is shown.

    Attributes:
        day: The day.
        baseline: Adjusted baseline, None where there is none.
        metered: Metered energy, estimated energy included; None where unknown.
        estimated: Of it estimated.
        counted: Whether the day is in the sums.
    """

    day: date
    baseline: float | None
    metered: float | None
    estimated: float | None
    counted: bool = True


def daily_plot(days: Sequence[EnergyDay], words: Words, size: Size) -> Markup:
    """Bars of metered energy, the estimated part hatched, nothing on an unknown day; the baseline as a dashed line.

    Args:
        days: Consecutive days; a day that is not among them is unknown.
        words: What is written.
        size: How large it is drawn.
    """
    values = [value for row in days for value in (row.metered, _surely(row), row.baseline) if value is not None]
    found = frame(size, words, ticks_with_zero(values))
    first, last = days[0].day, days[-1].day
    scale = found.x(first.toordinal(), last.toordinal() + 1)
    metered, estimated = _bars(days, found, scale)
    line, dots = lines_and_dots(_baseline(days, found, scale))
    left_out = "".join(
        f"M{place(scale(row.day.toordinal()))} {place(found.bottom + 2.5)}H{place(scale(row.day.toordinal() + 1))}"
        for row in days
        if not row.counted
    )
    return drawing(
        found,
        [
            found.upright_axis(),
            element("path", d=metered, class_="bar"),
            element("path", d=estimated, class_="estimated", stroke_width=_bar_width(scale)),
            element("path", d=line, class_="baseline"),
            element("path", d=dots, class_="baseline-dot"),
            element("path", d=left_out, class_="left-out"),
            found.time_axis(first, date.fromordinal(last.toordinal() + 1)),
        ],
    )


def _surely(row: EnergyDay) -> float | None:
    """Metered energy without its estimated part: below zero where the estimate is more than the whole."""
    if row.metered is None or row.estimated is None:
        return row.metered
    return row.metered - row.estimated


def _bar_width(scale: LinearScale) -> float:
    return (scale(scale.low + 1) - scale(scale.low)) * (1 - GAP_SHARE)


def _bars(days: Sequence[EnergyDay], found: Frame, scale: LinearScale) -> tuple[str, str]:
    """Path data of the metered bars, and of the middle lines of their estimated parts.

    The middle lines are drawn as wide as a bar and dashed: a hatch that survives every printer.
    """
    metered, estimated, half = "", "", _bar_width(scale) / 2
    for row in days:
        surely = _surely(row)
        if row.metered is None or surely is None:
            continue
        at = scale(row.day.toordinal() + 0.5)
        top, middle = found.y(row.metered), found.y(surely)
        if surely:
            metered += rectangle(at - half, at + half, middle, found.y(0))
        if row.estimated:
            estimated += f"M{place(at)} {place(middle)}V{place(top)}"
    return metered, estimated


def _baseline(days: Sequence[EnergyDay], found: Frame, scale: LinearScale) -> list[tuple[float, float] | None]:
    """The baseline in the middle of each day, a gap where it is unknown or a day is missing."""
    points: list[tuple[float, float] | None] = []
    for n, row in enumerate(days):
        if n and (row.day - days[n - 1].day).days > 1:
            points.append(None)
        if row.baseline is None:
            points.append(None)
        else:
            points.append((scale(row.day.toordinal() + 0.5), found.y(row.baseline)))
    return points

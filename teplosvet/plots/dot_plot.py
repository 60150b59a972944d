"""Savings as points with their bands, one row each, on one axis with its zero line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from teplosvet.plots.frame import Size
from teplosvet.plots.interval import Interval
from teplosvet.plots.scale import LinearScale, ticks
from teplosvet.plots.svg import element, place

ROW_PX = 36
NAME_PX = 17
"""Height of a row's name above its dot."""

TOP_PX = 8
BOTTOM_PX = 40
LETTER_PX = 8


@dataclass(frozen=True, slots=True)
class DotRow:
    """A saving with its band: its name, where it leads, the same in words, and whether it is proven."""

    name: str
    link: str
    about: str
    shown: Interval
    proven: bool


def dot_plot(
    rows: Sequence[DotRow], axis: str, percent: Callable[[float], str], code: str, title: str, size: Size
) -> Markup:
    """A row for each saving: its name above, its dot and whiskers below; hollow and grey where it is not proven.

    Args:
        rows: In the order in which they stand.
        axis: What is measured.
        percent: Writes a share.
        code: Name of the plot, unique on its page.
        title: What it shows.
        size: Its name and width; the height follows from the rows.
    """
    bounds = [bound for row in rows for bound in (row.shown.lower, row.shown.upper)]
    found = ticks(min([0.0, *bounds]), max([0.1, *bounds]), 6 if size.width > 500 else 4)
    scale = LinearScale(found.low, found.high, 12, size.width - 24)
    bottom = TOP_PX + ROW_PX * len(rows)
    grid = "".join(_upright(scale(value), len(rows)) for value in found.values if value)
    labels = [
        element("text", percent(value), x=scale(value), y=bottom + 16, text_anchor="middle") for value in found.values
    ]
    return element(
        "svg",
        element("title", title, id=f"{code}-{size.name}-title"),
        element("path", d=grid, class_="grid"),
        element("path", d=_upright(scale(0), len(rows)), class_="zero"),
        *labels,
        element("text", axis, x=size.width - 8, y=bottom + 34, text_anchor="end", class_="axis-title"),
        *(_row(row, TOP_PX + ROW_PX * n, scale, int((size.width - 24) / LETTER_PX)) for n, row in enumerate(rows)),
        viewBox=f"0 0 {size.width} {bottom + BOTTOM_PX}",
        role="group",
        aria_labelledby=f"{code}-{size.name}-title",
        class_=f"plot dot-plot {size.name}",
    )


def _upright(x: float, rows: int) -> str:
    """A line from top to bottom that leaves the names of the rows alone."""
    return "".join(f"M{place(x)} {TOP_PX + ROW_PX * n + NAME_PX}v{ROW_PX - NAME_PX}" for n in range(rows))


def _row(row: DotRow, top: float, scale: LinearScale, letters: int) -> Markup:
    name = row.name if len(row.name) <= letters else f"{row.name[: letters - 1]}…"
    middle = top + 25
    left, right = scale(row.shown.lower), scale(row.shown.upper)
    whiskers = f"M{place(left)} {middle - 5}v10M{place(right)} {middle - 5}v10M{place(left)} {middle}H{place(right)}"
    return element(
        "a",
        element("title", row.about),
        element("text", name, x=12, y=top + 13),
        element("path", d=whiskers, class_="whisker"),
        element("circle", cx=scale(row.shown.share), cy=middle, r=4, class_="point"),
        href=row.link,
        aria_label=f"{row.name}: {row.about}",
        class_="proven" if row.proven else "unproven",
    )

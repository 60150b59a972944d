"""What plots share: their sizes, their axes and the element around them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from teplosvet.plots.scale import LinearScale, Ticks
from teplosvet.plots.svg import element, place
from teplosvet.plots.time_axis import time_ticks

TOP_PX = 26
BOTTOM_PX = 38
RIGHT_PX = 8
DIGIT_PX = 7.4


@dataclass(frozen=True, slots=True)
class Size:
    """A drawing's size: text keeps its size, so a phone gets a drawing of its own. [px]"""

    name: str
    width: int
    height: int


WIDE = Size("wide", 800, 300)
NARROW = Size("narrow", 360, 250)
SIZES = (WIDE, NARROW)


@dataclass(frozen=True, slots=True)
class Words:
    """What is written in and about a plot.

    Attributes:
        code: Name of the plot, unique on its page.
        title: What it shows.
        about: What is to be seen, for those who cannot see it.
        y_title: Quantity and unit of the upright axis.
        number: Writes a number with its decimals.
        month: Short name of a day's month.
    """

    code: str
    title: str
    about: str
    y_title: str
    number: Callable[[float, int], str]
    month: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle between the axes."""

    size: Size
    words: Words
    left: float
    y: LinearScale
    y_ticks: Ticks

    @property
    def right(self) -> float:
        """Right edge. [px]"""
        return self.size.width - RIGHT_PX

    @property
    def bottom(self) -> float:
        """Lower edge. [px]"""
        return self.size.height - BOTTOM_PX

    def x(self, low: float, high: float, inset: float = 0) -> LinearScale:
        """Scale of the level axis."""
        return LinearScale(low, high, self.left + inset, self.right - inset)

    def upright_axis(self) -> Markup:
        """Grid lines with their values, the zero line stronger, and what is measured."""
        labels = [
            element(
                "text",
                self.words.number(value, self.y_ticks.decimals),
                x=self.left - 8,
                y=self.y(value) + 4.5,
                text_anchor="end",
            )
            for value in self.y_ticks.values
        ]
        lines = "".join(
            f"M{place(self.left)} {place(self.y(value))}H{place(self.right)}"
            for value in self.y_ticks.values
            if value != 0
        )
        zero = f"M{place(self.left)} {place(self.y(0))}H{place(self.right)}" if self.has_zero else ""
        return element(
            "g",
            element("path", d=lines, class_="grid"),
            element("path", d=zero, class_="zero"),
            *labels,
            element("text", self.words.y_title, x=0, y=13, class_="axis-title"),
        )

    @property
    def has_zero(self) -> bool:
        """Whether zero is in view."""
        return self.y_ticks.low <= 0 <= self.y_ticks.high

    def time_axis(self, first: date, end: date) -> Markup:
        """Months or days below the plot."""
        scale = self.x(first.toordinal(), end.toordinal())
        lines, labels = "", []
        for tick in time_ticks(first, end, self.right - self.left, self.words.month):
            lines += f"M{place(scale(tick.start.toordinal()))} {place(self.bottom)}v5"
            if tick.middle is None:
                continue
            at = scale(tick.middle)
            labels.append(element("text", tick.label, x=at, y=self.bottom + 17, text_anchor="middle"))
            if tick.under:
                labels.append(
                    element("text", tick.under, x=at, y=self.bottom + 33, text_anchor="middle", class_="under")
                )
        return element("g", element("path", d=lines, class_="tick"), *labels)

    def level_axis(self, scale: LinearScale, found: Ticks, title: str) -> Markup:
        """Values below the plot."""
        lines = "".join(f"M{place(scale(value))} {place(self.bottom)}v5" for value in found.values)
        labels = [
            element(
                "text",
                self.words.number(value, found.decimals),
                x=scale(value),
                y=self.bottom + 17,
                text_anchor="middle",
            )
            for value in found.values
        ]
        name = element("text", title, x=self.right, y=self.bottom + 33, text_anchor="end", class_="axis-title")
        return element("g", element("path", d=lines, class_="tick"), *labels, name)


def frame(size: Size, words: Words, y_ticks: Ticks) -> Frame:
    """A frame whose left margin holds the longest value of its upright axis."""
    longest = max(len(words.number(value, y_ticks.decimals)) for value in y_ticks.values)
    left = 14 + DIGIT_PX * longest
    return Frame(size, words, left, LinearScale(y_ticks.low, y_ticks.high, size.height - BOTTOM_PX, TOP_PX), y_ticks)


def drawing(found: Frame, parts: Iterable[Markup]) -> Markup:
    """The whole element with its title and description."""
    size, words = found.size, found.words
    name = f"{words.code}-{size.name}"
    return element(
        "svg",
        element("title", words.title, id=f"{name}-title"),
        element("desc", words.about, id=f"{name}-desc"),
        *parts,
        viewBox=f"0 0 {size.width} {size.height}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_=f"plot {size.name}",
    )

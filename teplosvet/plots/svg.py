"""Elements of SVG as text: everything that comes from outside is escaped."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

Point = tuple[float, float]


def element(name: str, *content: Markup | str, **attributes: str | float) -> Markup:
    """One element; ``stroke_width`` becomes ``stroke-width``, ``class_`` becomes ``class``."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    inner = "".join(str(escape(part)) for part in content)
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704  # every part is escaped above


def _value(value: str | float) -> str:
    return str(escape(value)) if isinstance(value, str) else place(value)


def place(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def polyline(points: Iterable[Point]) -> str:
    """Path data of a line through points."""
    return "".join(f"{'L' if n else 'M'}{place(x)} {place(y)}" for n, (x, y) in enumerate(points))


def polygon(points: Iterable[Point]) -> str:
    """Path data of an area."""
    data = polyline(points)
    return f"{data}Z" if data else ""


def rectangle(left: float, right: float, top: float, bottom: float) -> str:
    """Path data of a rectangle."""
    return f"M{place(left)} {place(bottom)}V{place(top)}H{place(right)}V{place(bottom)}Z"


def dots(points: Iterable[Point]) -> str:
    """Path data of round dots: lines of no length, which get their size from stroke width and a round cap."""
    return "".join(f"M{place(x)} {place(y)}h0" for x, y in points)


def runs(points: Sequence[Point | None]) -> list[list[Point]]:
    """Neighbouring points together; a missing one parts them, so that no line crosses a gap."""
    found: list[list[Point]] = [[]]
    for point in points:
        if point is not None:
            found[-1].append(point)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def lines_and_dots(points: Sequence[Point | None]) -> tuple[str, str]:
    """Path data of the lines through neighbours, and of the dots of points that have none."""
    found = runs(points)
    lines = "".join(polyline(run) for run in found if len(run) > 1)
    return lines, dots(run[0] for run in found if len(run) == 1)

"""Houses on a plain projection: circles that lead somewhere, near ones together, no tiles and no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from dashboards.reader import Reader
from dashboards.rows import House
from teplosvet.plots.svg import element
from teplosvet.words.catalogue import ngettext

WIDTH_PX = 360
HEIGHT_PX = 360
CELL_PX = 40
EDGE_PX = 24
LEAST_SPAN_DEG = 0.002


@dataclass(frozen=True, slots=True)
class _Projection:
    """Equirectangular around the middle: over a city it errs by less than a pixel."""

    west: float
    north: float
    px_per_deg: float
    squeeze: float

    def __call__(self, house: House) -> tuple[float, float]:
        """Where a house lies. [px]"""
        latitude, longitude = house.latitude or 0.0, house.longitude or 0.0
        x = EDGE_PX + (longitude - self.west) * self.squeeze * self.px_per_deg
        return x, EDGE_PX + (self.north - latitude) * self.px_per_deg


def house_map(houses: Sequence[House], reader: Reader) -> Markup | None:
    """A circle for each house or for houses that would lie on each other; None where no house has a place."""
    placed = [house for house in houses if house.latitude is not None and house.longitude is not None]
    if not placed:
        return None
    project = _projection(placed)
    cells: dict[tuple[int, int], list[House]] = {}
    for house in placed:
        x, y = project(house)
        cells.setdefault((int(x // CELL_PX), int(y // CELL_PX)), []).append(house)
    circles = [_circle(group, project, reader) for group in cells.values()]
    about = ngettext("%(num)d house on the map", "%(num)d houses on the map", len(placed)) % {"num": len(placed)}
    return element(
        "svg", element("title", about), *circles, viewBox=f"0 0 {WIDTH_PX} {HEIGHT_PX}", role="group", class_="map"
    )


def _projection(placed: Sequence[House]) -> _Projection:
    latitudes = [house.latitude for house in placed if house.latitude is not None]
    longitudes = [house.longitude for house in placed if house.longitude is not None]
    squeeze = max(0.1, math.cos(math.radians((min(latitudes) + max(latitudes)) / 2)))
    height = max(max(latitudes) - min(latitudes), LEAST_SPAN_DEG)
    width = max((max(longitudes) - min(longitudes)) * squeeze, LEAST_SPAN_DEG)
    scale = min((WIDTH_PX - 2 * EDGE_PX) / width, (HEIGHT_PX - 2 * EDGE_PX) / height)
    return _Projection(min(longitudes), max(latitudes), scale, squeeze)


def _circle(group: Sequence[House], project: _Projection, reader: Reader) -> Markup:
    needing = sum(house.attention for house in group)
    places = [project(house) for house in group]
    x, y = (sum(values) / len(values) for values in zip(*places, strict=True))
    radius = 9 if len(group) == 1 else 11 + 2 * math.log2(len(group))
    kind = "attention" if needing else "well"
    if len(group) == 1:
        label, link = group[0].title or group[0].code, f"/buildings/{quote(group[0].code, safe='')}"
        sign = "▲" if needing else ""
    else:
        label = ngettext("%(num)d house here", "%(num)d houses here", len(group)) % {"num": len(group)}
        link, sign = _box(group, reader), str(len(group))
    if needing:
        also = ngettext("%(num)d needs attention", "%(num)d need attention", needing) % {"num": needing}
        label = f"{label}: {also}"
    return element(
        "a",
        element("title", label),
        element("circle", cx=x, cy=y, r=radius),
        element("text", sign, x=x, y=y + 4.5, text_anchor="middle", aria_hidden="true"),
        href=link,
        aria_label=label,
        class_=kind,
    )


def _box(group: Sequence[House], reader: Reader) -> str:
    """The same page with these houses alone, a little room around them."""
    latitudes = [house.latitude for house in group if house.latitude is not None]
    longitudes = [house.longitude for house in group if house.longitude is not None]
    south, west, north, east = min(latitudes), min(longitudes), max(latitudes), max(longitudes)
    return reader.link(box=f"{south - 1e-5:.5f},{west - 1e-5:.5f},{north + 1e-5:.5f},{east + 1e-5:.5f}", page="1")

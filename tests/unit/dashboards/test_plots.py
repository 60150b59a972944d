"""Plots tell the truth: zero in view, gaps left open, estimated apart from metered, nothing hostile let through."""

import math
import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teplosvet.plots.cumulative import SavingDay, cumulative_plot
from teplosvet.plots.daily import EnergyDay, daily_plot
from teplosvet.plots.fit import FitDay, fit_plot
from teplosvet.plots.frame import NARROW, SIZES, WIDE, Size, Words
from teplosvet.plots.interval import Interval, interval_plot
from teplosvet.plots.scale import LinearScale, ticks, ticks_with_zero
from teplosvet.plots.svg import element, lines_and_dots, runs
from teplosvet.plots.time_axis import time_ticks
from teplosvet.words.figures import number, short_month
from teplosvet.words.language import Language

START = date(2025, 10, 1)
HOSTILE = "</title><script>alert(1)</script> & \"'"
values = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
amounts = st.one_of(st.none(), values)


def words(title: str = "Energy", about: str = "Energy per day") -> Words:
    return Words(
        "daily",
        title,
        about,
        "kWh a day",
        lambda value, decimals: number(value, decimals, Language.ENGLISH),
        lambda day: short_month(day, Language.ENGLISH),
    )


def parsed(svg: object) -> ET.Element:
    return ET.fromstring(str(svg))  # noqa: S314  # a drawing of our own


def paths(svg: str, name: str) -> str:
    """Path data of one series."""
    found = [path.get("d") or "" for path in parsed(svg).iter("path") if name in (path.get("class") or "").split()]
    return "".join(found)


def energy_days(*metered: float | None, estimated: float = 0.0) -> list[EnergyDay]:
    return [EnergyDay(START + timedelta(days=n), 12.0, value, estimated) for n, value in enumerate(metered)]


@given(values, values, st.integers(3, 10))
def test_ticks_are_round_and_enclose_the_values(one: float, other: float, about: int) -> None:
    low, high = sorted((one, other))
    found = ticks(low, high, about)
    step = found.values[1] - found.values[0]
    slack = 1e-6 * max(abs(low), abs(high), step)
    assert found.low <= low + slack
    assert found.high >= high - slack
    assert 2 <= len(found.values) <= about + 3
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-6)
    assert min(abs(mantissa - whole) for whole in (1, 2, 5, 10)) < 1e-3


@given(st.lists(values, max_size=20))
def test_zero_is_always_in_view(seen: list[float]) -> None:
    found = ticks_with_zero(seen)
    assert found.low <= 0 <= found.high
    assert 0 in found.values


@given(values, st.floats(1, 1e6), values)
def test_a_scale_is_linear(low: float, width: float, value: float) -> None:
    scale = LinearScale(low, low + width, 50, 750)
    assert scale(low) == pytest.approx(50)
    assert scale(low + width) == pytest.approx(750)
    assert scale(value) == pytest.approx(50 + (value - low) / width * 700, rel=1e-6, abs=1e-3)


@given(st.lists(st.one_of(st.none(), st.tuples(values, values)), max_size=30))
def test_no_line_crosses_a_gap(points: list[tuple[float, float] | None]) -> None:
    found = runs(points)
    assert [point for run in found for point in run] == [point for point in points if point is not None]
    gaps = sum(1 for n, point in enumerate(points) if point is not None and (n == 0 or points[n - 1] is None))
    assert len(found) == gaps
    lines, dots = lines_and_dots(points)
    assert lines.count("M") + dots.count("M") == gaps


def test_unknown_days_have_no_bar_and_break_nothing() -> None:
    svg = str(daily_plot(energy_days(10, None, 8, None), words(), WIDE))
    assert paths(svg, "bar").count("Z") == 2
    assert paths(svg, "estimated") == ""


def test_a_baseline_is_interrupted_where_it_is_unknown_and_where_a_day_is_missing() -> None:
    days = energy_days(10, 10, 10, 10, 10, 10)
    days[2] = EnergyDay(days[2].day, None, 10, 0)
    del days[4]
    svg = str(daily_plot(days, words(), WIDE))
    assert paths(svg, "baseline").count("M") == 1
    assert paths(svg, "baseline-dot").count("M") == 2


def test_estimated_energy_is_drawn_apart_from_metered() -> None:
    wholly = str(daily_plot(energy_days(10, 10, estimated=10), words(), WIDE))
    assert (paths(wholly, "bar"), paths(wholly, "estimated").count("M")) == ("", 2)
    partly = str(daily_plot(energy_days(10, 10, estimated=4), words(), WIDE))
    assert (paths(partly, "bar").count("Z"), paths(partly, "estimated").count("M")) == (2, 2)


def test_negative_energy_is_drawn_below_zero() -> None:
    svg = str(daily_plot(energy_days(10, -5), words(), WIDE))
    zero = float(re.findall(r"M[\d.]+ ([\d.]+)H", paths(svg, "zero"))[0])
    tops = [float(top) for top in re.findall(r"V([\d.]+)H", paths(svg, "bar"))]
    assert tops[0] < zero < tops[1]


def test_days_that_are_not_in_the_sums_are_marked() -> None:
    days = energy_days(10, 10, 10)
    days[1] = EnergyDay(days[1].day, 12, 10, 0, counted=False)
    assert paths(str(daily_plot(days, words(), WIDE)), "left-out").count("M") == 1


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=40), st.sampled_from(SIZES))
def test_any_days_make_a_well_formed_drawing_inside_its_frame(
    rows: list[tuple[float | None, float | None, float | None]], size: Size
) -> None:
    days = [EnergyDay(START + timedelta(days=n), *row) for n, row in enumerate(rows)]
    svg = str(daily_plot(days, words(), size))
    assert "nan" not in svg
    for y in re.findall(r"V(-?[\d.]+)H", paths(svg, "bar")):
        assert 0 <= float(y) <= size.height


def test_a_saving_is_drawn_with_its_band_and_its_gaps() -> None:
    days = [SavingDay(START + timedelta(days=n), 10.0 * n, 8.0 * n, 12.0 * n) for n in range(6)]
    days[3] = SavingDay(days[3].day, None, None, None)
    svg = str(cumulative_plot(days, 60, "guarantee", words(), NARROW, proven=True))
    assert paths(svg, "line").count("M") == 2
    assert paths(svg, "band").count("Z") == 2
    assert paths(svg, "guarantee")
    assert "unproven" not in svg
    unproven = str(cumulative_plot(days, None, "", words(), NARROW, proven=False))
    assert paths(unproven, "guarantee") == ""
    assert paths(unproven, "unproven")


def test_a_saving_without_a_band_has_none() -> None:
    days = [SavingDay(START + timedelta(days=n), 10.0 * n, None, None) for n in range(3)]
    assert paths(str(cumulative_plot(days, None, "", words(), WIDE, proven=False)), "band") == ""


def test_days_of_the_fit_are_dots_and_others_rings() -> None:
    days = [FitDay(-5, 20, used=True), FitDay(0, 15, used=True), FitDay(5, 2, used=False)]
    svg = str(fit_plot(days, [(-5, 20), (5, 10)], "outdoor temperature, °C", words(), WIDE))
    assert paths(svg, "cloud").count("M") == 2
    assert paths(svg, "ring-edge").count("M") == 1
    assert paths(svg, "model").startswith("M")


def test_hostile_words_stay_words() -> None:
    svg = str(daily_plot(energy_days(1, 2), words(HOSTILE, HOSTILE), WIDE))
    root = parsed(svg)
    assert [child.text for child in root][:2] == [HOSTILE, HOSTILE]
    assert list(root.iter("script")) == []
    small = parsed(interval_plot(Interval(0.2, 0.1, 0.3), -0.1, 0.6, HOSTILE, proven=True))
    assert small[0].text == HOSTILE
    assert '"' not in str(element("path", d='"><script>')).split("d=")[1][1:-10]


def test_a_drawing_says_what_it_shows() -> None:
    root = parsed(daily_plot(energy_days(1, 2), words(), WIDE))
    names = (root.get("aria-labelledby") or "").split()
    assert root.get("role") == "img"
    assert [element.get("id") for element in root][:2] == names


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 800), st.sampled_from([300.0, 740.0]))
def test_labels_of_a_time_axis_have_room(first: date, days: int, width: float) -> None:
    end = first + timedelta(days=days)
    found = list(time_ticks(first, end, width, lambda day: short_month(day, Language.RUSSIAN)))
    middles = [tick.middle for tick in found if tick.middle is not None]
    assert middles == sorted(middles)
    room = [(after - before) / days * width for before, after in pairwise(middles)]
    assert all(px >= 18 for px in room)
    assert all(first <= tick.start < end for tick in found)


def test_months_are_named_with_their_years() -> None:
    found = list(time_ticks(START, date(2026, 5, 1), 740, lambda day: short_month(day, Language.ENGLISH)))
    assert [tick.label for tick in found] == ["Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr"]
    assert [tick.under for tick in found] == ["2025", "", "", "2026", "", "", ""]


def test_the_gap_check_can_fail() -> None:
    joined = lines_and_dots([(0, 0), (1, 1), (2, 2)])[0]
    parted = lines_and_dots([(0, 0), (1, 1), None, (3, 3), (4, 4)])[0]
    assert joined.count("M") != parted.count("M")

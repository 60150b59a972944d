"""Hypothesis strategies over meters and what befalls them."""

from hypothesis import assume
from hypothesis import strategies as st

from tests.unit.analytics.consumption.faults import HOUR_US, Meter, meter

WRONG = ("zero", "half", "x10", "/10", "+1e5")
STEPS_MIN = (1, 5, 10, 15, 30, 60, 1440)


@st.composite
def meters(draw: st.DrawFn, kinds: tuple[str, ...] = ("constant", "random", "nights", "bursts", "lamp")) -> Meter:
    """A meter without faults, of any load, step and size, with a register fine enough for its load."""
    step_min = draw(st.sampled_from(STEPS_MIN))
    kwh_per_h = draw(st.sampled_from((0.02, 0.3, 4.0, 12.5, 150.0)))
    start = draw(st.sampled_from((50_000.0, 1_234.5, 812_000.25))) * (1.0 if kwh_per_h > 0.1 else 0.01)
    resolution = draw(st.sampled_from((0.0, 0.001, 0.01, 0.1, 1.0)))
    if resolution > kwh_per_h * step_min / 60:
        resolution = 0.0
    return meter(
        draw(st.sampled_from(kinds)),
        count=draw(st.integers(120, 300)),
        step_min=step_min,
        kwh_per_h=kwh_per_h,
        start=start,
        resolution=resolution,
        seed=draw(st.integers(0, 2**32 - 1)),
    )


def burst_of(point: Meter, place: int, wrong: str, length: int) -> None:
    """Let some readings in a row be wrong in the same way, before the register goes on as if nothing had happened."""
    factor, offset = {
        "zero": (0.0, 0.0),
        "half": (0.5, 0.0),
        "x10": (10.0, 0.0),
        "/10": (0.1, 0.0),
        "+1e5": (1.0, 1e5),
    }[wrong]
    point.glitch(place, [factor * float(value) + offset for value in point.exact[place : place + length]])


def befall(draw: st.DrawFn, point: Meter, fault: str, place: int) -> None:
    """Let one fault happen at a place."""
    size = 1.0 if point.start > 1_000 else 0.01
    if fault == "exchange":
        within = draw(st.floats(0.05, 0.95))
        at_us = int(point.at_us[place - 1] + within * (point.at_us[place] - point.at_us[place - 1]))
        recorded = draw(st.booleans())
        point.exchange(
            at_us,
            draw(st.sampled_from((0.0, 61_234.0, 17.0))) * size,
            registers=draw(st.booleans()),
            recorded=recorded,
            off_us=draw(st.sampled_from((0, 0, 40, -40, 120))) * 60_000_000 if recorded else 0,
            told_share=draw(st.sampled_from((0.0, 0.3, 1.0))),
        )
    elif fault == "reset":
        point.reset(place)
    elif fault == "decimal":
        point.move_decimal(place, draw(st.sampled_from((1, -1, 2, -2, 3, -3))))
    elif fault == "glitch":
        wrong = st.sampled_from((0.0, 999_999.0, 4_294_967_295.0, float(point.exact[place]) * 1.37))
        point.glitch(place, draw(st.lists(wrong, min_size=1, max_size=4)))
    elif fault == "burst":
        burst_of(point, place, draw(st.sampled_from(WRONG)), draw(st.integers(1, 8)))
    elif fault == "outage":
        point.outage(place, draw(st.integers(2, 24)))
    elif fault == "rollover":
        point.roll_over_at(place, 10.0 ** len(str(int(point.exact[-1]))))


@st.composite
def faulty_meters(
    draw: st.DrawFn,
    faults: tuple[str, ...] = ("exchange", "reset", "decimal", "glitch", "outage", "rollover"),
    kinds: tuple[str, ...] = ("constant", "random", "nights", "bursts", "lamp"),
) -> Meter:
    """A meter with one fault, and perhaps an outage that hides it."""
    point = draw(meters(kinds))
    place = draw(st.integers(15, len(point.at_us) - 40))
    fault = draw(st.sampled_from(faults))
    befall(draw, point, fault, place)
    if fault != "glitch" and draw(st.booleans()):
        point.outage(place - draw(st.integers(0, 5)), 6)
    if fault in ("decimal", "reset"):
        # A register that has hardly counted is no evidence: it has to exceed what a gap may hold.
        gap_h = 7 * float(point.at_us[1] - point.at_us[0]) / HOUR_US
        assume(point.start > 100 * point.true_rate_per_h * gap_h)
    return point

"""An energy path cut into buckets: hours, local days, or whatever half-open edges are given."""

from dataclasses import dataclass

import numpy as np

from analytics.consumption.path import EnergyPath, Rules
from analytics.consumption.rules import MAX_METERED_INTERVAL_US, Rule
from analytics.consumption.series import Floats, Ints


@dataclass(frozen=True, slots=True)
class Buckets:
    """Consumption of each bucket.

    Attributes:
        amount: Consumed in the bucket, as far as it is covered; NaN where nothing is known. [unit]
        estimated: Part of the amount that is not metered for this bucket; NaN where nothing is known. [unit]
        covered_s: How much of the bucket has a known amount. [s]
        rule: The weakest `Rule` that the amount rests on; UNKNOWN where nothing is known.
    """

    amount: Floats
    estimated: Floats
    covered_s: Floats
    rule: Rules


def per_bucket(path: EnergyPath, edges_us: Ints) -> Buckets:
    """Cut a path at edges; amounts of adjoining buckets add up to the path exactly. [unit]

    An interval is a straight line between its ends. One that lies within a bucket is metered for it, however long: six
    hours of outage give estimated hours and a metered day. One that crosses an edge is metered up to
    `MAX_METERED_INTERVAL_US`; above, its parts are ``interpolated``. How much of a part is estimated is what lies on
    the other side of the edge, if that is less: a meter read once a day at one in the morning knows its days but for an
    hour.

    Args:
        path: The path of one register.
        edges_us: k+1 increasing edges of k half-open buckets. [µs since 1970]
    """
    count = len(edges_us) - 1
    if len(path.rule) == 0:
        nothing = np.full(count, np.nan)
        return Buckets(nothing, nothing.copy(), np.zeros(count), np.full(count, Rule.UNKNOWN, dtype=np.int8))
    at, edges = path.at_us, np.asarray(edges_us)
    duration = np.diff(at)
    amount = np.diff(np.interp(edges, at, path.cumulative))
    rule = path.rule
    long = (duration > MAX_METERED_INTERVAL_US) & (rule == Rule.METERED)
    if long.any():
        crossing = np.searchsorted(edges, at[:-1], side="right") != np.searchsorted(edges, at[1:], side="left")
        rule = np.where(long & crossing, np.int8(Rule.INTERPOLATED), rule)
    if not rule.any():
        covered_us = np.diff(np.clip(edges, at[0], at[-1])).astype(np.float64)
        none = covered_us == 0
        amount[none] = np.nan
        estimated = np.where(none, np.nan, 0.0)
        return Buckets(amount, estimated, covered_us / 1e6, np.where(none, np.int8(Rule.UNKNOWN), np.int8(0)))
    return _with_rules(path, rule, amount, edges, duration)


def _with_rules(path: EnergyPath, rule: Rules, amount: Floats, edges: Ints, duration: Ints) -> Buckets:
    at = path.at_us
    known = rule != Rule.UNKNOWN
    covered_us = _share(edges, at, np.where(known, duration, 0))
    none = covered_us == 0
    increment = np.diff(path.cumulative)
    estimated = _share(edges, at, np.where(rule == Rule.METERED, 0.0, increment))
    _trust_the_greater_part(estimated, edges, at, np.where(rule == Rule.INTERPOLATED, increment, 0.0))
    weakest = np.zeros(len(amount), dtype=np.int8)
    for code in (Rule.INTERPOLATED, Rule.ROLLOVER_INFERRED, Rule.DECIMAL_CHANGE, Rule.RATE_ESTIMATE):
        mine = rule == code
        if mine.any():
            weakest[_share(edges, at, np.where(mine, duration, 0)) > 0] = code
    weakest[none] = Rule.UNKNOWN
    amount[none] = np.nan
    estimated[none] = np.nan
    return Buckets(amount, estimated, covered_us / 1e6, weakest)


def _trust_the_greater_part(estimated: Floats, edges: Ints, at: Ints, interpolated: Floats) -> None:
    """Of an interval with more than half its time in one bucket, only the rest is in doubt there. [unit]"""
    place = np.searchsorted(edges, (at[:-1] + at[1:]) // 2, side="right") - 1
    inside = (interpolated > 0) & (place >= 0) & (place < len(estimated))
    place, amount = place[inside], interpolated[inside]
    start, end = at[:-1][inside], at[1:][inside]
    share = (np.minimum(edges[place + 1], end) - np.maximum(edges[place], start)) / (end - start)
    np.subtract.at(estimated, place, np.where(share > 0.5, (2 * share - 1) * amount, 0.0))


def _share(edges: Ints, at: Ints, of_interval: Floats | Ints) -> Floats:
    """How much of something that is spread evenly over each interval falls into each bucket."""
    cumulative = np.concatenate(([0.0], np.cumsum(of_interval)))
    return np.diff(np.interp(edges, at, cumulative))

"""Energy of a building's days out of its devices' hours and days: what the rollup does in SQL, done again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from analytics.arrays import Floats
from analytics.daily import MIN_COVERAGE, DailySeries, days_of
from analytics.evidence.amounts import Amounts
from analytics.evidence.record import DeviceRecord, InstallationRecord
from teplosvet.domain.periods import Period, local_midnight

HOUR_US = 3_600_000_000


@dataclass(slots=True)
class _Days:
    """Edges of the days and what is summed up over devices. [µs since 1970], [kWh], [s]"""

    starts: Floats
    ends: Floats
    energy: Floats
    estimated: Floats
    covered_s: Floats
    devices: Floats
    unknown: Floats


def building_days(
    devices: Sequence[DeviceRecord],
    hours: Mapping[int, Amounts],
    days: Mapping[int, Amounts],
    span: Period,
    zone: ZoneInfo,
) -> DailySeries:
    """Energy of each day of a span. [kWh]

    A day is unknown if more of one device is unknown than a day may lack, since a silent lamp would look like a saving.
    A device that stood in another building on that day, or whose days are those of another zone, is summed by hours.

    Args:
        devices: Devices of the boundary.
        hours: Consumption by hour, by place of the device.
        days: Consumption by local day of the device.
        span: Local days of the building.
        zone: The building's zone.
    """
    edges = np.array([local_midnight(day, zone).timestamp() * 1e6 for day in [*span, span.end]])
    sums = _Days(edges[:-1], edges[1:], *np.zeros((5, span.days)))
    sums.energy = np.full(span.days, np.nan)
    for place, device in enumerate(devices):
        _add(sums, device, hours.get(place), days.get(place), span, zone)
    length_s = (sums.ends - sums.starts) / 1e6
    some = sums.devices > 0
    energy = np.where(some & (sums.unknown == 0), sums.energy, np.nan)
    parts = np.where(some, sums.devices, np.nan) * length_s
    coverage = np.where(some, np.fmin(1.0, sums.covered_s / parts), 0.0)
    return DailySeries(days_of(span), energy, np.where(some, sums.estimated, np.nan), coverage)


def _add(
    sums: _Days, device: DeviceRecord, hours: Amounts | None, days: Amounts | None, span: Period, zone: ZoneInfo
) -> None:
    here_s, elsewhere_s = (_stands_s(sums, device.installations, here=here) for here in (True, False))
    present = here_s > 0
    by_hours = present & ((elsewhere_s > 0) | (device.zone != zone.key))
    amount, estimated, covered_s = _of_days(days, span)
    for n in np.flatnonzero(by_hours).tolist():
        amount[n], estimated[n], covered_s[n] = _of_hours(sums, device, hours, n)
    known = present & np.isfinite(amount)
    sums.energy = np.where(known, np.where(np.isnan(sums.energy), amount, sums.energy + amount), sums.energy)
    sums.estimated += np.where(present & np.isfinite(estimated), estimated, 0.0)
    sums.covered_s += np.where(present, covered_s, 0.0)
    sums.devices += present
    sums.unknown += present & (here_s - covered_s > (1.0 - MIN_COVERAGE) * (sums.ends - sums.starts) / 1e6)


def _stands_s(sums: _Days, installations: Sequence[InstallationRecord], *, here: bool) -> Floats:
    """How much of each day the device stands here, or elsewhere. [s]"""
    total = np.zeros(len(sums.starts))
    for each in installations:
        if each.here is here:
            until = np.inf if each.to_us is None else float(each.to_us)
            share = np.fmin(until, sums.ends) - np.fmax(float(each.from_us), sums.starts)
            total += np.where(share > 0, share, 0.0) / 1e6
    return total


def _of_days(days: Amounts | None, span: Period) -> tuple[Floats, Floats, Floats]:
    """Amount, estimated amount and covered seconds of each day; a day without a row is covered by nothing."""
    amount, estimated, covered_s = np.full((3, span.days), np.nan)
    covered_s[:] = 0.0
    if days is not None:
        place = days.at - days_of(span)[0].astype(np.int64)
        inside = (place >= 0) & (place < span.days)
        where = place[inside]
        amount[where], estimated[where] = days.amount[inside], days.estimated[inside]
        covered_s[where] = days.covered_s[inside]
    return amount, estimated, covered_s


def _of_hours(sums: _Days, device: DeviceRecord, hours: Amounts | None, n: int) -> tuple[float, float, float]:
    """The same of one day, out of the shares of hours in which the device stood here."""
    amount = estimated = np.nan
    covered_s = 0.0
    if hours is None:
        return amount, estimated, covered_s
    start, end = sums.starts[n], sums.ends[n]
    first, last = np.searchsorted(hours.at, [start - HOUR_US + 1, end])
    rows = slice(int(first), int(last))
    for each in device.installations:
        until = end if each.to_us is None else min(end, float(each.to_us))
        share = np.fmin(hours.at[rows] + float(HOUR_US), until) - np.fmax(hours.at[rows], max(start, each.from_us))
        share = np.where(share > 0, share, np.nan) / HOUR_US
        if each.here and np.isfinite(share).any():
            amount = _plus(amount, hours.amount[rows] * share)
            estimated = _plus(estimated, hours.estimated[rows] * share)
            covered_s += float(np.nansum(hours.covered_s[rows] * share))
    return amount, estimated, covered_s


def _plus(sum_so_far: float, parts: Floats) -> float:
    """The sum with the known of some parts; NaN while nothing is known."""
    if np.isnan(parts).all():
        return sum_so_far
    return float(np.nansum(parts)) + (0.0 if np.isnan(sum_so_far) else sum_so_far)

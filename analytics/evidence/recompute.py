"""From raw readings to hours and days again, with the very functions that the rollup runs; no database."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.arrays import Floats
from analytics.daily import days_of
from analytics.evidence.amounts import Amounts
from analytics.evidence.record import DeviceRecord, bounds_us, facts_of, window_of
from analytics.methods import DailyVariable
from analytics.rollup.compute import HOUR_US, Made, local_date, make_derived, make_register, states_of
from analytics.rollup.load import DeviceReadings
from analytics.rollup.windows import LAST_US, Dirty, Window
from analytics.weather import daily_temperature
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass, Quantity

Ints = NDArray[np.int64]


def hours_and_days(
    device: DeviceRecord,
    readings: DeviceReadings,
    number: int,
    span: Period,
    zone: ZoneInfo,
    carrier: Carrier,
    serials: Sequence[str],
) -> tuple[Amounts, Amounts]:
    """Consumption of one device in one span, by hour and by local day of the device.

    Args:
        device: The device.
        readings: Its readings in the span and around it.
        number: Of the span.
        span: Local days of the building.
        zone: The building's zone.
        carrier: What is metered.
        serials: Serial numbers by code.
    """
    bounds = window_of(device, span, zone)
    if bounds is None:
        return _amounts([], (0, 0)), _amounts([], (0, 0))
    window = Window(Dirty(0, device.zone, *bounds), *bounds, begins=device.begins[number], ends=False, length_s=0.0)
    facts, made = facts_of(device, 0, serials), Made()
    series = readings.register(carrier.register)
    if len(series.at_us):
        make_register(made, facts, window, carrier.register, series)
    if device.device_class is not DeviceClass.HEAT:
        make_derived(made, facts, window, readings)
    first, end = bounds[0] // HOUR_US * HOUR_US, -(-bounds[1] // HOUR_US) * HOUR_US
    own = ZoneInfo(device.zone)
    days = [(rows, _day_numbers(rows["at_us"], own)) for rows in made.daily]
    return (
        _amounts([(rows, rows["at_us"].astype(np.int64)) for rows in made.hourly], (first, end)),
        _amounts(days, (_day_number(bounds[0], own), _day_number(bounds[1], own))),
    )


def _day_number(at_us: int, zone: ZoneInfo) -> int:
    return int(np.datetime64(local_date(at_us, zone), "D").astype(np.int64))


def _day_numbers(at_us: Ints, zone: ZoneInfo) -> Ints:
    return np.array([_day_number(at, zone) for at in at_us.tolist()], dtype=np.int64)


def _amounts(parts: Sequence[tuple[NDArray[np.void], Ints]], bounds: tuple[int, int]) -> Amounts:
    """Rows as storage keeps them: an unknown estimate counts as none, the amount says that it is unknown."""
    found = [Amounts.none()]
    for rows, at in parts:
        estimated = np.where(np.isnan(rows["estimated"]), 0.0, rows["estimated"])
        covered = rows["covered_s"].astype(np.float64)
        found.append(Amounts(at, rows["amount"].copy(), estimated, covered, rows["rule"].astype(np.int64)))
    return Amounts.joined(found).between(*bounds)


def state_hours(quantity: Quantity, at_us: Ints, values: Floats, bounds: tuple[int, int]) -> tuple[Ints, Floats]:
    """Hours of a span that have a reading, and the mean of each. [µs since 1970], [unit of the quantity]"""
    nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.bool_)
    readings = DeviceReadings(0, at_us, *nothing, {quantity: values})
    found = states_of(quantity, readings, slice(0, len(at_us)))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0)
    hours, mean = found[0]["at_us"].astype(np.int64), found[0]["mean"].copy()
    first, end = np.searchsorted(hours, bounds)
    return hours[first:end], mean[first:end]


def weather_days(parts: Sequence[tuple[Ints, Floats]], zone: ZoneInfo) -> DailyVariable:
    """Mean outdoor temperature of local days out of the hours of each span. [°C]"""
    days = [daily_temperature(pd.DatetimeIndex(hour_us * 1000, tz="UTC"), mean_c, zone) for hour_us, mean_c in parts]
    return DailyVariable(np.concatenate([part.day for part in days]), np.concatenate([part.mean_c for part in days]))


def failed_lamp_days(
    devices: Sequence[DeviceRecord],
    readings: Mapping[tuple[int, int], DeviceReadings],
    spans: Sequence[Period],
    zone: ZoneInfo,
) -> DailyVariable | None:
    """Share of the light points installed here that reported a failure, over the hours in which they reported. [-]"""
    days = np.concatenate([days_of(span) for span in spans])
    total, count = np.zeros((2, len(days)))
    for (place, number), each in sorted(readings.items(), key=lambda item: item[0]):
        span = spans[number]
        failed = each.values[Quantity.LAMP_FAILURE]  # noqa: PD011  # no pandas
        hours, share = state_hours(Quantity.LAMP_FAILURE, each.at_us, failed, bounds_us(span, zone))
        edges = [bounds_us(Period(day, day + timedelta(days=1)), zone)[0] for day in span]
        day = np.searchsorted(days, np.datetime64(span.start)) + np.searchsorted(edges, hours, side="right") - 1
        here = _is_here(devices[place], hours)
        np.add.at(total, day[here], share[here])
        np.add.at(count, day[here], 1)
    told = count > 0
    return DailyVariable(days[told], total[told] / count[told]) if told.any() else None


def _is_here(device: DeviceRecord, at_us: Ints) -> NDArray[np.bool_]:
    """Instants at which the device stands in the building."""
    here = np.zeros(len(at_us), dtype=np.bool_)
    for each in device.installations:
        if each.here:
            here |= (at_us >= each.from_us) & (at_us < (LAST_US if each.to_us is None else each.to_us))
    return here

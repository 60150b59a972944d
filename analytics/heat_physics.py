"""A heat meter against itself: what it counted against its own volume and temperatures, hour by hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from analytics.arrays import Floats, Mask
from analytics.holding import Ints
from analytics.water import density_kg_m3, enthalpy_kj_kg
from teplosvet.domain.findings import Finding, FindingCode, Severity

HOUR_US = 3_600_000_000

LEAST_DIFFERENCE_K = 3.0
"""Below this temperature difference nothing is checked: it is the least one of most meters (EN 1434-1). [K]"""

FEW_STEPS = 5.0
"""Nothing is checked in an hour whose volume is less than so many steps of its register. [-]"""

SENTINELS_C = (0.0, 185.0, 243.0)
"""What calculators show for a shorted or broken sensor: Kamstrup 803 manual (0, 185), a frame of SVM F22 (243). [°C]"""

MANY_SAMPLES = 4
"""From so many readings in an hour on, its mean stands for itself; fewer are joined by the next hour's. [-]"""

VOLUME_TEMPERATURE_STEP_M3C = 1.0
"""Step of the registers of volume times temperature: Kamstrup shows them without decimals. [m³·°C]"""

LEAST_PERSISTENT_HOURS = 6
"""Fewer hours of a day are no persistent fault. [-]"""

_NOMINAL_FLOW_SHARE = 0.1
_MPE_FLOW, _MPE_FLOW_SLOPE = 0.02, 0.0002
_MPE_CALCULATOR, _MPE_SENSORS = 0.005, 0.005
_KJ_PER_KWH = 3600.0


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature in each hour; NaN where nobody read it. [°C]"""

    mean: Floats
    low: Floats
    high: Floats
    samples: Floats


@dataclass(frozen=True, slots=True)
class HeatHours:
    """What a heat meter said in some hours, ascending; NaN where it said nothing or nothing that is metered.

    Attributes:
        at_us: Start of each hour. [µs since 1970]
        energy_kwh: Counted. [kWh]
        volume_m3: Counted. [m³]
        volume_flow_m3c: Counted volume times flow temperature (E8). [m³·°C]
        volume_return_m3c: Counted volume times return temperature (E9). [m³·°C]
        withdrawn: Share of the flow's mass or volume that did not come back: an open system, or a leak. [-]
        flow_c: Flow temperature.
        return_c: Return temperature.
        power_kw: Greatest power shown. [kW]
    """

    at_us: Ints
    energy_kwh: Floats
    volume_m3: Floats
    volume_flow_m3c: Floats
    volume_return_m3c: Floats
    withdrawn: Floats
    flow_c: Temperature
    return_c: Temperature
    power_kw: Floats


@dataclass(frozen=True, slots=True)
class Steps:
    """The least steps of a meter's values; 0 where unknown. [kWh], [m³], [K]"""

    energy_kwh: float = 0.0
    volume_m3: float = 0.0
    temperature_k: float = 0.0


@dataclass(frozen=True, slots=True)
class _Between:
    """Mean temperature of each hour, and by how much it may be wrong. [°C], [K]"""

    mean: Floats
    open_k: Floats


def class_2_error(difference_k: Floats, least_difference_k: float = LEAST_DIFFERENCE_K) -> Floats:
    """Maximum permissible error of a complete heat meter of class 2. [-]

    ``Ef + Ec + Et`` with ``Ef = 2 + 0.02 qp/q``, ``Ec = 0.5 + ΔTmin/ΔT``, ``Et = 0.5 + 3 ΔTmin/ΔT`` percent [1]. The
    nominal flow of a meter is not known here: q = 0.1 qp is taken, which adds 0.2 %.

    Args:
        difference_k: Temperature difference, above 0. [K]
        least_difference_k: Least temperature difference of the meter. [K]

    References:
        [1] Directive 2014/32/EU, annex VI (MI-004), section 7; EN 1434-1:2015, clause 9.
    """
    of_flow = _MPE_FLOW + _MPE_FLOW_SLOPE / _NOMINAL_FLOW_SHARE
    error: Floats = of_flow + _MPE_CALCULATOR + _MPE_SENSORS + 0.04 * least_difference_k / difference_k
    return error


def heat_findings(hours: HeatHours, steps: Steps, day: Ints, greatest_power_kw: float | None) -> Iterator[Finding]:
    """What does not fit in the hours of one meter, with ``from`` among the data; never a reason to drop an hour.

    An hour is a note; where more than half of the hours of a day that could be checked say the same, and at least
    `LEAST_PERSISTENT_HOURS`, all of them are warnings. See docs/methods/heat-meter-check.md.

    Args:
        hours: The hours, whole local days of them.
        steps: Resolution of its values.
        day: Number of the local day of each hour, ascending.
        greatest_power_kw: The most that it can pass as the registry states it, or None. [kW]
    """
    flow, back = (_between(hours, each) for each in (hours.flow_c, hours.return_c))
    runs = hours.volume_m3 >= max(FEW_STEPS * steps.volume_m3, 1e-9)
    faulty = _faulty_sensor(hours, flow, back, runs)
    expected = _expected(hours, flow, back, steps)
    checked = expected.checked & runs & ~faulty
    outside = checked & ((hours.energy_kwh < expected.low_kwh) | (hours.energy_kwh > expected.high_kwh))
    still = outside & (hours.energy_kwh <= 0) & (expected.low_kwh > steps.energy_kwh)
    temperatures = np.isfinite(flow.mean) | np.isfinite(back.mean)
    told = {
        FindingCode.HEAT_SENSOR_FAULT: (faulty, temperatures),
        FindingCode.HEAT_FLOW_WITHOUT_ENERGY: (still, checked),
        FindingCode.HEAT_BALANCE: (outside & ~still, checked),
    }
    if greatest_power_kw is not None:
        most_kwh = greatest_power_kw + steps.energy_kwh
        above = (hours.energy_kwh > most_kwh) | (hours.power_kw > greatest_power_kw)
        told[FindingCode.HEAT_POWER_EXCEEDED] = (above, np.isfinite(hours.energy_kwh) | np.isfinite(hours.power_kw))
    for code, (found, of) in told.items():
        severe = _persistent(found, of, day)
        for place in np.flatnonzero(found).tolist():
            figures = _figures(code, hours, flow, back, expected, place, greatest_power_kw)
            severity = Severity.WARNING if severe[place] else Severity.INFO
            yield Finding(code, severity, {"from": _iso(hours.at_us[place]), **figures})


@dataclass(frozen=True, slots=True)
class _Expected:
    """What an hour's energy may be, and where that could be told. [kWh]"""

    low_kwh: Floats
    high_kwh: Floats
    checked: Mask


def _expected(hours: HeatHours, flow: _Between, back: _Between, steps: Steps) -> _Expected:
    """``V ρ (h(T1) - h(T2))`` with the density at either pipe, and its tolerance on both sides. [kWh]

    Nobody tells in which pipe the flow sensor sits, so that either density has to do (1 to 7 % between them). An open
    system withdraws water, whose heat the meter may or may not count down to that of cold water.
    """
    t1, t2 = _within_liquid(flow.mean), _within_liquid(back.mean)
    difference = flow.mean - back.mean
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        densities = np.vstack((density_kg_m3(t1), density_kg_m3(t2)))
        heat = enthalpy_kj_kg(t1) - enthalpy_kj_kg(t2)
        per_k = heat / difference
        open_k = flow.open_k + back.open_k + steps.temperature_k
        volume = hours.volume_m3 / _KJ_PER_KWH
        low = (volume - steps.volume_m3 / _KJ_PER_KWH) * densities.min(axis=0) * (heat - per_k * open_k)
        high = (volume + steps.volume_m3 / _KJ_PER_KWH) * densities.max(axis=0) * (heat + per_k * open_k)
        withdrawn = np.where(hours.withdrawn > 0, hours.withdrawn, 0.0)
        low *= 1.0 - withdrawn
        high += withdrawn * volume * densities.max(axis=0) * enthalpy_kj_kg(t2)
        error = class_2_error(difference)
        low, high = low * (1.0 - error) - steps.energy_kwh, high * (1.0 + error) + steps.energy_kwh
        checked = (difference >= LEAST_DIFFERENCE_K) & np.isfinite(hours.energy_kwh) & np.isfinite(low + high)
    return _Expected(low, high, checked)


def _within_liquid(temperature_c: Floats) -> Floats:
    """Where water is liquid at the pressure of the network; NaN elsewhere. [°C]"""
    return np.where((temperature_c >= 0) & (temperature_c <= 180), temperature_c, np.nan)


def _between(hours: HeatHours, of: Temperature) -> _Between:
    """Mean temperature of each hour out of its readings, or of the few around it.

    A meter that is read on the hour shows what it is at the hour's two ends. Where it also counts volume times
    temperature, and that fits, it tells the mean itself.
    """
    following = np.searchsorted(hours.at_us, hours.at_us + HOUR_US)
    found = np.append(hours.at_us, -1)[following] == hours.at_us + HOUR_US
    after = np.where(found, np.append(of.mean, np.nan)[following], np.nan)
    few = (of.samples < MANY_SAMPLES) | np.isnan(of.samples)
    known = np.vstack((of.mean, np.where(few, after, of.mean)))
    count = np.isfinite(known).sum(axis=0)
    with np.errstate(invalid="ignore", over="ignore"):
        mean = np.where(np.isfinite(known), known, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
        low, high = np.fmin(of.low, np.where(few, after, np.nan)), np.fmax(of.high, np.where(few, after, np.nan))
        open_k = np.where(few, (high - low) / 2, (high - low) / 4)
    counted = hours.volume_flow_m3c if of is hours.flow_c else hours.volume_return_m3c
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        weighted, weighted_open_k = counted / hours.volume_m3, VOLUME_TEMPERATURE_STEP_M3C / hours.volume_m3
        better = (weighted_open_k < open_k) & (np.abs(weighted - mean) <= open_k + weighted_open_k)
    return _Between(np.where(better, weighted, mean), np.where(better, weighted_open_k, open_k))


def _faulty_sensor(hours: HeatHours, flow: _Between, back: _Between, runs: Mask) -> Mask:
    """Hours with a temperature that cannot be: what a broken sensor shows, or a return that is warmer than the flow."""
    broken = np.zeros(len(hours.at_us), dtype=np.bool_)
    for of in (hours.flow_c, hours.return_c):
        broken |= (of.low == of.high) & np.isin(of.low, SENTINELS_C)
    swapped: Mask = runs & (back.mean - flow.mean >= LEAST_DIFFERENCE_K)
    return broken | swapped


def _persistent(found: Mask, of: Mask, day: Ints) -> Mask:
    """Hours of days on which more than half of the hours that could be checked say the same."""
    first = int(day[0])
    hits = np.bincount(day - first, weights=found.astype(np.float64))
    tried = np.bincount(day - first, weights=(of | found).astype(np.float64))
    severe: Mask = (hits >= LEAST_PERSISTENT_HOURS) & (2 * hits > tried)
    return severe[day - first]


def _figures(
    code: FindingCode,
    hours: HeatHours,
    flow: _Between,
    back: _Between,
    expected: _Expected,
    place: int,
    greatest_power_kw: float | None,
) -> dict[str, str | float | int]:
    """What the sentence of a finding needs; what is unknown is left out."""
    figures = {
        "energy_kwh": hours.energy_kwh[place],
        "volume_m3": hours.volume_m3[place],
        "flow_c": flow.mean[place],
        "return_c": back.mean[place],
    }
    match code:
        case FindingCode.HEAT_BALANCE:
            figures |= {"low_kwh": expected.low_kwh[place], "high_kwh": expected.high_kwh[place]}
        case FindingCode.HEAT_FLOW_WITHOUT_ENERGY:
            figures |= {"difference_k": flow.mean[place] - back.mean[place], "low_kwh": expected.low_kwh[place]}
        case FindingCode.HEAT_POWER_EXCEEDED:
            power = np.fmax(hours.power_kw[place], hours.energy_kwh[place])  # kWh in an hour
            figures |= {"power_kw": power, "greatest_kw": np.float64(greatest_power_kw or np.nan)}
    return {name: round(float(value), 3) for name, value in figures.items() if np.isfinite(value)}


def _iso(at_us: int) -> str:
    return datetime.fromtimestamp(int(at_us) / 1e6, UTC).isoformat()

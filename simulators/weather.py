"""Outdoor air of St Petersburg: hourly, autocorrelated, reproducible hour by hour.

Every hour's value depends on the seed and the hour alone: a sub-period, asked for on another day, gives the same values
to the last bit. That is why the noise is a moving average over seeded blocks of white noise and not a recursion from
"the start", and why a block is always computed whole.
"""

from collections.abc import Callable

import numpy as np

from simulators.arrays import Floats, Ints

MONTHLY_NORMALS_C = (-5.5, -5.8, -1.3, 5.1, 11.3, 15.7, 18.8, 16.9, 11.6, 6.2, 0.1, -3.7)
"""Monthly means of St Petersburg (WMO 26063), climate normals 1981-2010; yearly mean +5.8 °C."""

LONGITUDE_DEG = 30.3
_HOURS_PER_YEAR = 365.2425 * 24
_FIRST_HOUR = 262_968  # 2000-01-01T00:00Z, where the phase of the year is zero
_BLOCK = 4096
_MEMORY = 3840  # hours of white noise that a value remembers: eight time constants of the slowest component


def outdoor_temperature_c(seed: int, hours: Ints) -> Floats:
    """Outdoor dry-bulb temperature at the given hours. [°C]

    The yearly course (three harmonics through the monthly normals), the daily course (highest at 15 h solar time, wide
    in summer, narrow in winter), fronts (first-order noise with a time constant of 80 h, stronger in winter), blocking
    situations (20 days), gusts (3 h), and an anomaly that differs from half-year to half-year.

    Args:
        seed: Which weather.
        hours: Hours since 1970-01-01T00:00Z, not before 2000. [h]

    References:
        [1] Roshydromet / WMO, climate normals 1981-2010, station 26063 St Petersburg.
        [2] D. S. Wilks, "Statistical methods in the atmospheric sciences", chapter 9 (autoregressive models of daily
            temperature), Academic Press, 2011.
    """
    return _by_blocks(hours, lambda block: _temperature_block(seed, block))


def relative_humidity_percent(seed: int, hours: Ints) -> Floats:
    """Relative humidity of the outdoor air: about 78 % over the year, lowest on spring and summer afternoons. [%]"""
    return _by_blocks(hours, lambda block: _humidity_block(seed, block))


def _by_blocks(hours: Ints, values: Callable[[int], Floats]) -> Floats:
    """Compute whole blocks only: array arithmetic may differ in the last bit with the length of the array."""
    result = np.empty(hours.size)
    blocks = hours // _BLOCK
    for block in np.unique(blocks).tolist():
        inside = blocks == block
        result[inside] = values(block)[hours[inside] % _BLOCK]
    return result


def _temperature_block(seed: int, block: int) -> Floats:
    hours = _hours_of(block)
    phase = _phase(hours)
    winter = np.cos(2 * np.pi * (phase - 0.05))
    synoptic = (3.6 + 1.0 * winter) * _noise(seed, 1, block, 80.0)
    blocking = 1.6 * _noise(seed, 2, block, 480.0)
    gusts = 0.5 * _noise(seed, 3, block, 3.0)
    course: Floats = _yearly_course(phase) + _daily_course(hours, phase)
    return course + synoptic + blocking + gusts + _half_year_anomaly(seed, hours)


def _humidity_block(seed: int, block: int) -> Floats:
    hours = _hours_of(block)
    phase = _phase(hours)
    yearly = 78.0 + 9.0 * np.cos(2 * np.pi * (phase - 0.91))
    daily = -3.5 * _daily_course(hours, phase)
    humidity: Floats = np.clip(yearly + daily + 7.0 * _noise(seed, 4, block, 15.0), 20.0, 100.0)
    return humidity


def _hours_of(block: int) -> Ints:
    return np.arange(block * _BLOCK, (block + 1) * _BLOCK, dtype=np.int64)


def _phase(hours: Ints) -> Floats:
    phase: Floats = ((hours - _FIRST_HOUR) / _HOURS_PER_YEAR) % 1.0
    return phase


def _yearly_course(phase: Floats) -> Floats:
    months = (np.arange(12) + 0.5) / 12
    coefficients, *_ = np.linalg.lstsq(_harmonics(months), np.array(MONTHLY_NORMALS_C), rcond=None)
    course: Floats = _harmonics(phase) @ coefficients
    return course


def _harmonics(phase: Floats) -> Floats:
    angles = 2 * np.pi * np.outer(phase, np.arange(1, 4))
    return np.hstack([np.ones((phase.size, 1)), np.cos(angles), np.sin(angles)])


def _daily_course(hours: Ints, phase: Floats) -> Floats:
    amplitude_k = 2.3 - 1.6 * np.cos(2 * np.pi * (phase - 0.97))
    solar_hour = hours % 24 + LONGITUDE_DEG / 15
    course: Floats = amplitude_k * np.cos(2 * np.pi * (solar_hour - 15) / 24)
    return course


def _noise(seed: int, component: int, block: int, time_constant_h: float) -> Floats:
    keep = np.exp(-1.0 / time_constant_h)
    kernel = np.sqrt(1.0 - keep * keep) * keep ** np.arange(min(_MEMORY, int(20 * time_constant_h) + 1))
    white = np.concatenate([_white(seed, component, block - 1), _white(seed, component, block)])
    filtered: Floats = np.convolve(white, kernel)[_BLOCK : 2 * _BLOCK]
    return filtered


def _white(seed: int, component: int, block: int) -> Floats:
    return np.random.default_rng([seed, component, block]).standard_normal(_BLOCK)


def _half_year_anomaly(seed: int, hours: Ints) -> Floats:
    position = (hours - _FIRST_HOUR) / (_HOURS_PER_YEAR / 2)
    first, last = int(np.floor(position.min())), int(np.floor(position.max())) + 1
    nodes = np.arange(first, last + 1)
    values = [1.0 * np.random.default_rng([seed, 5, int(node)]).standard_normal() for node in nodes]
    anomaly: Floats = np.interp(position, nodes, values)
    return anomaly

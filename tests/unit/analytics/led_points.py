"""A simulated LED point as different sources report it, and what is true of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.holding import Ints
from analytics.light_use import LightUse, Values, light_use
from simulators.intervals import Intervals
from simulators.light import Led, LedTrack, led_track
from simulators.occupancy import Passages
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of

DAY_S = 86_400.0
START_S = 482_013 * 3600.0
"""Midnight in Moscow, in January 2025. [s since 1970]"""
DAYS = 8
NAMES = ("off_s", "dimmed_s", "full_s", "present_s", "presence_events", "failed_s", "energy_by_level_kwh")


@dataclass(frozen=True, slots=True)
class Readings:
    """What arrives of a light point.

    Attributes:
        at_s: When. [s since 1970]
        values: Quantities, NaN where a reading has none.
    """

    at_s: Floats
    values: Values

    @property
    def at_us(self) -> Ints:
        return np.round(self.at_s * 1e6).astype(np.int64)

    def where(self, kept: np.ndarray) -> "Readings":
        return Readings(self.at_s[kept], {quantity: each[kept] for quantity, each in self.values.items()})

    def only(self, *quantities: Quantity) -> "Readings":
        nothing = np.full(len(self.at_s), np.nan)
        return Readings(self.at_s, {q: v if q in quantities else nothing for q, v in self.values.items()})

    def use(self, edges_s: Sequence[float] | Floats) -> LightUse:
        return light_use(self.at_us, self.values, np.round(np.asarray(edges_s) * 1e6).astype(np.int64))


def led_point(seed: int = 5, traffic: float = 1.0) -> LedTrack:
    """A landing that is dark from 16 to 7 o'clock, whose lamp breaks on the fifth day for twenty hours."""
    hours = np.arange(482_013, 482_013 + 24 * DAYS)
    dusk_s = START_S + DAY_S * np.arange(-1, DAYS) + 16 * 3600.0
    broken = Intervals.of(START_S + 4.3 * DAY_S, START_S + 5.1 * DAY_S)
    arrivals = Passages(traffic).arrivals_s(seed, "landing", hours)
    return led_track(Led(), Intervals(dusk_s, dusk_s + 15 * 3600.0), arrivals, broken, START_S)


def polled(track: LedTrack, every_s: float = 60.0, end_s: float = START_S + DAYS * DAY_S) -> Readings:
    """Everything, every so often."""
    return told_at(track, np.arange(START_S, end_s, every_s))


def spoken(track: LedTrack, heartbeat_s: float | None = None) -> Readings:
    """Everything, whenever something changes, as Zigbee2MQTT does; and, if wanted, every so often besides."""
    spans = (track.lit, track.full, track.present, track.broken)
    instants = [np.array([START_S]), *(edge for span in spans for edge in (span.starts_s, span.ends_s))]
    if heartbeat_s is not None:
        instants.append(np.arange(START_S, START_S + DAYS * DAY_S, heartbeat_s))
    at_s = np.unique(np.concatenate(instants))
    return told_at(track, at_s[(at_s >= START_S) & (at_s < START_S + DAYS * DAY_S)])


def told_at(track: LedTrack, at_s: Floats) -> Readings:
    values = {quantity: np.full(len(at_s), np.nan) for quantity in columns_of(DeviceClass.LIGHT)}
    values[Quantity.LIGHT_LEVEL_PERCENT] = track.level_percent(at_s)
    values[Quantity.LIGHT_POWER_W] = track.power_w(at_s)
    values[Quantity.PRESENCE] = track.presence(at_s).astype(np.float64)
    values[Quantity.LAMP_FAILURE] = track.failed(at_s).astype(np.float64)
    values[Quantity.LIGHT_ENERGY_KWH] = track.energy_kwh(at_s)
    return Readings(at_s, values)


def topic_by_topic(readings: Readings) -> Readings:
    """The same as a source tells it that has a topic for each quantity: one after another, 20 ms apart."""
    quantities = [q for q, each in readings.values.items() if not np.isnan(each).all()]
    count = len(quantities)
    at_s = (readings.at_s[:, None] + 0.02 * np.arange(count)).ravel()
    values = {quantity: np.full(len(at_s), np.nan) for quantity in readings.values}
    for place, quantity in enumerate(quantities):
        values[quantity][place::count] = readings.values[quantity]
    return Readings(at_s, values)


def days_s(count: int = DAYS - 1) -> Floats:
    """Edges of the days that are known to their end. [s since 1970]"""
    return START_S + DAY_S * np.arange(count + 1)


def truth(track: LedTrack, edges_s: Floats) -> dict[str, Floats]:
    """What is true of each day, by the names of `LightUse`."""
    lit, full, present, broken = (
        np.diff(span.elapsed_s(edges_s)) for span in (track.lit, track.full, track.present, track.broken)
    )
    return {
        "off_s": np.diff(edges_s) - lit,
        "dimmed_s": lit - full,
        "full_s": full,
        "present_s": present,
        "presence_events": np.histogram(track.present.starts_s, edges_s)[0].astype(np.float64),
        "failed_s": broken,
        "energy_by_level_kwh": np.diff(track.energy_kwh(edges_s)),
    }

"""Turns the readings of a span into the messages that arrive, in the order in which they arrive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulators import senml
from simulators.arrays import SECONDS_PER_HOUR, Floats, stream
from simulators.faults import FaultPlan, afflict, clock_skew_s, deliver
from simulators.fleet import Fleet, Installed
from simulators.senml import Message
from simulators.series import Column, DeviceSeries
from teplosvet.domain.quantities import Kind, Quantity

WEATHER_DEVICE, WEATHER_PUBLISHER, WEATHER_SERIAL = "weather-spb", "gw-weather", "WS-26063"
_WEATHER_HOURS_PER_PACK = 6


@dataclass(frozen=True, slots=True)
class _Line:
    """The packs of one gateway and how they are delivered."""

    topic: str
    slots: Sequence[Sequence[str]]
    message: Sequence[int]
    at_s: Floats


class Season:
    """All messages of a span of time in order of delivery; has a length, and can be gone through more than once.

    Args:
        fleet: What is installed.
        seed: Which faults.
        start_s: First instant that is read, Unix time. [s]
        end_s: Last instant that is read. [s]
        faults: How often what goes wrong.
    """

    def __init__(self, fleet: Fleet, seed: int, start_s: float, end_s: float, faults: FaultPlan) -> None:
        times_s = np.arange(start_s, end_s + 1, SECONDS_PER_HOUR, dtype=np.float64)
        lines = [
            _gateway_line(name, installed, seed, times_s, faults) for name, installed in fleet.by_publisher().items()
        ]
        lines.append(_weather_line(fleet, seed, times_s, faults))
        births = [
            (
                max(installed.from_s, start_s),
                Message(senml.topic(installed.publisher, "birth"), _birth(installed, start_s)),
            )
            for installed in fleet.installed
            if installed.from_s < end_s and (installed.to_s is None or installed.to_s > start_s)
        ]
        births.sort(key=lambda birth: birth[0])
        self._births, self._lines = [message for _, message in births], lines
        sources = [np.full(len(births), -1), *(np.full(line.at_s.size, n) for n, line in enumerate(lines))]
        items = [np.arange(len(births)), *(np.asarray(line.message) for line in lines)]
        at_s = np.concatenate([np.array([when for when, _ in births]), *(line.at_s for line in lines)])
        order = np.argsort(at_s, kind="stable")
        self._sources = np.concatenate(sources)[order].tolist()
        self._items = np.concatenate(items)[order].tolist()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Message]:
        for source, item in zip(self._sources, self._items, strict=True):
            if source < 0:
                yield self._births[item]
            else:
                line = self._lines[source]
                yield Message(line.topic, senml.pack(line.slots[item]))


def _gateway_line(
    publisher: str, installed: Sequence[Installed], seed: int, times_s: Floats, faults: FaultPlan
) -> _Line:
    season = int(times_s[0])
    skew_s = clock_skew_s(faults, stream(seed, publisher, "clock", season))
    slots: list[list[str]] = [[] for _ in range(times_s.size)]
    for one in installed:
        series = one.read(times_s)
        if series.times_s.size == 0:
            continue
        first = int((series.times_s[0] - times_s[0]) // SECONDS_PER_HOUR)
        afflicted = afflict(series, faults, stream(seed, one.device, one.serial, season), skew_s)
        for slot, text in zip(slots[first:], senml.fragments(afflicted), strict=False):
            slot.append(text)
    deliveries = deliver(times_s, faults, stream(seed, publisher, "line", season))
    return _Line(senml.topic(publisher, "reading"), slots, deliveries.message.tolist(), deliveries.at_s)


def _weather_line(fleet: Fleet, seed: int, times_s: Floats, faults: FaultPlan) -> _Line:
    values = np.round(fleet.outdoor_at_c(times_s), 1)
    column = Column(Quantity.OUTDOOR_TEMPERATURE_C, "Cel", 1, values)
    texts = senml.fragments(DeviceSeries(WEATHER_DEVICE, WEATHER_SERIAL, times_s, (column,)))
    slots = [texts[n : n + _WEATHER_HOURS_PER_PACK] for n in range(0, len(texts), _WEATHER_HOURS_PER_PACK)]
    made_s = times_s[np.minimum(np.arange(1, len(slots) + 1) * _WEATHER_HOURS_PER_PACK, times_s.size) - 1]
    season = int(times_s[0])
    kept = replace(faults, dropout_per_day=0.0)  # a weather service is late at times, but has an archive
    deliveries = deliver(made_s, kept, stream(seed, WEATHER_PUBLISHER, "line", season))
    return _Line(senml.topic(WEATHER_PUBLISHER, "reading"), slots, deliveries.message.tolist(), deliveries.at_s)


def _birth(installed: Installed, start_s: float) -> bytes:
    at_s = max(installed.from_s, start_s)
    series = installed.read(np.array([at_s]))
    units = {column.quantity.wire_name: column.unit for column in series.columns}
    counters = [column for column in series.columns if column.kind is Kind.COUNTER]
    registers = {column.quantity.wire_name: float(column.values[0]) for column in counters}
    return senml.birth(installed.device, at_s, installed.model, installed.serial, units, registers)

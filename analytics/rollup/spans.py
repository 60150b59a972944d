"""Dirty spans of many devices are made again, in portions that fit into memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from analytics.rollup.compute import Made, make, make_register
from analytics.rollup.devices import DeviceFacts, load_devices
from analytics.rollup.heat import check_heat
from analytics.rollup.load import read_windows
from analytics.rollup.store import open_stages, stage, store
from analytics.rollup.windows import LAST_US, Dirty, Window, close_windows, open_windows
from teplosvet.domain.quantities import DeviceClass, Quantity

DEVICES_AT_ONCE = 100
"""Devices whose results are merged at once."""
SECONDS_AT_ONCE = 1_500 * 86_400.0
"""Readings of so much time, summed over devices, are held in memory at once: 50 devices for a month. [s]"""

Spans = Mapping[int, tuple[int, int]]
"""First and last instant that changed, by device. [µs since 1970]"""


@dataclass(slots=True)
class Rolled:
    """What was done."""

    devices: int = 0
    readings: int = 0


def roll_spans(connection: psycopg.Connection[TupleRow], spans: Spans, rolled: Rolled) -> dict[int, tuple[int, int]]:
    """Make the spans again and count it in `rolled`.

    Args:
        connection: In a transaction.
        spans: What has changed.
        rolled: Where to count.

    Returns:
        What has to be made again now, because a decimal point was found to have moved before it.
    """
    again: dict[int, tuple[int, int]] = {}
    facts = load_devices(connection, list(spans))
    for device_class in DeviceClass:
        of_class = [each for each in facts.values() if each.device_class is device_class]
        for start in range(0, len(of_class), DEVICES_AT_ONCE):
            part = of_class[start : start + DEVICES_AT_ONCE]
            for key, from_us in _roll_part(connection, device_class, part, spans, rolled):
                again[key] = (min(from_us, again.get(key, (from_us,))[0]), LAST_US)
            rolled.devices += len(part)
    return again


def _roll_part(
    connection: psycopg.Connection[TupleRow],
    device_class: DeviceClass,
    devices: Sequence[DeviceFacts],
    spans: Spans,
    rolled: Rolled,
) -> list[tuple[int, int]]:
    facts = {each.id: each for each in devices}
    dirty = {each.id: Dirty(each.id, each.zone, *each.reach(*spans[each.id])) for each in devices}
    windows = open_windows(connection, device_class, list(dirty.values()))
    open_stages(connection)
    made = Made()
    for portion in _portions(windows):
        of = {window.device_id: window for window in portion}
        for readings in read_windows(connection, device_class, list(of)):
            make(made, facts[readings.device_id], of[readings.device_id], readings)
            rolled.readings += len(readings.at_us)
        stage(connection, made)
    for register in sorted({quantity for _, quantity in made.sparse}):
        sparse = [dirty[key] for key, quantity in made.sparse if quantity is register]
        _roll_register(connection, register, facts, sparse, made)
    store(connection, device_class, made)
    if device_class is DeviceClass.HEAT:
        check_heat(connection, facts, made.steps)
    close_windows(connection)
    return made.again


def _roll_register(
    connection: psycopg.Connection[TupleRow],
    register: Quantity,
    facts: Mapping[int, DeviceFacts],
    dirty: Sequence[Dirty],
    made: Made,
) -> None:
    """Make a register again from its own readings, of devices that report other things more often."""
    windows = open_windows(connection, register.spec.device_class, dirty, register)
    for portion in _portions(windows):
        of = {window.device_id: window for window in portion}
        for readings in read_windows(connection, register.spec.device_class, list(of), register):
            window = of[readings.device_id]
            make_register(made, facts[readings.device_id], window, register, readings.register(register))
        stage(connection, made)
    close_windows(connection, register)


def _portions(windows: Sequence[Window]) -> Iterator[list[Window]]:
    portion: list[Window] = []
    length_s = 0.0
    for window in windows:
        if portion and length_s + window.length_s > SECONDS_AT_ONCE:
            yield portion
            portion, length_s = [], 0.0
        portion.append(window)
        length_s += window.length_s
    if portion:
        yield portion

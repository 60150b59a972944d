"""The job: takes what is dirty, makes it again, and rests in proportion to what that cost."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.rollup.compute import Made, make
from analytics.rollup.devices import DeviceFacts, load_devices
from analytics.rollup.load import Dirty, open_windows, read_windows
from analytics.rollup.store import store
from teplosvet.domain.errors import ServiceUnavailableError, TeplosvetError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 2000
"""Dirty ranges that are taken in one round."""
DEVICES_AT_ONCE = 100
"""Devices whose readings are held in memory at once."""
LATEST_EVERY_S = 1.0
"""How often the latest readings are brought up. [s]"""
ROLLUP_EVERY_S = 20.0
"""How often consumption is brought up, unless that takes long. [s]"""
LARGEST_SHARE = 0.2
"""Share of the time that the rollup may take. [-]"""


@dataclass(slots=True)
class Rolled:
    """What a round did."""

    devices: int = 0
    readings: int = 0


def roll_up(connection: psycopg.Connection[TupleRow]) -> Rolled:
    """Make everything again that is dirty now; the ranges go in the same transaction as the results.

    A connection is needed that is in autocommit, and no other job may work on the same database.
    """
    rolled = Rolled()
    while rows := connection.execute(query("rollup", "dirty"), {"limit": ROWS_AT_ONCE}).fetchall():
        spans = _merged(rows)
        facts = load_devices(connection, list(spans))
        with connection.transaction():
            for device_class in DeviceClass:
                of_class = [each for each in facts.values() if each.device_class is device_class]
                for start in range(0, len(of_class), DEVICES_AT_ONCE):
                    part = of_class[start : start + DEVICES_AT_ONCE]
                    rolled.readings += _roll_part(connection, device_class, part, spans)
                    rolled.devices += len(part)
            connection.execute(query("rollup", "clean"), {"ids": [row[0] for row in rows]})
    return rolled


def bring_up_latest(connection: psycopg.Connection[TupleRow], since: int) -> int:
    """Bring up the latest readings of devices that a dirty range after `since` names; the newest range's number."""
    row = connection.execute(query("rollup", "dirty_since"), {"id": since}).fetchone()
    newest, ids = row or (0, None)
    if ids:
        for device_class in DeviceClass:
            table = sql.Identifier(f"{device_class}_reading")
            statement = query("rollup", "latest", table=table, device_class=sql.Literal(device_class.value))
            connection.execute(statement, {"ids": ids})
    return max(since, int(newest))


def bring_up_to_date(connection: psycopg.Connection[TupleRow], patience_s: float = 600.0) -> None:
    """Return when everything is made that was dirty at the call: by the running job if there is one, else here.

    Raises:
        ServiceUnavailableError: If the running job does not come to it in time.
    """
    if _sole(connection):
        try:
            roll_up(connection)
        finally:
            connection.execute(query("rollup", "unlock"))
        return
    newest = connection.execute(query("rollup", "newest_dirty")).fetchone()
    deadline = time.monotonic() + patience_s
    connection.execute(query("rollup", "ask"))
    while newest and _is_dirty(connection, newest[0]):
        if time.monotonic() > deadline:
            raise ServiceUnavailableError("the rollup job is behind: its log says why")
        time.sleep(0.1)


def run(database_url: str, stop: threading.Event) -> None:
    """Work until `stop`; a database that is away is waited for."""
    while not stop.is_set():
        try:
            with connect(database_url, name="teplosvet-jobs") as connection:
                _work(connection, stop)
        except (psycopg.OperationalError, psycopg.InterfaceError, TeplosvetError) as error:
            log.warning("the rollup waits for the database: %s", " ".join(str(error).split()))
            stop.wait(2.0)


def _work(connection: psycopg.Connection[TupleRow], stop: threading.Event) -> None:
    while not _sole(connection):
        if stop.wait(5.0):
            return
    connection.execute(query("rollup", "listen"))
    since, next_rollup = 0, 0.0
    while not stop.is_set():
        asked = any(True for _ in connection.notifies(timeout=LATEST_EVERY_S, stop_after=1))
        since = bring_up_latest(connection, since)
        if asked or time.monotonic() >= next_rollup:
            started = time.monotonic()
            roll_up(connection)
            took = time.monotonic() - started
            next_rollup = time.monotonic() + max(ROLLUP_EVERY_S, took * (1 / LARGEST_SHARE - 1))


def _is_dirty(connection: psycopg.Connection[TupleRow], newest: int) -> bool:
    row = connection.execute(query("rollup", "dirty_up_to"), {"id": newest}).fetchone()
    return bool(row and row[0])


def _sole(connection: psycopg.Connection[TupleRow]) -> bool:
    row = connection.execute(query("rollup", "try_lock")).fetchone()
    return bool(row and row[0])


def _roll_part(
    connection: psycopg.Connection[TupleRow],
    device_class: DeviceClass,
    devices: Sequence[DeviceFacts],
    spans: dict[int, tuple[int, int]],
) -> int:
    dirty = [Dirty(each.id, each.zone, *spans[each.id]) for each in devices]
    with connection.transaction():
        windows = open_windows(connection, device_class, dirty)
        facts = {each.id: each for each in devices}
        spans_of = {window.device_id: window for window in windows}
        made, count = Made(), 0
        for readings in read_windows(connection, device_class):
            make(made, facts[readings.device_id], spans_of[readings.device_id], readings)
            count += len(readings.at_us)
        store(connection, device_class, made, windows)
        connection.execute(query("rollup", "drop_window"))
    return count


def _merged(rows: Iterable[TupleRow]) -> dict[int, tuple[int, int]]:
    """One span per device out of many ranges. [µs since 1970]"""
    spans: dict[int, tuple[int, int]] = {}
    for _, ids, from_us, to_us in rows:
        for key, low, high in zip(ids, from_us, to_us, strict=True):
            before = spans.get(key)
            spans[key] = (low, high) if before is None else (min(low, before[0]), max(high, before[1]))
    return spans

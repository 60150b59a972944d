"""The job: takes what is dirty, makes it again, and rests in proportion to what that cost."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.job_log import logged
from analytics.rollup.spans import Rolled, roll_spans
from analytics.rollup.windows import LAST_US, reading_table
from teplosvet.domain.errors import ServiceUnavailableError, TeplosvetError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

log = logging.getLogger(__name__)

Connection = psycopg.Connection[TupleRow]

ROWS_AT_ONCE = 2000
"""Dirty ranges that are taken in one round."""
LOOK_EVERY_S = 0.1
"""How often a command looks whether the job has come to what it asked for. [s]"""
RETRY_EVERY_S = 2.0
"""How often the job looks whether a database that went away is back. [s]"""
LATEST_EVERY_S = 1.0
"""How often the latest readings are brought up. [s]"""
ROLLUP_EVERY_S = 20.0
"""How often consumption is brought up, unless that takes long. [s]"""
LARGEST_SHARE = 0.2
"""Share of the time that the rollup may take. [-]"""


def roll_up(connection: Connection) -> Rolled:
    """Make everything again that was dirty at the call; the ranges go in the same transaction as the results.

    A connection is needed that is in autocommit, and no other job may work on the same database.
    """
    rolled = Rolled()
    # What comes in meanwhile is for the next call: readings that never cease must not keep a round from ending.
    limits = {"up_to": _newest_dirty(connection), "limit": ROWS_AT_ONCE}
    while rows := connection.execute(query("rollup", "dirty"), limits).fetchall():
        # before the transaction, which may take minutes: its locks would keep newer latest readings waiting
        bring_up_latest(connection, rows)
        with connection.transaction():
            spans = _merged(rows)
            while spans:
                spans = roll_spans(connection, spans, rolled)
            connection.execute(query("rollup", "clean"), {"ids": [row[0] for row in rows]})
    return rolled


def bring_up_latest(connection: Connection, rows: Sequence[TupleRow]) -> None:
    """Bring up the latest readings of the devices that rows of dirty ranges name."""
    newer = query(
        "rollup",
        "newer",
        device_ids=sql.Literal([key for _, ids, _, _ in rows for key in ids]),
        to_us=sql.Literal([at for _, _, _, to_us in rows for at in to_us]),
        last_us=sql.Literal(LAST_US),
    )
    ids, since = connection.execute(newer).fetchone() or (None, None)
    if not ids:
        return
    for device_class in DeviceClass:
        parts = {
            "table": reading_table(device_class),
            "device_class": sql.Literal(device_class.value),
            "device_ids": sql.Literal(ids),
            "since": sql.Literal(since),
        }
        connection.execute(query("rollup", "latest", **parts))


def bring_up_to_date(connection: Connection, patience_s: float = 600.0) -> None:
    """Return when everything is made that was dirty at the call: by the running job if there is one, else here.

    Raises:
        ServiceUnavailableError: If the running job does not come to it in time.
    """
    newest = _newest_dirty(connection)
    deadline = time.monotonic() + patience_s
    connection.execute(query("rollup", "ask"))
    while _is_dirty(connection, newest):
        # Whoever works may be another command, which does not hear this and ends, or a job that dies.
        if _sole(connection):
            try:
                roll_up(connection)
            finally:
                connection.execute(query("rollup", "unlock"))
            return
        if time.monotonic() > deadline:
            raise ServiceUnavailableError("the rollup job is behind: its log says why")
        time.sleep(LOOK_EVERY_S)


def run(database_url: str, stop: threading.Event) -> None:
    """Work until `stop`; a database that is away is waited for."""
    latest = threading.Thread(target=_keep, args=(_follow_latest, database_url, stop), name="latest", daemon=True)
    latest.start()
    _keep(_work, database_url, stop)
    latest.join(timeout=RETRY_EVERY_S)


def _keep(work: Callable[[Connection, threading.Event], None], database_url: str, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with connect(database_url, name="teplosvet-jobs") as connection:
                work(connection, stop)
        except (psycopg.OperationalError, psycopg.InterfaceError, TeplosvetError) as error:
            log.warning("the rollup waits for the database: %s", " ".join(str(error).split()))
            stop.wait(RETRY_EVERY_S)


def _work(connection: Connection, stop: threading.Event) -> None:
    while not _sole(connection):
        if stop.wait(5.0):
            return
    connection.execute(query("rollup", "listen"))
    next_rollup = 0.0
    while not stop.is_set():
        asked = any(True for _ in connection.notifies(timeout=1.0, stop_after=1))
        if asked or time.monotonic() >= next_rollup:
            started = time.monotonic()
            with logged(connection, "rollup"):
                roll_up(connection)
            took = time.monotonic() - started
            next_rollup = time.monotonic() + max(ROLLUP_EVERY_S, took * (1 / LARGEST_SHARE - 1))


def _follow_latest(connection: Connection, stop: threading.Event) -> None:
    """Bring up latest readings beside the rollup, which may be busy with years of late data."""
    since = 0
    while not stop.wait(LATEST_EVERY_S):
        since = _bring_up_latest_since(connection, since)


def _bring_up_latest_since(connection: Connection, since: int) -> int:
    """Latest readings of the devices of newer dirty ranges than `since`; the newest one's number.

    What commits out of order, or is rolled up meanwhile, is brought up by `roll_up`.
    """
    rows = connection.execute(query("rollup", "dirty_since"), {"id": since}).fetchall()
    if rows:
        bring_up_latest(connection, rows)
    return max((int(row[0]) for row in rows), default=since)


def _newest_dirty(connection: Connection) -> int:
    row = connection.execute(query("rollup", "newest_dirty")).fetchone()
    return int(row[0]) if row else 0


def _is_dirty(connection: Connection, newest: int) -> bool:
    row = connection.execute(query("rollup", "dirty_up_to"), {"id": newest}).fetchone()
    return bool(row and row[0])


def _sole(connection: Connection) -> bool:
    row = connection.execute(query("rollup", "try_lock")).fetchone()
    return bool(row and row[0])


def _merged(rows: Iterable[TupleRow]) -> dict[int, tuple[int, int]]:
    """One span per device out of many ranges. [µs since 1970]"""
    spans: dict[int, tuple[int, int]] = {}
    for _, ids, from_us, to_us in rows:
        for key, low, high in zip(ids, from_us, to_us, strict=True):
            before = spans.get(key)
            spans[key] = (low, high) if before is None else (min(low, before[0]), max(high, before[1]))
    return spans

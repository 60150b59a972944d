"""When each job ran last and how it ended: the alarm `job_failed` and Prometheus speak from it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from psycopg.rows import TupleRow

from analytics.alarms import metrics
from teplosvet.storage.queries import query


@contextmanager
def logged(connection: psycopg.Connection[TupleRow], job: str) -> Iterator[None]:
    """Write down that a job runs, and how it ended.

    Args:
        connection: In autocommit.
        job: Its name.
    """
    started = time.perf_counter()
    connection.execute(query("alarms", "started"), {"job": job, "now": datetime.now(UTC)})
    error: str | None = None
    try:
        yield
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"[:300]
        raise
    finally:
        seconds = time.perf_counter() - started
        if not connection.closed:
            values = {"job": job, "now": datetime.now(UTC), "error": error, "seconds": seconds}
            connection.execute(query("alarms", "ended"), values)
        metrics.JOB_SECONDS.labels(job).set(seconds)
        if error is None:
            metrics.JOB_OK_AT.labels(job).set_to_current_time()

"""Worker processes of a fleet run, each with a connection of its own."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

from analytics.fleet.share import Share, Spent, verify_share
from analytics.verification import Connection
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

_connections: list[Connection] = []
"""The one of this worker process."""


def worked(url: str, shares: Sequence[Share], workers: int) -> Iterator[tuple[Share, Spent]]:
    """Verify shares, each as soon as a worker is free; one worker is this process itself.

    Raises:
        ServiceUnavailableError: If a worker dies; what is done stays done.
    """
    if workers == 1 or len(shares) < 2:
        with _connected(url) as connection:
            for share in shares:
                yield share, verify_share(connection, share)
        return
    # A forked process would share sockets of this one; a spawned one starts clean.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(shares)), spawn, _begin, (url,)) as pool:
        waiting = {pool.submit(_work, share): share for share in shares}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BrokenProcessPool as error:
            raise ServiceUnavailableError(
                "a worker of the fleet run died: call it again, what is done is not done again"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _connected(url: str) -> Connection:
    connection = connect(url, name="teplosvet-fleet")
    connection.execute(query("fleet", "compress_well"))
    return connection


def _begin(url: str) -> None:
    """Start a worker process: it ends with its parent, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _connections.append(_connected(url))
    # Days are objects by the million and in no cycle: looking through them again and again finds nothing.
    gc.disable()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _work(share: Share) -> Spent:
    spent = verify_share(_connections[0], share)
    gc.collect()
    return spent

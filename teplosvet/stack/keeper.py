"""Embedded services that die are started again, as the children are."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from teplosvet.domain.errors import ServiceUnavailableError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often it is looked whether they live. [s]"""


class Service(Protocol):
    """An embedded service."""

    name: str

    def lives(self) -> bool:
        """Whether its process is there."""

    def start_again(self) -> None:
        """Start it after it has died."""


@contextmanager
def kept_alive(services: Sequence[Service]) -> Iterator[None]:
    """Start services again that die, as long as this lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(services, stop), name="keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def _keep(services: Sequence[Service], stop: threading.Event) -> None:
    while not stop.wait(LOOK_EVERY_S):
        for service in services:
            if service.lives():
                continue
            log.warning("%s has died and is started again", service.name)
            try:
                service.start_again()
            except ServiceUnavailableError as error:
                log.warning("%s; tried again in %.0f s", error, LOOK_EVERY_S)

"""One gateway at a time on one folder: its lines have one owner."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from teplosvet.domain.errors import AlreadyRunningError, ConfigurationError

LOCK = "gateway.lock"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the only one on a folder; the system lets go of it when the process ends, however that happens.

    Raises:
        AlreadyRunningError: If another gateway runs on it.
        ConfigurationError: If the folder cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / LOCK).open("w")
    except OSError as error:
        raise ConfigurationError(
            f"the folder {home} cannot be written: {error.strerror}: give it to the user of the gateway (chown -R)"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(
                "a gateway runs here and owns the lines: stop it first (systemctl stop teplosvet-gateway)"
            ) from error
        yield

"""Which stack runs on this machine, and how commands find it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

from teplosvet.config import settings
from teplosvet.domain.errors import AlreadyRunningError, ConfigurationError, NotRunningError


class RunningStack(msgspec.Struct, frozen=True):
    """What a running `teplosvet serve` says of itself.

    Attributes:
        pid: Its process.
        database_url: Its database.
        mqtt_url: Its broker.
        http_url: Its application.
    """

    pid: int
    database_url: str
    mqtt_url: str
    http_url: str


def database_url() -> str:
    """URL of the database: the one that is set, else that of the running stack.

    Raises:
        NotRunningError: If there is neither.
    """
    return settings().database_url or running_stack().database_url


def mqtt_url() -> str:
    """URL of the broker: the one that is set, else that of the running stack.

    Raises:
        NotRunningError: If there is neither.
    """
    return settings().mqtt_url or running_stack().mqtt_url


def running_stack() -> RunningStack:
    """The stack that runs on the data folder of this environment.

    Raises:
        NotRunningError: If none does.
    """
    try:
        stack = msgspec.json.decode(_description().read_bytes(), type=RunningStack)
    except (OSError, msgspec.MsgspecError):
        raise NotRunningError from None
    if not psutil.pid_exists(stack.pid):
        raise NotRunningError
    return stack


@contextmanager
def sole_stack() -> Iterator[None]:
    """Hold the data folder for this process alone.

    Raises:
        AlreadyRunningError: If another process holds it.
        ConfigurationError: If the folder cannot be written.
    """
    folder = settings().run_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"the data folder {settings().home} cannot be written ({error.strerror}): set TEPLOSVET_HOME to another"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(_who_runs()) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def described(stack: RunningStack) -> Iterator[None]:
    """Tell other commands of this stack while it runs."""
    path = _description()
    draft = path.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(stack))
    draft.chmod(0o600)
    draft.replace(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _description() -> Path:
    return settings().run_folder / "stack.json"


def _who_runs() -> str:
    try:
        stack = running_stack()
    except NotRunningError:
        return f"Teplosvet is starting or stopping on {settings().home} already."
    return f"Teplosvet already runs on {settings().home}: process {stack.pid}, {stack.http_url}"

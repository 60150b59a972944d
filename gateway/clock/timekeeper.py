"""Whether the machine's time can be believed: a small computer has no clock of its own until the network tells it.

A time before this software was written, or before the last one that was believed, cannot be right: what is measured
meanwhile waits until the time is right, and is dated from the time since boot, which nobody sets.
"""

import ctypes
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.clock import Clock
from gateway.memory import Memory

WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""No gateway has run this software before."""
SHIFT_S = 1.0
"""A clock that was set by more than this was wrong before. [s]"""

_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""
_REMEMBER_EVERY_S = 60.0


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`, with room for its rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def kernel_synchronised() -> bool | None:
    """Whether the kernel says that its clock follows another one, or None if it does not say."""
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else not timex.status & _UNSYNCHRONISED


def boot_id() -> str:
    """The id of this boot; where the system has none, one of this process."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return f"{os.getpid()}-{uuid.getnode()}"


@dataclass(frozen=True, slots=True)
class Turn:
    """The clock became synchronised, or ceased to be.

    Attributes:
        synchronised: What it is now.
        set_by_s: By how much it was set meanwhile. [s]
    """

    synchronised: bool
    set_by_s: float


class Timekeeper:
    """Judges the clock.

    Args:
        clock: The clock.
        publisher: Name of the gateway.
        memory: Remembers the last time that was believed.
        synchronised: Asks the kernel.

    Attributes:
        synchronised: Whether the clock follows another one; a simulated one always does.
    """

    def __init__(
        self,
        clock: Clock,
        publisher: str,
        memory: Memory,
        synchronised: Callable[[], bool | None] = kernel_synchronised,
    ) -> None:
        self._clock, self._publisher, self._memory, self._ask = clock, publisher, memory, synchronised
        self._believed = memory.get(publisher, "believed", float) or WRITTEN.timestamp()
        self.synchronised = True
        self._offset_s = self.offset_s()

    def now(self) -> datetime:
        """Now, as the clock has it, aware, UTC."""
        return self._clock.now()

    def offset_s(self) -> float:
        """The clock minus the time since boot: it changes when somebody sets the clock. [s]"""
        return self._clock.now().timestamp() - self._clock.boot_s()

    @property
    def trusted(self) -> bool:
        """Whether readings can be dated by the clock."""
        return self.synchronised or self._clock.now().timestamp() >= max(self._believed, WRITTEN.timestamp())

    def look(self) -> Turn | None:
        """Look at the clock again; what has turned since the last look, if anything did."""
        now_synchronised = self._clock.simulated or self._ask() is not False
        offset_s = self.offset_s()
        turn = None
        if now_synchronised != self.synchronised:
            turn = Turn(now_synchronised, offset_s - self._offset_s)
            self.synchronised = now_synchronised
        if turn is not None or now_synchronised:
            self._offset_s = offset_s
        now_s = self._clock.now().timestamp()
        if now_synchronised and abs(now_s - self._believed) >= _REMEMBER_EVERY_S:
            self._believed = now_s
            self._memory.put(self._publisher, "believed", now_s)
        return turn

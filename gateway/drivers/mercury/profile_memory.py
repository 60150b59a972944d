"""The memory in which a Mercury meter keeps its power profile, read backwards from the newest record.

Records of 15 bytes stand 16 bytes apart in a ring. Sources disagree on how the meter writes the address of the newest
one (high or low byte first, bytes or records, a 17th bit), so no address is trusted: of those that it can mean the one
is taken whose record ended when the meter says that the newest one did, and each further one must be older than the
one after it.
"""

from collections.abc import Iterator
from datetime import datetime

from gateway.drivers.mercury.frames import Slice, last_slice, slice_of
from gateway.drivers.mercury.session import MercurySession
from gateway.errors import DecodeError, NoAnswerError, NothingArchivedError, RefusedError

_STEP = 16
_RECORD = 15
_AT_ONCE = 17
"""Records that come for a count of 255 bytes [Incotex, request 06]."""
_HALF = 0x10000
_MEMORY = 0x03
"""Number of the memory; its highest bit is the 17th of the address."""
_LONGEST_RING = 2 * _HALF // _STEP


class ProfileMemory:
    """Reads the power profile of one meter; what was read once is remembered.

    Args:
        session: The meter.
    """

    def __init__(self, session: MercurySession) -> None:
        self._session = session
        self._known: dict[int, Slice | None] = {}
        self._newest: int | None = None
        self._at_once = True

    def backwards(self) -> Iterator[Slice]:
        """The records, newest first, until the memory ends.

        Raises:
            NothingArchivedError: If the meter keeps no profile.
            DecodeError: If its newest record is not where it says.
        """
        address, record = self._find_newest()
        for _ in range(_LONGEST_RING):
            yield record
            older = self._before(address, record)
            if older is None:
                return
            address, record = older

    def _find_newest(self) -> tuple[int, Slice]:
        written, end = last_slice(self._session.ask(0x08, 0x13, count=9))
        if end is None:
            raise NothingArchivedError("the meter keeps no power profile, or has not begun one")
        for address in _meant(written):
            self._known.pop(address, None)
            record = self._single(address)
            if record is not None and record.end == end:
                self._forget_overwritten(address)
                return address, record
        raise DecodeError(f"the newest record of the power profile, {end:%d.%m.%Y %H:%M}, is not where the meter says")

    def _before(self, address: int, record: Slice) -> tuple[int, Slice] | None:
        """The record before one, or None if the memory ends there."""
        if address % _HALF > _STEP:
            older = self._at(address - _STEP)
            return None if older is None or not _is_before(older, record.end) else (address - _STEP, older)
        # the ring's seam: its lowest and highest records and its length differ by model
        seam = {address - _STEP, *(half + top for half in (0, _HALF) for top in (0xFFF0, 0xFFE0))}
        found = [(older.end, other) for other in sorted(seam) if other >= 0 and (older := self._single(other))]
        found = [(end, other) for end, other in found if end < record.end]
        if not found:
            return None
        _, other = max(found)
        older = self._single(other)
        return None if older is None else (other, older)

    def _at(self, address: int) -> Slice | None:
        """The record at an address; the ones before it are read with it."""
        first = address - (_AT_ONCE - 1) * _STEP
        if address not in self._known and self._at_once and first // _HALF == address // _HALF and first >= 0:
            self._read_many(first)
        return self._single(address)

    def _read_many(self, first: int) -> None:
        try:
            data = self._ask(first, 0xFF)
        except (RefusedError, DecodeError, NoAnswerError):
            self._at_once = False  # older meters give one at a time
            return
        for n in range(_AT_ONCE):
            self._known.setdefault(first + n * _STEP, slice_of(data[n * _RECORD : (n + 1) * _RECORD]))

    def _single(self, address: int) -> Slice | None:
        if address not in self._known:
            self._known[address] = slice_of(self._ask(address, _RECORD))
        return self._known[address]

    def _ask(self, address: int, count: int) -> bytes:
        memory = _MEMORY | (0x80 if address >= _HALF else 0)
        return self._session.ask(0x06, memory, address >> 8 & 0xFF, address & 0xFF, count, count=count)

    def _forget_overwritten(self, newest: int) -> None:
        """What was written since the last time has taken the place of something older."""
        before, self._newest = self._newest, newest
        if before is not None and newest < before:
            self._known = {newest: self._known[newest]}
        elif before is not None:
            for address in range(before + _STEP, newest, _STEP):
                self._known.pop(address, None)


def _is_before(record: Slice, end: datetime) -> bool:
    return record.end < end


def _meant(written: bytes) -> list[int]:
    """The addresses that the two bytes of the newest record's can mean."""
    high_first, low_first = int.from_bytes(written, "big"), int.from_bytes(written, "little")
    bytes_of = [high_first, low_first]
    records_of = [number * _STEP for number in bytes_of]
    beyond = [number + _HALF for number in bytes_of]
    meant = [number for number in bytes_of + records_of + beyond if number % _STEP == 0 and number < 2 * _HALF]
    return list(dict.fromkeys(meant))

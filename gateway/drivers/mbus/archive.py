"""Reads what an M-Bus meter remembers: rows of its usual telegrams, or a logger that an application reset chooses.

EN 13757-3 has no request for one hour: a meter gives its whole logger, a telegram at a time, and the reader stops when
it has what it wants. A row is what shares a storage number in a telegram; where a logger numbers nothing, each date
begins a new row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from gateway.driver import Archive, ArchiveRow
from gateway.drivers.mbus.clock import archived_at
from gateway.drivers.mbus.profile import Logger, MbusProfile
from gateway.drivers.mbus.reading import as_cold, is_moment, read_records
from gateway.errors import DeviceError, NothingArchivedError
from gateway.mbus.master import Master
from gateway.mbus.record import Record
from gateway.mbus.telegram import Telegram

MOST_TELEGRAMS = 1000
"""Telegrams of one archive: a year of days, or 40 days of hours, with a few rows in each."""
_SPARE = timedelta(days=31)
"""How far beyond its depth an archive's rows may reach: depths are the least that a maker promises."""


@dataclass(slots=True)
class _Row:
    """Records of one storage number, and the date among them."""

    storage: int
    moment: Record | None = None
    records: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class _Span:
    """Which part of an archive was seen."""

    newest: datetime | None = None
    last: datetime | None = None
    falling: bool = False

    def take(self, at: datetime) -> None:
        self.falling = self.last is not None and at < self.last
        self.last = at
        self.newest = at if self.newest is None else max(self.newest, at)


class MbusArchive:
    """One archive of one meter, while its line is owned.

    Args:
        profile: What the meter's records mean.
        logger: The archive.
        master: Who asks the meter.
        zone: The zone of its clock.

    Attributes:
        left_behind: Whether the meter may still be on the archive's data set.
    """

    def __init__(self, profile: MbusProfile, logger: Logger, master: Master, zone: tzinfo) -> None:
        self.left_behind = False
        self._earliest: datetime | None = None
        self._profile, self._logger, self._master, self._zone = profile, logger, master, zone

    def rows(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """The archive's rows until all that is wanted was there; afterwards the meter is on its usual data set again.

        Raises:
            NothingArchivedError: If there are no rows at all.
            DeviceError: If it cannot be read.
        """
        self._master.begin()
        if self._logger.subcode is None:
            yield from self._read(archive, set(wanted))
            return
        self.left_behind = True
        try:
            self._master.reset_application(self._logger.subcode)
            yield from self._read(archive, set(wanted))
        finally:
            self._restore()

    def _restore(self) -> None:
        """Bring the usual data set back; if that fails too, the next read-out begins with it."""
        try:
            restore(self._master, self._profile)
        except DeviceError:
            return
        self.left_behind = False

    def _read(self, archive: Archive, missing: set[datetime]) -> Iterator[ArchiveRow]:
        oldest, latest = min(missing, default=None), max(missing, default=None)
        # a meter whose clock was reset has dates of its own; they are nobody's hours
        self._earliest = latest - self._logger.depth - _SPARE if latest else None
        span = _Span()
        # In the first minute of an hour a usual telegram looks like a record; in a logger another one follows.
        newer: list[ArchiveRow] = []
        for answer in self._master.telegrams(MOST_TELEGRAMS):
            for row in self._rows_of(answer.telegram, archive):
                newer.append(row)
                if len(newer) == 1 and span.newest is None and self._may_be_present(row.at, latest):
                    continue
                for each in newer:
                    span.take(each.at)
                    missing.discard(each.at)
                    yield each
                newer.clear()
            if not missing:
                return
            if oldest is not None and span.falling and span.last is not None and span.last < oldest:
                break
        if span.newest is None:
            raise NothingArchivedError(f"{self._master.meter}: its {archive} archive is empty, or not what is expected")
        if not (self._master.stuck or self._master.endless):
            # what is newer than the newest row the meter may still write
            yield from (ArchiveRow(at, ()) for at in sorted(missing, reverse=True) if at < span.newest)

    def _may_be_present(self, at: datetime, latest: datetime | None) -> bool:
        """Whether a row may be what the meter shows now: nothing is wanted that is as young as that."""
        return self._logger.subcode is not None and latest is not None and at > latest

    def _rows_of(self, telegram: Telegram, archive: Archive) -> Iterator[ArchiveRow]:
        for row in _grouped(telegram.records):
            if row.moment is None or not self._belongs(row.storage):
                continue
            at = archived_at(row.moment, self._zone, self._logger.stamp)
            if at is None or (self._earliest is not None and at < self._earliest):
                continue
            if not _is_end(archive, at.astimezone(self._zone)):
                continue
            samples = as_cold(telegram.medium, read_records(self._profile, row.records, row.storage).samples)
            if samples:
                yield ArchiveRow(at, samples)

    def _belongs(self, storage: int) -> bool:
        if self._logger.storages is None:
            return storage > 0 or self._logger.subcode is not None
        first, last = self._logger.storages
        return first <= storage <= last


def restore(master: Master, profile: MbusProfile) -> None:
    """Choose the usual data set.

    Raises:
        DeviceError: If the meter does not acknowledge.
    """
    master.begin()
    master.reset_application(profile.usual_data_set)


def _is_end(archive: Archive, local: datetime) -> bool:
    """Whether a period ends at a time of the meter's zone.

    A meter that does not know the sub-code answers with its usual telegram, which shows the present minute.
    """
    if local.minute or local.second or local.microsecond:
        return False
    return archive is Archive.HOUR or (not local.hour and (archive is Archive.DAY or local.day == 1))


def _grouped(records: Iterable[Record]) -> Iterator[_Row]:
    rows: dict[int, _Row] = {}
    for record in records:
        row = rows.setdefault(record.storage, _Row(record.storage))
        if is_moment(record):
            if row.moment is not None:
                yield row
                row = rows[record.storage] = _Row(record.storage)
            row.moment = record
        else:
            row.records.append(record)
    yield from rows.values()

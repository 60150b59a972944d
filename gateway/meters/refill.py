"""Fetches what is missing from a meter's own memory, newest first, before the meter forgets it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from gateway.config import MeterConfig
from gateway.driver import Archive, ArchiveRow, Driver
from gateway.errors import DeviceError, LineError, NoAnswerError, NothingArchivedError, RefusedError
from gateway.memory import Memory
from gateway.meters.budget import ROWS_A_READ, Budget
from gateway.meters.contact import ContactBook, possible
from gateway.meters.periods import Periods, Spans, reach
from gateway.reporter import Data, Reporter
from teplosvet.domain.readings import Origin, Reading

log = logging.getLogger(__name__)

WRITTEN_AFTER = timedelta(minutes=5)
"""A meter takes a while to close an hour; until then it would say that it has nothing for it."""
ASKED_AGAIN_AFTER_S = 86_400.0
"""What a meter has nothing for is asked again once a day: it may have been busy. [s]"""
LEFT_OUT_AGAIN_S = 3_000.0
"""What it gave neither a record nor a word for is asked again at the contact of the next hour. [s]"""
WARNED_BEFORE = timedelta(days=3)
WARNED_SHARE = 4
"""A warning comes when records are lost within three days, or a quarter of the meter's memory if that is more."""
_ROWS_AT_ONCE = 24
"""Rows that are put on the disk together."""


class _Kept(msgspec.Struct):
    """What is known of one archive.

    Attributes:
        first: The oldest period that is wanted.
        have: Spans of periods that are here.
        absent: Periods that the meter had nothing for, and when it is asked again. [s since 1970-01-01 UTC]
        warned: Whether a warning is out that some will be lost.
        asked_from: The configured time from which it was wanted, as far as that was heeded. [s since 1970-01-01 UTC]
        exchanged: The first period of the instrument that is there now, if it came after the first contact.
    """

    first: int
    have: list[tuple[int, int]] = []
    absent: dict[int, float] = {}
    warned: bool = False
    asked_from: float | None = None
    exchanged: int | None = None


class Refill:
    """Keeps one archive of one meter complete.

    Args:
        archive: Which.
        meter: What the configuration says of the meter.
        driver: Its driver.
        memory: Where it survives what is here.
        reporter: Who is told.
    """

    def __init__(
        self, archive: Archive, meter: MeterConfig, driver: Driver, memory: Memory, reporter: Reporter
    ) -> None:
        self._archive, self._meter, self._driver = archive, meter, driver
        self._memory, self._reporter = memory, reporter
        self._periods = Periods(archive, meter.zone)
        self._depth = driver.archives[archive]
        self._kept = memory.get(meter.name, f"archive-{archive}", _Kept)
        self._have = Spans(self._kept.have if self._kept else ())

    def begin(self, now: datetime, *, anew: bool = False) -> None:
        """Begin to want periods, if that is not done: from the first contact, or the configured time; or anew from now.

        A configured time that was set to an earlier one since reaches further back, not beyond an exchange.

        Args:
            now: Now.
            anew: Another instrument is there: what is missing of the old one is lost with it.
        """
        if anew and self._kept is not None:
            self._kept.exchanged = self._periods.last_ended(now) + 1
            self._lose(self._kept.exchanged, now, "the meter was exchanged")
        start = self._meter.archive_from
        if self._kept is None:
            self._kept = _Kept(self._first(start or now, now), asked_from=start.timestamp() if start else None)
            self._remember()
        elif start is not None and start.timestamp() != self._kept.asked_from:
            self._kept.asked_from = start.timestamp()
            self._kept.first = min(self._kept.first, max(self._first(start, now), self._kept.exchanged or 0))
            self._remember()

    def _first(self, start: datetime, now: datetime) -> int:
        """The first period after a start that the meter can still have."""
        return max(self._periods.last_ended(start) + 1, reach(self._periods, now, self._depth))

    def watch(self, now: datetime) -> None:
        """Say when something is about to be lost, and when it is."""
        if self._kept is None:
            return
        self._lose(reach(self._periods, now, self._depth), now, "the meter's memory reaches no further back")
        missing = self._wanted(now, self._written(now, None))
        oldest = min(missing, default=None)
        margin = min(max(WARNED_BEFORE, self._depth / WARNED_SHARE), self._depth / 2)
        ends_soon = oldest is not None and self._periods.end(oldest) < now - self._depth + margin
        if ends_soon and not self._kept.warned and oldest is not None:
            lost_at = self._periods.end(oldest) + self._depth
            sentence = f"the meter forgets the oldest of {len(missing)} missing records on {lost_at:%Y-%m-%d %H:%M} UTC"
            self._event("archive_ends_soon", now, oldest, max(missing), len(missing), sentence)
        if ends_soon != self._kept.warned:
            self._kept.warned = ends_soon
            self._remember()

    def run(self, now: datetime, book: ContactBook, budget: Budget, go_on: Callable[[], bool]) -> bool:
        """Fetch what is missing; whether the time was over before that was done.

        Args:
            now: Now.
            book: What is known of the meter.
            budget: Its reads.
            go_on: Asked after every row whether there is still time.

        Raises:
            DeviceError: If the meter does not go on answering; what came before it is kept.
        """
        self.begin(now)
        wanted = self._wanted(now, self._written(now, book.skew_s))
        wanted.reverse()
        limit = budget.archive_rows(now)
        wanted = wanted[:limit]
        if not wanted:
            return False
        fetch = _Fetch(now, set(wanted))
        try:
            self._fetch(wanted, book, fetch, go_on)
        except NothingArchivedError as error:
            self._say_nothing_came(error)
            self._put_off(fetch.open, now, LEFT_OUT_AGAIN_S)
        except DeviceError as error:
            # One record that cannot be read must not stand before all the older ones for ever.
            stuck = next((number for number in wanted if number in fetch.open), None)
            if stuck is not None and not isinstance(error, LineError | NoAnswerError):
                self._put_off([stuck], now, ASKED_AGAIN_AFTER_S)
            # A meter that refuses at once does so for every record, and each refusal costs battery.
            if isinstance(error, RefusedError) and not fetch.rows:
                self._put_off(fetch.open, now, ASKED_AGAIN_AFTER_S)
            raise
        else:
            if fetch.ended:
                self._put_off(fetch.nothing, now, ASKED_AGAIN_AFTER_S)
                self._put_off(fetch.open - fetch.nothing, now, LEFT_OUT_AGAIN_S)
        finally:
            self._remember()
            budget.spend(now, 1 + fetch.rows // ROWS_A_READ)
            self._say_what_came(fetch.brought)
        return fetch.interrupted

    def _fetch(self, wanted: Sequence[int], book: ContactBook, fetch: "_Fetch", go_on: Callable[[], bool]) -> None:
        ends = [self._periods.end(number) for number in wanted]
        rows = self._driver.read_archive(self._archive, ends)
        with closing(_Rows(rows)) as source:
            while True:
                some: list[ArchiveRow] = []
                try:
                    for row in islice(source, _ROWS_AT_ONCE):
                        some.append(row)
                        if not go_on():
                            fetch.stopped = fetch.interrupted = True
                            break
                finally:
                    self._keep(some, book, fetch)
                if fetch.stopped:
                    return
                if len(some) < _ROWS_AT_ONCE:
                    fetch.ended = True
                    return

    def _keep(self, rows: Sequence[ArchiveRow], book: ContactBook, fetch: "_Fetch") -> None:
        """Put rows on the disk, and only then note that they are here."""
        readings: list[Reading] = []
        for row in rows:
            samples, remarks = possible(row.samples)
            readings += book.readings(samples, row.at, Origin.ARCHIVE)
            for remark in remarks:
                book.remarks.make(remark, fetch.begun, row.at)
        if not self._reporter.archive(readings):
            fetch.stopped = True  # they wait in memory for a disk that takes them, and may have to be fetched again
            return
        for row in rows:
            number = self._periods.of_end(row.at)
            if number is None:
                continue
            if not row.samples:
                fetch.nothing.add(number)
                continue
            self._have.add(number)
            if number in fetch.open:
                fetch.open.discard(number)
                fetch.brought.append(number)
            if self._kept is not None:
                self._kept.absent.pop(number, None)
        fetch.rows += len(rows)
        if rows:
            self._remember()

    def _written(self, now: datetime, skew_s: float | None) -> int:
        """The last period that the meter has closed by its own clock, with a margin."""
        behind = timedelta(seconds=-skew_s) if skew_s is not None and skew_s < 0 else timedelta(0)
        return self._periods.last_ended(now - WRITTEN_AFTER - behind)

    def _wanted(self, now: datetime, last: int) -> list[int]:
        """What is missing and may be asked for, oldest first."""
        if self._kept is None:
            return []
        at_s, absent = now.timestamp(), self._kept.absent
        first = max(self._kept.first, reach(self._periods, now, self._depth))
        return [
            number
            for number in self._have.missing(first, last)
            if number not in absent or not at_s < absent[number] <= at_s + ASKED_AGAIN_AFTER_S
        ]

    def _put_off(self, numbers: Iterable[int], now: datetime, for_s: float) -> None:
        """Ask for records only after a while again: a request for what is not there costs as much as any."""
        if self._kept is not None:
            self._kept.absent.update(dict.fromkeys(numbers, now.timestamp() + for_s))

    def _lose(self, first: int, now: datetime, why: str) -> None:
        """Want nothing before `first` any more, and say what was still missing of it."""
        if self._kept is None or first <= self._kept.first:
            return
        missing = self._have.missing(self._kept.first, first - 1)
        lost = [number for number in missing if number not in self._kept.absent]
        if lost:
            self._event("archive_lost", now, lost[0], lost[-1], len(lost), why)
        self._kept.first = first
        self._have.forget_below(first)
        self._kept.absent = {number: at for number, at in self._kept.absent.items() if number >= first}
        self._remember()

    def _event(self, word: str, now: datetime, first: int, last: int, count: int, sentence: str) -> None:
        data: Data = {
            "archive": str(self._archive),
            "records": count,
            "from": self._periods.end(first).isoformat(),
            "to": self._periods.end(last).isoformat(),
            "sentence": sentence,
        }
        self._reporter.event(self._meter.name, now, word, data)

    def _say_what_came(self, brought: Sequence[int]) -> None:
        """Somebody in the basement reads the log and wants to see that the memory is read."""
        if brought:
            newest, oldest = self._periods.end(max(brought)), self._periods.end(min(brought))
            what = f"{len(brought)} {self._archive}{'s' if len(brought) > 1 else ''}"
            words = "%s: %s from its archive, newest %s, oldest %s"
            log.info(words, self._meter.name, what, self._local(newest), self._local(oldest))

    def _say_nothing_came(self, error: NothingArchivedError) -> None:
        pause_min = round(LEFT_OUT_AGAIN_S / 60)
        log.info("%s: its %s archive is asked again in %d min: %s", self._meter.name, self._archive, pause_min, error)

    def _local(self, at: datetime) -> str:
        """A time as the meter's own display has it."""
        return f"{at.astimezone(self._meter.zone):%Y-%m-%d %H:%M}"

    def _remember(self) -> None:
        if self._kept is not None:
            self._kept.have = list(self._have)
            self._memory.put(self._meter.name, f"archive-{self._archive}", self._kept)


class _Fetch:
    """How far one fetch came: open periods, those that came, those the meter has nothing for, rows, and its end."""

    def __init__(self, begun: datetime, wanted: set[int]) -> None:
        self.begun = begun
        self.open = wanted
        self.brought: list[int] = []
        self.nothing: set[int] = set()
        self.rows = 0
        self.ended = False
        self.stopped = False
        self.interrupted = False


class _Rows(Iterator[ArchiveRow]):
    """Rows of a driver that can be closed, whether it made them by a generator or not."""

    def __init__(self, rows: Iterator[ArchiveRow]) -> None:
        self._rows = rows

    def __next__(self) -> ArchiveRow:
        return next(self._rows)

    def close(self) -> None:
        """Let the driver tidy up."""
        close = getattr(self._rows, "close", None)
        if close is not None:
            close()

"""The archives of one VKT-7 in one session: records, and the registers at the end of each."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from gateway.drivers.vkt7.book import Book, Record, Registers, amounts, less, plus
from gateway.drivers.vkt7.frames import Bounds, ValueType
from gateway.drivers.vkt7.session import Session
from gateway.errors import CodedRefusalError, NothingArchivedError

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_LAST_HOUR = time(23)
_FRESH_MIN = 3
"""So long after a full hour the running one has counted next to nothing. [min]"""
_WAITS = 3
"""So many contacts may come at other times before one of them has to do."""
_REPORTS = 4
"""Report days that are looked for: the day archive bridges no more months."""


class Entry(NamedTuple):
    """A record of an archive.

    Attributes:
        begins: Begin of its hour or day, in the calculator's own time.
        record: What it says, None if there is none.
        registers: Registers at its end, None where they cannot be known.
    """

    begins: datetime
    record: Record | None
    registers: Registers | None


class Archives:
    """Reads records.

    Args:
        session: A session that has begun.
        counters: Elements of which archives hold amounts.
        gauges: Elements of which archives hold means.
        book: What is known from before; more is written into it.
        report_day: Day of the month at whose end totals are kept.
        bounds: From when and until when there are archives.
    """

    def __init__(
        self,
        session: Session,
        counters: tuple[int, ...],
        gauges: tuple[int, ...],
        book: Book,
        report_day: int,
        bounds: Bounds,
    ) -> None:
        self._session, self._counters, self._all = session, counters, counters + gauges
        self._book, self._report_day, self._bounds = book, report_day, bounds
        self._today = bounds.now.date()

    def days(self, wanted: Sequence[date]) -> Iterator[Entry]:
        """Days that have ended, newest first."""
        self._find_totals()
        for day in sorted(set(wanted), reverse=True):
            begins = datetime.combine(day, time())
            if begins.date() < self._bounds.days_from.date():
                yield Entry(begins, None, None)
            elif day < self._today:
                registers = self._end(day)
                yield Entry(begins, self._day(day), registers)

    def hours(self, wanted: Sequence[datetime]) -> Iterator[Entry]:
        """Hours that have ended, newest first."""
        self._find_totals()
        ended = [begins for begins in sorted(set(wanted), reverse=True) if begins < self._bounds.now]
        kept = [begins for begins in ended if begins >= self._bounds.hours_from]
        days = [(day, list(of_day)) for day, of_day in groupby(kept, key=datetime.date)]
        for day, _ in reversed(days):
            self._end(day - _DAY)  # days first, so that the type of values changes once
        for _, of_day in days:
            if self._is_nearer_to_its_start(of_day):
                yield from self._from_the_start(of_day)
            else:
                yield from self._from_the_end(of_day)
        yield from (Entry(begins, None, None) for begins in ended[len(kept) :])

    def _is_nearer_to_its_start(self, of_day: list[datetime]) -> bool:
        """Whether hours hang on the end of the day before with fewer requests than on the end of their own."""
        midnight = datetime.combine(of_day[0].date(), time())
        if midnight.date() == self._today:
            return True
        return midnight >= self._bounds.hours_from and of_day[0].hour + 1 < 24 - of_day[-1].hour

    def _from_the_end(self, wanted: list[datetime]) -> Iterator[Entry]:
        """Hours of a day that has ended: its end less the later hours."""
        day = wanted[0].date()
        registers = self._end(day)
        begins = datetime.combine(day, _LAST_HOUR)
        while registers is not None and begins >= wanted[-1]:
            record = self._hour(begins)
            if begins in wanted:
                yield Entry(begins, record, registers)
            registers = less(registers, amounts(record, self._counters))
            begins -= _HOUR
        if registers is None:
            yield from (Entry(begins, self._hour(begins), None) for begins in wanted)

    def _from_the_start(self, wanted: list[datetime]) -> Iterator[Entry]:
        """Hours of the running day, or early ones: the end of the day before and the hours since."""
        day = wanted[0].date()
        registers = self._end(day - _DAY)
        entries = []
        for begins in _hours_of(day, wanted[0] + _HOUR):
            record = self._hour(begins) if registers is not None or begins in wanted else None
            registers = plus(registers, amounts(record, self._counters)) if registers is not None else None
            if begins in wanted:
                entries.append(Entry(begins, record, registers))
        yield from reversed(entries)

    def _find_totals(self) -> None:
        """Learn registers at the end of some day, from which all others follow; once a day see whether they still hold.

        A total of a report day fits if, with what was counted since, it comes to what the calculator shows now; the
        hour that runs may be missing, and each sum may be rounded. If none fits, what the calculator shows now is
        taken as the end of the last hour: registers are then too high by what the running hour has counted, never by
        more than the next hour holds, so that they do not fall. Shortly after a full hour that is next to nothing, so
        such a contact is waited for, if it comes.

        Raises:
            NothingArchivedError: If a later contact will know better.
        """
        book = self._book
        if book.checked == self._today:
            return
        book.turn(self._bounds.days_from.date())
        self._session.choose(ValueType.CURRENT_TOTAL, self._counters)
        now = amounts(self._session.read(), self._counters)
        if not (book.ends and self._fits(now)):
            book.forget()
            book.ends |= self._totals_of_a_report_day()
            if not (book.ends and self._fits(now)):
                book.ends.clear()
                self._wait_for_a_full_hour()
        self._fill(now)
        book.checked = self._today

    def _wait_for_a_full_hour(self) -> None:
        clock = self._session.clock()
        if clock is not None and clock.minute >= _FRESH_MIN and self._book.waited < _WAITS:
            self._book.waited += 1
            raise NothingArchivedError("the archives wait for a contact shortly after a full hour")

    def _fill(self, now: Registers) -> None:
        """What no report day tells hangs on what is shown now; an element that joined the scheme since is such."""
        yesterday = self._today - _DAY
        known = (self._end(yesterday) if self._book.ends else None) or {}
        for begins in _hours_of(self._today, self._bounds.now):
            now = less(now, amounts(self._hour(begins), self._counters))
        filled = {number: value if (value := known.get(number)) is not None else now[number] for number in now}
        if filled != known:
            self._book.ends = {yesterday: filled}

    def _totals_of_a_report_day(self) -> dict[date, Registers]:
        with suppress(CodedRefusalError):  # an old calculator may have no such archive
            for day in self._report_days():
                self._session.choose(ValueType.TOTAL, self._counters)
                record = self._session.read_record(datetime.combine(day, _LAST_HOUR))
                if record is not None:
                    return {day: amounts(record, self._counters)}
        return {}

    def _report_days(self) -> Iterator[date]:
        if not 1 <= self._report_day <= 31:
            return
        month, found = self._today.replace(day=1), 0
        while found < _REPORTS:
            day = month.replace(day=min(self._report_day, monthrange(month.year, month.month)[1]))
            if day < self._today:
                found += 1
                yield day
            month = (month - _DAY).replace(day=1)

    def _fits(self, now: Registers) -> bool:
        yesterday = self._today - _DAY
        last = self._end(yesterday)
        if last is None:
            return False
        hours = _hours_of(self._today, self._bounds.now)
        largest = amounts(self._day(yesterday), self._counters)
        for begins in hours:
            last = plus(last, amounts(self._hour(begins), self._counters))
        for record in self._book.days.values():
            largest = _greater(largest, amounts(record, self._counters))
        rounding = len(self._book.days) + len(hours)
        return all(
            -rounding <= shown - value <= (largest.get(number) or 0) + rounding
            for number, shown in now.items()
            if shown is not None and (value := last[number]) is not None
        )

    def _end(self, day: date) -> Registers | None:
        """Registers at the end of a day, or None if the day archive does not reach them."""
        ends = self._book.ends
        while day not in ends:
            nearest = min(ends, key=lambda known: abs(known - day))
            if nearest < day:
                follows = nearest + _DAY
                if follows < self._bounds.days_from.date():
                    return None
                ends[follows] = plus(ends[nearest], amounts(self._day(follows), self._counters))
            else:
                if nearest < self._bounds.days_from.date():
                    return None
                ends[nearest - _DAY] = less(ends[nearest], amounts(self._day(nearest), self._counters))
        return ends[day]

    def _day(self, day: date) -> Record | None:
        days = self._book.days
        if day not in days:
            self._session.choose(ValueType.DAY, self._all)
            days[day] = self._session.read_record(datetime.combine(day, _LAST_HOUR))
        return days[day]

    def _hour(self, begins: datetime) -> Record | None:
        hours = self._book.hours
        if begins in hours:
            return hours[begins]
        self._session.choose(ValueType.HOUR, self._all)
        record = self._session.read_record(begins)
        if begins.date() == self._today:
            hours[begins] = record
        return record


def _hours_of(day: date, until: datetime) -> list[datetime]:
    """Begins of the hours of a day before an instant."""
    midnight = datetime.combine(day, time())
    return [begins for hour in range(24) if (begins := midnight + hour * _HOUR) < until]


def _greater(one: Registers, other: Registers) -> Registers:
    return {number: max(value or 0, other.get(number) or 0) for number, value in one.items()}

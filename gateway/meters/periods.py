"""Which records of a meter's archive are here, as whole numbers: hours, days or months, each by its end."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from gateway.driver import Archive

_HOUR_S = 3600


class Periods:
    """Numbers the periods of an archive.

    Args:
        archive: Hours, days or months.
        zone: The zone of the meter's clock: its days and months begin at its midnight.
    """

    def __init__(self, archive: Archive, zone: tzinfo) -> None:
        self._archive, self._zone = archive, zone

    def end(self, number: int) -> datetime:
        """The end of a period, aware, UTC."""
        if self._archive is Archive.HOUR:
            return datetime.fromtimestamp(number * _HOUR_S, UTC)
        days = self._archive is Archive.DAY
        first = date.fromordinal(number) if days else date(number // 12, number % 12 + 1, 1)
        return datetime(first.year, first.month, first.day, tzinfo=self._zone).astimezone(UTC)

    def last_ended(self, at: datetime) -> int:
        """The period that ended last before or at an instant."""
        if self._archive is Archive.HOUR:
            return int(at.timestamp() // _HOUR_S)
        local = at.astimezone(self._zone)
        return local.date().toordinal() if self._archive is Archive.DAY else local.year * 12 + local.month - 1

    def of_end(self, at: datetime) -> int | None:
        """The period that ends at an instant, or None if none does."""
        number = self.last_ended(at)
        return number if self.end(number) == at else None


class Spans:
    """A set of whole numbers as spans, both ends included.

    Args:
        spans: Spans to begin with.
    """

    def __init__(self, spans: Sequence[Sequence[int]] = ()) -> None:
        self._spans: list[tuple[int, int]] = []
        for first, last in spans:
            self.add(first, last)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._spans, number, key=lambda span: span[0]) - 1
        return at >= 0 and number <= self._spans[at][1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._spans)

    def add(self, first: int, last: int | None = None) -> None:
        """Put a number in, or all from `first` to `last`."""
        last = first if last is None else last
        if last < first:
            return
        apart = [span for span in self._spans if span[1] < first - 1 or span[0] > last + 1]
        joined = [span for span in self._spans if not (span[1] < first - 1 or span[0] > last + 1)]
        merged = (min([first, *(a for a, _ in joined)]), max([last, *(b for _, b in joined)]))
        self._spans = sorted([*apart, merged])

    def forget_below(self, first: int) -> None:
        """Take out every number below one."""
        self._spans = [(max(a, first), b) for a, b in self._spans if b >= first]

    def missing(self, first: int, last: int) -> list[int]:
        """The numbers from `first` to `last` that are not in it, in order."""
        found: list[int] = []
        after = first
        for a, b in self._spans:
            found.extend(range(after, min(a, last + 1)))
            after = max(after, b + 1)
        found.extend(range(after, last + 1))
        return found


def reach(periods: Periods, now: datetime, depth: timedelta) -> int:
    """The oldest period that an archive of that depth still has."""
    return periods.last_ended(now - depth) + 1

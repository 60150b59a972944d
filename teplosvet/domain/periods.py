"""Half-open periods of aware time and of local calendar days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
"""No reading of ours is older, and no contract runs longer."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The local calendar days ``[start, end)``.

    Attributes:
        start: First day.
        end: The day after the last one.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start.year < EARLIEST_YEAR or self.end.year > LATEST_YEAR:
            raise ValueError(f"a period lies in the years {EARLIEST_YEAR} to {LATEST_YEAR}: {self.start}/{self.end}")
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: {self.start}/{self.end}")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ``2025-10-01/2026-04-30``: first day / the day after the last one.

        Raises:
            ValueError: If the text is not two ISO dates, the second after the first.
        """
        start, slash, end = text.partition("/")
        if not slash:
            raise ValueError(f"expected FROM/TO, two ISO dates, got {text!r}")
        return cls(date.fromisoformat(start.strip()), date.fromisoformat(end.strip()))

    @property
    def days(self) -> int:
        """Number of calendar days. [d]"""
        return (self.end - self.start).days

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.days))

    def __str__(self) -> str:
        return f"{self.start}/{self.end}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """First instant of the first day and first instant after the last day in `zone`, as UTC."""
        return local_midnight(self.start, zone), local_midnight(self.end, zone)


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local calendar day, as UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """Read an aware ISO 8601 time as UTC.

    Raises:
        ValueError: If the time is not ISO 8601 or has no zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"expected a time with a zone such as 2026-01-31T12:00:00+03:00, got {text!r}")
    return instant.astimezone(UTC)

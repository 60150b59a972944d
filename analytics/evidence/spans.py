"""The spans of time that a statement looks at: its two periods, apart or as one."""

from collections.abc import Iterator

from teplosvet.domain.periods import Period


def apart(baseline: Period, reporting: Period) -> Iterator[Period]:
    """The two periods in the order of time; as one where they touch or overlap, so that no day comes twice."""
    first, second = sorted((baseline, reporting))
    if second.start <= first.end:
        yield Period(first.start, max(first.end, second.end))
    else:
        yield first
        yield second

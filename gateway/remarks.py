"""What is remarked about a device, said once a day and not with every contact."""

from datetime import datetime, timedelta

from gateway.driver import Remark
from gateway.reporter import Reporter

REPEAT_AFTER = timedelta(days=1)
"""The same remark about a device is not made again sooner."""


class Remarks:
    """Remarks about one device.

    Args:
        device: Its name.
        reporter: Who is told.
    """

    def __init__(self, device: str, reporter: Reporter) -> None:
        self._device, self._reporter = device, reporter
        self._made: dict[tuple[str, ...], datetime] = {}

    def make(self, remark: Remark, now: datetime, at: datetime | None = None) -> None:
        """Say what a person should know, unless it was said within the day.

        Words and whole numbers tell what a remark is about: a quantity, a register, the bits of an error. When they
        change it is another remark and is made at once. A `sentence` and other figures may differ with every contact.

        Args:
            remark: What a person should know.
            now: Now.
            at: When it was so, if not now: in an archive.
        """
        about = {k: v for k, v in remark.data.items() if k != "sentence" and not isinstance(v, float)}
        key = (remark.event, *(f"{name}={value}" for name, value in about.items()))
        last = self._made.get(key)
        if last is None or not _within_the_day(last, now):
            self._made = {one: when for one, when in self._made.items() if _within_the_day(when, now)}
            self._made[key] = now
            self._reporter.event(self._device, at or now, remark.event, remark.data)


def _within_the_day(last: datetime, now: datetime) -> bool:
    """Whether a time lies less than a day back, or ahead of a clock that was set back since."""
    return abs(now - last) < REPEAT_AFTER

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

    def make(self, remark: Remark, at: datetime) -> None:
        """Say what a person should know, unless it was said within the day; figures make no other remark of it."""
        key = (remark.event, *(f"{name}={value}" for name, value in remark.data.items() if isinstance(value, str)))
        last = self._made.get(key)
        if last is None or not timedelta(0) <= at - last < REPEAT_AFTER:
            self._made = {one: when for one, when in self._made.items() if at - when < REPEAT_AFTER}
            self._made[key] = at
            self._reporter.event(self._device, at, remark.event, remark.data)

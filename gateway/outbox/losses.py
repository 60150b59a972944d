"""What was dropped, and must be told: a sum for each device and reason, until it has become an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.outbox.store import Gone
from teplosvet.wire.messages import Event


@dataclass(slots=True)
class _Loss:
    rows: int
    first: float
    last: float


class Losses:
    """Sums of dropped rows."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], _Loss] = {}

    def __bool__(self) -> bool:
        return bool(self._sums)

    def add(self, event: str, gone: Iterable[Gone]) -> None:
        """Count rows that were dropped for one reason, the name of the event that will tell it."""
        for device, at in gone:
            loss = self._sums.setdefault((event, device), _Loss(0, at, at))
            loss.rows += 1
            loss.first, loss.last = min(loss.first, at), max(loss.last, at)

    def tell(self, now: datetime) -> list[Event]:
        """An event for every device and reason; the sums begin anew."""
        told = [
            Event(
                device,
                now.timestamp(),
                event,
                {"rows": loss.rows, "from": _text(loss.first), "to": _text(loss.last)},
            )
            for (event, device), loss in sorted(self._sums.items())
        ]
        self._sums.clear()
        return told


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")

"""What the gateway has to say goes through here into the outbox, or waits for a right time before it does."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from gateway.clock.timekeeper import Timekeeper, boot_id
from gateway.memory import Held, Memory
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.wire.messages import Birth, Event

log = logging.getLogger(__name__)

MOST_HELD = 50_000
"""So many messages wait for a right time; later ones are dropped and counted."""
_RELEASED_AT_ONCE = 500

Data = Mapping[str, str | float | int | bool | None]


class Outgoing(Protocol):
    """Where messages are kept until they are committed: the outbox."""

    def put_readings(self, readings: Sequence[Reading], *, live: bool = True) -> bool:
        """Take readings; whether they are on the disk."""
        ...

    def put_event(self, event: Event) -> bool:
        """Take an event; whether it is on the disk."""
        ...

    def put_birth(self, birth: Birth) -> bool:
        """Take a birth; whether it is on the disk."""
        ...


class Shown(Protocol):
    """Where the latest values are shown."""

    def publish_latest(self, device: str, values: Mapping[Quantity, float]) -> None:
        """Show the latest values of a device."""
        ...

    def announce(self, birth: Birth) -> None:
        """Show what a device is."""
        ...


class Reporter:
    """Says what was measured and what happened.

    Args:
        publisher: Name of the gateway.
        devices: Its devices: what befalls all is said of each, as the gateway itself measures nothing.
        outgoing: Where messages go.
        shown: Where the latest values are shown, too.
        memory: Where those wait that have no right time.
        timekeeper: Whether the time is right.
    """

    def __init__(
        self,
        publisher: str,
        devices: Sequence[str],
        outgoing: Outgoing,
        shown: Shown | None,
        memory: Memory,
        timekeeper: Timekeeper,
    ) -> None:
        self.publisher, self._devices = publisher, tuple(devices)
        self._outgoing, self._shown = outgoing, shown
        self._memory, self._timekeeper = memory, timekeeper
        self._boot = boot_id()
        self._held = memory.held_count()
        self._dropped = 0

    @property
    def timely(self) -> bool:
        """Whether what is said now can be dated."""
        return self._timekeeper.trusted

    def readings(self, readings: Sequence[Reading], latest: Mapping[Quantity, float] | None = None) -> None:
        """Say what a device measured at one instant, by our clock.

        Args:
            readings: What.
            latest: What is shown as its latest values, if that is more.
        """
        if not readings:
            return
        if self.timely:
            self._outgoing.put_readings(readings, live=True)
        else:
            self._hold("reading", msgspec.json.encode(readings))
        if self._shown is not None:
            values = {reading.quantity: reading.value for reading in readings}
            self._shown.publish_latest(readings[0].device, latest or values)

    def archive(self, readings: Sequence[Reading]) -> bool:
        """Say what a meter had in its memory, by its own clock; whether it is on the disk now."""
        return not readings or self._outgoing.put_readings(readings, live=False)

    def birth(self, birth: Birth) -> None:
        """Say what a device is, and show that it is there."""
        if self._shown is not None:
            self._shown.announce(birth)
        if self.timely:
            self._outgoing.put_birth(birth)
        else:
            self._hold("birth", msgspec.json.encode(birth))

    def event(self, device: str, at: datetime, word: str, data: Data) -> None:
        """Say what happened at a device."""
        log.info("%s: %s %s", device, word, dict(data))
        event = Event(device, at.timestamp(), word, dict(data))
        if self.timely:
            self._outgoing.put_event(event)
        else:
            self._hold("event", msgspec.json.encode(event))

    def everywhere(self, word: str, data: Data) -> None:
        """Say of each device what befell all."""
        at = self._timekeeper.now()
        for device in self._devices:
            self.event(device, at, word, data)

    def release(self) -> None:
        """Date what waited and let it go, if the time is right now."""
        while self._held and self.timely:
            some = self._memory.held(_RELEASED_AT_ONCE)
            for held in some:
                self._let_go(held)
            if not some:
                break
            self._memory.release(some[-1].id)
            self._held = self._memory.held_count()
        if self._dropped and self.timely:
            data: Data = {"messages": self._dropped, "sentence": "they were measured before the clock was ever right"}
            self._dropped = 0
            self.everywhere("undated_dropped", data)

    def _hold(self, kind: str, body: bytes) -> None:
        kept = self._held < MOST_HELD and self._memory.hold(self._boot, self._timekeeper.offset_s(), kind, body)
        if kept:
            self._held += 1
        else:
            self._dropped += 1

    def _let_go(self, held: Held) -> None:
        if held.boot != self._boot:
            self._dropped += 1
            return
        shift_s = self._timekeeper.offset_s() - held.offset_s
        if held.kind == "reading":
            shift = timedelta(seconds=shift_s)
            readings = msgspec.json.decode(held.body, type=list[Reading])
            moved = [replace(each, measured_at=each.measured_at + shift, origin=Origin.LIVE) for each in readings]
            self._outgoing.put_readings(moved, live=True)
        elif held.kind == "birth":
            birth = msgspec.json.decode(held.body, type=Birth)
            self._outgoing.put_birth(msgspec.structs.replace(birth, at=birth.at + shift_s))
        else:
            event = msgspec.json.decode(held.body, type=Event)
            self._outgoing.put_event(msgspec.structs.replace(event, at=event.at + shift_s))

"""The uplink: takes rows from the outbox to the broker, and forgets them when ingest says that they are committed."""

import logging
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import paho.mqtt.client as mqtt

from gateway.outbox.lanes import Lane, Taken
from gateway.outbox.outbox import Outbox
from gateway.uplink.packs import InFlight, Packer, Sent
from gateway.uplink.rate import Allowance
from gateway.uplink.session import Heard, Session
from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import Quantity
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.wire import messages
from teplosvet.wire.messages import Ack, Command, Event
from teplosvet.wire.topics import Channel, latest_topic, topic

log = logging.getLogger(__name__)

IDLE_S = 0.1
"""How long nothing may happen. [s]"""
SETTLE_S = 0.2
"""Rows that have arrived are forgotten together, so often. [s]"""
SETTLE_ROWS = 1000
"""Or so many at a time."""
DEVICES_NAMED = 5
"""A warning names no more devices."""
STOP_S = 10.0
"""How long the thread may take to end. [s]"""

_TURNS = (
    (Lane.EVENT, Lane.FRESH, Lane.ARCHIVE, Lane.BACKLOG),
    (Lane.EVENT, Lane.ARCHIVE, Lane.BACKLOG, Lane.FRESH),
)
"""Who comes first: events always; else what is fresh and what has waited take turns."""


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """How the uplink behaves.

    Attributes:
        messages_per_s: Most messages a second. [1/s]
        rows_per_s: Most rows a second. [1/s]
        pack_rows: Most rows in a pack.
        pack_bytes: Most bytes in a pack; rumqttd takes 20 KiB unless told otherwise. [B]
        in_flight: Most messages without an ack.
        resend_after_s: When a message without an ack is sent again; the pauses grow. [s]
        longest_pause_s: The longest pause between two attempts to connect. [s]
        spread_s: The backlog begins to leave at a random time within this after a connection. [s]
        commands: Commands that somebody here understands; the others are answered by an event.
    """

    messages_per_s: float = 50.0
    rows_per_s: float = 2500.0
    pack_rows: int = 200
    pack_bytes: int = 20_000
    in_flight: int = 32
    resend_after_s: float = 20.0
    longest_pause_s: float = 120.0
    spread_s: float = 10.0
    commands: frozenset[str] = frozenset()


class Uplink:
    """Runs in a thread of its own from `start` to `stop`.

    Args:
        outbox: Where rows wait.
        broker_url: ``mqtt://user:password@host:port`` or ``mqtts://..``.
        publisher: The gateway's name, which is its user at the broker.
        settings: How it behaves.
        now: The present.

    Attributes:
        progressed_at: When an ack came last, or the uplink was started. [s, monotonic]
        quarantined: Messages of which ingest put something into quarantine; they need not be kept here.
        commands: Commands that came.
    """

    def __init__(
        self,
        outbox: Outbox,
        broker_url: str,
        publisher: str,
        settings: UplinkSettings | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._outbox, self._publisher, self._now = outbox, publisher, now
        self._settings = settings or UplinkSettings()
        self._session = Session(
            BrokerAddress.parse(broker_url), publisher, now, self._settings.longest_pause_s, self._welcome, self._hear
        )
        self._packer = Packer()
        self._in_flight = InFlight(self._settings.resend_after_s)
        self._message_rate = Allowance(self._settings.messages_per_s)
        self._row_rate = Allowance(self._settings.rows_per_s)
        self._arrived: list[Taken] = []
        self._settled_at = 0.0
        self._backlog_from = 0.0
        self._turn = 0
        self._latest: deque[tuple[str, bytes]] = deque(maxlen=1000)
        self._retained: dict[str, bytes] = {}
        self._unsaid: deque[str] = deque()
        self._retaining = threading.Lock()
        self._listeners: dict[str, Heard] = {
            topic(publisher, Channel.ACK): self._on_ack,
            topic(publisher, Channel.COMMAND): self._on_command,
        }
        for pattern in self._listeners:
            self._session.listen(pattern)
        self._commands_heard: deque[str] = deque(maxlen=100)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self.progressed_at = time.monotonic()
        self.quarantined = 0
        self.commands: queue.Queue[Command] = queue.Queue(maxsize=100)

    def start(self) -> None:
        """Begin."""
        self.progressed_at = time.monotonic()
        self._outbox.rewind()
        self._thread.start()

    def stop(self) -> None:
        """End: what arrived is forgotten, the broker is told that we go."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    @property
    def connected(self) -> bool:
        """Whether the broker has let us in."""
        return self._session.connected

    @property
    def problem(self) -> str:
        """Why the broker has not let us in, in words; empty if it has."""
        return self._session.problem

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def publish_latest(self, device: str, values: Mapping[Quantity, float]) -> None:
        """Say a device's last values to whoever is on the spot; nothing is kept if there is no connection.

        Args:
            device: The device.
            values: Its values. [unit of the quantity]
        """
        if self._session.connected:
            said = {quantity.wire_name: value for quantity, value in values.items()}
            self._latest.append((latest_topic(self._publisher, device), msgspec.json.encode(said)))

    def retain(self, where: str, payload: bytes) -> None:
        """Have the broker keep a message, such as an entity for Home Assistant; an empty one clears it."""
        with self._retaining:
            if self._retained.get(where) != payload:
                self._retained[where] = payload
                self._unsaid.append(where)

    def listen(self, pattern: str, heard: Heard) -> None:
        """Hear a topic besides our own; to be called before `start`. `heard` is called in the uplink's thread."""
        self._listeners[pattern] = heard
        self._session.listen(pattern)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._session.ensure_connected()
                busy = self._session.connected and self._drain()
                if not self._session.turn(0.0 if busy else self._patience_s()):
                    self._stop.wait(IDLE_S)
                self._settle()
        finally:
            self._settle(at_once=True)
            self._session.close()

    def _patience_s(self) -> float:
        """How long to wait for something to come. [s]"""
        return min(IDLE_S, max(self._message_rate.wait_s, self._row_rate.wait_s) or IDLE_S)

    def _drain(self) -> bool:
        """Send what may be sent now; whether there could be more."""
        self._say_retained()
        while self._latest:
            where, payload = self._latest.popleft()
            self._session.publish(where, payload, qos=0)
        if self._message_rate.left <= 0 or self._row_rate.left <= 0:
            return False
        overdue = self._in_flight.overdue()
        if overdue is not None and not self._session.under_way(overdue.mid):
            self._send(overdue)
            self._in_flight.again(overdue)
            return True
        return len(self._in_flight) < self._settings.in_flight and self._send_next()

    def _send_next(self) -> bool:
        """Send the next rows; whether there were any."""
        self._turn += 1
        for lane in _TURNS[self._turn % len(_TURNS)]:
            if lane is Lane.BACKLOG and time.monotonic() < self._backlog_from:
                continue
            rows = 1 if lane is Lane.EVENT else self._settings.pack_rows
            taken = self._outbox.take(lane, rows, self._settings.pack_bytes)
            for sent in self._packer.pack(taken):
                self._send(sent)
                self._in_flight.add(sent)
            if taken:
                return True
        return False

    def _send(self, sent: Sent) -> None:
        self._message_rate.spend(1)
        self._row_rate.spend(len(sent.taken))
        sent.mid = self._session.publish(topic(self._publisher, sent.channel), sent.payload)

    def _say_retained(self) -> None:
        with self._retaining:
            while self._unsaid:
                where = self._unsaid.popleft()
                payload = self._retained.get(where, b"")
                self._session.publish(where, payload, retain=True)
                if not payload:
                    self._retained.pop(where, None)

    def _settle(self, *, at_once: bool = False) -> None:
        """Have the outbox forget what has arrived."""
        now = time.monotonic()
        due = at_once or len(self._arrived) >= SETTLE_ROWS or now - self._settled_at >= SETTLE_S
        if self._arrived and due:
            arrived, self._arrived, self._settled_at = self._arrived, [], now
            self._outbox.settle(arrived)

    def _welcome(self, known: bool) -> None:
        """The broker has let us in; what waited begins to leave a little later, each house at another time."""
        self._outbox.divide()
        self._backlog_from = time.monotonic() + random.uniform(0.0, self._settings.spread_s)  # noqa: S311
        if not known:
            with self._retaining:
                self._unsaid.extend(self._retained)

    def _hear(self, where: str, payload: bytes, retained: bool) -> None:
        for pattern, heard in self._listeners.items():
            if mqtt.topic_matches_sub(pattern, where):
                heard(where, payload, retained)

    def _on_ack(self, _where: str, payload: bytes, _retained: bool) -> None:
        try:
            ack = messages.decode(payload, Ack)
        except MessageError as error:
            log.warning("an ack that is none: %s", error)
            return
        for word in {*ack.ids, *ack.quarantined}:
            sent = self._in_flight.arrived(word)
            if sent is None:
                continue
            self.progressed_at = time.monotonic()
            self._arrived.extend(sent.taken)
            if word in ack.quarantined:
                self.quarantined += 1
                words = "ingest put something of %s into quarantine: %s; see `teplosvet quarantine list`"
                log.warning(words, _devices_of(sent), ack.quarantined[word])

    def _on_command(self, _where: str, payload: bytes, retained: bool) -> None:
        """A retained command is of another day."""
        if retained:
            return
        try:
            command = messages.decode(payload, Command)
        except MessageError as error:
            log.warning("a command that is none: %s", error)
            return
        if command.id in self._commands_heard:
            return
        self._commands_heard.append(command.id)
        if command.command in self._settings.commands and not self.commands.full():
            self.commands.put_nowait(command)
            return
        data: dict[str, str | float | int | bool | None] = {"id": command.id, "command": command.command}
        event = "command_refused" if command.command in self._settings.commands else "command_unknown"
        self._outbox.put_event(Event(command.device or self._publisher, self._now().timestamp(), event, data))


def _devices_of(sent: Sent) -> str:
    """Of whom a message speaks."""
    devices = sorted({each.row.device for each in sent.taken})
    more = len(devices) - DEVICES_NAMED
    return ", ".join(devices[:DEVICES_NAMED]) + (f" and {more} others" if more > 0 else "")

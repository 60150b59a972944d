"""An outbox with its uplink, and somebody beyond the broker who acknowledges as ingest does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.outbox import Outbox
from gateway.uplink import Uplink, UplinkSettings
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Reading
from teplosvet.wire import senml
from tests.integration.ingest_run import eventually

START = datetime(2026, 1, 1, tzinfo=UTC)
FAST = UplinkSettings(messages_per_s=5000, rows_per_s=100_000, spread_s=0.0, resend_after_s=0.5, longest_pause_s=0.2)


def light(n: int, lamps: int = 20) -> list[Reading]:
    """Row n: seven values of one of the lamps, a minute after its last one."""
    at, device = START + timedelta(minutes=n // lamps), f"lamp-{n % lamps}"
    values = {
        Quantity.LIGHT_ENERGY_KWH: float(n),
        Quantity.LAMP_ON_TIME_H: 10.5,
        Quantity.LIGHT_POWER_W: 14.5,
        Quantity.LIGHT_LEVEL_PERCENT: 80.0,
        Quantity.ILLUMINANCE_LX: 55.0,
        Quantity.PRESENCE: 1.0,
        Quantity.LAMP_FAILURE: 0.0,
    }
    return [Reading(device, quantity, value, at) for quantity, value in values.items()]


class Listener:
    """A client with a persistent session that hears some topics.

    Attributes:
        heard: Topic, payload and retained of every message.
    """

    def __init__(self, url: str, name: str, *filters: str) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._filters = filters
        self._subscribed = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{name}", clean_session=False)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *_: client.subscribe([(one, 1) for one in self._filters])
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", urlsplit(url).port or 0)
        self.client.loop_start()
        assert self._subscribed.wait(10)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload), message.retain))
        self.take(message.topic, bytes(message.payload))

    def take(self, topic: str, payload: bytes) -> None:
        """For whoever answers."""

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class StandIn(Listener):
    """Acknowledges as ingest does.

    Attributes:
        answers: Whether it answers; if not it takes messages all the same.
        quarantine: The reason for which something of a message is refused, or None.
        rows: Device and time of every row that came, in their order.
        events: Names of the events that came.
        packs: Messages that came.
    """

    def __init__(self, url: str, publisher: str = "gw") -> None:
        self.answers = True
        self.quarantine: Callable[[bytes], str | None] = lambda _: None
        self.rows: list[tuple[str, float]] = []
        self.events: list[str] = []
        self.packs = 0
        self._publisher = publisher
        channels = [f"teplosvet/v1/{publisher}/{channel}" for channel in ("reading", "event", "birth")]
        super().__init__(url, f"ingest-{publisher}", *channels)

    def take(self, topic: str, payload: bytes) -> None:
        self.packs += 1
        if topic.endswith("/reading"):
            pack = senml.decode(payload, self._publisher)
            assert pack.problems == ()
            ack = pack.ack
            self.rows += [(instant.device, instant.at) for instant in pack.instants]
        else:
            said = msgspec.json.decode(payload)
            ack = said["ack"]
            self.events.append(said.get("event", "birth"))
        if self.answers:
            reason = self.quarantine(payload)
            answer = {"ids": [ack], "quarantined": {ack: reason} if reason else {}}
            self.client.publish(f"teplosvet/v1/{self._publisher}/ack", msgspec.json.encode(answer), qos=1)


@contextmanager
def listening(url: str, *filters: str, name: str = "listener") -> Iterator[Listener]:
    made = Listener(url, name, *filters)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def standing_in(url: str, publisher: str = "gw") -> Iterator[StandIn]:
    made = StandIn(url, publisher)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def outbox(folder: Path, quota_bytes: int = 1 << 30) -> Iterator[Outbox]:
    made = Outbox(folder / "outbox.sqlite", quota_bytes, lambda: datetime.now(UTC))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def uplink(box: Outbox, url: str, settings: UplinkSettings = FAST, *, wait: bool = True) -> Iterator[Uplink]:
    made = Uplink(box, url, "gw", settings)
    made.start()
    try:
        if wait:
            eventually(lambda: made.connected, wanted=True)
        yield made
        assert made.alive
    finally:
        made.stop()
    assert not made.alive


def empty(box: Outbox) -> None:
    """Wait until nothing waits."""
    box.flush()

    def waiting() -> int:
        told = box.pending()
        return told.events + told.archive + told.telemetry

    eventually(waiting, 0)

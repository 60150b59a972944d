"""The MQTT side of a worker: one persistent session, driven by the worker's own loop.

Messages are acknowledged when the worker says so, which is after COMMIT; all acknowledgements of a batch leave in one
piece. After a reconnect the broker sends again what was not acknowledged, so acknowledgements of an earlier connection
are dropped: their identifiers may mean other messages now.
"""

import logging
import select
import ssl
import time
from collections.abc import Callable, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest_service.backoff import pause_s
from ingest_service.metrics import RECONNECTS
from ingest_service.tap import Message, TapClient, pubacks
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.wire.topics import FROM_PUBLISHERS, subscription

log = logging.getLogger(__name__)

KEEPALIVE_S = 30
STALLED_S = 10.0
"""A connection that takes no acknowledgements for this long is given up. [s]"""


def own_topics(number: int, workers: int) -> tuple[str, list[tuple[str, int]], list[str]]:
    """Session name, filters and stale filters of one of so many workers, which share the messages of our own topics."""
    group, other = ("ingest", None) if workers > 1 else (None, "ingest")
    filters = [(subscription(channel, group), 1) for channel in FROM_PUBLISHERS]
    return f"teplosvet-ingest-{number}", filters, [subscription(channel, other) for channel in FROM_PUBLISHERS]


class Subscriber:
    """One session at the broker.

    Args:
        address: The broker.
        client_id: Stable name of the session, one per worker.
        filters: Topic filters with their quality of service.
        stale: Filters that an earlier session of this name may still have.

    Attributes:
        generation: Number of the connection, so that what belongs to an earlier one can be told.
        connected: Whether the broker has let us in.
        subscribed: Whether this session has its subscriptions, from when on the broker keeps messages for it.
    """

    client_type: type[TapClient] = TapClient

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        filters: Sequence[tuple[str, int]],
        stale: Sequence[str] = (),
    ) -> None:
        self._address = address
        self._filters = list(filters)
        self._stale = list(stale)
        self.generation = 0
        self.connected = False
        self.subscribed = False
        self._attempts = 0
        self._next_attempt = 0.0
        self._client = self.client_type(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            manual_ack=True,
        )
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.max_inflight_messages_set(1000)
        address.introduce(self._client)

    def deliver_to(self, take: Callable[[list[Message]], None]) -> None:
        """Give messages to `take` as they come; to be said before the first connection."""
        self._client.take = take

    def fileno(self) -> int | None:
        """The socket to wait for, or None while there is no connection."""
        sock = self._client.socket()
        return None if sock is None else sock.fileno()

    @property
    def wants_write(self) -> bool:
        """Whether something waits to be sent."""
        return self._client.want_write()

    def ensure_connected(self) -> None:
        """Connect if there is no connection and it is time to try."""
        if self._client.socket() is not None or time.monotonic() < self._next_attempt:
            return
        try:
            self._client.connect(self._address.host, self._address.port, KEEPALIVE_S)
        except (OSError, ssl.SSLError) as error:
            self._later(f"the broker at {self._address.host}:{self._address.port} does not answer: {error}")

    def read(self) -> None:
        """Take what has come."""
        tap = self._client.tap
        if tap is None or self._client.socket() is None:
            return
        try:
            open_still = tap.fill()
        except BlockingIOError:
            return
        except OSError:
            open_still = False
        if tap.pending() or not open_still:
            while self._client.socket() is not None and (tap.pending() or not open_still):
                if self._client.loop_read() != mqtt.MQTT_ERR_SUCCESS:
                    break

    def write(self) -> None:
        """Send what waits."""
        self._client.loop_write()

    def tick(self) -> None:
        """Keep the connection alive."""
        self._client.loop_misc()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1; kept and sent again over a lost connection."""
        self._client.publish(topic, payload, qos=1)

    def acknowledge(self, generation: int, mids: Sequence[int]) -> None:
        """Acknowledge messages of connection `generation`, all in one piece."""
        if generation != self.generation or not self.connected:
            return
        data = memoryview(pubacks(mids))
        deadline = time.monotonic() + STALLED_S
        while data and self._client.socket() is not None:
            if self._client.want_write():  # whatever paho has begun must be finished first
                self._client.loop_write()
            try:
                sent = self._client.tap.send(data) if self._client.tap and not self._client.want_write() else 0
            except (BlockingIOError, ssl.SSLWantWriteError):
                sent = 0
            except OSError:
                return  # the next read notices, and the broker sends the messages again
            data = data[sent:]
            if data and not sent:
                if time.monotonic() > deadline:
                    return
                select.select([], [self.fileno() or 0], [], 0.1)

    def follow(self, filters: Sequence[tuple[str, int]]) -> None:
        """Listen to these from now on."""
        gone = [name for name, _ in self._filters if name not in dict(filters)]
        self._stale = sorted({*self._stale, *gone} - dict(filters).keys())
        self._filters = list(filters)
        if self.connected:
            if gone:
                self._client.unsubscribe(gone)
            self._client.subscribe(self._filters)

    def close(self) -> None:
        """Say goodbye; the session stays at the broker."""
        self._client.disconnect()

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._later(f"the broker refuses us: {code}")
            return
        self.connected = True
        self._attempts = 0
        if self._stale:
            client.unsubscribe(self._stale)
        client.subscribe(self._filters)
        log.info("connected to the broker at %s:%d", self._address.host, self._address.port)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, _codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        self.subscribed = True

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: Properties | None
    ) -> None:
        self.generation += 1
        if self.connected:
            self.connected = False
            if code.is_failure:
                self._later(f"the connection to the broker is lost: {code}")

    def _later(self, reason: str) -> None:
        """Set the next attempt, later each time and never at the same moment as the other workers."""
        self._attempts += 1
        pause = pause_s(self._attempts)
        self._next_attempt = time.monotonic() + pause
        RECONNECTS.labels("broker").inc()
        log.warning("%s; next attempt in %.1f s", reason, pause)

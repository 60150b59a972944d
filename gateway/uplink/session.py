"""The gateway's session at the broker: MQTT 3.1.1, persistent, with a last will; one thread drives it."""

import logging
import random
import select
import ssl
import time
from collections.abc import Callable
from datetime import datetime

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.wire.messages import State
from teplosvet.wire.topics import Channel, topic

log = logging.getLogger(__name__)

KEEPALIVE_S = 60
FIRST_PAUSE_S = 1.0
"""The pause after a first attempt to connect that failed; it doubles. [s]"""
GOODBYE_S = 1.0
"""How long the broker may take to hear that we go. [s]"""

Heard = Callable[[str, bytes, bool], None]


class Session:
    """One session; every method is called from the same thread.

    Args:
        address: The broker.
        publisher: Who we are there.
        now: The present.
        longest_pause_s: The longest pause between two attempts to connect. [s]
        on_connect: Called when the broker has let us in, with whether it still knew us.
        heard: Called with topic, payload and whether it was retained.

    Attributes:
        connected: Whether the broker has let us in.
        problem: Why it has not, in words; empty if it has.
    """

    def __init__(
        self,
        address: BrokerAddress,
        publisher: str,
        now: Callable[[], datetime],
        longest_pause_s: float,
        on_connect: Callable[[bool], None],
        heard: Heard,
    ) -> None:
        self._address, self._now, self._heard = address, now, heard
        self._longest_pause_s, self._welcome = longest_pause_s, on_connect
        self._state = topic(publisher, Channel.STATE)
        self._filters: list[str] = []
        self._unacked: set[int] = set()
        self._attempts = 0
        self._next_attempt = 0.0
        self.connected = False
        self.problem = "not connected yet"
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"teplosvet-gateway-{publisher}",
            clean_session=False,
            protocol=mqtt.MQTTv311,
        )
        self._client.max_inflight_messages_set(200)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        address.introduce(self._client)

    def listen(self, pattern: str) -> None:
        """Subscribe with every connection: then what the broker has retained comes, too (MQTT 3.1.1, 3.8.4)."""
        self._filters.append(pattern)

    def ensure_connected(self) -> None:
        """Connect if there is no connection and it is time to try."""
        if self._client.socket() is not None or time.monotonic() < self._next_attempt:
            return
        self._client.will_set(self._state, self._say("offline"), qos=1, retain=True)
        try:
            self._client.connect(self._address.host, self._address.port, KEEPALIVE_S)
        except (OSError, ssl.SSLError, ValueError) as error:  # ValueError: a name that cannot be one of a host
            self._later(f"the broker at {self._address.host}:{self._address.port} does not answer: {error}")

    def turn(self, timeout_s: float) -> bool:
        """Send and receive once, waiting no longer than this for something to come; False if there is no connection."""
        sock = self._client.socket()
        if sock is None:
            return False
        waiting = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        writers = [sock] if self._client.want_write() else []
        try:
            readable, writable, _ = select.select([sock], writers, [], 0.0 if waiting else timeout_s)
        except (OSError, ValueError):  # closed meanwhile; paho notices when it reads
            readable, writable = [sock], []
        if readable or waiting:
            self._client.loop_read()
        if writable and self._client.socket() is not None:
            self._client.loop_write()
        self._client.loop_misc()
        return True

    def publish(self, where: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> int:
        """Publish; the message's number."""
        info = self._client.publish(where, payload, qos=qos, retain=retain)
        if qos:
            self._unacked.add(info.mid)
        return info.mid

    def under_way(self, mid: int) -> bool:
        """Whether the broker has yet to say that it has a message; after a reconnect it is sent again by itself."""
        return mid in self._unacked

    def close(self) -> None:
        """Say that we go, and go; the session stays at the broker."""
        if self.connected:
            mid = self.publish(self._state, self._say("offline"), retain=True)
            deadline = time.monotonic() + GOODBYE_S
            while self.under_way(mid) and time.monotonic() < deadline and self.turn(0.05):
                pass
        self._client.disconnect()
        self._client.loop_write()
        self.connected = False

    def _say(self, word: str) -> bytes:
        return msgspec.json.encode(State("online" if word == "online" else "offline", self._now().timestamp()))

    def _on_connect(
        self, client: mqtt.Client, _data: object, flags: mqtt.ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            self._later(f"the broker refuses us: {code}; check user and password")
            return
        self.connected, self.problem, self._attempts = True, "", 0
        client.subscribe([(pattern, 1) for pattern in self._filters])
        self.publish(self._state, self._say("online"), retain=True)
        log.info("connected to the broker at %s:%d", self._address.host, self._address.port)
        self._welcome(flags.session_present)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _more: Properties | None
    ) -> None:
        self.connected = False
        if code.is_failure and self._next_attempt <= time.monotonic():
            self._later(f"the connection to the broker is lost: {code}")

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        """Without its acks nothing is ever forgotten, which nobody would notice for months."""
        refused = [each for each, code in zip(self._filters, codes, strict=False) if code.is_failure]
        if refused:
            log.error("the broker does not let us hear %s: give the user its rights there", ", ".join(refused))

    def _on_publish(
        self, _client: mqtt.Client, _data: object, mid: int, _code: ReasonCode, _more: Properties | None
    ) -> None:
        self._unacked.discard(mid)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._heard(message.topic, bytes(message.payload), message.retain)

    def _later(self, problem: str) -> None:
        """Set the next attempt anywhere between now and a bound that doubles, so that houses do not come together."""
        self._attempts += 1
        self.problem = problem
        bound = min(self._longest_pause_s, FIRST_PAUSE_S * 2.0 ** min(self._attempts, 16))
        pause = random.uniform(0.0, bound)  # noqa: S311
        self._next_attempt = time.monotonic() + pause
        log.warning("%s; next attempt in %.1f s", problem, pause)

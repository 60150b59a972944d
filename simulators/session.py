"""One MQTT 3.1.1 session that publishes at QoS 1 in bulk, and comes back after the connection was lost."""

import itertools
import random
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from simulators import senml
from simulators.bulk_socket import BulkSocket, again, is_open, publish_packet
from simulators.senml import Message
from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError

_PACKET_IDS = 65_535
_KEEPALIVE_S = 30
_SCHEMES = {"mqtt": 1883, "mqtts": 8883}


class Session:
    """The persistent session of one publisher.

    Args:
        url: Broker, `mqtt://[user:password@]host[:port]` or `mqtts://...`.
        name: Name of the publisher; owns the session and the state topic.
        listen: Topics to subscribe to.
        heard: Called with the payload of every message on them.
        announce: Whether to publish `state`, with the last will.
        patience_s: How long to go on without any answer of the broker. [s]
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        listen: Sequence[str],
        heard: Callable[[bytes], None],
        announce: bool,
        patience_s: float,
    ) -> None:
        self.name, self.host, self.port = name, *_address(url)
        self._listen, self._heard = listen, heard
        self._announce, self._patience_s = announce, patience_s
        self._client = _client(url, name, announce=announce)
        self._client.on_connect, self._client.on_subscribe = self._on_connect, self._on_subscribe
        self._client.on_message = self._on_message
        self._socket: BulkSocket | None = None
        self._was_connected = self._listening = False
        self._in_flight: dict[int, bytes] = {}
        self._packet_ids = itertools.cycle(range(1, _PACKET_IDS + 1))
        self._heard_at = self._served_at = time.monotonic()

    def __enter__(self) -> Self:
        self._connect()
        if self._announce:
            self._say(online=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._announce and kind is None and is_open(self._socket):
                self._say(online=False)
        finally:
            self._client.disconnect()

    @property
    def in_flight(self) -> int:
        """Publications without a PUBACK."""
        return len(self._in_flight)

    def send(self, message: Message, *, retain: bool = False) -> None:
        """Queue a publication; `pump` sends it."""
        if not self._in_flight:
            self._heard_at = time.monotonic()
        packet_id = next(number for number in self._packet_ids if number not in self._in_flight)
        packet = publish_packet(message.topic.encode(), message.payload, packet_id, retain=retain)
        self._in_flight[packet_id] = packet
        if self._socket is not None:
            self._socket.put((packet,))

    def pump(self, timeout_s: float) -> None:
        """Write and read once, waiting no longer than the time-out for something to read; reconnect if need be.

        Raises:
            ServiceUnavailableError: If the broker is away or silent for longer than the patience.
        """
        self._exchange(timeout_s)
        if is_open(self._socket) and self._client.is_connected():
            self._take_acks()
            self._serve()
        else:
            self._connect()

    def _exchange(self, timeout_s: float) -> None:
        if self._socket is None:
            return
        try:
            self._socket.flush()
            self._socket.wait(timeout_s)
            self._socket.fill()
            while is_open(self._socket) and self._socket.pending():
                self._client.loop_read()
            if self._client.want_write():
                self._client.loop_write()
        except OSError:
            self._socket = None

    def _take_acks(self) -> None:
        acked = self._socket.take_acks() if self._socket is not None else []
        for packet_id in acked:
            self._in_flight.pop(packet_id, None)
        now = time.monotonic()
        if acked:
            self._heard_at = now
        elif self._in_flight and now - self._heard_at > self._patience_s:
            raise ServiceUnavailableError(
                f"the broker at {self.host}:{self.port} has acknowledged nothing for {self._patience_s:.0f} s"
            )

    def _serve(self) -> None:
        now = time.monotonic()
        if now - self._served_at > 1.0:
            self._served_at = now
            self._client.loop_misc()

    def _say(self, *, online: bool) -> None:
        self.send(Message(senml.topic(self.name, "state"), senml.state(time.time(), online=online)), retain=True)
        while self._in_flight:
            self.pump(0.2)

    def _connect(self) -> None:
        """Connect, or connect again to the same session, and send once more what has no PUBACK."""
        deadline, attempt = time.monotonic() + self._patience_s, 0
        while True:
            try:
                stream = self._open()
            except OSError as error:
                hopeless = isinstance(error, PermissionError) or not self._was_connected
                if hopeless or time.monotonic() > deadline:
                    raise ServiceUnavailableError(
                        f"no MQTT broker takes us at {self.host}:{self.port}: {error.strerror or error}"
                    ) from error
                attempt += 1
                time.sleep(min(0.1 * 2**attempt, 5.0) * random.uniform(0.5, 1.5))
            else:
                break
        self._socket, self._was_connected, self._heard_at = stream, True, time.monotonic()
        stream.put(again(packet) for packet in self._in_flight.values())

    def _open(self) -> BulkSocket:
        self._client.connect(self.host, self.port, keepalive=_KEEPALIVE_S)
        stream = self._client.socket()
        if not isinstance(stream, BulkSocket):
            raise ConnectionRefusedError("the connection was closed")
        deadline = time.monotonic() + 10
        self._listening = not self._listen
        while not (self._client.is_connected() and self._listening):
            if time.monotonic() > deadline or not is_open(stream):
                raise ConnectionRefusedError("the connection was not accepted")
            self._client.loop_write()  # what paho queued in a callback, such as SUBSCRIBE
            stream.flush()
            stream.wait(0.5)
            self._client.loop_read()
        return stream

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any = None) -> None:
        if reason.is_failure:
            raise PermissionError(str(reason))
        if self._listen:
            client.subscribe([(topic, 1) for topic in self._listen])

    def _on_subscribe(self, *_: Any) -> None:
        self._listening = True

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._heard(bytes(message.payload))


class _BulkClient(mqtt.Client):
    def _create_socket(self) -> Any:
        stream: Any = super()._create_socket()
        return BulkSocket(stream)


def _client(url: str, name: str, *, announce: bool) -> mqtt.Client:
    parts = urlsplit(url)
    client = _BulkClient(
        CallbackAPIVersion.VERSION2, client_id=f"teplosvet-{name}", clean_session=False, protocol=mqtt.MQTTv311
    )
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set()
    if announce:
        client.will_set(senml.topic(name, "state"), senml.state(time.time(), online=False), qos=1, retain=True)
    return client


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ConfigurationError(f"expected a broker such as mqtt://host:1883, got {url!r}")
    return parts.hostname, parts.port or _SCHEMES[parts.scheme]

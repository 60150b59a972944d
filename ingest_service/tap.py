"""A socket for paho-mqtt that reads in large pieces and takes PUBLISH packets off before paho sees them.

paho asks its socket for one byte at a time and spends ten microseconds of locks on each message. Its own part of the
work, the session, stays with it: everything that is not a PUBLISH of QoS 0 or 1 is handed through untouched.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, cast

import paho.mqtt.client as mqtt

from ingest_service.vendor_listener import News

PIECE = 256 * 1024
"""How much is asked of the kernel at once. [B]"""

_PUBLISH = 0x30
_KIND_MASK = 0xF4
"""Of the first byte: the type, and the bit that only QoS 2 has."""


class Message(NamedTuple):
    """A PUBLISH as it came.

    Attributes:
        topic: Its topic, as bytes: decoding it is left to who needs it.
        payload: Its payload.
        qos: 0 or 1.
        mid: Its message identifier, 0 for QoS 0.
        retain: Whether the broker had kept it.
        news: What it says, if a vendor's adapter has read it.
    """

    topic: bytes
    payload: bytes
    qos: int
    mid: int
    retain: bool
    news: News | None = None


class TapSocket:
    """Wraps a connected socket; `recv` shows paho only what is not tapped.

    Args:
        sock: The socket, TCP or TLS.
        take: Called with the tapped messages of every piece that was read.
    """

    def __init__(self, sock: socket.socket, take: Callable[[list[Message]], None]) -> None:
        # acknowledgements are small and must not wait for one another (Nagle beside delayed TCP acks costs 40 ms)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._take = take
        self._rest = b""
        self._for_paho = bytearray()

    def __getattr__(self, name: str) -> Any:
        """What paho needs of a socket besides `recv`: send, fileno, close, setblocking."""
        return getattr(self._sock, name)

    def pending(self) -> int:
        """Bytes that paho can read without waiting. [B]"""
        return len(self._for_paho)

    def recv(self, size: int) -> bytes:
        """As `socket.recv`, without the tapped packets.

        Raises:
            BlockingIOError: If there is nothing for paho now.
        """
        if not self._for_paho:
            if not self.fill():
                return b""
            if not self._for_paho:
                raise BlockingIOError
        piece = bytes(self._for_paho[:size])
        del self._for_paho[:size]
        return piece

    def fill(self) -> bool:
        """Read one piece from the kernel and take the messages out of it; False when the other side has closed.

        Raises:
            BlockingIOError: If nothing has come.
        """
        try:
            piece = self._sock.recv(PIECE)
        except ssl.SSLWantReadError as error:
            raise BlockingIOError from error
        if not piece:
            return False
        self._split(self._rest + piece if self._rest else piece)
        return True

    def _split(self, data: bytes) -> None:
        """Cut what has come into packets (MQTT 3.1.1, sections 2.2 and 3.3); this runs once a message."""
        messages: list[Message] = []
        start, end = 0, len(data)
        while end - start >= 2:
            length, position = data[start + 1], start + 2
            if length & 0x80:
                length, position = _long_length(data, position - 1, end)
            stop = position + length
            if stop > end:
                break
            first = data[start]
            if first & _KIND_MASK != _PUBLISH:
                self._for_paho += data[start:stop]
            else:
                body = position + 2 + (data[position] << 8 | data[position + 1])
                qos, mid = first >> 1 & 1, 0
                if qos:
                    mid = data[body] << 8 | data[body + 1]
                    payload = data[body + 2 : stop]
                else:
                    payload = data[body:stop]
                messages.append(_new(Message, (data[position + 2 : body], payload, qos, mid, first & 1 == 1, None)))
            start = stop
        self._rest = data[start:]
        if messages:
            self._take(messages)


_new = tuple.__new__  # a named tuple's own constructor takes twice as long


def _long_length(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Remaining length of more than one byte and where the packet goes on; behind the end if that is not there yet."""
    length, shift = 0, 0
    while position < end and shift < 28:
        byte = data[position]
        length |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if not byte & 0x80:
            return length, position
    return end, end


class TapClient(mqtt.Client):
    """A paho client (MQTT 3.1.1) whose messages go to `take` instead of through its callbacks."""

    take: Callable[[list[Message]], None]
    tap: TapSocket | None = None

    def _create_socket(self) -> TapSocket:  # it does what paho needs of a socket
        self.tap = TapSocket(cast("socket.socket", super()._create_socket()), self.take)
        return self.tap


def pubacks(mids: Iterable[int]) -> bytes:
    """PUBACK packets for many messages, in one piece (MQTT 3.1.1, section 3.4)."""
    return b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids)

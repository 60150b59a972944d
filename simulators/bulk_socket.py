"""A socket for paho that carries publications past it in bulk.

paho keeps the session (connect, keep-alive, subscriptions, incoming messages). To publish a message at QoS 1 takes it
about 40 µs, most of it for locks and single-byte reads. Here PUBLISH packets are written by the thousand, and their
PUBACKs are taken out of the stream before paho sees it, so that paho never has a publication in flight.
"""

import select
import socket
import ssl
from collections.abc import Iterable
from typing import TypeGuard

_PUBACK, _PUBLISH_QOS1, _DUP, _RETAIN = 0x40, 0x32, 0x08, 0x01
_CHUNK = 1 << 18


def publish_packet(topic: bytes, payload: bytes, packet_id: int, *, retain: bool = False) -> bytes:
    """An MQTT 3.1.1 PUBLISH at QoS 1 (section 3.3 of the standard)."""
    body = b"".join((len(topic).to_bytes(2, "big"), topic, packet_id.to_bytes(2, "big"), payload))
    length, left = bytearray(), len(body)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (0x80 if left else 0))
        if not left:
            break
    return b"".join((bytes((_PUBLISH_QOS1 | (_RETAIN if retain else 0),)), length, body))


def again(packet: bytes) -> bytes:
    """The same packet with its DUP flag, for a resend after a reconnect (section 4.4)."""
    return bytes((packet[0] | _DUP,)) + packet[1:]


class BulkSocket:
    """What paho takes for its socket.

    Args:
        stream: The connected socket, plain or TLS.
    """

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._raw = bytearray()
        self._for_paho = bytearray()
        self._out = bytearray()
        self._acked: list[int] = []
        self.closed_by_peer = False

    def recv(self, size: int) -> bytes:
        """What paho reads: everything but PUBACKs."""
        if not self._for_paho:
            self.fill()
        if not self._for_paho:
            if self.closed_by_peer:
                return b""
            raise BlockingIOError
        data = bytes(self._for_paho[:size])
        del self._for_paho[:size]
        return data

    def pending(self) -> int:
        """Bytes that paho can read without waiting."""
        return len(self._for_paho)

    def send(self, data: bytes | bytearray) -> int:
        """What paho writes; goes out behind the publications that are already waiting."""
        self._out += data
        self.flush()
        return len(data)

    def put(self, packets: Iterable[bytes]) -> None:
        """Queue packets; they leave with the next `flush`."""
        self._out += b"".join(packets)

    @property
    def unsent(self) -> int:
        """Bytes that the operating system has not taken yet."""
        return len(self._out)

    def flush(self) -> None:
        """Write as much as the operating system takes now."""
        with memoryview(self._out) as waiting:
            sent = 0
            while sent < len(waiting):
                try:
                    sent += self._stream.send(waiting[sent : sent + _CHUNK])
                except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    break
        del self._out[:sent]

    def fill(self) -> None:
        """Read what has come, and sort it into PUBACKs and the rest."""
        while True:
            try:
                data = self._stream.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            if not data:
                self.closed_by_peer = True
                break
            self._raw += data
            if len(data) < _CHUNK and not isinstance(self._stream, ssl.SSLSocket):
                break
        self._sort()

    def take_acks(self) -> list[int]:
        """Packet ids that the broker has acknowledged since the last call."""
        acked, self._acked = self._acked, []
        return acked

    def wait(self, timeout_s: float) -> None:
        """Wait until something can be read, or written if something waits to be."""
        if not self._for_paho:
            select.select([self._stream], [self._stream] if self._out else [], [], timeout_s)

    def fileno(self) -> int:
        """The descriptor, for select."""
        return self._stream.fileno()

    def setblocking(self, flag: bool) -> None:
        """Passed through."""
        self._stream.setblocking(flag)

    def close(self) -> None:
        """Passed through."""
        self._stream.close()

    def _sort(self) -> None:
        raw, position, size = self._raw, 0, len(self._raw)
        while size - position >= 2:
            if raw[position] == _PUBACK and raw[position + 1] == 2:
                if size - position < 4:
                    break
                self._acked.append(raw[position + 2] << 8 | raw[position + 3])
                position += 4
                continue
            end = _packet_end(raw, position)
            if end is None or end > size:
                break
            self._for_paho += raw[position:end]
            position = end
        del raw[:position]


def _packet_end(raw: bytearray, start: int) -> int | None:
    length, shift, position = 0, 0, start + 1
    while position < len(raw):
        digit = raw[position]
        position += 1
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return position + length
    return None


def is_open(stream: BulkSocket | None) -> TypeGuard[BulkSocket]:
    """Whether there is a connection that the peer has not closed."""
    return stream is not None and not stream.closed_by_peer and stream.fileno() >= 0

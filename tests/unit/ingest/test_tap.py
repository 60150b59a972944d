"""The tap cuts an MQTT byte stream into the same packets wherever the kernel splits it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.tap import Message, TapSocket, pubacks


def length_field(length: int) -> bytes:
    """Remaining length (MQTT 3.1.1, section 2.2.3)."""
    field = bytearray()
    while True:
        length, digit = divmod(length, 128)
        field.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(field)


def publish(message: Message, *, dup: bool = False) -> bytes:
    """A PUBLISH packet (MQTT 3.1.1, section 3.3)."""
    first = 0x30 | dup << 3 | message.qos << 1 | message.retain
    mid = message.mid.to_bytes(2, "big") if message.qos else b""
    body = len(message.topic).to_bytes(2, "big") + message.topic + mid + message.payload
    return bytes([first]) + length_field(len(body)) + body


@contextmanager
def tapped() -> Iterator[tuple[socket.socket, TapSocket, list[Message]]]:
    listener = socket.create_server(("127.0.0.1", 0))
    broker = socket.create_connection(listener.getsockname())
    ours, _ = listener.accept()
    listener.close()
    messages: list[Message] = []
    with broker, ours:
        yield broker, TapSocket(ours, messages.extend), messages


def drain(tap: TapSocket, size: int = 65536) -> bytes:
    for_paho = b""
    while tap.pending():
        for_paho += tap.recv(size)
    return for_paho


topics = st.text("abc/я", max_size=20).map(str.encode)
payloads = st.binary(max_size=40) | st.integers(100, 20_000).map(bytes)
messages = st.builds(
    lambda topic, payload, qos, mid, retain: Message(topic, payload, qos, mid if qos else 0, retain),
    topics,
    payloads,
    st.integers(0, 1),
    st.integers(1, 65535),
    st.booleans(),
)
others = st.builds(
    lambda first, body: bytes([first]) + length_field(len(body)) + body,
    st.sampled_from([0x20, 0x34, 0x3D, 0x40, 0x62, 0x90, 0xB0, 0xD0]),
    st.binary(max_size=200),
)


@settings(deadline=None, max_examples=60)
@given(
    stream=st.lists(messages | others, max_size=12),
    sizes=st.lists(st.integers(1, 3000) | st.integers(1, 5), min_size=1, max_size=20),
    dup=st.booleans(),
)
def test_any_split_gives_the_same_messages(stream: list[Message | bytes], sizes: list[int], dup: bool) -> None:
    data = b"".join(publish(each, dup=dup) if isinstance(each, Message) else each for each in stream)
    with tapped() as (broker, tap, got):
        for_paho, at = b"", 0
        while at < len(data):
            size = sizes[at % len(sizes)] + (1000 if len(data) > 10_000 else 0)
            broker.sendall(data[at : at + size])
            at += size
            assert tap.fill()
            for_paho += drain(tap, 7)
        broker.shutdown(socket.SHUT_WR)
        while tap.fill():
            pass
        for_paho += drain(tap)
    assert got == [each for each in stream if isinstance(each, Message)]
    assert for_paho == b"".join(each for each in stream if isinstance(each, bytes))


@pytest.mark.parametrize("payload", [0, 100, 127, 128, 16_383, 16_384, 2_097_152])
def test_remaining_lengths_of_one_to_four_bytes(payload: int) -> None:
    sent = Message(b"t", bytes(payload), 1, 7, retain=False)
    data = publish(sent) + b"\xd0\x00"
    with tapped() as (broker, tap, got):
        broker.setblocking(False)
        at = 0
        while not got or not tap.pending():
            if at < len(data):
                at += broker.send(data[at : at + 65536])
            tap.fill()
        assert got == [sent]
        assert drain(tap) == b"\xd0\x00"


def test_the_stream_can_come_byte_by_byte() -> None:
    sent = Message(b"teplosvet/v1/gw/reading", bytes(200), 1, 65535, retain=True)
    with tapped() as (broker, tap, got):
        for n in publish(sent):
            assert got == []
            broker.sendall(bytes([n]))
            tap.fill()
        assert got == [sent]


def test_an_end_is_seen() -> None:
    with tapped() as (broker, tap, _):
        broker.shutdown(socket.SHUT_WR)
        assert tap.fill() is False
        assert tap.recv(1) == b""


def test_paho_gets_nothing_of_a_message() -> None:
    with tapped() as (broker, tap, got):
        broker.sendall(publish(Message(b"t", b"x", 0, 0, retain=False)))
        with pytest.raises(BlockingIOError):
            tap.recv(1)
        assert len(got) == 1


def test_a_wrong_cut_would_be_seen() -> None:
    """Negative control: a packet with a length that is one too long swallows the next one's first byte."""
    right = publish(Message(b"t", b"xy", 0, 0, retain=False))
    wrong = bytes([right[0], right[1] + 1]) + right[2:]
    with tapped() as (broker, tap, got):
        broker.sendall(wrong + right)
        tap.fill()
    assert got[0].payload == b"xy0"


def test_acknowledgements_are_one_piece() -> None:
    assert pubacks([1, 258, 65535]) == b"\x40\x02\x00\x01\x40\x02\x01\x02\x40\x02\xff\xff"
    assert pubacks([]) == b""

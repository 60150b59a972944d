"""The bulk socket: PUBLISH packets by the standard, PUBACKs taken out however the stream is cut."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bulk_socket import BulkSocket, again, publish_packet

PINGRESP, SUBACK = b"\xd0\x00", b"\x90\x03\x00\x01\x01"
INCOMING = b"\x32\xc8\x01" + bytes(200)  # a PUBLISH of 200 bytes: two bytes of length


def puback(packet_id: int) -> bytes:
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


@pytest.fixture
def ends() -> Iterator[tuple[BulkSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    yield BulkSocket(ours), theirs
    ours.close()
    theirs.close()


def test_a_publish_packet_is_the_one_of_the_standard() -> None:
    """Origin: assembled by hand from MQTT 3.1.1, section 3.3: topic a/b, packet id 10, QoS 1."""
    assert publish_packet(b"a/b", b"hi", 10) == b"\x32\x09\x00\x03a/b\x00\x0ahi"
    assert publish_packet(b"a/b", b"hi", 10, retain=True)[0] == 0x33
    assert again(publish_packet(b"a/b", b"hi", 10))[0] == 0x3A


@pytest.mark.parametrize(
    ("size", "length"),
    [(120, b"\x7f"), (121, b"\x80\x01"), (16_376, b"\xff\x7f"), (16_377, b"\x80\x80\x01")],
)
def test_the_remaining_length_has_its_limits_where_the_standard_has_them(size: int, length: bytes) -> None:
    """Origin: MQTT 3.1.1, table 2.4; a topic of three bytes and the packet id take seven."""
    assert publish_packet(b"a/b", bytes(size), 1)[1 : 1 + len(length)] == length


@given(
    frames=st.lists(st.integers(1, 65_535) | st.sampled_from([PINGRESP, SUBACK, INCOMING]), min_size=1, max_size=30),
    cuts=st.lists(st.integers(0, 2000), max_size=10),
)
def test_acks_and_the_rest_are_told_apart_however_the_stream_is_cut(frames: list[int | bytes], cuts: list[int]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        bulk = BulkSocket(ours)
        stream = b"".join(puback(one) if isinstance(one, int) else one for one in frames)
        rest = bytearray()
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(stream)], strict=True):
            theirs.sendall(stream[start:end])
            bulk.fill()
            while bulk.pending():
                rest += bulk.recv(7)
        assert bulk.take_acks() == [one for one in frames if isinstance(one, int)]
        assert bytes(rest) == b"".join(one for one in frames if isinstance(one, bytes))


def test_nothing_to_read_blocks_and_a_closed_peer_is_noticed(ends: tuple[BulkSocket, socket.socket]) -> None:
    bulk, theirs = ends
    with pytest.raises(BlockingIOError):
        bulk.recv(1)
    theirs.close()
    assert bulk.recv(1) == b""
    assert bulk.closed_by_peer


def test_what_does_not_fit_is_kept_and_leaves_in_order(ends: tuple[BulkSocket, socket.socket]) -> None:
    bulk, theirs = ends
    packets = [publish_packet(b"t", bytes([n % 256]) * 1000, n + 1) for n in range(2000)]
    bulk.put(packets)
    bulk.flush()
    assert bulk.unsent > 0
    got = bytearray()
    while bulk.unsent or len(got) < sum(map(len, packets)):
        got += theirs.recv(1 << 20)
        bulk.flush()
    assert bytes(got) == b"".join(packets)

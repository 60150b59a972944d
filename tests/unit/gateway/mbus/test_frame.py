"""Frames of EN 13757-2, assembled by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import DecodeError
from gateway.mbus.frame import LONGEST, Ack, LongFrame, ShortFrame, expected_length, parse_frame

BYTE = st.integers(0, 255)


def test_the_three_frames() -> None:
    assert parse_frame(bytes.fromhex("E5")) == Ack()
    assert parse_frame(bytes.fromhex("10 5B 01 5C 16")) == ShortFrame(0x5B, 1)
    assert parse_frame(bytes.fromhex("68 04 04 68 53 FD 50 10 B0 16")) == LongFrame(0x53, 0xFD, 0x50, b"\x10")


def test_a_frame_without_data_is_a_control_frame() -> None:
    assert parse_frame(bytes.fromhex("68 03 03 68 53 01 51 A5 16")) == LongFrame(0x53, 1, 0x51)


@given(BYTE, BYTE)
def test_a_short_frame_comes_back(control: int, address: int) -> None:
    frame = ShortFrame(control, address)
    assert parse_frame(frame.encode()) == frame
    assert expected_length(frame.encode()[:1]) == 5


@given(BYTE, BYTE, BYTE, st.binary(max_size=252))
def test_a_long_frame_comes_back(control: int, address: int, ci: int, data: bytes) -> None:
    frame = LongFrame(control, address, ci, data)
    assert parse_frame(frame.encode()) == frame
    assert expected_length(frame.encode()[:2]) == len(frame.encode()) <= LONGEST


def test_the_length_is_known_as_early_as_the_bytes_tell_it() -> None:
    assert [expected_length(bytes.fromhex(text)) for text in ("", "68", "6804", "10", "E5", "00")] == [
        None,
        None,
        10,
        5,
        1,
        1,
    ]
    assert Ack().encode() == b"\xe5"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "nothing was received"),
        ("00", "starts no M-Bus frame"),
        ("E5E5", "starts no M-Bus frame"),
        ("105B015C", "5 bytes"),
        ("105B015D16", "checksum"),
        ("105B015C17", "ends with 17"),
        ("68030368", "cut short"),
        ("68 03 04 68 53 01 51 A5 16", "says its length twice"),
        ("68 03 03 69 53 01 51 A5 16", "says its length twice"),
        ("68 02 02 68 53 01 51 A5 16", "and has"),
        ("68 05 05 68 53 01 51 A5 16", "and has"),
        ("68 03 03 68 53 01 51 A6 16", "checksum"),
        ("68 03 03 68 53 01 51 A5 15", "ends with 15"),
    ],
)
def test_what_is_no_frame_is_refused_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(DecodeError, match=word) as caught:
        parse_frame(bytes.fromhex(text))
    assert caught.value.raw == bytes.fromhex(text)

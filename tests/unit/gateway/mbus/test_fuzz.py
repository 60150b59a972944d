"""Damaged telegrams: a typed error or a partial result, never another exception, never a hang."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import DecodeError
from gateway.mbus.bench_frames import built_in_frames
from gateway.mbus.commands import record_document
from gateway.mbus.frame import LongFrame, parse_frame
from gateway.mbus.record import Record
from gateway.mbus.telegram import Telegram, decode, decode_body

MUTATIONS = 20_000
ANSWERS = (0x72, 0x76, 0x7A, 0x78, 0x73, 0x77, 0x70, 0x71, 0x79)


def look_at(telegram: Telegram) -> int:
    """Use everything that a decoded telegram offers."""
    times = telegram.times()
    for record in telegram.records:
        assert isinstance(record, Record)
        assert record.raw.startswith(record.dib)
    for record in telegram.records[-2:]:  # damage ends a telegram
        record_document(record, times)
    assert all(problem.sentence for problem in telegram.problems)
    return len(telegram.status_bits) + len(telegram.medium_name)


def outcome(attempt: Callable[[], Telegram]) -> Telegram | DecodeError:
    """What comes out; any other exception is a defect."""
    try:
        telegram = attempt()
    except DecodeError as error:
        if not str(error):
            raise
        return error
    look_at(telegram)
    return telegram


def mutate(frame: bytes, chance: random.Random) -> bytes:
    """Change the data of a frame and put length and checksum right again, so that the damage gets through."""
    parsed = parse_frame(frame)
    assert isinstance(parsed, LongFrame)
    data = bytearray(parsed.data)
    for _ in range(chance.randint(1, 6)):
        match chance.randrange(5):
            case 0 if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
            case 1:
                del data[chance.randrange(len(data) + 1) :]
            case 2:
                at = chance.randrange(len(data) + 1)
                data[at:at] = chance.randbytes(chance.randint(1, 8))
            case 3 if data:
                at = chance.randrange(len(data))
                del data[at : at + chance.randint(1, 8)]
            case _ if data:
                data[chance.randrange(len(data))] |= 0x80
    ci = chance.choice(ANSWERS) if chance.random() < 0.2 else parsed.ci
    return LongFrame(parsed.control, parsed.address, ci, bytes(data[:252])).encode()


def test_twenty_thousand_damaged_telegrams() -> None:
    chance = random.Random(13757)  # noqa: S311  # damage has to come back, not to be secret
    frames = built_in_frames()
    begin, partial, refused = time.perf_counter(), 0, 0
    for number in range(MUTATIONS):
        frame = mutate(frames[number % len(frames)], chance)
        if number % 10 == 0:  # some are damaged on the line as well
            frame = frame[: chance.randrange(len(frame))] if number % 20 else chance.randbytes(len(frame))
        result = outcome(lambda frame=frame: decode(frame))
        if isinstance(result, DecodeError):
            refused += 1
        else:
            partial += bool(result.problems)
    assert refused > MUTATIONS / 20
    assert partial > MUTATIONS / 20
    assert time.perf_counter() - begin < 60


@given(st.sampled_from(ANSWERS), st.binary(max_size=252))
def test_any_bytes_after_any_ci_field(ci: int, data: bytes) -> None:
    assert outcome(lambda: decode_body(ci, data)).raw == bytes((ci,)) + data


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert outcome(lambda: decode(data)).raw == data


def test_a_broken_checksum_is_always_found() -> None:
    for frame in built_in_frames():
        for at in range(4, len(frame) - 1):
            damaged = bytearray(frame)
            damaged[at] ^= 0x01
            with pytest.raises(DecodeError):
                decode(bytes(damaged))


def test_records_cover_the_body() -> None:
    """Nothing between two records is lost."""
    for frame in built_in_frames():
        telegram = decode(frame)
        body = b"".join(record.raw for record in telegram.records)
        assert body in frame
        assert telegram.problems == ()

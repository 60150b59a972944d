"""20,000 broken payloads of each codec: observations or problems, and nothing else."""

import random
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teplosvet.vendors.lorawan.choice import choose
from teplosvet.vendors.lorawan.codec import Codec
from teplosvet.vendors.lorawan.codecs import codecs

PAYLOADS = 20_000


def name_of(each: Any) -> str:
    return each.name if isinstance(each, Codec) else ""


def _broken(payload: bytes, chance: random.Random) -> bytes:
    changed = bytearray(payload)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0:
                del changed[at:]
            case 1:
                changed[at : at + 1] = bytes([chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))])
            case 2:
                changed[at:at] = chance.randbytes(chance.randint(1, 4))
            case _:
                del changed[at : at + chance.randint(1, 3)]
    return bytes(changed)


@pytest.mark.parametrize("codec", codecs().values(), ids=name_of)
def test_broken_payloads(codec: Codec) -> None:
    chance = random.Random(20261124)  # noqa: S311  # the same payloads in every run
    sound = [bytes.fromhex(golden.payload) for golden in codec.goldens]
    told = refused = 0
    for _ in range(PAYLOADS):
        payload = _broken(chance.choice(sound), chance)
        codec.recognises(chance.choice((0, 1, 2, 3, 4, 5, 85)), payload)
        frame = codec.read(payload, {})
        told, refused = told + bool(frame.told), refused + bool(frame.problems)
        assert all(reason and detail for reason, detail in frame.problems)
        assert all(isfinite(value.value) for each in frame.told for value in each.values)
        for each in frame.told:
            assert each.values
            assert len({value.measure for value in each.values}) == len(each.values)
    # both must have been met often, or the payloads were not what they should be
    assert told > PAYLOADS / 20
    assert refused > PAYLOADS / 20


@given(payload=st.binary(max_size=60), f_port=st.integers(0, 255), eui=st.sampled_from(["24e124", "0018b2", "01"]))
def test_whatever_comes_is_somebodys_or_nobodys(payload: bytes, f_port: int, eui: str) -> None:
    choice = choose(eui.ljust(16, "0"), f_port, payload, None, ())
    if choice.codec is None:
        assert choice.problem()[0] == "unknown_codec"
    else:
        # who was recognised by the bytes can read them
        assert not choice.codec.read(payload, {}).problems or payload[1] & 0x04

"""20,000 broken messages of each vendor: an error that says so or observations, and nothing else."""

import json
import random
from collections.abc import Iterator
from math import isfinite
from typing import Any

import pytest

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.adapter import Adapter
from teplosvet.vendors.makers import adapters
from tests.unit.vendors.goldens import OURS, as_bytes, name_of

MESSAGES = 20_000

STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    -2147483648,
    -32768,
    10**400,
    "",
    "nan",
    "-inf",
    "1e999",
    "0x10",
    "ON",
    "12,5",
    "١٢",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30T00:00:00",
    [],
    [None],
    [1, "x"],
    [[]],
    {},
    {"total": {"total": []}},
    "x" * 300,
)


def _broken_value(value: Any, chance: random.Random) -> Any:
    """The value with one of its parts replaced, removed or renamed."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        changed = dict(value)
        fate = chance.random()
        if fate < 0.15:
            del changed[name]
        elif fate < 0.25:
            changed[chance.choice(("POWER3", "state_l2", "em1data:", "a.b", "", "total_kwh"))] = changed.pop(name)
        else:
            changed[name] = _broken_value(value[name], chance)
        return changed
    return chance.choice(STRANGE)


def _broken_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if not changed:
            break
        at = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                del changed[at:]
            case 1:
                changed[at] = chance.randrange(256)
            case 2:
                changed[at:at] = chance.choice((b"{", b'"', b"null", b"\xff", b"-", b"1e9", b"\x00"))
            case _:
                del changed[at : at + chance.randint(1, 8)]
    return bytes(changed)


def _broken(adapter: Adapter, chance: random.Random) -> Iterator[tuple[str, bytes, bool]]:
    """Messages like the goldens and what comes before them, each broken somewhere."""
    sound = [(golden.topic, golden.payload) for golden in adapter.goldens]
    sound += [before for golden in adapter.goldens for before in golden.before]
    for _ in range(MESSAGES):
        topic, payload = chance.choice(sound)
        if chance.random() < 0.1:
            topic = chance.choice(sound)[0] if chance.random() < 0.5 else topic + chance.choice(("/x", "", "0", "/"))
        if isinstance(payload, bytes) and chance.random() < 0.3:
            data = payload  # sound, but out of its order: broken bytes alone leave a session nothing to remember
        elif not isinstance(payload, bytes) and chance.random() < 0.6:
            data = json.dumps(_broken_value(payload, chance)).encode()
        else:
            data = _broken_bytes(as_bytes(payload), chance)
        yield topic, data, chance.random() < 0.05


@pytest.mark.parametrize("adapter", [adapters()[name] for name in OURS], ids=name_of)
def test_broken_messages(adapter: Adapter) -> None:
    chance = random.Random(20261124)  # noqa: S311  # the same messages in every run
    session, observed, refused = adapter.session(), 0, 0
    for topic, payload, retained in _broken(adapter, chance):
        adapter.speaks(topic, payload)
        try:
            observations = session.decode(topic, payload, retained=retained)
        except MessageError as error:
            refused += bool(error.reason and error.detail)
            continue
        assert all(isinstance(note, str) for note in session.passed_over())
        for observation in observations:
            observed += 1
            assert observation.identity
            assert observation.values or observation.problems
            assert all(isfinite(v.value) for v in observation.values)
            assert len({v.measure for v in observation.values}) == len(observation.values)
    # both must have been met often, or the messages were not what they should be
    assert observed > MESSAGES / 20
    assert refused > MESSAGES / 20


def test_deep_nesting_is_refused() -> None:
    deep = b'{"ENERGY":' * 5000 + b"1" + b"}" * 5000
    with pytest.raises(MessageError):
        adapters()["tasmota"].session().decode("tele/a/SENSOR", deep)

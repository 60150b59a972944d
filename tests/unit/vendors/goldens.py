"""What the tests of vendors' formats have in common: messages as bytes, observations as plain dictionaries."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from teplosvet.vendors.adapter import Adapter, Golden, Session
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Observation

OURS = (
    "chirpstack",
    "esphome",
    "shelly-gen2",
    "sparkplug-b",
    "tasmota",
    "things-stack",
    "wirenboard",
    "wmbusmeters",
    "zigbee2mqtt",
)
"""The adapters: what goes for every one is asked of each."""

ALL = [(adapter, golden) for adapter in adapters().values() for golden in adapter.goldens]


def name_of(each: Any) -> str:
    return each.name if isinstance(each, Adapter) else each.topic if isinstance(each, Golden) else ""


def as_bytes(payload: Any) -> bytes:
    if isinstance(payload, bytes):
        return payload
    return payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()


def prepared(adapter: Adapter, golden: Golden) -> Session:
    """A session that has heard what comes before."""
    session = adapter.session()
    for topic, payload in golden.before:
        session.decode(topic, as_bytes(payload))
    return session


def plain(observations: Iterable[Observation]) -> dict[str, dict[str, float]]:
    """Values by identity and measure: the latest, where a message tells of several instants."""
    found: dict[str, dict[str, float]] = {}
    told: set[object] = set()
    for observation in sorted(observations, key=lambda each: each.at.timestamp() if each.at else 0.0):
        values = found.setdefault(observation.identity, {})
        for value in observation.values:
            key = (observation.identity, observation.at, value.measure)
            assert key not in told, f"{value.measure} twice"
            told.add(key)
            values[value.measure.value] = value.value
    return {identity: values for identity, values in found.items() if values}


def latest(observations: Iterable[Observation]) -> datetime | None:
    """The latest time that is told."""
    return max((each.at for each in observations if each.at is not None), default=None)


def said(adapter: str, topic: str, payload: Any, *, retained: bool = False) -> dict[str, dict[str, float]]:
    """What one message says, without anything before it."""
    return plain(adapters()[adapter].session().decode(topic, as_bytes(payload), retained=retained))

"""An uplink: what a network server passes on of a device, and what that says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.guesses import class_of
from teplosvet.vendors.lorawan.choice import Choice, choose
from teplosvet.vendors.lorawan.codec import Codec, Told
from teplosvet.vendors.lorawan.decoded import Decoded, is_by_channel, read_decoded
from teplosvet.vendors.observation import Observation

DEVICES_REMEMBERED = 20_000
"""Devices of which the settings are remembered that they told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """What a network server passes on.

    Attributes:
        identity: DevEUI in lower-case hexadecimal digits.
        at: When a gateway or the server received it.
        f_port: The port; 0 if none is told.
        payload: The bytes, if they are passed on.
        decoded: The object that a script on the server made of them.
        leaves_out_false: Whether the server leaves out of such objects what is 0, false or empty.
        tags: What the operator wrote down with the device: ``codec`` names ours, ``interval_s`` is the length of its
            intervals.
        models: Names of its profile, maker and model.
        notes: What a person should know.
    """

    identity: str
    at: datetime | None
    f_port: int
    payload: bytes | None
    decoded: Mapping[str, Any] | None = None
    leaves_out_false: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class UplinkReader:
    """Reads uplinks in their order; remembers what devices told of their settings."""

    def __init__(self) -> None:
        self._settings: dict[str, Mapping[str, float]] = {}

    def read(self, uplink: Uplink) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
        """What it says, and what a person should know of it."""
        choice = choose(uplink.identity, uplink.f_port, uplink.payload, uplink.tags.get("codec"), uplink.models)
        notes = [*uplink.notes, *choice.notes]
        codec = choice.codec if uplink.payload else None
        body = uplink.decoded or {}
        # with the bytes nothing is lost; a server may have left out what is false
        if codec is not None and (choice.certain or is_by_channel(body)):
            return self._by_codec(uplink, codec, notes)
        decoded = read_decoded(body, choice.codec, leaves_out_false=uplink.leaves_out_false)
        if codec is not None and not decoded.told:
            return self._by_codec(uplink, codec, notes)
        return _by_object(uplink, choice, decoded, notes)

    def _by_codec(
        self, uplink: Uplink, codec: Codec, notes: list[str]
    ) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
        frame = codec.read(uplink.payload or b"", {**self._settings.get(uplink.identity, {}), **_interval(uplink.tags)})
        if frame.settings:
            if uplink.identity not in self._settings and len(self._settings) >= DEVICES_REMEMBERED:
                self._settings.clear()
            self._settings[uplink.identity] = frame.settings
        observations = tuple(_observations(uplink, codec, frame.told, frame.problems))
        undated = sum(1 for told in frame.told if told.ago_s and told.at is None) if uplink.at is None else 0
        if undated:
            notes.append(f"{undated} earlier intervals have no time, because the uplink has none")
        return observations, (f"codec: {codec.name}", *notes, *frame.notes)


def _by_object(
    uplink: Uplink, choice: Choice, decoded: Decoded, notes: list[str]
) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
    notes += decoded.notes
    if decoded.told or decoded.problems:
        return tuple(_observations(uplink, None, decoded.told, decoded.problems)), tuple(notes)
    if not uplink.payload:
        return (), (*notes, "there are no bytes in it, and nothing decoded that we know")
    return tuple(_observations(uplink, None, (), (choice.problem(),))), tuple(notes)


def _observations(
    uplink: Uplink, codec: Codec | None, told: tuple[Told, ...], problems: tuple[tuple[str, str], ...]
) -> Iterator[Observation]:
    """One for each thing and instant; the problems go with the first."""
    for each in told:
        if each.ago_s and each.at is None and uplink.at is None:
            continue
        device_class = codec.device_class if codec is not None else None
        yield Observation(
            identity=f"{uplink.identity}/{each.part}" if each.part else uplink.identity,
            at=each.at or (uplink.at - timedelta(seconds=each.ago_s) if uplink.at is not None else None),
            values=each.values,
            device_class=device_class or class_of(value.measure for value in each.values),
            origin=each.origin,
            serial=each.serial,
            problems=problems,
            clock=codec.clock if codec is not None and each.at is not None else None,
        )
        problems = ()
    if problems:
        yield Observation(uplink.identity, uplink.at, (), DeviceClass.LIGHT, problems=problems)


def _interval(tags: Mapping[str, str]) -> Mapping[str, float]:
    """The length of intervals that the operator wrote down. [s]"""
    try:
        interval_s = float(tags["interval_s"])
    except (KeyError, ValueError):
        return {}
    return {"interval_s": interval_s} if isfinite(interval_s) and 1 <= interval_s <= 864_000 else {}

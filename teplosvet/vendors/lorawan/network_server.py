"""LoRaWAN network servers: their declaration is their topics and how an uplink stands in their JSON."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.adapter import Adapter, Session
from teplosvet.vendors.lorawan.uplink import Uplink, UplinkReader
from teplosvet.vendors.observation import Observation
from teplosvet.vendors.topic_pattern import TopicPattern
from teplosvet.vendors.values import iso_time, json_object

LONGEST_PAYLOAD = 242
"""Bytes that an uplink can have (LoRaWAN regional parameters, EU868, data rate 4 and up)."""

AHEAD = timedelta(minutes=1)
LATE = timedelta(days=1)
"""A gateway's clock that differs more is not believed: it may have kept an uplink for hours, but not for days."""

Parse = Callable[[Mapping[str, str], Mapping[str, Any]], Uplink]
"""What the levels of the topic and the JSON object say.

Raises:
    MessageError: If they are not of the server's format, or are of two devices.
    ValueError: If a time in it cannot be one.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkServer(Adapter):
    """The declaration of a network server.

    Attributes:
        uplinks: Topics of uplinks.
        silent: Topics whose messages say nothing that is measured.
        parse: How an uplink is read.
    """

    uplinks: tuple[TopicPattern, ...]
    silent: tuple[TopicPattern, ...]
    parse: Parse

    def speaks(self, topic: str, payload: bytes) -> bool:
        """Whether the topic is one of the server's; nobody else publishes on such a one."""
        del payload
        return any(pattern.match(topic) is not None for pattern in (*self.uplinks, *self.silent))

    def session(self) -> "NetworkServerSession":
        """Begin to read a broker's messages."""
        return NetworkServerSession(self)


class NetworkServerSession(Session):
    """Reads a server's messages.

    Args:
        adapter: The declaration.
    """

    def __init__(self, adapter: NetworkServer) -> None:
        self._adapter = adapter
        self._reader = UplinkReader()
        self._notes: tuple[str, ...] = ()

    def decode(self, topic: str, payload: bytes, *, retained: bool = False) -> tuple[Observation, ...]:
        """What an uplink says; other events say nothing."""
        self._notes = ()
        levels = next((found for each in self._adapter.uplinks if (found := each.match(topic)) is not None), None)
        if levels is None:
            if not self._adapter.speaks(topic, payload):
                raise MessageError("unknown_topic", f"no topic of {self._adapter.name}: {topic[:200]!r}")
            self._notes = ("events like this say nothing that is measured",)
            return ()
        if not payload.strip():
            self._notes = ("the message is empty: it clears what the broker had kept",)
            return ()
        body = json_object(payload)
        try:
            uplink = self._adapter.parse(levels, body)
        except ValueError as error:
            raise MessageError("malformed", str(error)) from error
        if retained:
            self._notes = ("the broker had kept the message: its values are old, whatever they look like",)
            return ()
        observations, self._notes = self._reader.read(uplink)
        return observations

    def passed_over(self) -> tuple[str, ...]:
        """What of the last message became no value and why."""
        return self._notes


def eui_of(text: Any) -> str | None:
    """A DevEUI in lower-case digits, or None if it is none."""
    if not isinstance(text, str):
        return None
    digits = text.replace("-", "").replace(":", "").lower()
    return digits if len(digits) == 16 and all(digit in "0123456789abcdef" for digit in digits) else None


def bytes_of(text: Any) -> bytes | None:
    """The bytes of an uplink in base 64, or None if there are none.

    Raises:
        MessageError: If it is no base 64, or longer than an uplink can be.
    """
    if text is None or text == "":
        return None
    try:
        payload = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        payload = None
    if payload is None or len(payload) > LONGEST_PAYLOAD:
        raise MessageError("malformed", "the bytes of the uplink are no base 64, or more than an uplink can have")
    return payload


def port_of(value: Any) -> int:
    """A port; 0 if none is told.

    Raises:
        ValueError: If it is no port.
    """
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 255:
        raise ValueError(f"{str(value)[:40]!r} is no port of a device")
    return value


def object_at(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within one, empty if it is not there.

    Raises:
        ValueError: If something else is there.
    """
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{name}: an object was expected")  # noqa: TRY004  # one exception for all that is unreadable
    return value


def texts_of(tags: Mapping[str, Any]) -> Mapping[str, str]:
    """The tags whose value is a text."""
    return {name: value for name, value in tags.items() if isinstance(value, str)}


def received_at(server: Any, gateways: Iterable[Any]) -> tuple[datetime | None, tuple[str, ...]]:
    """When an uplink was received: by the first gateway whose clock can be right, else by the server; and notes.

    Raises:
        ValueError: If the server's time is none.
    """
    at = iso_time(server)
    if at is not None and at.tzinfo is None:
        raise ValueError(f"{server!r} has no zone")
    told = [each for each in map(_gateway_time, gateways) if each is not None]
    if at is None:
        return min(told, default=None), ()
    right = [each for each in told if -LATE < each - at < AHEAD]
    notes = ("the clock of a gateway is wrong",) if len(right) < len(told) else ()
    return min(right, default=at), notes


def _gateway_time(text: Any) -> datetime | None:
    """A gateway's time, None if it tells none or nonsense: its clock is no reason to refuse what a device said."""
    try:
        at = iso_time(text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None

"""The command that shows what a message becomes, before any device is registered."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from ingest_service.shown_reading import Decoded
from ingest_service.vendor_reading import Message, Reader
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError, InvalidFileError, MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.values import iso_time

MOST_BYTES = 300_000_000
"""No message of MQTT has more (MQTT 3.1.1, 2.2.3); a device given by mistake is not read to its end. [B]"""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _Line(NamedTuple):
    """A message of a file, and its line."""

    number: int
    message: Message


def decode(
    topic: Annotated[str | None, typer.Option(help="Topic of the message.")] = None,
    payload: Annotated[str | None, typer.Option(help="File with the payload, or - for standard input.")] = None,
    messages: Annotated[Path | None, typer.Option(help="JSON lines of {topic, payload} instead, in order.")] = None,
    adapter: Annotated[str | None, typer.Option(help="Whose format it is, if that shall not be guessed.")] = None,
    device_class: Annotated[DeviceClass | None, typer.Option("--class", help="What the device measures.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of devices that tell local time, as Europe/Moscow.")] = None,
    received_at: Annotated[str | None, typer.Option(help="When it arrived, ISO 8601; now if left out.")] = None,
    retained: Annotated[bool, typer.Option("--retained", help="The broker had kept it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what readings a message becomes, and what of it becomes none."""
    reader = Reader(_adapter(adapter), device_class, _zone(zone), _received_at(received_at))
    if messages is not None:
        if topic is not None or payload is not None:
            raise ConfigurationError("--messages has the topics and payloads in it: leave --topic and --payload out")
        _decode_all(reader, messages, as_json=as_json)
        return
    if topic is None or payload is None:
        raise ConfigurationError("--topic and --payload say which message, or --messages a file of several")
    decoded = reader.decode(Message(_topic(topic), _payload(payload), retained))
    if as_json:
        output.print_json(decoded)
    else:
        _show(decoded)


def _decode_all(reader: Reader, file: Path, *, as_json: bool) -> None:
    done: list[Mapping[str, Any] | Decoded] = []
    failed = 0
    for line in _lines(file):
        try:
            decoded = reader.decode(line.message)
        except (ConfigurationError, MessageError) as error:
            failed += 1
            done.append({"topic": line.message.topic, "adapter": None, "error": f"line {line.number}: {error}"})
            if not as_json:
                output.people.print(f"{line.message.topic}: {error}", markup=False)
            continue
        done.append(decoded)
        if not as_json:
            _show(decoded)
    if as_json:
        output.print_json(done)
    if failed:
        raise typer.Exit(2 if failed == len(done) else 1)


def _show(decoded: Decoded) -> None:
    title = f"{decoded.adapter}: {', '.join(decoded.identities) or 'nobody'}"
    output.people.print(
        f"{title}\nThe same message again: {decoded.duplicates}. Energy: {decoded.energy_unit}.", markup=False
    )
    if decoded.readings:
        rows = [
            (e.identity, e.quantity, e.value, e.unit, f"{e.value_as_sent:g} {e.unit_as_sent}", e.measured_at, e.clock)
            for e in decoded.readings
        ]
        columns = ("identity", "quantity", "value", "unit", "as it came", "measured at", "clock")
        output.print_table("Readings", columns, rows)
    else:
        output.people.print("It becomes no reading.")
    if decoded.problems:
        problems = [(each.identity, each.reason, each.detail) for each in decoded.problems]
        output.print_table("Problems", ("identity", "reason", "what"), problems)
    if decoded.ignored:
        output.people.print(f"Not read: {', '.join(decoded.ignored)}", markup=False)


def _lines(file: Path) -> Iterator[_Line]:
    try:
        texts = _bounded(file).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFileError(str(file), None, None, f"it cannot be read: {error}") from error
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidFileError(str(file), number, None, f"a JSON object was expected: {error}") from error
        if not isinstance(said, dict) or not isinstance(said.get("topic"), str) or "payload" not in said:
            raise InvalidFileError(str(file), number, None, "a JSON object with topic and payload was expected")
        body = said["payload"]
        data = body.encode(errors="surrogatepass") if isinstance(body, str) else json.dumps(body).encode()
        yield _Line(number, Message(_topic(said["topic"]), data, said.get("retained") is True))


def _payload(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES)
    try:
        return _bounded(Path(name))
    except OSError as error:
        raise InvalidFileError(name, None, None, f"it cannot be read: {error.strerror}") from error


def _bounded(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        sentence = f"it has more than {MOST_BYTES / 1e6:.0f} MB: is it the right file?"
        raise InvalidFileError(str(file), None, None, sentence)
    return data


def _topic(text: str) -> str:
    """A topic, as a broker lets it be (MQTT 3.1.1, 1.5.3)."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigurationError(f"{text[:200]!r} is no topic: it is not UTF-8") from error
    return text


def _adapter(name: str | None) -> str | None:
    if name is not None and name not in adapters():
        raise ConfigurationError(f"no adapter is called {name!r}: there are {', '.join(sorted(adapters()))}")
    return name


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"no time zone is called {name!r}") from error


def _received_at(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = iso_time(text)
    except ValueError as error:
        raise ConfigurationError(f"--received-at: {error}") from error
    if at is None or at.tzinfo is None:
        raise ConfigurationError(f"--received-at needs a time with its zone, as 2026-01-01T12:00:00Z, and not {text!r}")
    return at

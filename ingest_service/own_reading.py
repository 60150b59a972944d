"""Messages on our own topics, for a person who tries what his device publishes."""

from datetime import UTC, datetime

from ingest_service.shown_reading import Decoded, ShownProblem, ShownReading, converted, time_text
from teplosvet.domain.errors import MessageError
from teplosvet.vendors.observation import Clock
from teplosvet.wire import messages, senml
from teplosvet.wire.topics import Channel, parse_topic
from teplosvet.wire.units import quantity_of

OURS = "teplosvet"
"""The name of our own contract among the adapters."""


def decode_own(topic: str, payload: bytes, *, retained: bool) -> Decoded:
    """What a message on one of our own topics says.

    Raises:
        MessageError: If it is not what the wire contract says.
    """
    try:
        publisher, channel = parse_topic(topic)
    except ValueError as error:
        raise MessageError("unknown_topic", str(error)) from error
    readings: list[ShownReading] = []
    problems: list[ShownProblem] = []
    ignored: tuple[str, ...] = ()
    if channel is Channel.READING:
        pack = senml.decode(payload, publisher)
        problems += [ShownProblem(publisher, *problem) for problem in pack.problems]
        for instant in pack.instants:
            _show(instant, readings, problems)
    else:
        ignored = (_of_channel(channel, payload),)
    identities = tuple(dict.fromkeys(reading.identity for reading in readings)) or (publisher,)
    return Decoded(
        topic=topic,
        adapter=OURS,
        identity=identities[0] if len(identities) == 1 else None,
        identities=identities,
        clock=Clock.DEVICE,
        energy_unit="the unit of the record",
        duplicates="device and time",
        repeats_within_s=0.0,
        dedup_key=" ".join(f"{each.identity}@{each.measured_at}" for each in readings[:1]),
        retained=retained,
        readings=tuple(readings),
        problems=tuple(problems),
        ignored=ignored,
    )


def _show(instant: senml.Instant, readings: list[ShownReading], problems: list[ShownProblem]) -> None:
    half = len(instant.fields) // 2
    for name, unit, value in zip(instant.fields[:half], instant.fields[half:], instant.values, strict=True):
        quantity = quantity_of(name or "")
        if quantity is None:
            detail = f"no quantity is called {(name or '')[:80]!r}"
            problems.append(ShownProblem(instant.device, "unknown_quantity", detail))
            continue
        inside, problem = converted(quantity, value, unit or "")
        if problem is not None:
            problems.append(ShownProblem(instant.device, *problem))
        elif inside is not None:
            readings.append(
                ShownReading(
                    identity=instant.device,
                    device_class=quantity.spec.device_class,
                    quantity=quantity,
                    value=inside,
                    unit=quantity.spec.unit,
                    measure=name or "",
                    value_as_sent=value,
                    unit_as_sent=unit or "",
                    measured_at=_unix(instant.at),
                    clock=Clock.DEVICE,
                    origin=instant.origin,
                    serial=instant.serial,
                )
            )


def _of_channel(channel: Channel, payload: bytes) -> str:
    if payload:
        match channel:
            case Channel.BIRTH:
                return f"birth: {messages.decode(payload, messages.Birth)}"
            case Channel.EVENT:
                return f"event: {messages.decode(payload, messages.Event)}"
            case Channel.STATE:
                return f"state: {messages.decode(payload, messages.State)}"
            case _:
                pass
    return f"a message on {channel} says no readings"


def _unix(at_s: float) -> str:
    try:
        return time_text(datetime.fromtimestamp(at_s, UTC))
    except (ValueError, OverflowError, OSError):
        return f"{at_s:g}"

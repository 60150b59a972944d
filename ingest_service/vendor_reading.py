"""Reads vendors' messages for a person, before any device is registered."""

import hashlib
from datetime import datetime, tzinfo
from typing import NamedTuple

from ingest_service.own_reading import decode_own
from ingest_service.shown_reading import Decoded, ShownProblem, ShownReading, converted, time_text
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Adapter, Session
from teplosvet.vendors.choice import adapter_for
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Clock, Observation, quantity_for
from teplosvet.wire.topics import PREFIX


class Message(NamedTuple):
    """A message.

    Attributes:
        topic: Its topic.
        payload: Its payload.
        retained: Whether the broker had kept it.
    """

    topic: str
    payload: bytes
    retained: bool = False


class Reader:
    """Reads messages one after the other, as a broker would deliver them.

    Args:
        adapter: Name of the adapter, or None to find it out.
        device_class: What the devices measure, or None to guess.
        zone: Zone of devices that tell local time, or None.
        received_at: When the messages arrived, aware.
    """

    def __init__(
        self, adapter: str | None, device_class: DeviceClass | None, zone: tzinfo | None, received_at: datetime
    ) -> None:
        self._adapter, self._device_class, self._zone, self._received_at = adapter, device_class, zone, received_at
        self._sessions: dict[str, Session] = {}

    def decode(self, message: Message) -> Decoded:
        """What a message says.

        Raises:
            ConfigurationError: If nothing understands it.
            MessageError: If it is not what its format says.
        """
        if self._adapter is None and message.topic.startswith(f"{PREFIX}/"):
            return decode_own(message.topic, message.payload, retained=message.retained)
        adapter = self._find(message)
        session = self._sessions.setdefault(adapter.name, adapter.session())
        found = session.decode(message.topic, message.payload, retained=message.retained)
        readings: list[ShownReading] = []
        problems: list[ShownProblem] = []
        for observation in found:
            self._show(observation, adapter.clock, readings, problems)
        clocks = {reading.clock for reading in readings}
        return Decoded(
            topic=message.topic,
            adapter=adapter.name,
            identity=found[0].identity if len({each.identity for each in found}) == 1 else None,
            identities=tuple(dict.fromkeys(each.identity for each in found)),
            clock=clocks.pop() if len(clocks) == 1 else adapter.clock,
            energy_unit=adapter.energy_unit,
            duplicates=adapter.duplicates,
            repeats_within_s=adapter.repeats_within_s,
            dedup_key=_dedup_key(adapter, message, found),
            retained=message.retained,
            readings=tuple(readings),
            problems=tuple(problems),
            ignored=session.passed_over(),
        )

    def _find(self, message: Message) -> Adapter:
        if self._adapter is not None:
            return adapters()[self._adapter]
        adapter = adapter_for(adapters().values(), message.topic, message.payload)
        if adapter is None:
            raise ConfigurationError(
                f"no adapter understands a message on {message.topic[:200]!r} with this payload: "
                f"say which one by --adapter, of {', '.join(sorted(adapters()))}"
            )
        return adapter

    def _show(
        self, observation: Observation, clock: Clock, readings: list[ShownReading], problems: list[ShownProblem]
    ) -> None:
        problems += [ShownProblem(observation.identity, *problem) for problem in observation.problems]
        device_class = self._device_class or observation.device_class
        at, clock = self._measured_at(observation.at, observation.clock or clock)
        for value in observation.values:
            quantity = quantity_for(value.measure, device_class)
            inside, problem = converted(quantity, value.value, value.unit)
            if problem is not None:
                problems.append(ShownProblem(observation.identity, *problem))
            elif inside is not None:
                readings.append(
                    ShownReading(
                        identity=observation.identity,
                        device_class=device_class,
                        quantity=quantity,
                        value=inside,
                        unit=quantity.spec.unit,
                        measure=value.measure,
                        value_as_sent=value.value,
                        unit_as_sent=value.unit,
                        measured_at=at,
                        clock=clock,
                        origin=observation.origin,
                        serial=observation.serial,
                    )
                )

    def _measured_at(self, at: datetime | None, clock: Clock) -> tuple[str, Clock]:
        if at is None:
            return time_text(self._received_at), Clock.ARRIVAL
        if at.tzinfo is None:
            local = at if self._zone is None else at.replace(tzinfo=self._zone)
            return time_text(local), Clock.DEVICE_LOCAL
        # a format whose messages usually say no time has one here: whoever passed the message on put it in
        return time_text(at), Clock.NETWORK if clock is Clock.ARRIVAL else clock


def _dedup_key(adapter: Adapter, message: Message, found: tuple[Observation, ...]) -> str:
    """By what a message is recognised when it comes again: who and when, or the same again within a while."""
    if found and found[0].at is not None:
        return f"{found[0].identity}@{found[0].at.isoformat()}"
    digest = hashlib.blake2b(message.payload, digest_size=8).hexdigest()
    within = f" within {adapter.repeats_within_s:g} s" if adapter.repeats_within_s else ""
    return f"{message.topic}#{digest}{within}"

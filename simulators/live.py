"""The six buildings in real time: every device reports every few seconds, its registers continuing the history.

The same simulation with the same seed is run on to the present, so that a register shows what it would show by now.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import numpy as np

from simulators import senml
from simulators.arrays import SECONDS_PER_HOUR
from simulators.delivery import WEATHER_DEVICE, WEATHER_PUBLISHER, WEATHER_SERIAL
from simulators.faults import DEMO_FAULTS, FaultPlan
from simulators.fleet import Fleet
from simulators.publisher import Publisher
from simulators.scenario import DEMO_SEED, demo_scenario
from simulators.senml import Message, WireValue
from teplosvet.domain.quantities import Quantity

_AHEAD = timedelta(days=3)


def live_messages(fleet: Fleet, at_s: float) -> list[Message]:
    """What every gateway says at one instant: one pack each.

    Args:
        fleet: What is installed, simulated at least up to the instant.
        at_s: The instant, Unix time. [s]
    """
    times_s = np.array([at_s])
    messages = []
    for publisher, installed in fleet.by_publisher().items():
        texts = [text for one in installed for text in senml.fragments(one.read(times_s))]
        if texts:
            messages.append(Message(senml.topic(publisher, "reading"), senml.pack(texts)))
    outdoor_c = round(float(fleet.outdoor_at_c(times_s)[0]), 1)
    outdoor = WireValue(Quantity.OUTDOOR_TEMPERATURE_C.wire_name, "Cel", outdoor_c)
    weather = senml.instant(WEATHER_DEVICE, at_s, (outdoor,), WEATHER_SERIAL)
    return [*messages, Message(senml.topic(WEATHER_PUBLISHER, "reading"), senml.pack((weather,)))]


def go_on(
    url: str,
    stop: threading.Event,
    *,
    seed: int = DEMO_SEED,
    faults: FaultPlan = DEMO_FAULTS,
    every_s: float = 5.0,
    on_round: Callable[[int], None] | None = None,
) -> int:
    """Publish in real time until stopped; returns the number of messages.

    Args:
        url: The broker.
        stop: Set it to end.
        seed: The seed of the history.
        faults: The faults of the history, since exchanges follow from them; the live line itself is faultless.
        every_s: Time between two readings of a device, at least 1. [s]
        on_round: Called after every round with the number of messages so far.
    """
    fleet = _fleet(seed, faults)
    published = 0
    with ExitStack() as sessions:
        names = (*fleet.by_publisher(), WEATHER_PUBLISHER)
        publishers = {name: sessions.enter_context(Publisher(url, name, patience_s=900.0)) for name in names}
        while not stop.is_set():
            now_s = float(round(time.time()))
            if now_s > (float(fleet.hours[-1]) - 1) * SECONDS_PER_HOUR:
                fleet = _fleet(seed, faults)
            for message in live_messages(fleet, now_s):
                publishers[message.topic.split("/")[2]].publish((message,))
                published += 1
            if on_round is not None:
                on_round(published)
            _rest(tuple(publishers.values()), stop, now_s + max(every_s, 1.0))
    return published


def _fleet(seed: int, faults: FaultPlan) -> Fleet:
    return demo_scenario(seed, faults, until=datetime.now(UTC) + _AHEAD).fleet


def _rest(publishers: Sequence[Publisher], stop: threading.Event, until_s: float) -> None:
    while not stop.is_set() and time.time() < until_s:
        for publisher in publishers:
            publisher.keep_alive()
        stop.wait(min(1.0, max(until_s - time.time(), 0.01)))

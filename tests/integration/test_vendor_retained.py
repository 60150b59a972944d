"""What a real broker had kept, and sends again after a reconnect, is no reading; units and errors in it are learnt."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from teplosvet.stack.embedded import EmbeddedBroker
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.vendors.adapter import Session
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Observation

PATIENCE_S = 10.0
LAMP = "/devices/lamp/controls/active_energy"
END = "/devices/end/controls/active_energy"
FILTERS = ("/devices/#", "homeassistant/#", "+/sensor/+/state")


@contextmanager
def client(port: int) -> Iterator[mqtt.Client]:
    one = mqtt.Client(CallbackAPIVersion.VERSION2)
    one.connect("127.0.0.1", port)
    one.loop_start()
    try:
        yield one
    finally:
        one.disconnect()
        one.loop_stop()


def keep(port: int, *messages: tuple[str, str]) -> None:
    """Publish as these vendors do: retained."""
    with client(port) as publisher:
        for topic, payload in messages:
            publisher.publish(topic, payload, qos=1, retain=True).wait_for_publish(PATIENCE_S)


def heard(port: int, sessions: dict[str, Session], *live: tuple[str, str]) -> list[Observation]:
    """What a listener that connects now hears: what was kept, then what is published while it listens."""
    got: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
    ready: queue.Queue[None] = queue.Queue()
    found: list[Observation] = []
    with client(port) as listener:
        listener.on_message = lambda _client, _data, message: got.put(message)
        listener.on_subscribe = lambda *_: ready.put(None)
        listener.subscribe([(each, 1) for each in FILTERS])
        ready.get(timeout=PATIENCE_S)
        keep(port, *live, (END, "1"))
        while (message := got.get(timeout=PATIENCE_S)).topic != END or message.retain:
            for name, session in sessions.items():
                if adapters()[name].speaks(message.topic, message.payload):
                    found += session.decode(message.topic, message.payload, retained=message.retain)
    return found


def check(port: int) -> None:
    sessions = {name: adapters()[name].session() for name in ("wirenboard", "esphome")}
    keep(
        port,
        (LAMP, "12.345"),
        (f"{LAMP}/meta/error", "r"),
        (
            "homeassistant/sensor/hall/lamp_energy/config",
            '{"stat_t":"hall/sensor/lamp_energy/state","unit_of_meas":"Wh"}',
        ),
        ("hall/sensor/lamp_energy/state", "48211"),
    )
    assert heard(port, sessions) == []
    # a new session is a restart: the error is known from what was kept, and so is the unit
    sessions = {name: adapters()[name].session() for name in ("wirenboard", "esphome")}
    found = heard(port, sessions, (LAMP, "12.345"), ("hall/sensor/lamp_energy/state", "48212"))
    assert [(each.identity, each.values[0].value, each.values[0].unit) for each in found] == [
        ("hall/lamp", 48212, "Wh")
    ]
    # the meter answers again
    found = heard(port, sessions, (f"{LAMP}/meta/error", ""), (LAMP, "12.400"))
    assert [(each.identity, each.values[0].value) for each in found] == [("lamp", 12.4)]


@pytest.mark.timeout(60)
def test_mosquitto(mosquitto_server: MosquittoServer) -> None:
    check(mosquitto_server.port)


@pytest.mark.timeout(60)
def test_the_embedded_broker(iotcore_broker: EmbeddedBroker) -> None:
    check(iotcore_broker.port)

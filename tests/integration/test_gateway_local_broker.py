"""A broker in the basement that goes and comes back."""

import time
from pathlib import Path
from zoneinfo import ZoneInfo

import paho.mqtt.publish
import pytest

from gateway.clock import Clock
from gateway.clock.timekeeper import Timekeeper
from gateway.config import LocalBroker, LocalDevice
from gateway.local.listener import LocalListener
from gateway.memory import Memory
from gateway.reporter import Reporter
from teplosvet.domain.quantities import DeviceClass
from teplosvet.stack.mosquitto import MosquittoServer
from tests.integration.ingest_run import eventually
from tests.unit.gateway.simulated_meter import Kept


def test_lost_and_back(tmp_path: Path, mosquitto_server: MosquittoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.local.listener.LONGEST_PAUSE_S", 1)
    kept, clock, memory = Kept(), Clock(), Memory(tmp_path / "memory.sqlite")
    reporter = Reporter("gw", ["lamp-1"], kept, None, memory, Timekeeper(clock, "gw", memory, lambda: True))
    device = LocalDevice("lamp-1", "wirenboard", "wb-dali_1", DeviceClass.LIGHT)
    listener = LocalListener(
        LocalBroker("controller", mosquitto_server.url, ("/devices/#",), (device,)),
        "gw",
        ZoneInfo("Europe/Moscow"),
        reporter,
        clock,
    )

    def heard() -> int:
        topic = "/devices/wb-dali_1/controls/active_power"
        paho.mqtt.publish.single(topic, "18", hostname="127.0.0.1", port=mosquitto_server.port)
        time.sleep(0.1)
        listener.pass_on(all_of_it=True)
        return len(kept.live)

    listener.start()
    try:
        eventually(lambda: heard() > 0, wanted=True)
        mosquitto_server.stop()
        eventually(kept.words, ["local_broker_lost"])
        mosquitto_server.start()
        eventually(kept.words, ["local_broker_lost", "local_broker_back"])
        before = len(kept.live)
        eventually(lambda: heard() > before, wanted=True)
    finally:
        listener.stop()
        memory.close()

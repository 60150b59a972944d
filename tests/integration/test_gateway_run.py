"""The gateway as a whole: real lines, a real broker, and time that passes faster."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway.clock import AcceleratedClock
from gateway.config.file import read_config
from gateway.run import Gateway
from simulators.wire.heat_state import HeatState
from simulators.wire.line_server import LineServer
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import MbusBus
from simulators.wire.tsrv_slave import TsrvSettings, TsrvSlave
from simulators.wire.vkt7_slave import Vkt7Settings, Vkt7Slave
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.stack.ports import free_port
from teplosvet.wire import senml
from tests.integration.ingest_run import eventually
from tests.integration.uplink_run import FAST, StandIn, standing_in

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Ingest(StandIn):
    """Acknowledges, and keeps what came by origin."""

    def __init__(self, url: str) -> None:
        self.archive: dict[tuple[str, datetime], float] = {}
        self.archived_rows = 0
        self.live: list[tuple[str, datetime]] = []
        self.told: list[tuple[str, str]] = []
        self.births: list[dict[str, object]] = []
        super().__init__(url)

    def take(self, topic: str, payload: bytes) -> None:
        super().take(topic, payload)
        if topic.endswith("/reading"):
            for instant in senml.decode(payload, "gw").instants:
                key = (instant.device, datetime.fromtimestamp(instant.at, UTC))
                values = dict(zip(instant.fields, instant.values, strict=False))
                if instant.origin == "archive":
                    self.archived_rows += 1
                    self.archive[key] = values["heat_energy"]
                else:
                    self.live.append(key)
        elif topic.endswith("/event"):
            said = msgspec.json.decode(payload)
            self.told.append((said["device"], said["event"]))
        else:
            self.births.append(msgspec.json.decode(payload))


@pytest.fixture
def ingest(mosquitto_server: MosquittoServer) -> Iterator[Ingest]:
    found = Ingest(mosquitto_server.url)
    yield found
    found.close()


def shown(offset_kwh: float, at: datetime) -> Registers:
    """10 kWh an hour."""
    return Registers(offset_kwh + (at - START).total_seconds() / 360, flow_temperature_c=71.5, operating_time_h=5)


@contextmanager
def running(gateway: Gateway) -> Iterator[None]:
    """A gateway in a thread."""
    stop, failures = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            gateway.run(stop)
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        assert failures == []


def basement(folder: Path, broker: str, port: int, meters: Sequence[str]) -> Path:
    """The configuration of a basement with M-Bus meters."""
    file = folder / "gateway.toml"
    head = f"""
[gateway]
name = "gw"
broker = "{broker}"
zone = "Europe/Moscow"
home = "home"

[home_assistant]

[[line]]
name = "mbus"
url = "socket://127.0.0.1:{port}"
slack_s = 0.1
"""
    each = """
[[meter]]
name = "heat-{n}"
line = "mbus"
model = "danfoss-sonometer-40"
address = "{n}"
serial = "{serial}"
zone = "UTC"
daily_reads = 500
"""
    text = head + "".join(each.format(n=n, serial=serial) for n, serial in enumerate(meters, 1))
    file.write_text(text, "utf-8")
    return file


def test_two_days_with_a_line_that_breaks(tmp_path: Path, mosquitto_server: MosquittoServer, ingest: Ingest) -> None:
    clock = AcceleratedClock(START, 14400)
    serials = ("10000001", "10000002")
    bus = MbusBus(
        [
            MbusMeter(Plate(serial, n), lambda at, n=n: shown(1000.0 * n, at), clock.now)
            for n, serial in enumerate(serials, 1)
        ]
    )
    port = free_port()
    config = read_config(basement(tmp_path, mosquitto_server.url, port, serials))
    with running(Gateway(config, clock, uplink=FAST)):
        with LineServer(bus, port):
            eventually(lambda: clock.now() > START + 12 * HOUR, wanted=True)
        eventually(lambda: clock.now() > START + 36 * HOUR, wanted=True)
        with LineServer(bus, port):
            wanted = {(f"heat-{n}", START + hour * HOUR) for n in (1, 2) for hour in range(1, 46)}
            eventually(lambda: wanted <= ingest.archive.keys(), wanted=True)
    for (device, at), value in ingest.archive.items():
        assert value == pytest.approx(shown(1000.0 * int(device[-1]), at).energy_kwh, abs=1)
    assert {("heat-1", "meter_silent"), ("heat-1", "meter_back")} <= set(ingest.told)
    assert ingest.told.count(("heat-2", "meter_silent")) == ingest.told.count(("heat-2", "meter_back")) == 1
    assert {birth["serial"] for birth in ingest.births} == set(serials)
    # Twice is harmless and may be: a telegram of the logger holds hours beside the one that was wanted.
    assert not [each for each in ingest.live if each[1] > START + 17 * HOUR and each[1] < START + 35 * HOUR]


def house(at: datetime) -> HeatState:
    """0.25 Gcal an hour, which every register shows without rounding at the full hour."""
    h = (at - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() / 3600
    return HeatState(100 + 0.25 * h, 5 * h, 5 * h, 5 * h, 5 * h, h)


def test_a_power_cut_beside_calculators(tmp_path: Path, mosquitto_server: MosquittoServer, ingest: Ingest) -> None:
    """The gateway is gone for a day; the memories of a VKT-7 and a TSRV have what happened meanwhile."""
    clock = AcceleratedClock(START, 14400)
    built = datetime(2026, 1, 1, tzinfo=UTC)
    slaves = {
        "vkt-7": Vkt7Slave(Vkt7Settings(1, built), clock.now, house),
        "tsrv-024": TsrvSlave(TsrvSettings(1, built), clock.now, house),
    }
    text = f"""[gateway]
name = "gw"
broker = "{mosquitto_server.url}"
zone = "Europe/Moscow"
home = "home"
"""
    with ExitStack() as stack:
        for model, slave in slaves.items():
            url = stack.enter_context(LineServer(slave)).url
            text += f"""
[[line]]
name = "{model}"
url = "{url}"
[[meter]]
name = "{model}"
line = "{model}"
model = "{model}"
address = "1"
interval_s = 3600
daily_reads = 1000
archive_from = {START.isoformat()}
"""
        (tmp_path / "gateway.toml").write_text(text, "utf-8")
        config = read_config(tmp_path / "gateway.toml")
        with running(Gateway(config, clock, uplink=FAST)):
            eventually(lambda: clock.now() > START + 12 * HOUR, wanted=True)
        eventually(lambda: clock.now() > START + 36 * HOUR, wanted=True)
        wanted = {(model, START + hour * HOUR) for model in slaves for hour in range(1, 40)}
        with running(Gateway(config, clock, uplink=FAST)):
            eventually(lambda: wanted - ingest.archive.keys(), set())
    for (_, at), value in ingest.archive.items():
        assert value == pytest.approx(1163 * house(at).heat_gcal, abs=1.2)
    assert "driver_defect" not in {event for _, event in ingest.told}


def test_home_assistant_is_told(tmp_path: Path, mosquitto_server: MosquittoServer, ingest: Ingest) -> None:
    clock = AcceleratedClock(START, 600)
    bus = MbusBus([MbusMeter(Plate("10000001", 1), lambda at: shown(0.0, at), clock.now)])
    topics: set[str] = set()
    with standing_in(mosquitto_server.url, "nobody") as listener:
        listener.client.on_message = lambda _c, _d, message: topics.add(message.topic)
        listener.client.subscribe([("homeassistant/#", 1), ("teplosvet/v1/gw/latest/#", 0)])
        with LineServer(bus) as server, ExitStack() as stack:
            config = read_config(basement(tmp_path, mosquitto_server.url, server.port, ["10000001"]))
            stack.enter_context(running(Gateway(config, clock, uplink=FAST)))
            eventually(
                lambda: (
                    {
                        "homeassistant/sensor/gw/heat-1_heat_energy/config",
                        "homeassistant/sensor/gw/heat-1_flow_temperature/config",
                        "teplosvet/v1/gw/latest/heat-1",
                    }
                    <= topics
                ),
                wanted=True,
            )


def test_devices_of_a_local_broker(tmp_path: Path, mosquitto_server: MosquittoServer, ingest: Ingest) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        f"""
[gateway]
name = "gw"
broker = "{mosquitto_server.url}"
zone = "Europe/Moscow"
home = "home"

[[mqtt]]
name = "controller"
url = "{mosquitto_server.url}"

[[mqtt.device]]
name = "lamp-1"
identity = "wirenboard:wb-dali_1"
class = "light"
""",
        "utf-8",
    )
    lamp = mqtt.Client(CallbackAPIVersion.VERSION2, "lamp")
    lamp.connect("127.0.0.1", mosquitto_server.port)
    lamp.loop_start()
    try:
        with running(Gateway(read_config(file), AcceleratedClock(datetime.now(UTC), 1.0), uplink=FAST)):
            deadline = time.monotonic() + 20
            while not ingest.live and time.monotonic() < deadline:
                lamp.publish("/devices/wb-dali_1/controls/active_energy", "12.345")
                time.sleep(0.2)
            assert {device for device, _ in ingest.live} == {"lamp-1"}
            eventually(lambda: [birth["device"] for birth in ingest.births], ["lamp-1"])
    finally:
        lamp.disconnect()
        lamp.loop_stop()

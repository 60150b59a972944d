"""Devices of a broker in the basement: whose they are, when they spoke, and what one instant is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from gateway.config import LocalBroker, LocalDevice
from gateway.local.listener import LocalListener
from gateway.reporter import Reporter
from teplosvet.domain.quantities import DeviceClass, Quantity
from tests.unit.gateway.conftest import ZONE
from tests.unit.gateway.simulated_meter import START, HandClock, Kept
from tests.unit.vendors.sparkplug.encoding import DOUBLE, metric, payload, properties

DEVICES = (
    LocalDevice("lamp-1", "wirenboard", "wb-dali_1", DeviceClass.LIGHT),
    LocalDevice("lamp-2", "tasmota", "pow1", DeviceClass.LIGHT),
    LocalDevice("lamp-3", "sparkplug-b", "house/edge/lamp", DeviceClass.LIGHT),
)


@pytest.fixture
def listener(reporter: Reporter, clock: HandClock) -> LocalListener:
    broker = LocalBroker("controller", "mqtt://127.0.0.1:1", (), DEVICES)
    return LocalListener(broker, "gw", ZONE, reporter, clock)


def said(kept: Kept) -> list[tuple[str, Mapping[Quantity, float], datetime]]:
    """Device, values and time of every instant."""
    found: dict[tuple[str, datetime], dict[Quantity, float]] = {}
    for reading in kept.live:
        found.setdefault((reading.device, reading.measured_at), {})[reading.quantity] = reading.value
    return [(device, values, at) for (device, at), values in found.items()]


def test_topics_of_one_moment_are_one_instant(listener: LocalListener, clock: HandClock, kept: Kept) -> None:
    listener.hear("/devices/wb-dali_1/controls/active_energy", b"12.345")
    clock.pass_(timedelta(milliseconds=300))
    listener.hear("/devices/wb-dali_1/controls/active_power", b"18")
    listener.pass_on()
    assert kept.live == []
    clock.pass_(timedelta(seconds=3))
    listener.pass_on()
    energy, power = Quantity.LIGHT_ENERGY_KWH, Quantity.LIGHT_POWER_W
    assert said(kept) == [("lamp-1", {energy: 12.345, power: 18.0}, START)]
    (birth,) = kept.births
    assert (birth.device, birth.units["light_energy"], birth.registers) == ("lamp-1", "kWh", {"light_energy": 12.345})


def test_the_same_value_twice_is_two_instants(listener: LocalListener, clock: HandClock, kept: Kept) -> None:
    for value in (b"18", b"19"):
        listener.hear("/devices/wb-dali_1/controls/active_power", value)
        clock.pass_(timedelta(milliseconds=100))
    listener.pass_on(all_of_it=True)
    assert [values[Quantity.LIGHT_POWER_W] for _, values, _ in said(kept)] == [18.0, 19.0]


def test_what_the_broker_had_kept_is_not_fresh(listener: LocalListener, kept: Kept) -> None:
    listener.hear("/devices/wb-dali_1/controls/active_power", b"18", retained=True)
    listener.pass_on(all_of_it=True)
    assert kept.live == []


def test_local_time_is_that_of_the_building(listener: LocalListener, kept: Kept) -> None:
    payload = b'{"Time":"2026-10-01T03:00:10","ENERGY":{"Total":6.294,"Power":2635}}'
    listener.hear("tele/pow1/SENSOR", payload)
    ((device, values, at),) = said(kept)
    assert (device, at) == ("lamp-2", datetime(2026, 10, 1, 0, 0, 10, tzinfo=UTC))
    assert values[Quantity.LIGHT_ENERGY_KWH] == pytest.approx(6.294)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("/devices/somebody-else/controls/active_power", b"18"),
        ("tele/pow1/SENSOR", b'{"Time":'),
        ("tele/pow1/SENSOR", b"\xff\xfe"),
        ("/devices/wb-dali_1/controls/active_power", b""),
        ("nobody/knows/this", b"1"),
    ],
)
def test_what_says_nothing(listener: LocalListener, kept: Kept, topic: str, payload: bytes) -> None:
    listener.hear(topic, payload)
    listener.pass_on(all_of_it=True)
    assert kept.live == []


def test_an_impossible_value_is_said_and_not_stored(listener: LocalListener, kept: Kept) -> None:
    listener.hear("/devices/wb-dali_1/controls/actual_level", b"900")
    listener.pass_on(all_of_it=True)
    assert (kept.live, kept.words()) == ([], ["impossible_value"])


def test_what_a_device_tells_of_the_past_is_archive_and_what_cannot_be_read_is_said(
    listener: LocalListener, kept: Kept
) -> None:
    born = [metric("Energy", DOUBLE, alias=1, null=True, more=properties(engUnit="Wh"))]
    now_ms, topic = round(START.timestamp() * 1000), "spBv1.0/house/{}/edge/lamp"
    before = metric(kind=DOUBLE, raw=1500, alias=1, at_ms=now_ms - 3_600_000, historical=True)
    listener.hear(topic.format("DDATA"), payload([before], at_ms=now_ms, seq=0))
    assert kept.words() == ["message_not_understood"]
    listener.hear("spBv1.0/house/NBIRTH/edge", payload(at_ms=now_ms, seq=0))
    listener.hear(topic.format("DBIRTH"), payload(born, at_ms=now_ms, seq=1))
    listener.hear(topic.format("DDATA"), payload([before], at_ms=now_ms, seq=2))
    assert kept.live == []
    (reading,) = kept.archive
    assert (reading.device, reading.value, reading.measured_at) == ("lamp-3", 1.5, START - timedelta(hours=1))

"""LoRaWAN and Sparkplug B straight to the broker: between a real broker and a real database, down to rows."""

import base64
import json
import struct
from pathlib import Path

import pytest

from teplosvet.stack.mosquitto import MosquittoServer
from tests.integration.ingest_run import count, eventually, ingest, publisher, refused, rows
from tests.integration.test_vendors import apply
from tests.unit.vendors.sparkplug.encoding import BOOLEAN, DOUBLE, FLOAT, metric, payload, properties

VEGA, WS202 = "373934355f367f18", "24e124538b223213"
SITE = f"""
[site]
name = "here"
zone = "Europe/Moscow"
[[building]]
code = "house"
[[device]]
name = "heat-1"
class = "heat"
identities = ["chirpstack:{VEGA}/12345678"]
modulus = {{ heat_energy_kwh = 4294967.296 }}
[[device.installation]]
building = "house"
serial = "12345678"
from = 2026-01-01T00:00:00+03:00
[[device]]
name = "pir-1"
class = "light"
identities = ["things-stack:{WS202}"]
[[device]]
name = "lamp-1"
class = "light"
identities = ["sparkplug-b:house/edge/lamp"]
"""
NOON_S = 1_767_268_800


def _vega(energy_wh: int, at_s: int, address: int = 0x12345678) -> bytes:
    packet = struct.pack("<BBBIIIIIHHH", 1, 95, 0x2C, address, at_s, energy_wh, 42_000, 720, 6543, 4100, 310)
    info = {"devEui": VEGA, "deviceProfileName": "Vega M-BUS-1"}
    uplink = {"time": "2026-01-01T13:05:00Z", "deviceInfo": info, "fPort": 2, "data": base64.b64encode(packet).decode()}
    return json.dumps(uplink).encode()


def _ws202(data: bytes) -> bytes:
    uplink = {"f_port": 85, "frm_payload": base64.b64encode(data).decode(), "received_at": "2026-01-01T12:00:00Z"}
    return json.dumps(
        {"end_device_ids": {"device_id": "pir", "dev_eui": WS202.upper()}, "uplink_message": uplink}
    ).encode()


def test_uplinks_and_metrics_become_readings(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    apply(database, SITE)
    up, lamp = f"application/a/device/{VEGA}/event/up", "spBv1.0/house/{}/edge/lamp"
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):
        maker.send(up, _vega(4_294_967_000, NOON_S))
        maker.send(up, _vega(704, NOON_S + 3600))  # 1 kWh later the register has started again
        maker.send(up, _vega(5, NOON_S, address=0x00000002))  # another meter behind the same converter
        maker.send("v3/app@ttn/devices/pir/up", _ws202(b"\x03\x00\x01\x04\x00\x00"))
        maker.send("spBv1.0/house/NBIRTH/edge", payload(at_ms=NOON_S * 1000, seq=0))
        born = [
            metric("Energy", DOUBLE, alias=1, null=True, more=properties(engUnit="Wh")),
            metric("Presence", BOOLEAN, alias=2, null=True),
        ]
        maker.send(lamp.format("DBIRTH"), payload(born, at_ms=NOON_S * 1000, seq=1))
        later = metric(kind=DOUBLE, raw=1500, alias=1, at_ms=(NOON_S - 3600) * 1000, historical=True)
        now = metric(kind=BOOLEAN, raw=True, alias=2)
        maker.send(lamp.format("DDATA"), payload([later, now], at_ms=NOON_S * 1000, seq=2))
        eventually(lambda: (count(database, "heat_reading"), count(database, "light_reading")), (2, 3))
        eventually(lambda: count(database, "unbound_identity"), 1)
    heat = rows(database, "SELECT heat_energy_kwh, flow_temperature_c FROM heat_reading ORDER BY measured_at")
    assert heat == [(pytest.approx(4_294_967.0), 65.43), (pytest.approx(0.704), 65.43)]
    assert rows(database, "SELECT identity FROM unbound_identity") == [(f"{VEGA}/00000002",)]
    light = rows(
        database,
        "SELECT name, light_energy_kwh, presence, archive FROM light_reading JOIN device ON id = device_id"
        " ORDER BY name, measured_at",
    )
    assert light == [("lamp-1", 1.5, None, True), ("lamp-1", None, 1.0, False), ("pir-1", None, 1.0, False)]
    assert refused(database) == {}


def test_what_nobody_can_read_is_kept_with_the_reason(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    apply(database, SITE)
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):
        maker.send("v3/app@ttn/devices/pir/up", _ws202(b"\xaa"))
        maker.send("v3/app@ttn/devices/other/up", _ws202(b"\x03\x00\x01"))
        maker.send("spBv1.0/house/DDATA/edge/lamp", payload([metric("Power", FLOAT, 5)], at_ms=NOON_S * 1000, seq=7))
        maker.send("spBv1.0/house/NBIRTH/edge", b"{}")
        eventually(
            lambda: refused(database),
            {"unknown_codec": 1, "identity_mismatch": 1, "no_birth": 1, "not_protobuf": 1},
        )
    assert count(database, "light_reading") == 0


def test_an_edge_node_that_lived_before_is_asked_to_be_born_again(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    """A worker that starts has heard no births: without a question all data would go to quarantine for ever."""
    apply(database, SITE)
    data = payload([metric(kind=BOOLEAN, raw=True, alias=2)], at_ms=NOON_S * 1000, seq=2)
    births = {
        "spBv1.0/house/NBIRTH/edge": payload(at_ms=NOON_S * 1000, seq=0),
        "spBv1.0/house/DBIRTH/edge/lamp": payload(
            [metric("Presence", BOOLEAN, alias=2, null=True)], at_ms=NOON_S * 1000, seq=1
        ),
    }
    with publisher(mosquitto_server.url) as edge, ingest(database, mosquitto_server.url, tmp_path, vendors=True):

        def on_command(*_: object) -> None:
            for topic, birth in births.items():
                edge.send(topic, birth)
            edge.send("spBv1.0/house/DDATA/edge/lamp", data)

        edge.client.message_callback_add("spBv1.0/house/NCMD/edge", on_command)
        edge.client.subscribe("spBv1.0/house/NCMD/edge", qos=1)
        edge.send("spBv1.0/house/DDATA/edge/lamp", data)
        eventually(lambda: count(database, "light_reading"), 1)
    assert refused(database) == {"no_birth": 1}

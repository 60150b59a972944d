"""Other makers' messages straight to the broker: the real vendor worker between a real broker and a real database."""

import json
from pathlib import Path

import pytest

from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from ingest_service.unbound import heard
from teplosvet.domain.errors import ConfigurationError, InvalidFileError
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.storage.database import connect
from tests.integration.ingest_run import count, eventually, ingest, publisher, refused, rows

SITE = """
[site]
name = "here"
zone = "Europe/Moscow"
[[building]]
code = "house"
[[device]]
name = "lamp-1"
class = "light"
identities = ["zigbee2mqtt:stairs/1", "shelly-gen2:stairs/switch:0"]
[[device]]
name = "lamp-2"
class = "light"
identities = ["wirenboard:wb-dali_5"]
[[device]]
name = "sensor-out"
class = "climate"
identities = ["zigbee2mqtt:outside"]
measures = { temperature = "outdoor_temperature_c" }
[[device]]
name = "plug"
class = "electricity"
identities = ["tasmota:pow1"]
[[device.installation]]
building = "house"
serial = "1"
from = 2018-01-01T00:00:00+03:00
[[source]]
adapter = "tasmota"
filter = "upstairs/tele/+/SENSOR"
"""


def apply(database: str, text: str = SITE) -> None:
    with connect(database) as connection:
        apply_site(connection, parse_site(text, "site.toml"))


def said(payload: object) -> bytes:
    return payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()


def test_messages_of_four_makers_become_readings(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    """Identity by binding, quantity by the device's class, unit and zone converted, strangers noted and not stored."""
    apply(database)
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):
        maker.send("zigbee2mqtt/outside", said({"temperature": -3.5, "humidity": None, "linkquality": 87}))
        maker.send("stairs/events/rpc", said({
            "src": "shelly1pmg4-1", "method": "NotifyStatus",
            "params": {"ts": 1767225600.0, "switch:0": {"aenergy": {"total": 1885.832}, "voltage": 232.0}},
        }))  # fmt: skip
        maker.send("tele/pow1/SENSOR", said({"Time": "2018-02-15T17:37:10", "ENERGY": {"Total": 6.294, "Power": 26}}))
        maker.send("/devices/wb-dali_5/controls/active_energy", said("12.345"))
        maker.send("zigbee2mqtt/nobody", said({"power": 5.0, "energy": 1.0}))
        eventually(lambda: count(database, "light_reading"), 2)
        eventually(lambda: count(database, "electricity_reading"), 1)
        eventually(lambda: count(database, "climate_reading"), 1)
    lamps = rows(
        database, "SELECT name, light_energy_kwh FROM light_reading JOIN device ON id = device_id ORDER BY name"
    )
    assert lamps == [("lamp-1", pytest.approx(1.885832)), ("lamp-2", 12.345)]
    assert rows(database, "SELECT outdoor_temperature_c, relative_humidity_percent FROM climate_reading") == [
        (-3.5, None)
    ]
    plug = rows(database, "SELECT active_energy_kwh, extract(epoch FROM measured_at)::int FROM electricity_reading")
    assert plug == [(6.294, 1518705430)]  # 17:37:10 in Moscow is 14:37:10 UTC
    assert refused(database) == {}
    with connect(database) as connection:
        assert [(each.adapter, each.identity, each.times) for each in heard(connection, 10)] == [
            ("zigbee2mqtt", "nobody", 1)
        ]


def test_what_the_broker_had_kept_is_not_fresh(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    """Wiren Board's values are retained: a subscription brings old ones, and a control under error keeps its last."""
    apply(database)
    topic = "/devices/wb-dali_5/controls/active_energy"
    with publisher(mosquitto_server.url) as maker:
        maker.send(topic, b"12.345", retain=True)
        maker.flush()
        for run in (1, 2):
            with ingest(database, mosquitto_server.url, tmp_path, vendors=True):
                maker.send("/devices/wb-dali_5/controls/active_power", b"14.5")
                eventually(lambda: count(database, "light_reading"), run)  # called at once
        with ingest(database, mosquitto_server.url, tmp_path, vendors=True):
            maker.send(f"{topic}/meta/error", b"r", retain=True)
            maker.send(topic, b"12.345", retain=True)
            maker.send(f"{topic}/meta/error", b"", retain=True)
            maker.send(topic, b"12.5", retain=True)
            eventually(lambda: count(database, "light_reading"), 3)
    energies = rows(database, "SELECT light_energy_kwh FROM light_reading WHERE light_energy_kwh IS NOT NULL")
    assert energies == [(12.5,)]


def test_the_same_again_is_one_reading(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Zigbee2MQTT repeats the whole state within a second; Shelly's two halves of a minute stay two instants."""
    apply(database)
    state = said({"occupancy": True, "illuminance": 12, "linkquality": 87})
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):
        for _ in range(3):
            maker.send("zigbee2mqtt/stairs/1", state)
        maker.send("zigbee2mqtt/stairs/1", said({"occupancy": False, "illuminance": 12, "linkquality": 87}))
        eventually(lambda: count(database, "light_reading"), 2)
    presence = rows(database, "SELECT presence FROM light_reading ORDER BY measured_at")
    assert presence == [(1.0,), (0.0,)]


def test_a_further_source_and_a_binding_are_seen_while_it_runs(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    bound = SITE.replace("tasmota:pow1", "tasmota:upstairs/pow1")
    apply(database, SITE.replace('["tasmota:pow1"]', "[]"))
    message = said({"Time": "2026-01-01T00:00:00", "ENERGY": {"Total": 7.0}})
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):

        def unbound() -> int:
            maker.send("upstairs/tele/pow1/SENSOR", message)
            return count(database, "unbound_identity")

        eventually(unbound, 1)  # the source is followed a moment after the usual topics
        apply(database, bound)
        later = said({"Time": "2026-01-01T00:05:00", "ENERGY": {"Total": 7.5}})
        maker.send("upstairs/tele/pow1/SENSOR", later)  # the first one after the binding counts
        eventually(lambda: count(database, "electricity_reading"), 1)
    with connect(database) as connection:
        assert heard(connection, 10) == []


def test_nonsense_is_kept_with_the_reason(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    apply(database)
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):
        maker.send("tele/pow1/SENSOR", b'{"Time":"2026-01-')
        maker.send("tele/pow1/SENSOR", said({"Time": "2026-01-01T00:00:00", "ENERGY": {"Total": -5.0}}))
        eventually(lambda: len(refused(database)), 2)
    assert count(database, "electricity_reading") == 0
    assert refused(database)["out_of_range"] == 1


def test_an_identity_belongs_to_one_device(database: str) -> None:
    apply(database)
    thief = '[[device]]\nname = "thief"\nclass = "light"\nidentities = ["wirenboard:wb-dali_5"]\n'
    with pytest.raises(InvalidFileError, match=r"lamp-2 already"):
        parse_site(SITE + thief, "site.toml")
    other = '[site]\nname = "there"\nzone = "Europe/Moscow"\n' + thief
    with pytest.raises(ConfigurationError, match=r"is the device lamp-2"):
        apply(database, other)
    with pytest.raises(InvalidFileError, match=r"format:name"):
        parse_site(SITE + thief.replace("wirenboard:", "tuya:"), "site.toml")
    with pytest.raises(InvalidFileError, match=r"topic filter"):
        parse_site(SITE.replace("upstairs/tele/+/SENSOR", "upstairs/#/SENSOR"), "site.toml")
    apply(database)
    assert count(database, "device_identity") == 5

"""The published messages of the reference data, each with what it has to become and why."""

import json
import struct
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from teplosvet.vendors.adapter import Adapter
from teplosvet.vendors.choice import adapter_for
from teplosvet.vendors.makers import adapters
from tests.unit.vendors.goldens import as_bytes, plain

# Position in the file: adapter, values by identity, time. Written by hand, from the messages.
EXPECTED: dict[int, tuple[str, dict[str, dict[str, float]], str | None]] = {
    # a notification of what changed: there is no apower in it, so no power; 0 Wh is told and is a register value
    0: ("shelly-gen2", {"shellies/plus1pm/switch:0": {"energy": 0.0}}, "2022-08-26T12:37:01.440000+00:00"),
    # Wh and not kWh; what was given back (ret_aenergy) is no consumption
    1: (
        "shelly-gen2",
        {"PLATZ/switch:0": {"energy": 1885.832, "power": 0, "current": 0, "frequency": 50.03, "voltage": 232}},
        "2026-08-28T20:56:00.020000+00:00",
    ),
    # both illuminances are 0 lx here: log 0 is written as 0; no last_seen, so the time of arrival
    2: ("zigbee2mqtt", {"HueMotionOffice01": {"presence": 1, "illuminance": 0, "temperature": 20.81}}, None),
    # Total is the register; Today, Yesterday and Period are not; the time is local
    3: (
        "tasmota",
        {"pow1": {"energy": 6.294, "power": 2635, "power_factor": 0.99, "voltage": 227, "current": 11.661}},
        "2018-02-15T17:37:10",
    ),
    4: ("wirenboard", {"<mqtt_id>": {"energy": 12.345}}, None),
    # an error is no reading, and neither is what the control shows after it
    5: ("wirenboard", {}, None),
    7: (
        "wmbusmeters",
        {
            "36363636": {
                "energy": 165,
                "volume": 5.45,
                "flow": 0.018,
                "flow_temperature": 53.28,
                "return_temperature": 23.04,
                "flow_volume_temperature": 299,
                "return_volume_temperature": 156,
            }
        },
        "2026-01-01T00:00:00+00:00",
    ),
    # one byte that nobody knows: no reading, and no value is made up for it; fPort 1, no fCnt
    6: ("chirpstack", {}, "2022-07-18T09:34:15.775023+00:00"),
    # of the layout: 1.5 MWh in Wh; the meter behind the converter is a device of its own; the converter's clock counts
    8: (
        "chirpstack",
        {
            "373934355f367f18/12345678": {
                "energy": 1_500_000,
                "volume": 42_000,
                "operating_time": 720,
                "flow_temperature": 65.43,
                "return_temperature": 41.0,
                "flow": 310,
            }
        },
        "2026-01-01T06:00:00+00:00",
    ),
    # somebody is there; «dark» is no number of lux
    9: ("chirpstack", {"24e124538b223213": {"presence": 1}}, "2026-01-01T06:10:00+00:00"),
}

# Samples that are a layout: DevEUI, port and bytes as it says, put into an uplink of the network server of sample 6.
LAYOUTS: dict[int, tuple[str, int, bytes]] = {
    8: (
        "373934355f367f18",
        2,
        struct.pack("<BBBIIIIIHHH", 1, 95, 0x2C, 0x12345678, 1767247200, 1_500_000, 42_000, 720, 6543, 4100, 310),
    ),
    9: ("24e124538b223213", 85, bytes([0x03, 0x00, 0x01, 0x04, 0x00, 0x00])),
}


@pytest.fixture(scope="module")
def samples(shared_folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared_folder / "vectors/mqtt/samples.json").read_text("utf-8"))
    return found


def message_of(samples: list[dict[str, Any]], position: int) -> dict[str, Any]:
    """A sample as a message."""
    if position not in LAYOUTS:
        return samples[position]
    assert samples[position]["layout"]
    eui, f_port, data = LAYOUTS[position]
    uplink = {
        **samples[6]["payload"],
        "time": "2026-01-01T06:10:00Z",
        "deviceInfo": {"devEui": eui, "deviceProfileName": "sensors"},
        "fPort": f_port,
        "data": b64encode(data).decode(),
    }
    return {"topic": f"application/a/device/{eui}/event/up", "payload": uplink}


def reader_of(sample: dict[str, Any]) -> Adapter:
    found = adapter_for(adapters().values(), sample["topic"], as_bytes(sample["payload"]))
    assert found is not None, sample["topic"]
    return found


@pytest.mark.parametrize("position", EXPECTED)
def test_sample(samples: list[dict[str, Any]], position: int) -> None:
    sample = message_of(samples, position)
    name, values, at = EXPECTED[position]
    adapter = reader_of(sample)
    observations = adapter.session().decode(sample["topic"], as_bytes(sample["payload"]))
    assert adapter.name == name
    assert plain(observations) == values
    assert {each.at.isoformat() if each.at else None for each in observations} <= {at}


def test_after_the_error_the_control_says_nothing(samples: list[dict[str, Any]]) -> None:
    value, error = samples[4], samples[5]
    session = reader_of(value).session()
    control = value["topic"]
    assert plain(session.decode(control, as_bytes(value["payload"])))
    session.decode(f"{control}/meta/error", as_bytes(error["payload"]))
    assert session.decode(control, as_bytes(value["payload"])) == ()


def test_two_notifications_of_one_minute_make_one_picture(samples: list[dict[str, Any]]) -> None:
    """The other one of that minute counts the lamp's hours, and does not take the power back."""
    sample = samples[1]
    session = reader_of(sample).session()
    counted = json.loads(json.dumps(sample["payload"]))
    counted["params"]["switch:0"] = {"counts": {"on_above_thr": 510, "on_time": 1912800, "switch_on": 0}}
    hours = plain(session.decode(sample["topic"], as_bytes(counted)))
    watts = plain(session.decode(sample["topic"], as_bytes(sample["payload"])))
    assert hours == {"PLATZ/switch:0": {"on_time": 1912800}}
    assert "power" in watts["PLATZ/switch:0"]


def test_every_sample_is_expected_to_be_something(samples: list[dict[str, Any]]) -> None:
    assert EXPECTED.keys() == set(range(len(samples)))

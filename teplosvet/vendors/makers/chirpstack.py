"""ChirpStack version 4: events of a LoRaWAN device, ``application/<id>/device/<DevEUI>/event/up``.

Traps: ``fPort`` and ``fCnt`` are left out where they are 0; the same uplink through several gateways is one message;
``time`` is the server's, ``gwTime`` a gateway's, whose clock may be wrong; ``object`` is there only if somebody gave
the device profile a codec. Which of our codecs a device needs: a tag ``codec`` of the device, else the name of its
profile, else the bytes.
"""

from collections.abc import Mapping
from typing import Any

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.adapter import Golden
from teplosvet.vendors.lorawan.network_server import (
    NetworkServer,
    bytes_of,
    eui_of,
    object_at,
    port_of,
    received_at,
    texts_of,
)
from teplosvet.vendors.lorawan.uplink import Uplink
from teplosvet.vendors.observation import Clock
from teplosvet.vendors.topic_pattern import TopicPattern


def _parse(levels: Mapping[str, str], body: Mapping[str, Any]) -> Uplink:
    info = object_at(body, "deviceInfo")
    said, on_topic = eui_of(info.get("devEui")), eui_of(levels["eui"])
    if said is not None and on_topic is not None and said != on_topic:
        raise MessageError("identity_mismatch", f"the topic is of {on_topic}, the message of {said}")
    if (identity := said or on_topic) is None:
        raise MessageError("malformed", "neither the topic nor the message says a DevEUI")
    gateways = body.get("rxInfo")
    times = [each.get("gwTime", each.get("time")) for each in _objects(gateways)]
    at, notes = received_at(body.get("time"), times)
    decoded = body.get("object")
    return Uplink(
        identity=identity,
        at=at,
        f_port=port_of(body.get("fPort")),
        payload=bytes_of(body.get("data")),
        decoded=decoded if isinstance(decoded, Mapping) else None,
        tags=texts_of(object_at(info, "tags")),
        models=tuple(name for name in (info.get("deviceProfileName"),) if isinstance(name, str)),
        notes=notes,
    )


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _uplink(eui: str, data: str, f_port: int, **more: Any) -> dict[str, Any]:
    """What all uplinks have, in the form of the vendor's documentation."""
    info = {"deviceProfileName": "sensors", "devEui": eui, "tags": more.pop("tags", {})}
    return {"time": "2026-01-01T12:00:05+00:00", "deviceInfo": info, "fPort": f_port, "data": data, **more}


_FORM = "form of the vendor's documentation"

ADAPTER = NetworkServer(
    name="chirpstack",
    manual="chirpstack.io: integrations, event types; the JSON is that of the protobuf messages of version 4",
    filters=("application/+/device/+/event/up",),
    clock=Clock.NETWORK,
    energy_unit="the codec's: Wh of Vega M-BUS-1, kWh of Cayenne LPP; else the end of the field's name",
    duplicates="DevEUI and time; the server passes an uplink on once, whatever the number of gateways",
    uplinks=(
        TopicPattern("application/{application}/device/{eui}/event/up"),
        TopicPattern("{prefix*}/application/{application}/device/{eui}/event/up"),
    ),
    silent=(
        TopicPattern("application/{application}/device/{eui}/event/{event}"),
        TopicPattern("application/{application}/device/{eui}/command/{command}"),
        TopicPattern("application/{application}/device/{eui}/state/{state}"),
    ),
    parse=_parse,
    goldens=(
        Golden(
            "application/c3f2c4aa-07c8-4d6c-8a86-7ea2d4a31dca/device/24e124538b223213/event/up",
            {
                "deduplicationId": "d0c5cb2c-34e5-4bd8-8a2c-9a3ae9d2a3a1",
                "time": "2025-06-13T12:44:52.653481+00:00",
                "deviceInfo": {
                    "deviceProfileName": "Default device profile",
                    "deviceName": "chirp device",
                    "devEui": "24e124538b223213",
                    "tags": {},
                },
                "adr": True,
                "dr": 5,
                "fCnt": 153,
                "fPort": 84,
                "data": "AXU9AwABBAAB",
                "rxInfo": [
                    {
                        "gatewayId": "e4e124dadef64eee",
                        "gwTime": "2025-06-13T12:44:52.653481+00:00",
                        "nsTime": "2025-06-13T12:44:52.670509207+00:00",
                        "rssi": -68,
                        "crcStatus": "CRC_OK",
                    }
                ],
                "txInfo": {"frequency": 867300000},
            },
            "uplink of a Milesight WS202, published in a guide for it",
            {"24e124538b223213": {"presence": 1}},
            at="2025-06-13T12:44:52.653481Z",
        ),
        Golden(
            "application/1/device/a81758fffe0410a3/event/up",
            _uplink(
                "a81758fffe0410a3",
                "AQDiAikEACcFBg==",
                5,
                rxInfo=[{"gwTime": "2026-01-01T12:00:04.500+00:00"}, {"gwTime": "2026-01-01T12:00:04.250+00:00"}],
            ),
            f"{_FORM}; ELSYS ERS payload of the device repository of The Things Network, through two gateways",
            {"a81758fffe0410a3": {"temperature": 22.6, "humidity": 41, "illuminance": 39, "movements": 6}},
            at="2026-01-01T12:00:04.250Z",
        ),
        Golden(
            "application/1/device/373934355f367f18/event/up",
            _uplink("373934355f367f18", "AV8seFY0EsBhVmkVzVsHTmG8AOgDAAAoI5QR0gQ=", 2, tags={"codec": "vega-m-bus-1"}),
            f"{_FORM}; packet by the manual of Vega M-BUS-1, whose clock counts",
            {
                "373934355f367f18/12345678": {
                    "energy": 123456789,
                    "volume": 12345678,
                    "operating_time": 1000,
                    "flow_temperature": 90.0,
                    "return_temperature": 45.0,
                    "flow": 1234,
                }
            },
            at="2026-01-01T12:00:00Z",
        ),
        Golden(
            "application/1/device/0102030405060708/event/up",
            _uplink("0102030405060708", "q80=", 10, object={"temperature": 21.5, "occupancy": False, "battery": 97}),
            f"{_FORM}; nobody knows the bytes, and a script has decoded them",
            {"0102030405060708": {"temperature": 21.5, "presence": 0}},
            at="2026-01-01T12:00:05Z",
        ),
        Golden(
            "application/1/device/0101010101010101/event/up",
            _uplink("0101010101010101", "qg==", 1),
            "the vendor's documentation: nobody knows the bytes",
            {},
            at="2026-01-01T12:00:05Z",
        ),
        Golden(
            "application/1/device/0101010101010101/event/join",
            {"time": "2022-07-18T08:49:47Z", "deviceInfo": {"devEui": "0101010101010101"}, "devAddr": "00189440"},
            "the vendor's documentation",
            {},
        ),
    ),
)

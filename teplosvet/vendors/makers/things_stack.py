"""The Things Stack version 3 (The Things Network, The Things Industries): ``v3/<app>@<tenant>/devices/<device>/up``.

Traps: fields that are "", 0 or false are left out, so that a missing ``f_port`` is 0 and a missing boolean in
``decoded_payload`` is unknown; ``up/normalized`` says the same again. The time of a gateway (``rx_metadata``) counts
before that of the network server. Which of our codecs a device needs: an attribute ``codec`` of the device (since
release 3.34), else its model in the device repository, else the bytes.
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
    ids, uplink = object_at(body, "end_device_ids"), object_at(body, "uplink_message")
    if not uplink:
        raise MessageError("malformed", "an uplink was expected: uplink_message is missing")
    metadata = uplink.get("rx_metadata")
    gateways = [each for each in metadata if isinstance(each, Mapping)] if isinstance(metadata, list) else []
    server = uplink.get("received_at") or body.get("received_at")
    at, notes = received_at(server, [each.get("time") for each in gateways])
    decoded, model = uplink.get("decoded_payload"), object_at(uplink, "version_ids") or object_at(body, "version_ids")
    attributes = object_at(body, "attributes") or object_at(uplink, "attributes")
    return Uplink(
        identity=_identity(levels["device"], ids),
        at=at,
        f_port=port_of(uplink.get("f_port")),
        payload=bytes_of(uplink.get("frm_payload")),
        decoded=decoded if isinstance(decoded, Mapping) else None,
        leaves_out_false=True,
        tags=texts_of(attributes),
        models=(f"{model.get('brand_id', '')} {model.get('model_id', '')}",) if model else (),
        notes=notes,
    )


def _identity(on_topic: str, ids: Mapping[str, Any]) -> str:
    """The DevEUI; the device's name must be the one of the topic, and a DevEUI in it the device's own."""
    name, identity = ids.get("device_id"), eui_of(ids.get("dev_eui"))
    if identity is None:
        raise MessageError("malformed", "the message says no DevEUI (end_device_ids.dev_eui)")
    placeholder = on_topic.startswith("<") and on_topic.endswith(">")
    if isinstance(name, str) and name != on_topic and not placeholder:
        raise MessageError("identity_mismatch", f"the topic is of {on_topic[:60]!r}, the message of {name[:60]!r}")
    in_name = eui_of(on_topic.removeprefix("eui-"))
    if in_name is not None and in_name != identity:
        raise MessageError("identity_mismatch", f"the topic is of {in_name}, the message of {identity}")
    return identity


def _up(device: str, eui: str, uplink: Mapping[str, Any]) -> dict[str, Any]:
    """What all uplinks have, in the form of the vendor's documentation."""
    ids = {"device_id": device, "application_ids": {"application_id": "app1"}, "dev_eui": eui}
    return {"end_device_ids": ids, "received_at": "2026-01-01T12:00:05.9Z", "uplink_message": uplink}


_FORM = "form of the vendor's documentation"

ADAPTER = NetworkServer(
    name="things-stack",
    manual="thethingsindustries.com: MQTT server, data formats, payload formatters",
    filters=("v3/+/devices/+/up",),
    clock=Clock.NETWORK,
    energy_unit="the codec's: Wh of Vega M-BUS-1, kWh of Cayenne LPP; else the end of the field's name",
    duplicates="DevEUI and time; the server passes an uplink on once, whatever the number of gateways",
    uplinks=(TopicPattern("v3/{application}/devices/{device}/up"),),
    silent=(
        TopicPattern("v3/{application}/devices/{device}/join"),
        TopicPattern("v3/{application}/devices/{device}/up/normalized"),
        TopicPattern("v3/{application}/devices/{device}/down/{event}"),
        TopicPattern("v3/{application}/devices/{device}/location/solved"),
        TopicPattern("v3/{application}/devices/{device}/service/data"),
    ),
    parse=_parse,
    goldens=(
        Golden(
            "v3/app1@ttn/devices/dev1/up",
            _up(
                "dev1",
                "0004A30B001C0530",
                {
                    "f_port": 8,
                    "f_cnt": 113,
                    "frm_payload": "A2cBEAVnAP8=",
                    "decoded_payload": {"temperature_3": 27.200000762939453, "temperature_5": 25.5},
                    "received_at": "2026-01-01T12:00:05.7Z",
                },
            ),
            "the vendor's documentation of Cayenne LPP; the bytes count before what the server made of them",
            {
                "0004a30b001c0530/3": {"temperature": 27.2},
                "0004a30b001c0530/5": {"temperature": 25.5},
            },
            at="2026-01-01T12:00:05.7Z",
        ),
        Golden(
            "v3/app1@ttn/devices/eui-0018b20000022c95/up",
            _up(
                "eui-0018b20000022c95",
                "0018B20000022C95",
                {
                    "f_port": 1,
                    "f_cnt": 4,
                    "frm_payload": "XIABHjIAIA==",
                    "rx_metadata": [{"gateway_ids": {"gateway_id": "gw"}, "time": "2026-01-01T12:00:05.5Z"}],
                    "received_at": "2026-01-01T12:00:05.7Z",
                    "version_ids": {"brand_id": "adeunis", "model_id": "motion"},
                },
            ),
            f"{_FORM}; Adeunis Motion payload of its manual, two intervals",
            {"0018b20000022c95": {"presence": 1, "presence_share": 30}},
            at="2026-01-01T12:00:05.5Z",
        ),
        Golden(
            "v3/app1@ttn/devices/hall/up",
            _up(
                "hall",
                "70B3D57ED005B89A",
                {
                    "f_port": 2,
                    "frm_payload": "ASsBKAAA",
                    "decoded_payload": {"temperature_c": 29.9, "humidity_pct": 29.6, "battery_v": 3.62},
                    "received_at": "2026-05-25T13:42:11.412Z",
                },
            ),
            "published example of an uplink, decoded by a script of its own",
            {"70b3d57ed005b89a": {"temperature": 29.9, "humidity": 29.6}},
            at="2026-05-25T13:42:11.412Z",
        ),
        Golden(
            "v3/app1@ttn/devices/hall/up",
            _up(
                "hall",
                "0018B20000022C96",
                {
                    "f_port": 1,
                    "decoded_payload": {"bytes": {"type": "0x5c Motion data", "presence": {"unit": "%"}}},
                    "received_at": "2026-01-01T12:00:05.7Z",
                    "version_ids": {"brand_id": "adeunis", "model_id": "motion"},
                },
            ),
            f"{_FORM}; of our own: the maker's script always says whether somebody is there, «false» is left out",
            {"0018b20000022c96": {"presence": 0}},
            at="2026-01-01T12:00:05.7Z",
        ),
        Golden(
            "v3/app1@ttn/devices/hall/up",
            _up(
                "hall",
                "70B3D57ED005B89A",
                {"f_port": 2, "decoded_payload": {"battery": 90}, "received_at": "2026-01-01T12:00:05.7Z"},
            ),
            f"{_FORM}; occupancy is not there and would not be if it were false: unknown",
            {},
        ),
        Golden(
            "v3/app1@ttn/devices/dev1/join",
            {"end_device_ids": {"device_id": "dev1"}, "join_accept": {"session_key_id": "AXBSH1Pk6Z0G166RlH16CQ=="}},
            "the vendor's documentation",
            {},
        ),
    ),
)

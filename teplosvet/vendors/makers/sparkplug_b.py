"""Sparkplug B: edge nodes and their devices, ``spBv1.0/<group>/<kind>/<edge node>[/<device>]``, as protocol buffers.

Traps: a metric's name and type are told once, at birth, and data go by alias: what comes before the birth was heard
cannot be read; a death ends what the birth said; signed integers travel as unsigned ones; ``is_null`` is no value and
``is_historical`` is told later; the time of a metric counts before that of the payload; a gap in ``seq`` means that
messages are missing. Several things in one birth that measure the same have an identity each, by the name's folder.
"""

import base64
from dataclasses import dataclass

from teplosvet.vendors.adapter import Adapter, Golden
from teplosvet.vendors.observation import Clock
from teplosvet.vendors.sparkplug.session import (
    DEVICE_KINDS,
    DEVICE_TOPIC,
    NODE_KINDS,
    NODE_TOPIC,
    STATE_TOPICS,
    SparkplugSession,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkplugAdapter(Adapter):
    """The declaration."""

    def speaks(self, topic: str, payload: bytes) -> bool:
        """Whether the topic is one of Sparkplug B; nobody else publishes on such a one."""
        del payload
        node, device = NODE_TOPIC.match(topic), DEVICE_TOPIC.match(topic)
        return (
            (node is not None and node["kind"] in NODE_KINDS)
            or (device is not None and device["kind"] in DEVICE_KINDS)
            or any(pattern.match(topic) is not None for pattern in STATE_TOPICS)
        )

    def session(self) -> SparkplugSession:
        """Begin to read a broker's messages."""
        return SparkplugSession()


_PUBLISHED = "static vector of another implementation, made with the public schema by a Go program"
_BIRTH = base64.b64decode(
    "CNLig7n6MhINCgViZFNlcRABIAhYWBIcChROb2RlIENvbnRyb2wvUmViaXJ0aBACIAtwABIaCgtUZW1wZXJhdHVyZRBkIAppAAAAAACANUAYAA=="
)
_DATA = base64.b64decode("CNLig7n6MhINEGQgCmkAAAAAAIA2QBgB")
_DEATH = base64.b64decode("CNLig7n6MhINCgViZFNlcRAAIAhYABgA")
_HAND = "hand-assembled from the public schema and the encoding of protocol buffers"
_DEVICE_BIRTH = bytes.fromhex(
    "0880ACB7CBB73312280A0B486561742F456E657267791001200738014A130A07656E67556E69741208080C42044763616C12"
    "310A15486561742F466C6F772074656D70657261747572651002200938014A120A07656E67556E69741207080C4203C2B043"
    "12150A0D48616C6C2F50726573656E63651003200B380112200A12486561742F53657269616C206E756D626572200C7A0831"
    "363831383635391801"
)
"""Heat/Energy (1, UInt32, Gcal), Heat/Flow temperature (2, Float, °C), Hall/Presence (3, Boolean), a serial number."""
_DEVICE_DATA = bytes.fromhex("0880ACB7CBB733120D10011880CFDBC9B7332801500A121010021880CFDBC9B733280165000083421802")
"""1: 10, 2: 65.5, both historical, of the hour before."""

ADAPTER = SparkplugAdapter(
    name="sparkplug-b",
    manual="Eclipse Sparkplug 3.0.0, chapters 4 to 6; Eclipse Tahu, sparkplug_b.proto",
    filters=("spBv1.0/#",),
    clock=Clock.DEVICE,
    energy_unit="the property engUnit, else the end of the name, else kWh; energy of heat needs one of the two",
    duplicates="edge node or device, and the metric's time",
    goldens=(
        Golden(
            "spBv1.0/house/NBIRTH/edge",
            _BIRTH,
            _PUBLISHED,
            {"house/edge": {"temperature": 21.5}},
            at="2025-06-25T12:47:23.474Z",
        ),
        Golden(
            "spBv1.0/house/NDATA/edge",
            _DATA,
            f"{_PUBLISHED}: by alias",
            {"house/edge": {"temperature": 22.5}},
            at="2025-06-25T12:47:23.474Z",
            before=(("spBv1.0/house/NBIRTH/edge", _BIRTH),),
        ),
        Golden(
            "spBv1.0/house/DDATA/edge/meter",
            _DEVICE_DATA,
            _HAND,
            {"house/edge/meter": {"energy": 10, "flow_temperature": 65.5}},
            at="2026-01-01T11:00:00Z",
            before=(("spBv1.0/house/NBIRTH/edge", _BIRTH), ("spBv1.0/house/DBIRTH/edge/meter", _DEVICE_BIRTH)),
        ),
        Golden("spBv1.0/house/NDATA/edge", _DATA, f"{_PUBLISHED}: no birth was heard", {}),
        Golden("spBv1.0/house/NDEATH/edge", _DEATH, _PUBLISHED, {}),
        Golden("spBv1.0/STATE/scada", b'{"online": true, "timestamp": 1668114759262}', "specification, 6.4.27", {}),
    ),
)

"""Milesight WS202: a presence sensor with a light sensor, as records of channel, type and value.

Traps: the light sensor says «dark» or «light» and no lux; a record of another Milesight device ends the payload.
"""

from collections.abc import Mapping

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.lorawan.codec import Codec, CodecGolden, Frame, Told
from teplosvet.vendors.lorawan.records import Kind, Split, by_part, is_one_of, split, unsigned
from teplosvet.vendors.observation import Measure

_KINDS: Mapping[bytes, Kind] = {
    b"\x01\x75": Kind("battery, %", 1, possible=lambda data: data[0] <= 100),
    b"\x03\x00": Kind("pir", 1, Measure.PRESENCE, "", unsigned(), is_one_of(0, 1)),
    b"\x04\x00": Kind("light: dark or light, no lux", 1, possible=is_one_of(0, 1)),
    b"\xff\x01": Kind("version of the protocol", 1),
    b"\xff\x09": Kind("version of the hardware", 2),
    b"\xff\x0a": Kind("version of the firmware", 2),
    b"\xff\x0b": Kind("switched on", 1),
    b"\xff\x0f": Kind("LoRaWAN class", 1),
    b"\xff\x16": Kind("serial number", 8),
    b"\xff\xfe": Kind("reset", 1),
    b"\xff\xff": Kind("version of the description", 2),
}


def _split(payload: bytes) -> Split:
    return split(payload, 2, _KINDS.get)


def _recognises(f_port: int, payload: bytes) -> bool:
    del f_port
    return _split(payload).is_whole()


def _read(payload: bytes, settings: Mapping[str, float]) -> Frame:
    del settings
    records, problem = _split(payload)
    values = by_part(("", value) for record in records if (value := record.value()) is not None)
    return Frame(
        told=tuple(Told(values=each) for each in values.values()),
        notes=tuple(f"{each.kind.name}: {each.data.hex().upper()}" for each in records if each.kind.measure is None),
        problems=(("undecodable", problem),) if problem else (),
    )


CODEC = Codec(
    name="milesight-ws202",
    manual="Milesight WS202 user guide, uplink payload; device repository of The Things Network, WS202",
    device_class=DeviceClass.LIGHT,
    recognises=_recognises,
    read=_read,
    named=(("ws202",),),
    f_ports=frozenset({85}),
    eui_prefixes=("24e124",),
    goldens=(
        CodecGolden("030001", "device repository of The Things Network: trigger", (("", 0, {"presence": 1}),), 85),
        CodecGolden("040000", "device repository of The Things Network: dark", (), 85),
        CodecGolden("017510 030001 040000", "the maker's description of the payload", (("", 0, {"presence": 1}),), 85),
        CodecGolden("01753D 030001 040001", "published uplink of 2025-06-13", (("", 0, {"presence": 1}),), 84),
        CodecGolden("017564 030000 040001", "hand-assembled from the guide: normal", (("", 0, {"presence": 0}),), 85),
    ),
)

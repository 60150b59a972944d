"""Cayenne Low Power Payload: records of a channel, a type and a value, of anybody's device.

Traps: channels are the maker's choice. What only one channel says is the device's; what several say is one thing each,
``<DevEUI>/<channel>``. A voltage is that of a battery unless power or energy stands beside it. Nearly any short payload
can be read as one, so that by its shape it counts only on few channels and where nobody else has decoded it. Records of
Milesight look the same with the least significant byte first: 25.6 °C of theirs would be 0.1 °C.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from teplosvet.vendors.lorawan.codec import Codec, CodecGolden, Frame, Told
from teplosvet.vendors.lorawan.records import Kind, Record, Split, by_part, is_one_of, signed, split, unsigned
from teplosvet.vendors.observation import Measure, Value

HIGHEST_USUAL_CHANNEL = 31
_PORT_OF_MILESIGHT = 85

_KINDS: Mapping[int, Kind] = {
    0x00: Kind("digital input", 1, possible=is_one_of(0, 1)),
    0x01: Kind("digital output", 1, possible=is_one_of(0, 1)),
    0x02: Kind("analog input", 2),
    0x03: Kind("analog output", 2),
    0x64: Kind("generic sensor", 4),
    0x65: Kind("illuminance", 2, Measure.ILLUMINANCE, "lx", unsigned()),
    0x66: Kind("presence", 1, Measure.PRESENCE, "", lambda data: float(data[0] != 0), is_one_of(0, 1)),
    0x67: Kind("temperature", 2, Measure.TEMPERATURE, "Cel", signed(10)),
    0x68: Kind("humidity", 1, Measure.HUMIDITY, "%RH", unsigned(0.5), lambda data: data[0] <= 200),
    0x71: Kind("acceleration", 6),
    0x73: Kind("pressure of the air", 2),
    0x74: Kind("voltage", 2, Measure.VOLTAGE, "V", lambda data: int.from_bytes(data) / 100),
    0x75: Kind("current", 2, Measure.CURRENT, "A", lambda data: int.from_bytes(data) / 1000),
    0x76: Kind("frequency", 4, Measure.FREQUENCY, "Hz", unsigned()),
    0x78: Kind("percentage", 1, possible=lambda data: data[0] <= 100),
    0x79: Kind("altitude", 2),
    0x7D: Kind("concentration", 2),
    0x80: Kind("power", 2, Measure.POWER, "W", unsigned()),
    0x82: Kind("distance", 4),
    0x83: Kind("energy", 4, Measure.ENERGY, "kWh", lambda data: int.from_bytes(data) / 1000),
    0x84: Kind("direction", 2),
    0x85: Kind("time", 4),
    0x86: Kind("rotation", 6),
    0x87: Kind("colour", 3),
    0x88: Kind("position", 9),
    0x8E: Kind("switch", 1, possible=is_one_of(0, 1)),
}
_OF_A_METER = (Measure.VOLTAGE, Measure.CURRENT, Measure.FREQUENCY)


def _split(payload: bytes) -> Split:
    return split(payload, 2, lambda head: _KINDS.get(head[1]))


def _recognises(f_port: int, payload: bytes) -> bool:
    found = _split(payload)
    heads = [record.head for record in found.records]
    usual = f_port != _PORT_OF_MILESIGHT and all(head[0] <= HIGHEST_USUAL_CHANNEL for head in heads)
    return usual and len(heads) == len(set(heads)) and found.is_whole()


def _read(payload: bytes, settings: Mapping[str, float]) -> Frame:
    del settings
    found = _split(payload)
    metered = any(record.kind.measure in (Measure.POWER, Measure.ENERGY) for record in found.records)
    ours = [record for record in found.records if metered or record.kind.measure not in _OF_A_METER]
    values = by_part(_values(ours))
    return Frame(
        told=tuple(Told(values=each, part=part) for part, each in values.items()),
        notes=tuple(
            f"channel {record.head[0]}, {record.kind.name}: {record.data.hex().upper()}"
            for record in found.records
            if record not in ours or record.value() is None
        ),
        problems=(("undecodable", found.problem),) if found.problem else (),
    )


def _values(records: list[Record]) -> Iterator[tuple[str, Value]]:
    channels = Counter(measure for _, measure in {(record.head[0], record.kind.measure) for record in records})
    for record in records:
        if (value := record.value()) is not None:
            yield (str(record.head[0]) if channels[record.kind.measure] > 1 else ""), value


CODEC = Codec(
    name="cayenne-lpp",
    manual="myDevices, Cayenne Low Power Payload; types beyond the first ten as the CayenneLPP library has them",
    device_class=None,
    recognises=_recognises,
    read=_read,
    named=(("cayenne",), ("lpp",)),
    generic=True,
    energy_unit="kWh (0.001 kWh a step)",
    register_modulus={Measure.ENERGY: 2.0**32 / 1000},
    goldens=(
        CodecGolden(
            "03 67 0110 05 67 00FF",
            "myDevices, example with two temperatures",
            (("3", 0, {"temperature": 27.2}), ("5", 0, {"temperature": 25.5})),
        ),
        CodecGolden("01 67 FFD7", "myDevices, example with -4.1 °C", (("", 0, {"temperature": -4.1}),)),
        CodecGolden(
            "01 66 01 02 65 0027 03 68 52 04 74 0168",
            "hand-assembled from myDevices' table: the voltage is a battery's",
            (("", 0, {"presence": 1, "illuminance": 39, "humidity": 41}),),
        ),
        CodecGolden(
            "01 83 0001E240 01 80 0064 01 74 5A3C 01 75 01F4",
            "hand-assembled from the library's table: 123.456 kWh, 100 W, 231 V, 0.5 A",
            (("", 0, {"energy": 123.456, "power": 100, "voltage": 231.0, "current": 0.5}),),
        ),
        CodecGolden("01 00 01 02 02 0064", "hand-assembled from myDevices' table: inputs", ()),
    ),
)

"""ELSYS ERS and its relatives: records of a type and a value, most significant byte first.

Traps: «motion» is a number of movements since the last report; occupancy 1 is «entering or leaving» and tells neither;
pressure and CO2 are of the air and none of ours; a probe outside the box is another thing than the room. A type that is
not in the maker's table ends the payload.
"""

from collections.abc import Iterator, Mapping

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.lorawan.codec import Codec, CodecGolden, Frame, Told
from teplosvet.vendors.lorawan.records import Kind, Split, by_part, chosen, is_one_of, signed, split, unsigned
from teplosvet.vendors.observation import Measure, Value


def _possible_temperature(data: bytes) -> bool:
    return -550 <= int.from_bytes(data, signed=True) <= 1500


_KINDS: Mapping[int, Kind] = {
    0x01: Kind("temperature", 2, Measure.TEMPERATURE, "Cel", signed(10), _possible_temperature),
    0x02: Kind("humidity", 1, Measure.HUMIDITY, "%RH", unsigned(), lambda data: data[0] <= 100),
    0x03: Kind("acceleration", 3),
    0x04: Kind("light", 2, Measure.ILLUMINANCE, "lx", unsigned()),
    0x05: Kind("movements", 1, Measure.MOVEMENTS, "", unsigned()),
    0x06: Kind("CO2, ppm", 2),
    0x07: Kind("battery, mV", 2, possible=lambda data: int.from_bytes(data) < 6000),
    0x08: Kind("analog input, mV", 2),
    0x09: Kind("position", 6),
    0x0A: Kind("pulses", 2),
    0x0B: Kind("pulses, total", 4),
    0x0C: Kind("outside temperature", 2, Measure.TEMPERATURE, "Cel", signed(10), _possible_temperature, "external"),
    0x0D: Kind("digital input", 1),
    0x0E: Kind("distance, mm", 2),
    0x0F: Kind("vibrations", 1),
    0x10: Kind("infrared temperatures", 4),
    0x11: Kind("occupancy", 1, Measure.PRESENCE, "", chosen({0: 0.0, 1: None, 2: 1.0}), is_one_of(0, 1, 2)),
    0x12: Kind("water leak", 1),
    0x13: Kind("infrared picture", 65),
    0x14: Kind("pressure of the air", 4),
    0x15: Kind("sound", 2),
    0x16: Kind("second pulses", 2),
    0x17: Kind("second pulses, total", 4),
    0x18: Kind("second analog input, mV", 2),
    0x19: Kind("second temperature", 2, Measure.TEMPERATURE, "Cel", signed(10), _possible_temperature, "external-2"),
    0x1A: Kind("second digital input", 1),
    0x1B: Kind("analog input, uV", 4),
    0x1C: Kind("organic compounds, ppb", 2),
    0x3D: Kind("for the maker", 4),
}
_SECOND_TEMPERATURE = 0x19
"""The one type that may come several times: one for each probe on the line."""
_OWN_PORT = 5


def _split(payload: bytes) -> Split:
    return split(payload, 1, lambda head: _KINDS.get(head[0]))


def _recognises(f_port: int, payload: bytes) -> bool:
    """Every byte fits, and a single short record is told by the port only: it could be anything."""
    found = _split(payload)
    heads = [record.head[0] for record in found.records if record.head[0] != _SECOND_TEMPERATURE]
    enough = len(found.records) > 1 or f_port == _OWN_PORT
    return enough and len(heads) == len(set(heads)) and found.is_whole()


def _read(payload: bytes, settings: Mapping[str, float]) -> Frame:
    del settings
    found = _split(payload)
    values = by_part(_values(found))
    return Frame(
        told=tuple(Told(values=each, part=part) for part, each in values.items()),
        notes=tuple(
            f"{record.kind.name}: {int.from_bytes(record.data)}"
            for record in found.records
            if record.value() is None and record.kind.length <= 4
        ),
        problems=(("undecodable", found.problem),) if found.problem else (),
    )


def _values(found: Split) -> Iterator[tuple[str, Value]]:
    probes = 1
    for record in found.records:
        part = record.kind.part
        if record.head[0] == _SECOND_TEMPERATURE:
            probes += 1
            part = f"external-{probes}"
        if (value := record.value()) is not None:
            yield part, value


CODEC = Codec(
    name="elsys-ers",
    manual="ELSYS, «Sensor payload» and the maker's decoder; operating manual of the ERS Desk for occupancy",
    device_class=DeviceClass.LIGHT,
    recognises=_recognises,
    read=_read,
    named=(("elsys",),),
    f_ports=frozenset({_OWN_PORT}),
    eui_prefixes=("a81758",),
    goldens=(
        CodecGolden(
            "01 00E2 02 29 04 0027 05 06",
            "device repository of The Things Network, ERS",
            (("", 0, {"temperature": 22.6, "humidity": 41, "illuminance": 39, "movements": 6}),),
        ),
        CodecGolden(
            "01 FFE2 07 0E3C 11 02",
            "hand-assembled from the maker's table: -3.0 °C, 3644 mV, occupied",
            (("", 0, {"temperature": -3.0, "presence": 1}),),
            f_port=5,
        ),
        CodecGolden(
            "01 00E2 0C 0258 19 FF9C 19 8000 19 0001",
            "hand-assembled from the maker's table: probes; the third has no value",
            (
                ("", 0, {"temperature": 22.6}),
                ("external", 0, {"temperature": 60.0}),
                ("external-2", 0, {"temperature": -10.0}),
                ("external-4", 0, {"temperature": 0.1}),
            ),
            f_port=5,
        ),
        CodecGolden("11 01", "operating manual of the ERS Desk: entering or leaving", (), f_port=5),
    ),
)

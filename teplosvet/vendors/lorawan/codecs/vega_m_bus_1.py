"""Vega M-BUS-1: a converter that reads heat meters over M-Bus and passes each one's values on in a packet.

Traps: one converter has several meters, so that a packet is of its device and the meter's secondary address; the energy
is a 32-bit number of Wh and starts again after 4,294.967 MWh, a few years of one large house: a registered device needs
that modulus. The secondary address is a serial number in BCD, as in M-Bus (EN 13757-3, 5.4); one that is no BCD is read
as a decimal number. The time is the converter's, of the reading and not of the uplink. «All ones» is no value.
"""

import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.lorawan.codec import Codec, CodecGolden, Frame, Told
from teplosvet.vendors.observation import Clock, Measure, Value
from teplosvet.vendors.values import CLOCK_SET_S

_LAYOUT = struct.Struct("<BBBIIIIIHHH")
CURRENT_READINGS = 1
DATA_PORT, SETTINGS_PORT, TIME_PORT = 2, 3, 4
TIME_REQUEST = 255
_SOLD_SINCE_S = 1_483_228_800
"""2017-01-01 UTC: its manual's first revision is of that year. [s since 1970]"""
_HOTTEST = 20_000
"""No heat meter shows 200 °C. [0.01 °C]"""

_FIELDS = (
    (Measure.ENERGY, "Wh", 1.0, 0xFFFFFFFF),
    (Measure.VOLUME, "l", 1.0, 0xFFFFFFFF),
    (Measure.OPERATING_TIME, "h", 1.0, 0xFFFFFFFF),
    (Measure.FLOW_TEMPERATURE, "Cel", 100.0, 0xFFFF),
    (Measure.RETURN_TEMPERATURE, "Cel", 100.0, 0xFFFF),
    (Measure.FLOW, "l/h", 1.0, 0xFFFF),
)
"""Measure, unit, divisor, «not available»: in the order in which they follow the time."""


def _recognises(f_port: int, payload: bytes) -> bool:
    if len(payload) == _LAYOUT.size and payload[0] == CURRENT_READINGS:
        _, battery, _, address, at_s, _, _, _, flow, back, _ = _LAYOUT.unpack(payload)
        hot = any(_HOTTEST < centi < 0xFFFF for centi in (flow, back))
        return battery <= 100 and address > 0 and at_s >= _SOLD_SINCE_S and not hot
    if f_port == TIME_PORT:
        return len(payload) == 5 and payload[0] == TIME_REQUEST
    return f_port == SETTINGS_PORT and payload[:1] == b"\0" and _are_settings(payload[1:])


def _are_settings(rest: bytes) -> bool:
    """Whether bytes are settings: number (two bytes), length, as many bytes."""
    while len(rest) > 3 and len(rest) >= 3 + rest[2] > 3:
        rest = rest[3 + rest[2] :]
    return rest == b""


def _read(payload: bytes, settings: Mapping[str, float]) -> Frame:
    del settings
    if len(payload) != _LAYOUT.size or payload[0] != CURRENT_READINGS:
        if payload[:1] in (b"\0", b"\xff"):
            return Frame(notes=("a packet with settings or a request for the time: it says nothing that is measured",))
        detail = f"a packet of type {payload[:1].hex() or 'none'} with {len(payload)} bytes is not in the manual"
        return Frame(problems=(("undecodable", detail),))
    _, battery, _, address, at_s, *raw = _LAYOUT.unpack(payload)
    serial = _serial(address)
    notes = [f"battery: {battery} %"]
    at = datetime.fromtimestamp(at_s, UTC) if at_s >= CLOCK_SET_S else None
    if at is None:
        notes.append("the converter's clock was not set: the time of the uplink stands for it")
    told = Told(values=tuple(_values(raw)), part=serial, at=at, serial=serial)
    return Frame(told=(told,) if told.values else (), notes=tuple(notes))


def _values(raw: list[int]) -> Iterator[Value]:
    for number, (measure, unit, divisor, absent) in zip(raw, _FIELDS, strict=True):
        if number != absent:
            yield Value(measure, number / divisor, unit)


def _serial(address: int) -> str:
    digits = f"{address:08X}"
    return digits if digits.isdecimal() else str(address)


CODEC = Codec(
    name="vega-m-bus-1",
    manual="Vega Absolute, M-BUS-1 User Manual, revision 10, chapter 5, p. 27",
    device_class=DeviceClass.HEAT,
    recognises=_recognises,
    read=_read,
    named=(("mbus1",), ("vega", "mbus")),
    f_ports=frozenset({DATA_PORT, SETTINGS_PORT, TIME_PORT}),
    clock=Clock.DEVICE,
    energy_unit="Wh, 32 bits",
    register_modulus={Measure.ENERGY: 2.0**32, Measure.VOLUME: 2.0**32, Measure.OPERATING_TIME: 2.0**32},
    goldens=(
        CodecGolden(
            "01 5F 2C 78563412 C0615669 15CD5B07 4E61BC00 E8030000 2823 9411 D204",
            "hand-assembled from the manual's table",
            (
                (
                    "12345678",
                    0,
                    {
                        "energy": 123456789,
                        "volume": 12345678,
                        "operating_time": 1000,
                        "flow_temperature": 90.0,
                        "return_temperature": 45.0,
                        "flow": 1234,
                    },
                ),
            ),
            f_port=2,
            at="2026-01-01T12:00:00Z",
            serial="12345678",
        ),
        CodecGolden(
            "01 64 00 01000000 C0615669 FFFFFFFF 0A000000 FFFFFFFF FFFF FFFF 0000",
            "hand-assembled from the manual's table: «all ones» is no value, 0 l/h is one",
            (("00000001", 0, {"volume": 10, "flow": 0}),),
            f_port=2,
            at="2026-01-01T12:00:00Z",
            serial="00000001",
        ),
        CodecGolden("FF C0615669", "hand-assembled from the manual: a request for the time", (), f_port=4),
        CodecGolden("00 0400 01 01 1000 01 04", "hand-assembled from the manual: settings", (), f_port=3),
    ),
)

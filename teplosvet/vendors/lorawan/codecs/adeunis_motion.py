"""Adeunis Motion: presence and brightness per interval, the latest first.

Version 2 says the share of an interval in which somebody was there (0x5C) and when that begins and ends (0x5D), version
1 the movements of an interval (0x4E). Traps: the intervals have no times; how long one is stands in the frame with the
configuration (0x10) and in register 320 and 321, and is an hour from the factory. Brightness is in per cent and no lux.
"""

from collections.abc import Iterator, Mapping

from teplosvet.domain.quantities import DeviceClass
from teplosvet.domain.readings import Origin
from teplosvet.vendors.lorawan.codec import Codec, CodecGolden, Frame, Told
from teplosvet.vendors.observation import Measure, Value

CONFIGURATION, COUNTS, SHARES, ALARM = 0x10, 0x4E, 0x5C, 0x5D
FACTORY_INTERVAL_S = 3600.0
"""Register 321 is 1800 x 2 s, register 320 is 1 reading. [s]"""
LONGEST_INTERVAL_S = 864_000.0
"""Nobody who wants to know when somebody is there asks for more than ten days. [s]"""
_ACQUISITION_STEP_S = 2.0
_OTHERS = {
    0x20: "configuration of the network",
    0x30: "sign of life",
    0x31: "answer to a command",
    0x33: "answer to a command",
    0x37: "version of the firmware",
    0x4F: "alarm of the count of movements; the periodic frames have the counts",
    0x50: "alarm of the brightness",
    0x51: "alarm of the first input",
    0x52: "alarm of the second input",
    0x5E: "alarm of the brightness",
}
_PERCENT = range(101)
_LOW_BATTERY, _DEFECT = 0x02, 0x04


def _recognises(f_port: int, payload: bytes) -> bool:
    """Only its frames with values are unlike everybody else's."""
    del f_port
    if payload[:1] == bytes([SHARES]):
        rest = payload[3:]
        return len(payload) >= 5 and len(rest) % 2 == 0 and payload[2] in (0, 1) and all(b in _PERCENT for b in rest)
    return len(payload) == 4 and payload[0] == ALARM and payload[2] in (0, 1) and payload[3] in _PERCENT


def _read(payload: bytes, settings: Mapping[str, float]) -> Frame:
    if len(payload) < 2:
        return Frame(problems=(("undecodable", "a frame has a code and a status at least"),))
    code, status = payload[0], payload[1]
    notes = ["the battery is low"] if status & _LOW_BATTERY else []
    problems = [("device_defect", "the device tells that it is defect")] if status & _DEFECT else []
    if code == CONFIGURATION and len(payload) >= 10:
        interval_s = int.from_bytes(payload[6:8]) * int.from_bytes(payload[8:10]) * _ACQUISITION_STEP_S
        told = {"interval_s": interval_s} if 0 < interval_s <= LONGEST_INTERVAL_S else {}
        return Frame(notes=(*notes, "the configuration: the length of its intervals is remembered"), settings=told)
    if code in _OTHERS:
        return Frame(notes=(*notes, f"{_OTHERS[code]}: it says nothing that is measured"), problems=tuple(problems))
    known_s = settings.get("interval_s")
    told_by_interval = tuple(_intervals(payload, known_s or FACTORY_INTERVAL_S))
    if not told_by_interval:
        problems.append(("undecodable", f"a frame with code {code:02X} and {len(payload)} bytes is not in the manual"))
    elif code != ALARM:
        notes.append("brightness is in per cent and no lux")
    if len(told_by_interval) > 1 and known_s is None:
        notes.append("no interval is told: an hour is that of the factory")
    return Frame(told=told_by_interval, notes=tuple(notes), problems=tuple(problems))


def _intervals(payload: bytes, interval_s: float) -> Iterator[Told]:
    """The intervals, the latest first, whose end is the uplink."""
    match payload[0]:
        case 0x5C if len(payload) >= 5 and len(payload) % 2:
            now = Value(Measure.PRESENCE, float(payload[2] != 0), "")
            for n, share in enumerate(payload[3::2]):
                value = Value(Measure.PRESENCE_SHARE, float(share), "%")
                yield _told((now, value) if n == 0 else (value,), n, interval_s)
        case 0x5D if len(payload) == 4:
            yield Told(values=(Value(Measure.PRESENCE, float(payload[2] != 0), ""),))
        case 0x4E if len(payload) >= 7 and len(payload) % 3 == 1:
            for n, at in enumerate(range(4, len(payload), 3)):
                count = float(int.from_bytes(payload[at : at + 2]))
                yield _told((Value(Measure.MOVEMENTS, count, ""),), n, interval_s)
        case _:
            return


def _told(values: tuple[Value, ...], n: int, interval_s: float) -> Told:
    return Told(values=values, ago_s=n * interval_s, origin=Origin.ARCHIVE if n else Origin.LIVE)


_MANUAL_EXAMPLE = "Technical Reference Manual, p. 11, decoding example"

CODEC = Codec(
    name="adeunis-motion",
    manual="Adeunis, MOTION V2 Technical Reference Manual, 2019-12-02, 1.2 and 2.2; MOTION user guide V1.0.0, 4.1",
    device_class=DeviceClass.LIGHT,
    recognises=_recognises,
    read=_read,
    named=(("adeunis", "motion"), ("arf8276",)),
    eui_prefixes=("0018b2",),
    absent_is_false={"presenceDetectedWhenSending": "0x5c"},
    goldens=(
        CodecGolden(
            "5C 80 01 1E32 0020",
            _MANUAL_EXAMPLE,
            (("", 0, {"presence": 1, "presence_share": 30}), ("", 3600, {"presence_share": 0})),
        ),
        CodecGolden("5D 80 01 32", _MANUAL_EXAMPLE, (("", 0, {"presence": 1}),)),
        CodecGolden("5D A0 00 00", "hand-assembled from the manual: end of presence", (("", 0, {"presence": 0}),)),
        CodecGolden(
            "4E A3 00D2 0053 50",
            "user guide 4.1.8, its bytes in the order of its explanation: 83 movements, 80 % brightness",
            (("", 0, {"movements": 83}),),
        ),
        CodecGolden("10 80 21C0 0001 0001 0708 001E", "hand-assembled from the manual: factory settings", ()),
    ),
)

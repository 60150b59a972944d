"""Value information extensions: what the VIFEs after a VIF change in its meaning.

References:
    [1] EN 13757-3:2018, section 6.4.7, tables 15 (combinable VIFEs), 16 (their extension FC) and 18 (record errors).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.mbus.quantity import MeterQuantity as Q
from gateway.mbus.vif import DURATIONS, Shape, Vif

ERRORS: Mapping[int, str] = {
    0x01: "too many DIFEs",
    0x02: "storage number not implemented",
    0x03: "subunit not implemented",
    0x04: "tariff not implemented",
    0x05: "function not implemented",
    0x06: "data class not implemented",
    0x07: "data size not implemented",
    0x0B: "too many VIFEs",
    0x0C: "illegal VIF group",
    0x0D: "illegal VIF exponent",
    0x0E: "VIF does not fit DIF",
    0x0F: "action not implemented",
    0x15: "no data available",
    0x16: "data overflow",
    0x17: "data underflow",
    0x18: "data error",
    0x1C: "premature end of record",
}
"""Errors of a single record (table 18): its value is then none."""

_PROFILES: Mapping[int, str] = {
    0x13: "inverse compact profile",
    0x1E: "compact profile with register numbers",
    0x1F: "compact profile",
}

_PLAIN: Mapping[int, str] = {
    0x12: "average value",
    0x14: "relative deviation",
    0x1D: "standard conform data content",
    0x3A: "at metering conditions",
    0x3B: "only positive contributions",
    0x3C: "only negative contributions",
    0x3E: "at base conditions",
    0x3F: "OBIS declaration",
    0x40: "lower limit",
    0x48: "upper limit",
    0x68: "during lower limit exceed",
    0x6C: "during upper limit exceed",
    0x69: "leakage",
    0x6D: "overflow",
    0x7E: "future value",
}

_UNITS: Mapping[int, str] = {
    **dict(enumerate(("/s", "/min", "/h", "/d", "/week", "/month", "/year", "/revolution"), 0x20)),
    **dict(enumerate(("/pulse of input 0", "/pulse of input 1", "/pulse of output 0", "/pulse of output 1"), 0x28)),
    **dict(enumerate(("/l", "/m3", "/kg", "/K", "/kWh", "/GJ", "/kW", "/(K*l)", "/V", "/A"), 0x2C)),
    **dict(enumerate(("*s", "*s/V", "*s/A"), 0x36)),
}
"""What is appended to the unit."""

_EXTENDED: Mapping[int, str] = {
    **dict(enumerate(("phase L1", "phase L2", "phase L3", "neutral"), 0x01)),
    **dict(enumerate(("between L1 and L2", "between L2 and L3", "between L3 and L1"), 0x05)),
    **dict(enumerate(("quadrant Q1", "quadrant Q2", "quadrant Q3", "quadrant Q4"), 0x08)),
    0x0C: "import minus export",
    0x10: "absolute value of positive and negative contributions",
    0x11: "unsigned",
    0x12: "bits",
    0x14: "to the meter",
    0x15: "from the meter",
}

_SHAPES = {0x11: Shape.UNSIGNED, 0x12: Shape.FLAGS}


@dataclass(slots=True)
class Qualified:
    """The meaning of a VIF as its VIFEs leave it.

    Attributes:
        vif: Quantity, unit and scale.
        about: What a date, a duration or a count is about, if the record holds one of these instead of the quantity.
        qualifiers: What else the VIFEs say, in words.
        error: The meter's word on why the record has no value, or None.
    """

    vif: Vif
    about: Q | None = None
    qualifiers: list[str] = field(default_factory=list)
    error: str | None = None

    def becomes(self, vif: Vif, words: str) -> None:
        """The record does not hold the quantity itself but something about it."""
        self.about, self.vif = self.about or self.vif.quantity, vif
        self.qualifiers.append(words)


def qualify(vif: Vif, codes: bytes) -> Qualified:
    """Apply the VIFEs that follow a VIF.

    Args:
        vif: What the VIF means alone.
        codes: The VIFEs.
    """
    qualified = Qualified(vif)
    rest = iter(codes)
    if vif.quantity in {Q.MANUFACTURER_SPECIFIC, Q.UNKNOWN}:
        _not_readable(qualified, rest)
    for code in rest:
        _apply(qualified, code & 0x7F, rest)
    return qualified


def _not_readable(qualified: Qualified, codes: Iterable[int]) -> None:
    qualified.qualifiers.extend(f"VIFE {code & 0x7F:02X}" for code in codes)


def _apply(qualified: Qualified, code: int, rest: Iterator[int]) -> None:
    if code in ERRORS:
        qualified.error = ERRORS[code]
        qualified.qualifiers.append(ERRORS[code])
    elif code in _PLAIN:
        qualified.qualifiers.append(_PLAIN[code])
    elif code in _UNITS:
        qualified.vif = _with_unit(qualified.vif, _UNITS[code])
        qualified.qualifiers.append(f"unit {_UNITS[code]}")
    elif code in _PROFILES:
        qualified.vif = qualified.vif._replace(shape=Shape.RAW)
        qualified.qualifiers.append(_PROFILES[code])
    elif code == 0x7C:
        _extend(qualified, rest)
    elif code == 0x7F:
        qualified.qualifiers.append("manufacturer specific")
        _not_readable(qualified, rest)
    elif code in _CHANGES:
        _CHANGES[code](qualified)
    elif code:  # 00 says that there is no error
        qualified.qualifiers.append(f"VIFE {code:02X}")


def _with_unit(vif: Vif, suffix: str) -> Vif:
    return vif._replace(unit=None if vif.unit is None else f"{vif.unit or '1'}{suffix}")


def _extend(qualified: Qualified, rest: Iterator[int]) -> None:
    code = next(rest, 0) & 0x7F
    qualified.qualifiers.append(_EXTENDED.get(code, f"VIFE FC {code:02X}"))
    if code in _SHAPES:
        qualified.vif = qualified.vif._replace(shape=_SHAPES[code])


_Change = Callable[[Qualified], None]


def _time(words: str) -> _Change:
    return lambda qualified: qualified.becomes(Vif(Q.TIME_POINT, "", 0, Shape.TIME), words)


def _duration(unit: str, words: str) -> _Change:
    return lambda qualified: qualified.becomes(Vif(Q.DURATION, unit), words)


def _count(words: str) -> _Change:
    return lambda qualified: qualified.becomes(Vif(Q.EXCEEDS), words)


def _factor(exponent: int) -> _Change:
    def change(qualified: Qualified) -> None:
        qualified.vif = qualified.vif._replace(exponent=qualified.vif.exponent + exponent)
        qualified.qualifiers.append(f"times 10^{exponent}")

    return change


def _offset(exponent: int) -> _Change:
    # The value is a constant to be added, whose scale makers read differently: it stays a bare number.
    return lambda qualified: qualified.becomes(Vif(Q.CORRECTION, None), f"constant in 10^{exponent} of the unit")


def _foreign_unit(qualified: Qualified) -> None:
    qualified.vif = qualified.vif._replace(unit=None)
    qualified.qualifiers.append("non-metric unit")


def _changes() -> dict[int, _Change]:
    table: dict[int, _Change] = {0x39: _time("start of"), 0x3D: _foreign_unit, 0x7D: _factor(3)}
    for u, limit in ((0, "lower limit"), (1, "upper limit")):
        table[0x41 | u << 3] = _count(f"exceeds of {limit}")
        for f, which in ((0, "first"), (1, "last")):
            for b, edge in ((0, "begin"), (1, "end")):
                table[0x42 | u << 3 | f << 2 | b] = _time(f"date of {edge} of {which} {limit} exceed")
            for n, unit in enumerate(DURATIONS):
                table[0x50 | u << 3 | f << 2 | n] = _duration(unit, f"duration of {which} {limit} exceed")
    for f, which in ((0, "first"), (1, "last")):
        for n, unit in enumerate(DURATIONS):
            table[0x60 | f << 2 | n] = _duration(unit, f"duration of {which}")
        for b, edge in ((0, "begin"), (1, "end")):
            table[0x6A | f << 2 | b] = _time(f"date of {edge} of {which}")
    table.update({0x70 + n: _factor(n - 6) for n in range(8)})
    table.update({0x78 + n: _offset(n - 3) for n in range(4)})
    return table


_CHANGES = _changes()

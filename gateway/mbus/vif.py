"""Value information: what each VIF means, as tables that are built once.

References:
    [1] EN 13757-3:2018, section 6.4, tables 10 (primary), 12 (FD), 13 (FD FD) and 14 (FB). Codes that this edition no
        longer has (°F, US gallons) are those of EN 13757-3:2004, table 29: such meters still hang on walls.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from gateway.mbus.quantity import MeterQuantity as Q


class Shape(Enum):
    """How the data of a record are to be read when their own field only says how many bytes they are."""

    NUMBER = auto()
    """A signed number (data types A, B and H)."""
    UNSIGNED = auto()
    """A number without a sign (data type C)."""
    FLAGS = auto()
    """Bits (data type D)."""
    TIME = auto()
    """A date, a time or both (data types F, G, I and J)."""
    RAW = auto()
    """Bytes that are kept as they are."""


class Vif(NamedTuple):
    """What a VIF means.

    Attributes:
        quantity: What the record says.
        unit: In which unit, by its name in `teplosvet.wire.units` where it has one; empty if it has no dimension,
            None if it is not known.
        exponent: Power of ten that the number is multiplied with.
        shape: How the data are read.
        divisor: What the number is divided by.
    """

    quantity: Q
    unit: str | None = ""
    exponent: int = 0
    shape: Shape = Shape.NUMBER
    divisor: int = 1


UNKNOWN = Vif(Q.UNKNOWN, None)
ANY = Vif(Q.ANY, None)
MANUFACTURER = Vif(Q.MANUFACTURER_SPECIFIC, None)

DURATIONS = ("s", "min", "h", "d")
"""Units of the two bits nn."""

LONG_DURATIONS = ("h", "d", "month", "year")
"""Units of the two bits pp."""

_Table = dict[int, Vif]


def _scaled(first: int, quantity: Q, unit: str, exponents: range) -> _Table:
    """Codes that follow each other and differ by a power of ten."""
    return {first + n: Vif(quantity, unit, exponent) for n, exponent in enumerate(exponents)}


def _timed(first: int, quantity: Q, units: Sequence[str] = DURATIONS) -> _Table:
    """Codes that follow each other and differ by their unit of time."""
    return {first + n: Vif(quantity, unit) for n, unit in enumerate(units)}


def _each(first: int, quantities: Sequence[Q], shape: Shape = Shape.NUMBER, unit: str = "") -> _Table:
    """Codes that follow each other and have their own quantities."""
    return {first + n: Vif(quantity, unit, 0, shape) for n, quantity in enumerate(quantities)}


PRIMARY: Mapping[int, Vif] = {
    **_scaled(0x00, Q.ENERGY, "Wh", range(-3, 5)),
    **_scaled(0x08, Q.ENERGY, "J", range(8)),
    **_scaled(0x10, Q.VOLUME, "m3", range(-6, 2)),
    **_scaled(0x18, Q.MASS, "kg", range(-3, 5)),
    **_timed(0x20, Q.ON_TIME),
    **_timed(0x24, Q.OPERATING_TIME),
    **_scaled(0x28, Q.POWER, "W", range(-3, 5)),
    **_scaled(0x30, Q.POWER, "MJ/h", range(-6, 2)),  # the standard counts in J/h
    **_scaled(0x38, Q.VOLUME_FLOW, "m3/h", range(-6, 2)),
    **_scaled(0x40, Q.VOLUME_FLOW, "m3/min", range(-7, 1)),
    **_scaled(0x48, Q.VOLUME_FLOW, "m3/s", range(-9, -1)),
    **_scaled(0x50, Q.MASS_FLOW, "kg/h", range(-3, 5)),
    **_scaled(0x58, Q.FLOW_TEMPERATURE, "Cel", range(-3, 1)),
    **_scaled(0x5C, Q.RETURN_TEMPERATURE, "Cel", range(-3, 1)),
    **_scaled(0x60, Q.TEMPERATURE_DIFFERENCE, "K", range(-3, 1)),
    **_scaled(0x64, Q.EXTERNAL_TEMPERATURE, "Cel", range(-3, 1)),
    **_scaled(0x68, Q.PRESSURE, "bar", range(-3, 1)),
    **_each(0x6C, (Q.TIME_POINT, Q.TIME_POINT), Shape.TIME),
    0x6E: Vif(Q.HEAT_COST_ALLOCATION),
    **_timed(0x70, Q.AVERAGING_DURATION),
    **_timed(0x74, Q.ACTUALITY_DURATION),
    **_each(0x78, (Q.FABRICATION_NUMBER, Q.ENHANCED_IDENTIFICATION, Q.BUS_ADDRESS), Shape.UNSIGNED),
    0x7E: ANY,
    0x7F: MANUFACTURER,
}
"""Table 10."""

TABLE_FB: Mapping[int, Vif] = {
    **_scaled(0x00, Q.ENERGY, "MWh", range(-1, 1)),
    **_scaled(0x02, Q.REACTIVE_ENERGY, "kvarh", range(2)),
    **_scaled(0x04, Q.APPARENT_ENERGY, "kVAh", range(2)),
    **_scaled(0x08, Q.ENERGY, "GJ", range(-1, 1)),
    **_scaled(0x0C, Q.ENERGY, "Gcal", range(-4, 0)),  # the standard counts in Mcal
    **_scaled(0x10, Q.VOLUME, "m3", range(2, 4)),
    **_scaled(0x14, Q.REACTIVE_POWER, "kvar", range(-3, 1)),
    **_scaled(0x18, Q.MASS, "t", range(2, 4)),
    **_scaled(0x1A, Q.RELATIVE_HUMIDITY, "%RH", range(-1, 1)),
    0x20: Vif(Q.VOLUME, "ft3"),
    0x21: Vif(Q.VOLUME, "ft3", -1),
    0x22: Vif(Q.VOLUME, "gal", -1),
    0x23: Vif(Q.VOLUME, "gal"),
    0x24: Vif(Q.VOLUME_FLOW, "gal/min", -3),
    0x25: Vif(Q.VOLUME_FLOW, "gal/min"),
    0x26: Vif(Q.VOLUME_FLOW, "gal/h"),
    **_scaled(0x28, Q.POWER, "MW", range(-1, 1)),
    0x2A: Vif(Q.PHASE_VOLTAGE_VOLTAGE, "deg", -1),
    0x2B: Vif(Q.PHASE_VOLTAGE_CURRENT, "deg", -1),
    **_scaled(0x2C, Q.FREQUENCY, "Hz", range(-3, 1)),
    **_scaled(0x30, Q.POWER, "MJ/h", range(2, 4)),  # the standard counts in GJ/h
    **_scaled(0x34, Q.APPARENT_POWER, "kVA", range(-3, 1)),
    **_scaled(0x58, Q.FLOW_TEMPERATURE, "degF", range(-3, 1)),
    **_scaled(0x5C, Q.RETURN_TEMPERATURE, "degF", range(-3, 1)),
    **_scaled(0x60, Q.TEMPERATURE_DIFFERENCE, "degF", range(-3, 1)),
    **_scaled(0x64, Q.EXTERNAL_TEMPERATURE, "degF", range(-3, 1)),
    **{code: Vif(Q.RATING_FACTOR, "", 0, Shape.NUMBER, 4096) for code in (0x68, *range(0x6A, 0x6F))},
    0x69: Vif(Q.RATING_FACTOR),
    **_scaled(0x70, Q.TEMPERATURE_LIMIT, "degF", range(-3, 1)),
    **_scaled(0x74, Q.TEMPERATURE_LIMIT, "Cel", range(-3, 1)),
    **_scaled(0x78, Q.CUMULATED_MAXIMUM_POWER, "W", range(-3, 5)),
}
"""Table 14: the first VIFE after the VIF FB."""

_VERSIONS = (Q.PARAMETER_SET, Q.MODEL, Q.HARDWARE_VERSION, Q.FIRMWARE_VERSION, Q.SOFTWARE_VERSION)

TABLE_FD: Mapping[int, Vif] = {
    **_scaled(0x00, Q.CREDIT, "currency", range(-3, 1)),
    **_scaled(0x04, Q.DEBIT, "currency", range(-3, 1)),
    **_each(0x08, (Q.ACCESS_NUMBER, Q.MEDIUM, Q.MANUFACTURER, *_VERSIONS), Shape.UNSIGNED),
    **_each(0x10, (Q.CUSTOMER_LOCATION, Q.CUSTOMER), Shape.UNSIGNED),
    **_each(0x12, (*[Q.ACCESS_CODE] * 4, Q.PASSWORD), Shape.UNSIGNED),
    **_each(0x17, (Q.ERROR_FLAGS, Q.ERROR_MASK), Shape.FLAGS),
    0x19: Vif(Q.SECURITY_KEY, "", 0, Shape.RAW),
    **_each(0x1A, (Q.DIGITAL_OUTPUT, Q.DIGITAL_INPUT), Shape.FLAGS),
    0x1C: Vif(Q.BAUD_RATE, "baud"),
    0x1D: Vif(Q.RESPONSE_DELAY, "bit times"),
    0x1E: Vif(Q.RETRY),
    0x1F: Vif(Q.REMOTE_CONTROL, "", 0, Shape.FLAGS),
    **_each(0x20, (Q.FIRST_STORAGE, Q.LAST_STORAGE, Q.STORAGE_BLOCK, Q.TARIFF_DESCRIPTOR), Shape.UNSIGNED),
    **_timed(0x24, Q.STORAGE_INTERVAL, (*DURATIONS, "month", "year")),
    0x2A: Vif(Q.OPERATOR_DATA),
    0x2B: Vif(Q.SECOND, "s"),
    **_timed(0x2C, Q.SINCE_READOUT),
    0x30: Vif(Q.TARIFF_START, "", 0, Shape.TIME),
    **_timed(0x31, Q.TARIFF_DURATION, DURATIONS[1:]),
    **_timed(0x34, Q.TARIFF_PERIOD, (*DURATIONS, "month", "year")),
    0x3A: Vif(Q.DIMENSIONLESS),
    0x3B: Vif(Q.WIRELESS_CONTAINER, None, 0, Shape.RAW),
    **_timed(0x3C, Q.TRANSMISSION_PERIOD),
    **_scaled(0x40, Q.VOLTAGE, "V", range(-9, 7)),
    **_scaled(0x50, Q.CURRENT, "A", range(-12, 4)),
    **_each(0x60, (Q.RESET_COUNTER, Q.CUMULATION_COUNTER, Q.CONTROL_SIGNAL, Q.DAY_OF_WEEK, Q.WEEK)),
    0x65: Vif(Q.DAY_CHANGE, "", 0, Shape.TIME),
    **_each(0x66, (Q.PARAMETER_ACTIVATION, Q.SUPPLIER_INFORMATION)),
    **_timed(0x68, Q.SINCE_CUMULATION, LONG_DURATIONS),
    **_timed(0x6C, Q.BATTERY_OPERATING_TIME, LONG_DURATIONS),
    0x70: Vif(Q.BATTERY_CHANGE, "", 0, Shape.TIME),
    0x71: Vif(Q.RADIO_LEVEL, "dBm"),
    **_each(0x72, (Q.SUMMER_TIME, Q.LISTENING_WINDOW), Shape.RAW),  # data types K and L
    0x74: Vif(Q.BATTERY_REMAINING, "d"),
    0x75: Vif(Q.STOPS),
    0x76: Vif(Q.MANUFACTURER_CONTAINER, None, 0, Shape.RAW),
}
"""Table 12: the first VIFE after the VIF FD."""

TABLE_FDFD: Mapping[int, Vif] = {
    0x00: Vif(Q.APPLICATION),
    **_timed(0x02, Q.BATTERY_REMAINING, ("month", "year")),
}
"""Table 13: the second VIFE after FD FD."""


def look_up(codes: bytes) -> tuple[Vif, int]:
    """What the codes of a value information block mean, and how many of them say it; VIFEs that qualify it follow.

    Args:
        codes: VIF and VIFEs, without the text of a plain-text VIF.
    """
    first, second = codes[0], codes[1] & 0x7F if len(codes) > 1 else None
    if second is None or first not in {0xFB, 0xFD, 0xEF}:
        return PRIMARY.get(first & 0x7F, UNKNOWN), 1
    if first == 0xFB:
        return TABLE_FB.get(second, UNKNOWN), 2
    if first == 0xEF:  # reserved for a third table: what follows cannot be read either
        return UNKNOWN, len(codes)
    if codes[1] == 0xFD and len(codes) > 2:
        return TABLE_FDFD.get(codes[2] & 0x7F, UNKNOWN), 3
    return TABLE_FD.get(second, UNKNOWN), 2

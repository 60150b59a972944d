"""The fixed data structure of old meters: two counters.

References:
    EN 1434-3:1997, section 6.3 (withdrawn; CI fields 73 and 77).
"""

from collections.abc import Iterable
from typing import NamedTuple

from gateway.mbus.number import bcd_reader, scaled, unsigned_reader
from gateway.mbus.quantity import Function
from gateway.mbus.quantity import MeterQuantity as Q
from gateway.mbus.record import Meaning, Record
from gateway.mbus.sender import Sender, identification_text
from gateway.mbus.vif import UNKNOWN, Shape, Vif

LENGTH = 16
"""Bytes of the structure. [B]"""

_BINARY, _STORED = 0x01, 0x02
"""Bits of the status byte: counters are binary and no BCD; they are of a set day."""

_SAME_BUT_HISTORIC = 0x3E


def _units(first: int, quantity: Q, units: Iterable[tuple[str, int]]) -> dict[int, Vif]:
    """Codes of threes: one, ten and a hundred of each unit."""
    codes = ((unit, exponent + tens) for unit, exponent in units for tens in range(3))
    return {first + n: Vif(quantity, unit, exponent) for n, (unit, exponent) in enumerate(codes)}


_UNITS: dict[int, Vif] = {
    **_units(0x02, Q.ENERGY, (("Wh", 0), ("kWh", 0), ("MWh", 0), ("MJ", -3), ("MJ", 0), ("GJ", 0))),
    **_units(0x14, Q.POWER, (("W", 0), ("kW", 0), ("MW", 0), ("MJ/h", -3), ("MJ/h", 0), ("MJ/h", 3))),
    **_units(0x26, Q.VOLUME, (("l", -3), ("l", 0), ("m3", 0))),
    **_units(0x2F, Q.VOLUME_FLOW, (("l/h", -3), ("l/h", 0), ("m3/h", 0))),
    0x38: Vif(Q.EXTERNAL_TEMPERATURE, "Cel", -3),
    0x39: Vif(Q.HEAT_COST_ALLOCATION),
    0x3F: Vif(Q.DIMENSIONLESS),
}


class FixedBody(NamedTuple):
    """What the structure says.

    Attributes:
        sender: Who sent it.
        records: The two counters.
    """

    sender: Sender
    records: tuple[Record, ...]


def read_fixed(data: bytes, *, reverse: bool) -> FixedBody:
    """Read the structure.

    Args:
        data: Its bytes, `LENGTH` of them.
        reverse: Whether the meter sends the high byte first (mode 2).
    """
    order = -1 if reverse else 1
    status, first_code, second_code = data[5], data[6], data[7]
    medium = first_code >> 6 | (second_code >> 6) << 2
    sender = Sender(identification_text(data[0:4][::order]), None, None, medium, data[4], status, None)
    first, second = first_code & 0x3F, second_code & 0x3F
    storage = 1 if status & _STORED else 0
    records = (
        _counter(first, storage, status, data[8:12], order),
        _counter(
            first if second == _SAME_BUT_HISTORIC else second,
            1 if second == _SAME_BUT_HISTORIC else storage,
            status,
            data[12:16],
            order,
        ),
    )
    return FixedBody(sender, records)


def _counter(code: int, storage: int, status: int, data: bytes, order: int) -> Record:
    vif = _UNITS.get(code, UNKNOWN)
    binary = bool(status & _BINARY)
    read = unsigned_reader(4, vif.exponent) if binary else bcd_reader(vif.exponent)
    meaning = Meaning(
        function=Function.INSTANTANEOUS,
        storage=storage,
        tariff=0,
        subunit=0,
        quantity=vif.quantity,
        about=None,
        unit=vif.unit,
        qualifiers=(),
        error=None,
        dib=b"",
        vib=b"",
        coding=0x04 if binary else 0x0C,
        length=4,
        step=float(scaled(1, vif.exponent)),
        shape=Shape.NUMBER,
        scale=(vif.exponent, 1),
        read=read,
    )
    return Record(meaning, read(data[::order]), data)

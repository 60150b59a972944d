"""Data information: which value of the meter a record holds, and how many bytes it has.

References:
    EN 13757-3:2018, section 6.3, tables 3 to 7.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.mbus.quantity import Function

MOST_EXTENSIONS = 10
"""DIFEs or VIFEs that a block may have."""

IDLE_FILLER = 0x2F
MANUFACTURER_DATA, MORE_RECORDS_FOLLOW = 0x0F, 0x1F
"""What follows is the manufacturer's own; with 1F the meter has more telegrams to give."""

SPECIAL = 0x0F
"""The data field of DIFs that are no record."""

REAL, VARIABLE = 0x05, 0x0D
BCD = frozenset({0x09, 0x0A, 0x0B, 0x0C, 0x0E})
INTEGERS = frozenset({0x01, 0x02, 0x03, 0x04, 0x06, 0x07})

LENGTHS: Mapping[int, int | None] = {
    0x0: 0,
    0x1: 1,
    0x2: 2,
    0x3: 3,
    0x4: 4,
    0x5: 4,
    0x6: 6,
    0x7: 8,
    0x8: 0,
    0x9: 1,
    0xA: 2,
    0xB: 3,
    0xC: 4,
    0xD: None,
    0xE: 6,
}
"""Bytes of each data field, None where the data say it themselves (table 4). [B]"""

_FUNCTIONS = (Function.INSTANTANEOUS, Function.MAXIMUM, Function.MINIMUM, Function.ERROR)


class DataInformation(NamedTuple):
    """What a data information block says.

    Attributes:
        function: What kind of value.
        storage: Storage number: 0 is the present, others are of a set day, a month and so on.
        tariff: Tariff.
        subunit: Part of the meter.
        coding: The data field: how the data are coded.
    """

    function: Function
    storage: int
    tariff: int
    subunit: int
    coding: int


def parse_dib(dib: bytes) -> DataInformation:
    """Take a data information block apart: DIF and its DIFEs."""
    dif = dib[0]
    storage, tariff, subunit = dif >> 6 & 1, 0, 0
    for n, dife in enumerate(dib[1:]):
        storage |= (dife & 0x0F) << (4 * n + 1)
        tariff |= (dife >> 4 & 0x03) << (2 * n)
        subunit |= (dife >> 6 & 0x01) << n
    return DataInformation(_FUNCTIONS[dif >> 4 & 0x03], storage, tariff, subunit, dif & 0x0F)

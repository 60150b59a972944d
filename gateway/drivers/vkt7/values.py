"""Values of VKT-7: integers whose decimals and units the calculator tells as properties, each with two bytes about it.

After every value come its quality (C0 good, 50 good in an abnormal situation, 0C outside its range, 04 not of the
measuring scheme) and the number of the abnormal situation (0 none, FF another one) [1, 4.5].

References:
    [1] Teplocom, "Implementation of the exchange protocol with the calculator VKT-7", sections 4.5 and annex A.
    [2] github.com/mustdieku/vkt7d (2026), internal/protocol: elements 0 to 82, properties 44 to 76.
"""

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.drivers.vkt7.frames import Element
from gateway.errors import DecodeError
from teplosvet.domain.quantities import Kind, Quantity

GOOD, ABNORMAL = 0xC0, 0x50
"""The qualities of values that can be used: OPC's «good» and «sensor calibration»."""
UNIT_SIZE, DECIMALS_SIZE = 7, 1
"""Sizes of properties in the list to read. [B]"""
_MOST_DECIMALS = 9
_LONGEST = 8
_FLOATS = frozenset({19, 20, 21, 41, 42, 43, 81})
_TIMES = frozenset({17, 18, 39, 40})
_UNITS = {
    "гкал": "Gcal",
    "гдж": "GJ",
    "мдж": "MJ",
    "мвтч": "MWh",
    "квтч": "kWh",
    "м3": "m3",
    "л": "l",
    "т": "t",
    "кг": "kg",
    "кгс/см2": "kgf/cm2",
    "кг/см2": "kgf/cm2",
    "мпа": "MPa",
    "кпа": "kPa",
    "бар": "bar",
    "c": "Cel",
    "с": "Cel",
    "м3/ч": "m3/h",
    "л/ч": "l/h",
    "ч": "h",
    "час": "h",
    "мин": "min",
}
_DECORATION = str.maketrans("", "", " \0°*·•.^'\"")


@dataclass(frozen=True, slots=True)
class Item:
    """What an element of the first heat input is; the second one has the same elements further on.

    Attributes:
        quantity: What.
        element: Its number.
        unit: Property with its unit.
        decimals: Property with its decimals, or None if it has none: whole numbers, or a float.
        archived: Whether the archives have it.
    """

    quantity: Quantity
    element: int
    unit: int
    decimals: int | None = None
    archived: bool = True

    @property
    def is_register(self) -> bool:
        """Whether it is a register: its archives hold amounts, its totals are kept apart."""
        return self.quantity.spec.kind is Kind.COUNTER


class Shown(NamedTuple):
    """A value as the calculator gives it.

    Attributes:
        raw: The number, without decimals; None if the quality says that it is none.
        quality: Quality byte.
        situation: Number of the abnormal situation.
    """

    raw: int | float | None
    quality: int
    situation: int


class Properties(NamedTuple):
    """Units and decimals.

    Attributes:
        units: Name of a unit by the number of its property, the calculator's own word if it is none of ours.
        decimals: Decimals by the number of their property.
    """

    units: Mapping[int, str]
    decimals: Mapping[int, int]


def record(elements: Sequence[Element], data: bytes) -> dict[int, Shown]:
    """The values of a record by the number of their element.

    Raises:
        DecodeError: If there are more or fewer bytes than the elements have.
    """
    wanted = sum(element.size + 2 for element in elements)
    if len(data) != wanted:
        raise DecodeError(f"the record has {len(data)} bytes, its elements have {wanted}", data)
    shown, at = {}, 0
    for element in elements:
        end = at + element.size
        quality, situation = data[end], data[end + 1]
        raw = _number(element.number, data[at:end]) if quality in (GOOD, ABNORMAL) else None
        shown[element.number] = Shown(raw, quality, situation)
        at = end + 2
    return shown


def _number(number: int, data: bytes) -> int | float | None:
    """A little-endian number; a signed one, but for floats and times.

    Some calculators send totals of hours with ones in their upper half; their lower half is right [3].

    References:
        [3] EnergyTechAudit.PowerAccounting.DeviceReader, VKT7, ArchiveCollector.
    """
    if not 1 <= len(data) <= _LONGEST:
        return None
    if number in _FLOATS:
        if len(data) != struct.calcsize("<f"):
            return None
        value: float = struct.unpack("<f", data)[0]
        return value if math.isfinite(value) else None
    if number in _TIMES:
        return int.from_bytes(data[:2] if data[2:] == b"\xff\xff" else data, "little")
    return int.from_bytes(data, "little", signed=True)


def properties(units: Sequence[int], decimals: Sequence[int], data: bytes) -> Properties:
    """Units and decimals, which were asked for in this order.

    A unit is a length in two bytes and so many letters, of older calculators («server version 0») seven letters; which
    it is, the count of bytes tells. The two bytes about each property mean nothing [1, 4.8].

    Raises:
        DecodeError: If neither layout fits.
    """
    border = len(data) - 3 * len(decimals)
    texts = _texts(len(units), data[:border]) if border >= 0 else None
    places = data[border::3] if decimals else b""
    if texts is None or any(places_of > _MOST_DECIMALS for places_of in places):
        raise DecodeError("the units and decimals of the calculator cannot be read", data)
    return Properties(
        {number: unit_name(text) for number, text in zip(units, texts, strict=True)},
        dict(zip(decimals, places, strict=True)),
    )


def _texts(count: int, data: bytes) -> list[bytes] | None:
    texts, at = [], 0
    while at + 2 <= len(data) and (length := int.from_bytes(data[at : at + 2], "little")) <= UNIT_SIZE:
        texts.append(data[at + 2 : at + 2 + length])
        at += length + 4
    if len(texts) == count and at == len(data):
        return texts
    if len(data) == count * (UNIT_SIZE + 2):
        return [data[at : at + UNIT_SIZE] for at in range(0, len(data), UNIT_SIZE + 2)]
    return None


def unit_name(text: bytes) -> str:
    """Our name of a unit that the calculator writes in code page 866; its own word if it is none of ours."""
    word = text.decode("cp866").strip(" \0")
    return _UNITS.get(word.translate(_DECORATION).lower(), word)


def qualities(shown: Iterable[Shown | None]) -> int:
    """The quality bytes of up to four values in one number, the first one lowest, so that 0 says that all is good."""
    return _packed((value.quality ^ GOOD if value else 0) for value in shown)


def situations(shown: Iterable[Shown | None]) -> int:
    """The abnormal situations of up to four values in one number, the first one lowest; 0 says that there is none."""
    return _packed((value.situation if value else 0) for value in shown)


def _packed(values: Iterable[int]) -> int:
    return int.from_bytes(bytes(values), "little")

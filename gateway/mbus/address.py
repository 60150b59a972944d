"""Addresses on M-Bus: a primary number of the line, or the secondary address that is printed on the meter.

Written as ``5`` or ``p5``; ``12345678`` or ``12345678.KAM.30.04`` (number, manufacturer, version and medium in hex,
``*`` or ``FF`` for any); in the number, ``F`` stands for any digit (EN 13757-3, section 11.3).
"""

import re
from dataclasses import dataclass

from gateway.mbus.sender import manufacturer_letters
from teplosvet.domain.errors import ConfigurationError

SELECTED = 0xFD
"""The primary address under which a selected meter is spoken to (EN 13757-2, 5.7.3)."""
TEST = 0xFE
"""Every meter answers to it: only for a line with a single one."""
HIGHEST_PRIMARY = 250

_PRIMARY = re.compile(r"p?(\d{1,3})")
_SECONDARY = re.compile(r"([0-9A-F]{8})(?:\.([A-Z]{3}|\*)\.([0-9A-F]{2}|\*)\.([0-9A-F]{2}|\*))?", re.IGNORECASE)
_PACKED = re.compile(r"([0-9A-F]{8})([0-9A-F]{4})([0-9A-F]{2})([0-9A-F]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Primary:
    """A number that somebody gave the meter.

    Attributes:
        number: 0 to 250; 0 is a new meter's, 254 any meter's.
    """

    number: int

    def __str__(self) -> str:
        return f"p{self.number}"


@dataclass(frozen=True, slots=True)
class Secondary:
    """What the maker gave the meter; what is not stated fits any.

    Attributes:
        identification: Eight digits, F for any.
        manufacturer: Three letters, or None for any.
        version: Version (generation), or None for any.
        medium: Medium, or None for any.
    """

    identification: str
    manufacturer: str | None = None
    version: int | None = None
    medium: int | None = None

    @property
    def mask(self) -> bytes:
        """The eight bytes that select it."""
        maker = b"\xff\xff" if self.manufacturer is None else manufacturer_code(self.manufacturer).to_bytes(2, "little")
        rest = bytes(0xFF if part is None else part for part in (self.version, self.medium))
        return bytes.fromhex(self.identification)[::-1] + maker + rest

    def fits(self, identification: str, manufacturer: str, version: int | None, medium: int | None) -> bool:
        """Whether a meter that says this of itself is meant; what it does not say is not held against it."""
        digits = zip(self.identification.upper(), identification.upper(), strict=False)
        return (
            (not identification or all(asked in ("F", has) for asked, has in digits))
            and (not manufacturer or self.manufacturer in (None, manufacturer))
            and (version is None or self.version in (None, version))
            and (medium is None or self.medium in (None, medium))
        )

    def __str__(self) -> str:
        if (self.manufacturer, self.version, self.medium) == (None, None, None):
            return self.identification
        version, medium = ("*" if part is None else f"{part:02X}" for part in (self.version, self.medium))
        return f"{self.identification}.{self.manufacturer or '*'}.{version}.{medium}"


def parse_address(words: str) -> Primary | Secondary:
    """The address that a configuration states.

    Raises:
        ConfigurationError: If it is none.
    """
    text = words.strip()
    if (found := _PRIMARY.fullmatch(text)) and (int(found[1]) <= HIGHEST_PRIMARY or int(found[1]) == TEST):
        return Primary(int(found[1]))
    if found := _SECONDARY.fullmatch(text):
        number, maker, version, medium = found.groups()
        letters = None if maker in (None, "*") else maker.upper()
        return Secondary(number.upper(), letters, _part(version), _part(medium))
    if found := _PACKED.fullmatch(text):
        code = int.from_bytes(bytes.fromhex(found[2]), "little")
        maker = None if code == 0xFFFF else manufacturer_letters(code)
        return Secondary(found[1].upper(), maker, _part(found[3]), _part(found[4]))
    raise ConfigurationError(
        f"{words!r} is no M-Bus address: a primary one is p0 to p{HIGHEST_PRIMARY}, a secondary one is eight digits "
        "as printed on the meter, such as 12345678 or 12345678.KAM.30.04"
    )


def manufacturer_code(letters: str) -> int:
    """The number that stands for a manufacturer's three letters (EN 13757-3, 5.6)."""
    a, b, c = (ord(letter) - 64 for letter in letters.upper())
    return a << 10 | b << 5 | c


def _part(text: str | None) -> int | None:
    return None if text in (None, "*") or text.upper() == "FF" else int(text, 16)

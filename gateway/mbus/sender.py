"""Who sent a telegram: what stands before its records.

References:
    EN 13757-7:2018, section 7 (long and short data headers); EN 13757-3:2018, section 6.1 for mode 2 (high byte first).
"""

from typing import NamedTuple

LONG, SHORT = 12, 4
"""Bytes of the two forms. [B]"""


class Sender(NamedTuple):
    """Who sent a telegram, as far as it says.

    Attributes:
        identification: Identification number: 8 digits, or letters where a meter sends them.
        manufacturer: Three letters.
        version: Version of the meter, in the manufacturer's counting.
        medium: Code of what it measures.
        access_number: Counts the telegrams of the meter.
        status: Status byte.
        signature: Signature, or configuration of the encryption.
    """

    identification: str | None = None
    manufacturer: str | None = None
    version: int | None = None
    medium: int | None = None
    access_number: int | None = None
    status: int | None = None
    signature: int | None = None


def long_sender(data: bytes, *, reverse: bool) -> Sender:
    """Read the long form."""
    order = -1 if reverse else 1
    number, maker = data[0:4][::order], data[4:6][::order]
    return Sender(
        identification_text(number),
        manufacturer_letters(int.from_bytes(maker, "little")),
        data[6],
        data[7],
        data[8],
        data[9],
        int.from_bytes(data[10:12][::order], "little"),
    )


def short_sender(data: bytes) -> Sender:
    """Read the short form, which only counts and tells the status."""
    return Sender(
        access_number=data[0],
        status=data[1],
        signature=int.from_bytes(data[2:4], "little"),
    )


def identification_text(number: bytes) -> str:
    """An identification number, low byte first, as it stands on the meter."""
    return number[::-1].hex().upper()


def manufacturer_letters(code: int) -> str:
    """The three letters of a manufacturer's code (EN 13757-7, 7.5.2): five bits each, A is 1."""
    return "".join(chr(64 + (code >> shift & 0x1F)) for shift in (10, 5, 0))


_APPLICATION = {1: "busy", 2: "application error", 3: "abnormal condition"}
_BITS = {0x04: "power low", 0x08: "permanent error", 0x10: "temporary error"}


def status_words(status: int | None) -> tuple[str, ...]:
    """What a status byte says (EN 13757-7:2018, table 14); the upper three bits are the manufacturer's."""
    if status is None:
        return ()
    words = [_APPLICATION[status & 0x03]] if status & 0x03 else []
    words += [word for bit, word in _BITS.items() if status & bit]
    words += [f"manufacturer's bit {bit}" for bit in (5, 6, 7) if status >> bit & 1]
    return tuple(words)

"""Whether a telegram is encrypted: what its configuration word says, and whether that can be believed.

The word before the records was a «signature» in old meters and anything may stand in it. A body that reads well without
a key is not encrypted, whatever the word says.

References:
    EN 13757-7:2018, section 7.7 and table 19; EN 13757-3:2004, section 5.9 for modes 2 and 3.
"""

from gateway.mbus.body import Body
from gateway.mbus.quantity import MeterQuantity as Q
from gateway.mbus.record import Record

_BLOCK = 16
_BYTES = frozenset({2, 3})
"""Modes whose word counts encrypted bytes."""
_BLOCKS = frozenset({4, 5, 7})
"""Modes whose word counts encrypted blocks of 16 bytes."""
_WHOLE = frozenset({8, 9, 10, 13})
"""Modes that encrypt all of it."""

DECRYPTED = b"\x2f\x2f"
"""What a decrypted body begins with (two idle fillers)."""

_EXPECTED = frozenset(
    {
        Q.ENERGY,
        Q.VOLUME,
        Q.MASS,
        Q.POWER,
        Q.VOLUME_FLOW,
        Q.FLOW_TEMPERATURE,
        Q.RETURN_TEMPERATURE,
        Q.TEMPERATURE_DIFFERENCE,
        Q.EXTERNAL_TEMPERATURE,
        Q.HEAT_COST_ALLOCATION,
        Q.TIME_POINT,
        Q.ON_TIME,
        Q.OPERATING_TIME,
        Q.FABRICATION_NUMBER,
        Q.ERROR_FLAGS,
    }
)
"""What meters are there to tell."""

_BYTES_A_RECORD = 12
"""A telegram has at least one record for so many bytes. [B]"""

_DIGITS = 1e8
"""Meters show up to eight digits."""


def security_mode(word: int | None) -> int:
    """The security mode of a configuration word."""
    return (word or 0) >> 8 & 0x1F


def encrypted_length(word: int | None, data: bytes, body: Body) -> int:
    """How many bytes at the beginning of a body are encrypted. [B]

    Args:
        word: The configuration word.
        data: The body.
        body: What it says when read as it is.
    """
    claimed = _claimed_length(word, data)
    if not 0 < claimed <= len(data) or data.startswith(DECRYPTED) or _reads_well(body, len(data)):
        return 0
    return claimed


def _claimed_length(word: int | None, data: bytes) -> int:
    mode = security_mode(word)
    low = (word or 0) & 0xFF
    if mode in _BYTES:
        return low
    if mode in _BLOCKS:
        return (low >> 4) * _BLOCK
    return len(data) if mode in _WHOLE else 0


def _reads_well(body: Body, length: int) -> bool:
    """Whether the records make sense. Of random bytes, 0.4 % of the shortest and 0.01 % of long bodies do."""
    sensible = [record for record in body.records if _makes_sense(record)]
    covered = sum(len(record.raw) for record in sensible)
    return not body.problems and 2 * covered >= length and len(sensible) >= max(2, length // _BYTES_A_RECORD)


def _makes_sense(record: Record) -> bool:
    meaning, value = record.meaning, record.value
    if meaning.quantity not in _EXPECTED or value is None or meaning.tariff > 3 or meaning.subunit > 3:
        return False
    return not (isinstance(value, int | float) and meaning.step and abs(value) >= _DIGITS * meaning.step)

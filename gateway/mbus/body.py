"""The body of a telegram: records, one after the other, until the manufacturer's own data or the end.

References:
    EN 13757-3:2018, section 6.2 and 6.3.2 (special DIFs).
"""

from typing import NamedTuple

from gateway.mbus import dif as d
from gateway.mbus.problem import Problem, ProblemCode
from gateway.mbus.quantity import MeterQuantity
from gateway.mbus.record import Record, make_record, meaning_of
from gateway.mbus.variable import hexadecimal, variable_length
from gateway.mbus.vib import BlockError, chain_end, vib_end


class Body(NamedTuple):
    """What a body says.

    Attributes:
        records: Its records.
        manufacturer_data: What follows the records and only the manufacturer can read, or None.
        more_follows: The meter has another telegram to give.
        problems: What could not be read.
    """

    records: tuple[Record, ...]
    manufacturer_data: bytes | None = None
    more_follows: bool = False
    problems: tuple[Problem, ...] = ()


def read_body(body: bytes, *, reverse: bool = False) -> Body:
    """Read the records of a body; what cannot be read ends them and is a problem.

    Args:
        body: The bytes.
        reverse: Whether the meter sends the high byte first (mode 2).
    """
    records: list[Record] = []
    problems: list[Problem] = []
    at = 0
    while at < len(body):
        dif = body[at]
        if dif & 0x0F == d.SPECIAL:
            if dif == d.IDLE_FILLER:
                at += 1
                continue
            if dif in {d.MANUFACTURER_DATA, d.MORE_RECORDS_FOLLOW}:
                return Body(tuple(records), body[at + 1 :], dif == d.MORE_RECORDS_FOLLOW, tuple(problems))
            problems.append(Problem(ProblemCode.RESERVED_CODE, f"DIF {dif:02X} is reserved: {_rest(body, at)}"))
            break
        try:
            record, at = _next_record(body, at, reverse)
        except BlockError as error:
            problems.append(Problem(ProblemCode.CUT_SHORT, f"{error}: {_rest(body, at)}"))
            break
        records.append(record)
        if record.meaning.quantity is MeterQuantity.UNKNOWN:
            problems.append(Problem(ProblemCode.UNKNOWN_UNIT, f"VIF {hexadecimal(record.vib)} is not known"))
    return Body(tuple(records), None, more_follows=False, problems=tuple(problems))


_FIRST_SPECIAL_VIF = b"\x7c"
"""Below it, a VIF stands alone."""


def _rest(body: bytes, at: int) -> str:
    return f"{hexadecimal(body[at:])} is not read"


def _next_record(body: bytes, at: int, reverse: bool) -> tuple[Record, int]:
    """The record that begins at `at`, and where the next one does."""
    if body[at] < 0x80 and body[at + 1 : at + 2] < _FIRST_SPECIAL_VIF and at + 1 < len(body):
        dib_end, start = at + 1, at + 2  # one byte each, as most records have
    else:
        dib_end = chain_end(body, at)
        start = vib_end(body, dib_end)
    meaning = meaning_of(body[at:start], dib_end - at)
    length, lvar = meaning.length, None
    if length is None:
        if start >= len(body):
            raise BlockError("the record is cut short")
        lvar = body[start]
        length = variable_length(lvar)
        if length is None:
            raise BlockError(f"the length {lvar:02X} is reserved")
        start += 1
    end = start + length
    if end > len(body):
        raise BlockError("the record is cut short")
    return make_record(meaning, body[start:end], lvar, reverse=reverse), end

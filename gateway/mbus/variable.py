"""Data of variable length: the byte LVAR says how many bytes follow and how they are coded.

References:
    EN 13757-3:2018, section 6.3.3, table 5.
"""

from gateway.mbus.number import Number, scaled

_TEXT_END, _POSITIVE, _NEGATIVE, _BINARY, _LONG_BINARY = 0xC0, 0xC0, 0xD0, 0xE0, 0xF0
_MOST_BCD_BYTES = 9
_LONGEST_NUMBER = 8
"""A longer binary «number» is a key or a name and stays bytes. [B]"""


def variable_length(lvar: int) -> int | None:
    """How many bytes follow, or None if the standard reserves the code. [B]"""
    if lvar < _TEXT_END:
        return lvar
    if lvar < _BINARY:
        count = lvar & 0x0F
        return count if count <= _MOST_BCD_BYTES else None
    if lvar < _LONG_BINARY:
        return lvar - _BINARY
    return {0xF0: 16, 0xF1: 20, 0xF2: 24, 0xF3: 28, 0xF4: 32, 0xF5: 48, 0xF6: 64}.get(lvar)


def is_text(lvar: int) -> bool:
    """Whether what follows is text, or bytes of a container."""
    return lvar < _TEXT_END


def is_binary(lvar: int) -> bool:
    """Whether what follows is a binary number."""
    return lvar >= _BINARY


def read_variable(lvar: int, data: bytes, exponent: int, divisor: int) -> Number | str:
    """The value: text for text and for long binary numbers, else a number."""
    if is_text(lvar):
        return read_text(data)
    if not data:
        return None
    if is_binary(lvar):
        if len(data) > _LONGEST_NUMBER:
            return hexadecimal(data[::-1])
        return scaled(int.from_bytes(data, "little", signed=True), exponent, divisor)
    digits = data[::-1].hex()
    if not digits.isdecimal():
        return None
    return scaled(-int(digits) if lvar >= _NEGATIVE else int(digits), exponent, divisor)


def read_text(data: bytes) -> str:
    """Text of ISO 8859-1, whose last letter is sent first; what fills it up is left away."""
    return data[::-1].decode("latin-1").strip("\0 ")


def hexadecimal(data: bytes) -> str:
    """Bytes as people write them."""
    return data.hex(" ").upper()

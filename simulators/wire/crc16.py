"""The check at the end of frames on serial lines, as a slave makes it.

References:
    Modbus over Serial Line V1.02, section 2.5.1.2 and appendix B: polynomial A001, begun with FFFF, low byte first.
"""


def _after(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_AFTER = tuple(_after(byte) for byte in range(256))


def check(data: bytes) -> bytes:
    """The check of `data`, two bytes."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _AFTER[(value ^ byte) & 0xFF]
    return value.to_bytes(2, "little")


def checked(body: bytes) -> bytes:
    """A frame: the body and its check."""
    return body + check(body)


def is_checked(frame: bytes) -> bool:
    """Whether a frame ends with its check."""
    return len(frame) > 2 and check(frame[:-2]) == frame[-2:]

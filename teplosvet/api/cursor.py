"""Where a page ended: the keys of its last row, in one opaque word."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from teplosvet.domain.errors import TeplosvetError


class CursorError(TeplosvetError):
    """This is no place in this list."""


def write_cursor(listing: str, keys: Sequence[object]) -> str:
    """The word for a row."""
    text = msgspec.json.encode([listing, *keys])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(word: str, listing: str, types: Sequence[Any]) -> tuple[object, ...]:
    """The keys again.

    Raises:
        CursorError: If it is not a word of this list.
    """
    try:
        text = base64.b64decode(word.encode("ascii") + b"=" * (-len(word) % 4), altchars=b"-_", validate=True)
        parts = msgspec.json.decode(text, type=tuple[str, *types])  # type: ignore[valid-type]
    except (UnicodeError, binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise CursorError from error
    if parts[0] != listing:
        raise CursorError
    return tuple(parts[1:])

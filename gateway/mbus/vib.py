"""Value information blocks: where they end, and their codes and text."""

from gateway.mbus.dif import MOST_EXTENSIONS

_PLAIN_TEXT = 0x7C
_LONGEST_TEXT = 64


class BlockError(Exception):
    """A block that has no end, or is longer than the standard allows."""


def chain_end(body: bytes, at: int) -> int:
    """Where a chain of bytes ends of which bit 7 says that another follows.

    Raises:
        BlockError: If it is too long, or cut short.
    """
    end = at
    try:
        while body[end] & 0x80:
            end += 1
    except IndexError:
        raise BlockError("the record is cut short") from None
    if end - at > MOST_EXTENSIONS:
        raise BlockError(f"more than {MOST_EXTENSIONS} extensions follow each other")
    return end + 1


def vib_end(body: bytes, at: int) -> int:
    """Where the value information block that begins at `at` ends.

    Raises:
        BlockError: If it is too long, or cut short.
    """
    if at >= len(body):
        raise BlockError("the record is cut short")
    if body[at] & 0x7F == _PLAIN_TEXT:
        return _plain(body, at)[0]
    return chain_end(body, at)


def parse_vib(vib: bytes) -> tuple[bytes, str | None]:
    """The codes of a block, and the text of a plain-text VIF.

    Args:
        vib: A whole block.
    """
    if vib[0] & 0x7F == _PLAIN_TEXT:
        _, codes, text = _plain(vib, 0)
        return codes, text
    return vib, None


def _plain(body: bytes, at: int) -> tuple[int, bytes, str]:
    """End, codes and text of a block with a plain-text VIF.

    The text follows the VIFEs (EN 13757-3:2018, annex C.2); older meters, Elvaco's among them, send it before them.
    """
    if body[at] & 0x80 and _is_text(body, at + 1):
        text_end = at + 2 + body[at + 1]
        end = chain_end(body, text_end)
        return end, body[at : at + 1] + body[text_end:end], _text(body[at + 2 : text_end])
    codes_end = chain_end(body, at)
    if codes_end >= len(body) or codes_end + 1 + body[codes_end] > len(body):
        raise BlockError("the text of a unit is cut short")
    end = codes_end + 1 + body[codes_end]
    return end, body[at:codes_end], _text(body[codes_end + 1 : end])


def _is_text(body: bytes, at: int) -> bool:
    """Whether a length and so many printable letters stand there."""
    if at >= len(body) or not 0 < body[at] <= _LONGEST_TEXT:
        return False
    letters = body[at + 1 : at + 1 + body[at]]
    return len(letters) == body[at] and letters.decode("latin-1").isprintable()


def _text(letters: bytes) -> str:
    """Text whose last letter is sent first."""
    return letters[::-1].decode("latin-1").strip("\0 ")

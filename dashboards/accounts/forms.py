"""What a form says, and what of it is kept when its session has ended."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from fastapi import Depends, Request

from teplosvet.access.guard import CSRF_FIELD

LONGEST_KEPT = 64 * 1024
SECRETS = frozenset({CSRF_FIELD, "password", "old", "new", "again"})


async def said(request: Request) -> dict[str, str]:
    """Fields of a form by name; files are none, and a NUL, which no name has, is left out."""
    if request.method in {"GET", "HEAD"}:
        return {}
    form = await request.form()
    return {name: value.replace("\0", "") for name, value in form.items() if isinstance(value, str)}


Said = Annotated[dict[str, str], Depends(said)]


def local_path(text: str) -> str:
    """Where to go next: a path of this host; anything else is the first page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    safe = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and "\\" not in text
    return text if safe and not parts.scheme and not parts.netloc else "/"


def is_from_here(request: Request) -> bool:
    """Whether the browser says that a page of ours sent this form; nobody else's is kept and sent again."""
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")


def packed(fields: Iterable[tuple[str, str]]) -> str:
    """Fields that are kept across a sign-in, as one text; empty if they are too long to be."""
    kept = msgspec.json.encode([(name, value) for name, value in fields if name not in SECRETS]).decode()
    return kept if len(kept) <= LONGEST_KEPT else ""


def unpacked(text: str) -> list[tuple[str, str]]:
    """The fields again; none if the text was not ours."""
    try:
        return msgspec.json.decode(text, type=list[tuple[str, str]])
    except (msgspec.DecodeError, UnicodeError):
        return []

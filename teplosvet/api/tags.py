"""Entity tags: what has not changed is not sent, what has changed is not overwritten (RFC 9110, section 13.1)."""

import hashlib

from fastapi import Request, Response
from starlette.exceptions import HTTPException


def tag_of(body: bytes) -> str:
    """A weak tag of a body: the same rows, whichever way they travel."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(request: Request, response: Response, tag: str) -> Response:
    """The answer with its tag, or 304 where the asker has it."""
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    if _matches(request.headers.get("if-none-match", ""), tag):
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Link") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


def must_match(request: Request, tag: str) -> None:
    """Refuse a change to what is no longer what the asker read.

    Raises:
        HTTPException: 412 if ``If-Match`` names other tags.
    """
    wanted = request.headers.get("if-match")
    if wanted is not None and not _matches(wanted, tag):
        raise HTTPException(412)


def _matches(header: str, tag: str) -> bool:
    wanted = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in wanted or tag.removeprefix("W/") in wanted

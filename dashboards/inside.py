"""Calls of our own API in the name of whoever asks: services do not import each other, they talk HTTP."""

from collections.abc import Mapping
from urllib.parse import quote

import httpx
from fastapi import Request

CARRIED = frozenset(
    {b"cookie", b"authorization", b"x-csrf-token", b"origin", b"sec-fetch-site", b"accept-language", b"host"}
)
"""Headers that say who asks and from where; they go along as the bytes that came, which need be no text."""


async def call(request: Request, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
    """The answer of an endpoint of the same application, without a network between.

    Args:
        request: Of the page, whose headers go along.
        method: ``GET`` or ``POST``.
        path: With its names already quoted.
        body: What is sent as JSON.
    """
    csrf = getattr(request.state, "csrf", "")
    headers = [each for each in request.headers.raw if each[0] in CARRIED and not (csrf and each[0] == b"x-csrf-token")]
    if csrf:
        headers.append((b"x-csrf-token", csrf.encode()))
    transport = httpx.ASGITransport(app=request.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{request.url.scheme}://inside") as client:
        return await client.request(method, path, headers=headers, json=body)


def segment(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def sentence(answer: httpx.Response) -> str:
    """What a problem says (RFC 9457)."""
    try:
        detail = answer.json().get("detail", "")
    except ValueError:
        return answer.reason_phrase
    return detail if isinstance(detail, str) else answer.reason_phrase

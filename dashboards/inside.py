"""Calls of our own API in the name of whoever asks: services do not import each other, they talk HTTP."""

from collections.abc import Mapping
from urllib.parse import quote

import httpx
from fastapi import Request

CARRIED = ("cookie", "authorization", "x-csrf-token", "origin", "sec-fetch-site", "accept-language", "host")
"""Headers that say who asks and from where."""


async def call(request: Request, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
    """The answer of an endpoint of the same application, without a network between.

    Args:
        request: Of the page, whose headers go along.
        method: ``GET`` or ``POST``.
        path: With its names already quoted.
        body: What is sent as JSON.
    """
    headers = {name: request.headers[name] for name in CARRIED if name in request.headers}
    if csrf := getattr(request.state, "csrf", ""):
        headers["x-csrf-token"] = csrf
    transport = httpx.ASGITransport(app=request.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=str(request.base_url)) as client:
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

"""Around every request: its id, its language, the greatest body, its metrics, and the last resort."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from teplosvet.api import metrics
from teplosvet.api.language import accepted_language
from teplosvet.api.problem import problem
from teplosvet.api.sentences import of_status
from teplosvet.words.catalogue import speaking

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
"""What a request may send. [B]"""
LARGEST_UPLOAD = 32 * 1024 * 1024
"""What a form with files may send. [B]"""

REQUEST_ID = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """ASGI middleware; it reads no body itself, so that streams stay streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        token = speaking.set(accepted_language(headers.get("accept-language", "")))
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        try:
            await self._app(scope, _limited(receive, headers), answer.send)
        except Exception:
            log.exception("request %s failed", request_id)
            if answer.status is None:
                await problem(500, "InternalError", of_status(500))(scope, receive, answer.send)
        finally:
            speaking.reset(token)
            route = getattr(scope.get("route"), "path", None)
            metrics.answered(scope["method"], route, answer.status or 500, time.perf_counter() - started)


class _Answer:
    """What is sent, with the id on it."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._id = send, request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self._id
        await self._send(message)


def _limited(receive: Receive, headers: Headers) -> Receive:
    form = headers.get("content-type", "").startswith("multipart/form-data")
    left = LARGEST_UPLOAD if form else LARGEST_BODY
    announced = headers.get("content-length", "")
    too_much = announced.isdecimal() and int(announced) > left

    async def limited() -> Message:
        nonlocal left
        if too_much:
            raise HTTPException(413)
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return limited

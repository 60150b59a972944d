"""A request that is sent twice is done once: ``Idempotency-Key``, per person, for a day."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
import psycopg
from fastapi import Depends, Header, Request, Response
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from starlette.exceptions import HTTPException

from teplosvet.access.guard import Person
from teplosvet.domain.errors import TeplosvetError
from teplosvet.storage.pool import request_connection
from teplosvet.storage.queries import query

Database = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]


class KeyReusedError(TeplosvetError):
    """This Idempotency-Key was used for another request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change answers.

    Attributes:
        value: Becomes JSON.
        status: HTTP status.
        headers: What else is told.
    """

    value: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Once:
    """Does what a request asks for, unless it was done."""

    connection: psycopg.Connection[TupleRow]
    principal: str
    key: str | None
    digest: bytes

    def run(self, work: Callable[[], Answer]) -> Response:
        """Do it in one transaction with the note that it was done; what fails leaves no note, and may be sent again.

        Raises:
            KeyReusedError: If the key stands for another request.
            HTTPException: 409 if the first one takes too long.
        """
        if self.key is None:
            with self.connection.transaction():
                return _response(work())
        values = {"principal": self.principal, "key": self.key, "digest": self.digest}
        try:
            with self.connection.transaction():
                self.connection.execute(query("api", "patience"))
                self.connection.execute(query("api", "forget_one"), values)
                if self.connection.execute(query("api", "claim"), values).rowcount == 0:
                    return self._again(values)
                response = _response(work())
                kept = {"status": response.status_code, "body": response.body, "headers": Jsonb(dict(response.headers))}
                self.connection.execute(query("api", "keep"), values | kept)
                return response
        except psycopg.errors.LockNotAvailable as error:
            raise HTTPException(409) from error

    def _again(self, values: Mapping[str, object]) -> Response:
        row = self.connection.execute(query("api", "answered"), values).fetchone()
        if row is None:
            raise HTTPException(409)
        digest, status, headers, body = row
        if bytes(digest) != self.digest:
            raise KeyReusedError
        return Response(bytes(body), status, {**headers, "Idempotency-Replayed": "true"})


def _response(answer: Answer) -> Response:
    body = b"" if answer.status == 204 else msgspec.json.encode(answer.value)
    return Response(body, answer.status, dict(answer.headers), None if answer.status == 204 else "application/json")


async def once(
    request: Request,
    connection: Database,
    person: Person,
    idempotency_key: Annotated[
        str | None,
        Header(description="Any word of yours; the same one again answers the same.", min_length=1, max_length=200),
    ] = None,
) -> Once:
    """FastAPI dependency of every change over JSON.

    Raises:
        HTTPException: 415 if what is sent is not JSON.
    """
    body = await request.body()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media != "application/json":
        raise HTTPException(415)
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    principal = person.name if person.user_id is None else f"#{person.user_id}"
    return Once(connection, principal, idempotency_key, hashlib.sha256(asked).digest())


OnceOnly = Annotated[Once, Depends(once)]

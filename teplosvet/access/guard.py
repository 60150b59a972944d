"""FastAPI dependencies: who asks, and whether they may.

`signed_in` stands before every router of the application; only what is marked with `open_to_all` answers whoever asks.
"""

import secrets
from collections.abc import Callable
from hmac import compare_digest
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from teplosvet.access.cookies import session_cookie
from teplosvet.access.principal import NOBODY, Principal, Role
from teplosvet.access.sessions import Session, asking, find_session
from teplosvet.access.tokens import find_token
from teplosvet.domain.errors import ForbiddenError, NotSignedInError, PasswordChangeError, StaleFormError
from teplosvet.storage.pool import Pool

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BEFORE_PASSWORD_CHANGE = frozenset({"/account/password", "/sign-out"})
_OPEN = "_teplosvet_open"

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint that answers whoever asks; its connection sees nothing that has a border."""
    setattr(endpoint, _OPEN, True)
    return endpoint


def is_open(endpoint: object) -> bool:
    """Whether an endpoint answers whoever asks."""
    return bool(getattr(endpoint, _OPEN, False))


async def signed_in(request: Request) -> Principal:
    """Whoever asks, by token or by session.

    Raises:
        NotSignedInError: If nobody is known, or no longer.
        StaleFormError: If a change does not say the session's token.
        PasswordChangeError: If a one-time password has to be changed first.
        ForbiddenError: If a read-only token would change something.
    """
    asking.set(None)
    if is_open(request.scope["route"].endpoint):
        return NOBODY
    request.state.request_id = secrets.token_hex(8)
    found = await run_in_threadpool(_identified, request)
    person = found.person if isinstance(found, Session) else found
    if isinstance(found, Session):
        asking.set(found)
        request.state.csrf = found.csrf
        if request.method not in SAFE:
            await _same_form(request, found)
        if found.must_change_password and request.url.path not in BEFORE_PASSWORD_CHANGE:
            raise PasswordChangeError
    elif person.read_only and request.method not in SAFE:
        raise ForbiddenError("this token may only read")
    request.state.reader = person.reader
    request.state.person = person
    return person


def _identified(request: Request) -> Principal | Session:
    address, request_id = address_of(request), request.state.request_id
    pool: Pool = request.app.state.pool
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    cookie = session_cookie(request)
    found: Principal | Session | None = None
    if scheme.lower() == "bearer" and secret:
        with pool.connection() as connection:
            found = find_token(connection, secret.strip(), address, request_id)
    elif cookie:
        with pool.connection() as connection:
            found = find_session(connection, cookie, address, request_id)
    if found is None:
        raise NotSignedInError
    return found


async def _same_form(request: Request, session: Session) -> None:
    said: object = request.headers.get(CSRF_HEADER)
    kind = request.headers.get("content-type", "")
    if said is None and kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        said = (await request.form()).get(CSRF_FIELD)
    if not isinstance(said, str) or not compare_digest(said.encode(), session.csrf.encode()):
        raise StaleFormError


def require_local_or_administrator(request: Request) -> None:
    """Let in whoever asks from this machine itself, and administrators of the platform by token.

    Raises:
        NotSignedInError: If somebody else asks.
    """
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    if address_of(request) in {"127.0.0.1", "::1"} and not forwarded:
        return
    request.state.request_id = secrets.token_hex(8)
    found = _identified(request)
    person = found.person if isinstance(found, Session) else found
    if not person.platform:
        raise ForbiddenError("administrator of the platform")


def address_of(request: Request) -> str:
    """Where a request came from; behind a proxy on loopback, what the proxy says (uvicorn reads its headers)."""
    return request.client.host if request.client is not None else ""


Person = Annotated[Principal, Depends(signed_in)]


def needs(*roles: Role) -> Callable[[Principal], Principal]:
    """A dependency that lets only these roles in.

    Raises:
        ForbiddenError: When somebody else asks.
    """

    def checked(person: Person) -> Principal:
        if not person.may(*roles):
            raise ForbiddenError(", ".join(roles))
        return person

    return checked


def needs_platform(person: Person) -> Principal:
    """A dependency that lets administrators of the platform in.

    Raises:
        ForbiddenError: When somebody else asks.
    """
    if not person.platform:
        raise ForbiddenError("administrator of the platform")
    return person

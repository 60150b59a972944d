"""Signing in and out."""

from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from dashboards.accounts import account, people
from dashboards.accounts.forms import Said, local_path, unpacked
from dashboards.accounts.sign_in_page import sign_in_page
from dashboards.asking import PageRoute, Person, reader_of
from dashboards.render import page
from teplosvet.access import audit, oidc
from teplosvet.access.cookies import forget_session, form_cookie, session_cookie, set_session
from teplosvet.access.guard import address_of, open_to_all, signed_in
from teplosvet.access.principal import Principal
from teplosvet.access.sessions import asking, close_session, find_session
from teplosvet.access.sign_in import Opened, Refusal, begin, sign_in
from teplosvet.config import settings
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.storage.pool import Pool

pages = APIRouter(route_class=PageRoute, include_in_schema=False)

YEAR_S = 365 * 24 * 3600


@pages.get("/sign-in")
@open_to_all
def show_sign_in(request: Request) -> Response:
    """The form."""
    return sign_in_page(request, next_path=local_path(request.query_params.get("next", "/")))


@pages.post("/sign-in")
@open_to_all
def take_sign_in(request: Request, fields: Said) -> Response:
    """Let somebody in, under a new session; a form that waited for it is shown to be sent again."""
    next_path, login, kept = local_path(fields.get("next", "/")), fields.get("login", ""), fields.get("kept", "")
    cookie = form_cookie(request)
    if not cookie or not compare_digest(cookie.encode(), fields.get("token", "").encode()):
        return sign_in_page(request, 403, next_path=next_path, login=login, kept=kept, ended=True)
    pool: Pool = request.app.state.pool
    agent = request.headers.get("user-agent", "")
    with pool.connection() as connection:
        found = sign_in(connection, login, fields.get("password", ""), address_of(request), agent)
        if isinstance(found, Refusal):
            status = 401 if found.wait_minutes is None else 429
            return sign_in_page(request, status, next_path=next_path, login=login[:64], refusal=found, kept=kept)
        old = session_cookie(request)
        if old is not None:
            previous = find_session(connection, old, None, None)
            if previous is not None:
                close_session(connection, previous.key)
        asking.set(find_session(connection, found.cookie, None, None))
    return _let_in(request, found, next_path, kept)


def _let_in(request: Request, found: Opened, next_path: str, kept: str = "") -> Response:
    fields = unpacked(kept) if kept else []
    answer: Response = RedirectResponse(next_path, 303)
    if fields:
        answer = page("send_again.html", reader_of(request), action=next_path, fields=fields)
    set_session(request, answer, found.cookie)
    if "lang" not in request.cookies:
        answer.set_cookie("lang", found.language, max_age=YEAR_S, httponly=True, samesite="lax")
    return answer


@pages.post("/sign-out")
def take_sign_out(request: Request, person: Annotated[Principal, Depends(signed_in)]) -> Response:
    """End the session."""
    session = asking.get()
    if session is not None:
        pool: Pool = request.app.state.pool
        with pool.connection() as connection, connection.transaction():
            close_session(connection, session.key)
            audit.record(connection, person, "sign_out", session.login)
    answer = RedirectResponse("/sign-in", 303)
    forget_session(request, answer)
    return answer


@pages.get("/sign-in/provider")
@open_to_all
def go_to_provider(request: Request) -> Response:
    """Send the browser to the provider."""
    if settings().oidc_issuer is None:
        raise UnknownNameError
    pool: Pool = request.app.state.pool
    with pool.connection() as connection:
        next_path = local_path(request.query_params.get("next", "/"))
        begun = oidc.begin(connection, settings(), str(request.url_for("take_provider")), next_path)
    answer = RedirectResponse(begun.url, 303)
    answer.set_cookie(
        "teplosvet-provider",
        begun.state,
        max_age=600,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@pages.get("/sign-in/provider/back")
@open_to_all
def take_provider(request: Request, reader: Person) -> Response:
    """Let in whom the provider names: the browser that left has to be the one that comes back."""
    if settings().oidc_issuer is None:
        raise UnknownNameError
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    cookie = request.cookies.get("teplosvet-provider", "")
    if not code or not compare_digest(cookie.encode(), state.encode()):
        return page("refused.html", reader, 403, fault="provider")
    pool: Pool = request.app.state.pool
    with pool.connection() as connection:
        try:
            who = oidc.finish(connection, settings(), str(request.url_for("take_provider")), state, code)
        except ForbiddenError:
            return page("refused.html", reader, 403, fault="provider")
        with connection.transaction():
            found = oidc.account_of(connection, who)
            if found is None:
                return sign_in_page(request, 403, stranger=True)
            account_id, name, language = found
            agent = request.headers.get("user-agent", "")
            opened = begin(
                connection, account_id, name, language, "sign_in.provider", address=address_of(request), agent=agent
            )
    return _let_in(request, opened, who.next_path)


router = APIRouter()
router.include_router(pages)
router.include_router(account.router)
router.include_router(people.router)

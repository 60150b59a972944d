"""What a page answers to somebody whom it may not answer, and what a browser gets where no page is."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.accounts.forms import is_from_here, packed, said
from dashboards.accounts.sign_in_page import sign_in_page
from dashboards.asking import reader_of
from dashboards.render import page
from teplosvet.domain.errors import ForbiddenError, NotSignedInError, PasswordChangeError


async def answer(request: Request, error: ForbiddenError | NotSignedInError | HTTPException) -> Response:
    """A way to sign in, to the new password, or a page that says what to do."""
    if isinstance(error, HTTPException):
        answered = page("error.html", reader_of(request), error.status_code, code="unknown")
        answered.headers.update(error.headers or {})
        return answered
    if isinstance(error, PasswordChangeError):
        return RedirectResponse("/account/password", 303)
    if isinstance(error, ForbiddenError):
        return page("refused.html", reader_of(request), 403, fault=type(error).__name__)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method in {"GET", "HEAD"}:
        return RedirectResponse("/sign-in" if here == "/" else f"/sign-in?next={quote(here, safe='')}", 303)
    kept = packed((await said(request)).items()) if is_from_here(request) else ""
    return sign_in_page(request, 401, next_path=here if kept else "/", kept=kept, ended=True)

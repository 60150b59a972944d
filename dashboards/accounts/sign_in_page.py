"""The page that asks who is there."""

import secrets

from fastapi import Request, Response

from dashboards.asking import reader_of
from dashboards.render import page
from teplosvet.access.cookies import form_cookie, set_form
from teplosvet.access.sign_in import Refusal
from teplosvet.config import settings


def sign_in_page(
    request: Request,
    status: int = 200,
    *,
    next_path: str = "/",
    login: str = "",
    refusal: Refusal | None = None,
    kept: str = "",
    ended: bool = False,
    stranger: bool = False,
) -> Response:
    """The form, with what was typed before and why it is here again.

    Args:
        request: Of the browser.
        status: Of the answer.
        next_path: Where they wanted to go.
        login: What was typed.
        refusal: Why nobody was let in.
        kept: Fields of another form that are sent again after signing in.
        ended: Whether a session has ended in the middle of a form.
        stranger: Whether a provider named somebody who has no account.
    """
    token = form_cookie(request) or secrets.token_urlsafe(24)
    answer = page(
        "sign_in.html",
        reader_of(request),
        status,
        token=token,
        next_path=next_path,
        login=login,
        refusal=refusal,
        kept=kept,
        ended=ended,
        stranger=stranger,
        has_provider=settings().oidc_issuer is not None,
    )
    set_form(request, answer, token)
    return answer

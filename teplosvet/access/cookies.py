"""The cookie of a session: bound to the host where the connection is encrypted."""

from fastapi import Request, Response

from teplosvet.access.sessions import LASTS

PLAIN, ENCRYPTED = "teplosvet", "__Host-teplosvet"
FORM_PLAIN, FORM_ENCRYPTED = "teplosvet-form", "__Host-teplosvet-form"


def is_encrypted(request: Request) -> bool:
    """Whether the browser speaks https with us, or with the proxy before us."""
    return request.url.scheme == "https"


def session_cookie(request: Request) -> str | None:
    """What the browser says its session is."""
    return request.cookies.get(ENCRYPTED if is_encrypted(request) else PLAIN)


def form_cookie(request: Request) -> str | None:
    """What the browser was given with the sign-in form."""
    return request.cookies.get(FORM_ENCRYPTED if is_encrypted(request) else FORM_PLAIN)


def set_session(request: Request, response: Response, secret: str) -> None:
    """Give the browser its session."""
    secure = is_encrypted(request)
    response.set_cookie(
        ENCRYPTED if secure else PLAIN,
        secret,
        max_age=int(LASTS.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def set_form(request: Request, response: Response, value: str) -> None:
    """Give the browser what the sign-in form has to say back."""
    secure = is_encrypted(request)
    response.set_cookie(
        FORM_ENCRYPTED if secure else FORM_PLAIN, value, max_age=3600, secure=secure, httponly=True, samesite="lax"
    )


def forget_session(request: Request, response: Response) -> None:
    """Take the session from the browser."""
    secure = is_encrypted(request)
    response.delete_cookie(ENCRYPTED if secure else PLAIN, secure=secure, httponly=True, samesite="lax")

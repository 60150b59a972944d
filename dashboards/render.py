"""Templates into responses, with the headers that keep a page to itself."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.navigation import entries_for
from dashboards.reader import Reader
from dashboards.role_names import grant_text, role_name
from teplosvet.access.guard import CSRF_FIELD
from teplosvet.access.sessions import asking
from teplosvet.words.catalogue import gettext, ngettext, speaking
from teplosvet.words.language import Language
from teplosvet.words.units import CHOICES

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
YEAR_S = 365 * 24 * 3600


class Asset(NamedTuple):
    """A file that pages refer to, with a digest that changes with it."""

    content: bytes
    media_type: str
    digest: str


_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@cache
def assets() -> dict[str, Asset]:
    """All assets by name."""
    found = {}
    folder = files("dashboards").joinpath("assets")
    for prefix, entries in (("", folder), ("vendor/", folder.joinpath("vendor"))):
        for entry in entries.iterdir():
            media_type = _MEDIA_TYPES.get(entry.name.rpartition(".")[2])
            if media_type is not None:
                content = entry.read_bytes()
                found[prefix + entry.name] = Asset(content, media_type, sha256(content).hexdigest()[:12])
    return found


def asset_link(name: str) -> str:
    """Address of an asset that may be kept for ever."""
    return f"/assets/{assets()[name].digest}/{name}"


def asset_response(name: str) -> Response | None:
    """An asset, None if there is no such one."""
    asset = assets().get(name)
    if asset is None:
        return None
    headers = {**SECURITY_HEADERS, "Cache-Control": f"public, max-age={YEAR_S}, immutable"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def csrf_field() -> Markup:
    """The hidden field that every form has to have: what the session wants to hear back."""
    session = asking.get()
    said = session.csrf if session is not None else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, said)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dashboards"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(asset_link=asset_link, languages=tuple(Language), units=CHOICES)
    environment.globals.update(csrf_field=csrf_field, who=asking.get, entries_for=entries_for)
    environment.globals.update(role_name=role_name, grant_text=grant_text)
    return environment


def page(template: str, reader: Reader, status_code: int = 200, **content: object) -> HTMLResponse:
    """A page or a part of one for a reader; what they chose in the address is remembered."""
    speaking.set(reader.language)
    html = _environment().get_template(template).render(reader=reader, **content)
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
    response = HTMLResponse(html, status_code, headers)
    chosen = (
        ("lang", reader.language.value),
        ("unit", reader.chosen_unit.value if reader.chosen_unit is not None else ""),
    )
    for name, value in chosen:
        if name in reader.parameters and value:
            response.set_cookie(name, value, max_age=YEAR_S, httponly=True, samesite="lax")
    return response

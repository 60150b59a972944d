"""The installer's page, its scripts and what makes it an application of the phone."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from dashboards.asking import Guest, PageRoute, Person
from dashboards.installer import files
from dashboards.installer.texts import texts
from dashboards.render import SECURITY_HEADERS, YEAR_S, asset_link, page
from teplosvet.access.guard import needs, open_to_all
from teplosvet.access.principal import Role
from teplosvet.domain.errors import UnknownNameError
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking

STYLES = ("style.css", "install.css", "icon.svg")

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MayInstall = Annotated[object, Depends(needs(Role.INSTALLER, Role.OPERATOR))]


@router.get("/install")
def show_installer(reader: Person, _who: MayInstall) -> Response:
    """Register a device: one form that works without a network."""
    speaking.set(reader.language)
    said = json.dumps(texts(), ensure_ascii=False).replace("<", "\\u003c")
    response = page("install.html", reader, said=said, script=files.link)
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = f"{policy}; manifest-src 'self'; worker-src 'self'"
    return response


@router.get("/install/app/{digest}/{name:path}")
@open_to_all
def show_script(digest: str, name: str) -> Response:
    """A script of the page."""
    content = files.scripts().get(name)
    if content is None or digest != files.digest():
        raise UnknownNameError(name)
    headers = {**SECURITY_HEADERS, "Cache-Control": f"public, max-age={YEAR_S}, immutable"}
    return Response(content, media_type="text/javascript", headers=headers)


@router.get("/install/worker.js")
@open_to_all
def show_worker() -> Response:
    """The service worker, which names exactly the files of this version."""
    kept = json.dumps(files.kept_files(STYLES))
    text = files.scripts()[files.WORKER].decode().replace("VERSION", files.digest())
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache", "Service-Worker-Allowed": "/install"}
    return PlainTextResponse(f"const FILES = {kept};\n{text}", media_type="text/javascript", headers=headers)


@router.get("/install/manifest.webmanifest")
@open_to_all
def show_manifest(reader: Guest) -> Response:
    """Name, colours and icon for the phone's home screen."""
    speaking.set(reader.language)
    manifest = {
        "name": _("Teplosvet: register devices"),
        "short_name": "Teplosvet",
        "lang": reader.language.value,
        "id": "/install",
        "start_url": "/install",
        "scope": "/install",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0f62a8",
        "icons": [{"src": asset_link("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JSONResponse(manifest, media_type="application/manifest+json", headers=SECURITY_HEADERS)

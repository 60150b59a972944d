"""A console over a database of its own, and a browser that listens to what it complains of."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, expect
from psycopg import sql

from teplosvet.access.cookies import PLAIN
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from tests.signed_in import SESSION

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = (
    "/",
    "/?show=attention&sort=last&q=e",
    "/portfolio",
    "/administration",
    "/public/lenina-1",
    "/contracts/lenina-1-heat",
    "/contracts/lenina-1-light",
    "/contracts/mira-4-heat",
    "/contracts/sadovaya-7-heat",
    "/contracts/nevsky-3-heat",
    "/contracts/hostile",
    "/contracts/lenina-1-heat?period=2026-01-01/2026-02-01",
    "/buildings/lenina-1",
    "/buildings/hostile",
    "/buildings/nevsky-3",
)


@dataclass(frozen=True)
class Console:
    """A running console and the database behind it."""

    url: str
    database_url: str


@contextmanager
def database(server: EmbeddedPostgres) -> Iterator[str]:
    """URL of a migrated, empty database."""
    name = sql.Identifier(f"console_{uuid.uuid4().hex[:12]}")
    with connect(server.admin_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
    url = urlsplit(server.admin_url)._replace(path=f"/{name.as_string(None).strip(chr(34))}").geturl()
    migrate(url)
    yield url
    with connect(server.admin_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def visiting(context: BrowserContext) -> Iterator[tuple[Page, list[str]]]:
    """A page, and everything that the browser complains of: scripts, policy, missing files."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def dismiss(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    context.add_cookies([{"name": PLAIN, "value": SESSION, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", dismiss)
    yield page, complaints
    context.close()


def settled(page: Page) -> None:
    """Every panel has said what it has to say, and the phone's form stands."""
    for panel in page.locator("[data-panel]").all():
        panel.scroll_into_view_if_needed()
        expect(panel).to_have_attribute("data-shown", "yes")
    if page.locator("#installer").count():
        page.wait_for_selector("#installer[data-ready]")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(150)

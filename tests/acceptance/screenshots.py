"""``make screenshots``: every page of the console, phone and desktop, both languages, into docs/screenshots."""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.stack import embedded
from teplosvet.storage.database import connect
from tests.acceptance import console_site as site
from tests.acceptance.console_run import ARGUMENTS, CHROMIUM, database

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {
    "houses": "/",
    "house": "/buildings/lenina-1",
    "contract": "/contracts/lenina-1-heat",
    "portfolio": "/portfolio",
    "public": "/public/lenina-1",
    "administration": "/administration",
    "error": "/contracts/none",
}
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
TALLEST_PX = 2600
COLOURS = 128


def main() -> None:
    """Fill a database, serve it, and photograph it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="teplosvet-screenshots-") as name:
        Path(name).chmod(0o755)
        with embedded.postgres(Path(name) / "postgres") as server, database(server) as url:
            with connect(url) as connection:
                site.populate(connection)
            with serving(create_app(url)) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                _photograph(browser, address)
                browser.close()


def _photograph(browser: Browser, address: str) -> None:
    for size, (width, height) in SIZES.items():
        for language in ("en", "ru"):
            context = browser.new_context(locale=language, viewport={"width": width, "height": height})
            page = context.new_page()
            for name, path in PAGES.items():
                page.goto(address + path)
                page.wait_for_timeout(150)
                picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
                picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST_PX)))
                small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
                small.save(FOLDER / f"{name}-{size}-{language}.png", optimize=True)
                sys.stdout.write(f"{name}-{size}-{language}.png\n")
            context.close()


if __name__ == "__main__":
    main()

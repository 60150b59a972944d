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
from tests.acceptance import console_life as life
from tests.acceptance import console_site as site
from tests.acceptance.console_run import ARGUMENTS, CHROMIUM, database, settled, visiting
from tests.signed_in import administrator_session

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {
    "sign-in": "/sign-in?next=/portfolio",
    "houses": "/",
    "house": "/buildings/lenina-1",
    "alarms": "/alarms",
    "contract": "/contracts/lenina-1-heat",
    "portfolio": "/portfolio",
    "public": "/public/lenina-1",
    "install": "/install",
    "administration": "/administration",
    "people": "/people",
    "log": "/log",
    "account": "/account",
    "password": "/account/password",
    "error": "/contracts/none",
    "dashboards": "/dashboards",
    "panel": f"/dashboards/contract/panels/contract-daily?{life.OF_THE_WINTER}&{life.CHOSEN}",
} | life.BOARDS
ORDINARY = (
    "UPDATE building SET title = 'Сиреневая, 12', address = 'Санкт-Петербург, Сиреневая, 12' WHERE code = 'hostile'",
    "UPDATE contract SET title = 'Свет в подъездах' WHERE code = 'hostile'",
    "UPDATE quarantine SET detail = 'no device is called x'",
    "UPDATE account SET name = 'Анна Орлова' WHERE login = 'tester'",
)
"""What is hostile in the site of the tests is ordinary in the pictures."""
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
TALLEST_PX = 2600
COLOURS = 128


def main() -> None:
    """Fill a database, serve it, and photograph it; what a page no longer has is removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:] or list(PAGES)
    with tempfile.TemporaryDirectory(prefix="teplosvet-screenshots-") as name:
        Path(name).chmod(0o755)
        with embedded.postgres(Path(name) / "postgres") as server, database(server) as url:
            with connect(url) as connection:
                site.populate(connection)
            administrator_session(url)
            with connect(url) as connection:
                life.inhabit(connection)
                for each in ORDINARY:
                    connection.execute(each)
            with serving(create_app(url)) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                _photograph(browser, address, wanted)
                browser.close()
    known = {f"{page}-{size}-{language}" for page in PAGES for size in SIZES for language in ("en", "ru")}
    for stale in (path for path in FOLDER.glob("*.png") if path.stem not in known):
        stale.unlink()


def _photograph(browser: Browser, address: str, names: list[str]) -> None:
    for size, (width, height) in SIZES.items():
        for language in ("en", "ru"):
            context = browser.new_context(locale=language, viewport={"width": width, "height": height})
            with visiting(context) as (page, complaints):
                for name in names:
                    page.goto(address + PAGES[name])
                    settled(page)
                    whole = Image.open(io.BytesIO(page.screenshot(full_page=True)))
                    picture = whole.crop((0, 0, whole.width, min(whole.height, TALLEST_PX)))
                    small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
                    small.save(FOLDER / f"{name}-{size}-{language}.png", optimize=True)
                    wide = page.evaluate("document.documentElement.scrollWidth") - width
                    said = [*complaints, *([f"{wide} px too wide"] if wide > 0 else [])]
                    sys.stdout.write(f"{name}-{size}-{language}.png {'; '.join(said)}\n")
                    complaints.clear()


if __name__ == "__main__":
    main()

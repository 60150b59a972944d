"""WCAG 2.2 AA as far as axe-core can tell, on every page; each two of theme, language and size meet once."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from teplosvet.storage.database import connect
from tests.acceptance import console_life as life
from tests.acceptance.console_run import Console, settled, visiting
from tests.servers import axe

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VARIANTS = (
    ("light", "en", "phone"),
    ("light", "ru", "desktop"),
    ("dark", "en", "desktop"),
    ("dark", "ru", "phone"),
)
PAGES = (
    "/",
    "/alarms",
    "/portfolio",
    "/contracts/lenina-1-heat",
    "/contracts/sadovaya-7-heat",
    "/contracts/nevsky-3-heat",
    "/contracts/hostile",
    "/buildings/lenina-1",
    "/buildings/nevsky-3",
    "/public/lenina-1",
    "/install",
    "/administration",
    "/people",
    "/log",
    "/account",
    "/account/password",
    "/sign-in",
    "/dashboards/contract/panels/contract-statements",
    "/nothing",
)


@pytest.fixture(scope="module")
def lived_in(console: Console) -> Console:
    with connect(console.database_url) as connection:
        life.inhabit(connection)
    return console


@pytest.fixture(scope="module")
def axe_source() -> str:
    return axe.source()


def violations(page: Page, source: str) -> list[str]:
    page.evaluate(source)
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)",
        RULES,
    )
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]


@pytest.mark.parametrize(("theme", "language", "size"), VARIANTS)
def test_no_page_has_a_violation(
    browser: Browser, lived_in: Console, axe_source: str, theme: Any, language: str, size: str
) -> None:
    context = browser.new_context(locale=language, viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    with visiting(context) as (page, _):
        found = {}
        for path in PAGES:
            page.goto(lived_in.url + path)
            settled(page)
            if wrong := violations(page, axe_source):
                found[path] = wrong
        assert found == {}


def test_a_violation_would_be_seen(browser: Browser, console: Console, axe_source: str) -> None:
    """Negative control."""
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(console.url)
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<input name=x><img src=/x.png>')"
        )
        assert {wrong.partition(":")[0] for wrong in violations(page, axe_source)} >= {"label", "image-alt"}

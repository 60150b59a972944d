"""WCAG 2.2 AA as far as axe-core can tell, on every page, in both themes and languages, on phone and desktop."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.console_run import PAGES, Console, visiting
from tests.servers import axe

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_violation(
    browser: Browser, console: Console, axe_source: str, theme: Any, language: str, size: str
) -> None:
    context = browser.new_context(locale=language, viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    with visiting(context) as (page, _):
        found = {}
        for path in (*PAGES, "/contracts/nothing"):
            page.goto(console.url + path)
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

"""The console in a real browser, over a real database: what people see, and that it renews itself."""

import re
from datetime import UTC, datetime

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect
from psycopg_pool import ConnectionPool

from dashboards.router import router
from teplosvet.bench.application import serving
from teplosvet.domain.contracts import Carrier
from teplosvet.storage.database import connect
from teplosvet.storage.pool import Pool
from tests.acceptance import console_site as site
from tests.acceptance.console_run import PAGES, Console, visiting
from tests.signed_in import COOKIES

HEAVIEST_PAGE_BYTES = 160_000
CYRILLIC_OF_THE_SITE = re.compile(r"«[^»]*»|ООО|ТСЖ|Санкт-Петербург.*|Русский")


def test_the_houses_say_first_what_there_is_to_do(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="ru-RU")) as (page, complaints):
        page.goto(console.url)
        expect(page.locator(".lede")).to_have_text("Внимания требуют 2 дома из 5.")
        expect(page.locator(".answer")).to_contain_text("доказано по 3 договорам из 6")
        heat = page.locator("tr", has_text="Ленина, 1").first
        expect(heat).to_contain_text(re.compile(r"\d[\d,]*\sГкал"))
        expect(heat).to_contain_text(re.compile(r"\d+\s% от модели"))
        expect(heat.locator("svg.sparkline title")).to_contain_text("Тепло за последние дни")
        expect(page.locator("tr", has_text="Невский, 3").first).to_contain_text("▲ молчит 1 прибор")
        assert complaints == []


def test_the_last_readings_renew_themselves(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, complaints):
        page.goto(console.url)
        before = page.locator("[data-live-readings] tbody tr").first.inner_text()
        with connect(console.database_url) as connection:
            values = {"light_power_w": 17.7, "light_level_percent": 55.0}
            site.write_reading(connection, "lenina-1-lamp-3", values, datetime.now(UTC))
        newest = page.locator("[data-live-readings] tbody tr").first
        expect(newest).to_contain_text("17.7 W", timeout=6000)
        expect(newest).to_contain_text("lenina-1-lamp-3")
        expect(newest.locator("time")).to_have_text(re.compile(r"^(just now|\d s ago)$"))
        assert before != newest.inner_text()
        assert complaints == []


def test_lost_contact_is_said_and_the_readings_stay(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(console.url)
        lost = page.locator("[data-live-lost]")
        expect(lost).to_be_hidden()
        page.context.set_offline(True)
        expect(lost).to_be_visible(timeout=6000)
        assert page.locator("[data-live-readings] tbody tr").count() > 0
        page.context.set_offline(False)
        expect(lost).to_be_hidden(timeout=6000)


def test_without_script_the_readings_are_a_table(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="ru-RU", java_script_enabled=False)) as (page, _):
        page.goto(console.url)
        assert page.locator("[data-live-readings] tbody tr").count() > 5
        expect(page.locator("[data-live-lost]")).to_be_hidden()


def test_a_contract_answers_with_a_number_and_proves_it(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 900})) as (page, complaints):
        page.goto(f"{console.url}/contracts/lenina-1-heat")
        said = page.locator(".lede")
        expect(said).to_have_text(re.compile(r"сэкономлено \d+,\d\sГкал\s±\s\d,\d \(90\s%\), это \d+\s% гарантии\.$"))
        expect(page.locator(".answer")).to_have_text(re.compile(r"^К оплате [\d\s]+,\d\d\s₽\.$"))
        for code in ("daily", "cumulative", "fit"):
            drawing = page.locator(f"#{code} svg.plot.wide")
            expect(drawing).to_be_visible()
            expect(page.locator(f"#{code} svg.plot.narrow")).to_be_hidden()
            assert drawing.locator("desc").text_content()
        assert page.locator("#daily .estimated").count() > 0
        page.locator("#daily summary").click()
        expect(page.locator("#daily table.data tbody tr")).to_have_count(212)
        assert complaints == []


def test_a_saving_that_is_not_proven_is_grey_and_says_so(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(f"{console.url}/contracts/mira-4-heat")
        expect(page.locator(".lede")).to_contain_text("no saving is proven")
        expect(page.locator(".answer")).to_contain_text("Nothing is payable.")
        grey = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--baseline').trim()")
        red, green, blue = (int(grey[n : n + 2], 16) for n in (1, 3, 5))
        line = page.locator("#cumulative svg.wide path.line")
        assert line.evaluate("node => getComputedStyle(node).stroke") == f"rgb({red}, {green}, {blue})"


def test_without_a_result_the_page_says_what_is_missing(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(f"{console.url}/contracts/sadovaya-7-heat")
        expect(page.locator(".answer")).to_have_text("The baseline has 6 usable days; 14 are needed.")
        page.goto(f"{console.url}/contracts/nevsky-3-heat")
        expect(page.locator("pre")).to_have_text("teplosvet verify nevsky-3-heat --period FROM/TO")


def test_unit_and_language_are_remembered(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(f"{console.url}/contracts/lenina-1-heat?period=2026-01-01/2026-02-01")
        expect(page.locator(".lede")).to_contain_text("In January 2026")
        page.get_by_role("link", name="kWh").click()
        expect(page.locator(".lede")).to_contain_text(re.compile(r"In January\s2026, [\d,]+\skWh"))
        page.get_by_role("link", name="Русский").click()
        expect(page.locator(".lede")).to_contain_text("За январь 2026")
        page.goto(f"{console.url}/contracts/lenina-1-heat")
        expect(page.locator(".lede")).to_contain_text(re.compile(r"сэкономлено [\d\s]+кВт·ч"))
        expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_the_keyboard_reaches_the_content_first(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(console.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_focus_stays_while_the_readings_renew(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(console.url)
        page.locator("[data-live-readings] a").first.focus()
        with page.expect_response(re.compile("/live")):
            pass
        page.wait_for_timeout(200)
        assert page.evaluate("document.querySelector('[data-live-readings]').contains(document.activeElement)")


@pytest.mark.parametrize("width", [360, 800, 1110, 1280])
def test_every_page_fits_and_nothing_complains(browser: Browser, console: Console, width: int) -> None:
    for language in ("en", "ru"):
        context = browser.new_context(locale=language, viewport={"width": width, "height": 800}, color_scheme="dark")
        with visiting(context) as (page, complaints):
            for path in PAGES:
                page.goto(console.url + path)
                excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert (path, excess) == (path, 0)
                assert (path, complaints) == (path, [])


def test_hostile_titles_are_text(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, complaints):
        for path in ("/", "/buildings/hostile", "/contracts/hostile"):
            page.goto(console.url + path)
            expect(page.get_by_text(site.HOSTILE).first).to_be_visible()
            assert page.locator("script:not([src])").count() == 0
        assert complaints == []


def test_the_policy_stops_a_script_that_got_in(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context()) as (page, complaints):
        page.goto(console.url)
        page.evaluate(
            """() => { const script = document.createElement('script'); script.textContent = 'document.title = "owned"';
                       document.body.append(script) }"""
        )
        assert page.title() != "owned"
        assert any("Content Security Policy" in complaint for complaint in complaints)


def test_a_house_without_anything_says_what_to_do_first(browser: Browser, empty_console: str) -> None:
    with visiting(browser.new_context(locale="ru-RU")) as (page, complaints):
        page.goto(empty_console)
        expect(page.locator(".lede")).to_have_text("Домов пока нет.")
        expect(page.locator("pre")).to_have_text("teplosvet site apply site.toml")
        expect(page.locator("[data-live-readings]")).to_contain_text("Показаний пока нет.")
        assert complaints == []


def test_english_pages_are_wholly_english(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(f"{console.url}/contracts/lenina-1-light")
        words = " ".join(page.locator("main figure, main aside, .lede, .answer").all_inner_texts())
        assert re.findall("[А-Яа-яё]+", CYRILLIC_OF_THE_SITE.sub("", words)) == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_light_and_closed_to_others(console: Console, path: str) -> None:
    answer = httpx.get(console.url + path, cookies=COOKIES)
    assert answer.status_code == 200
    assert len(answer.content) < HEAVIEST_PAGE_BYTES
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?://(?!www\.w3\.org)", answer.text)
    assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=", answer.text)


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/contracts/none", 404, "There is nothing under this address."),
        ("/buildings/%00", 404, "There is nothing under this address."),
        ("/buildings/%3Cscript%3E", 404, "There is nothing under this address."),
        ("/assets/x/../secret", 404, None),
        ("/assets/x/none.css", 404, "There is nothing under this address."),
        ("/contracts/lenina-1-heat?period=yesterday", 422, "This period cannot be read."),
        ("/contracts/lenina-1-heat?period=2020-01-01/2020-02-01", 404, "There is nothing under this address."),
    ],
)
def test_what_goes_wrong_is_said_on_a_page(console: Console, path: str, status: int, sentence: str | None) -> None:
    answer = httpx.get(console.url + path, headers={"Accept-Language": "en"}, cookies=COOKIES)
    assert answer.status_code == status
    if sentence is not None:
        assert sentence in answer.text
        assert "<script>" not in answer.text


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "ru"}


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/contracts/a/b/c", 404), ("/sign-out", 405)])
def test_a_person_at_an_unknown_address_gets_a_page(console: Console, path: str, status: int) -> None:
    answer = httpx.get(console.url + path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "По этому адресу ничего нет." in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("path", "accept"), [("/nothing", "application/json"), ("/nothing", "*/*"), ("/api/x", None)])
def test_a_program_at_an_unknown_address_gets_a_problem(console: Console, path: str, accept: str | None) -> None:
    answer = httpx.get(console.url + path, headers=BROWSER | ({} if accept is None else {"Accept": accept}))
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == answer.status_code >= 400


def test_assets_may_be_kept_for_ever(console: Console) -> None:
    address = re.findall(r'href="(/assets/\w+/style\.css)"', httpx.get(console.url, cookies=COOKIES).text)[0]
    answer = httpx.get(console.url + address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


def test_without_a_database_the_page_says_that_nothing_is_lost() -> None:
    pool: Pool = ConnectionPool(
        "host=127.0.0.1 port=1 connect_timeout=1", min_size=0, max_size=1, timeout=0.5, open=True
    )
    app = FastAPI()
    app.state.pool = pool
    app.include_router(router)
    with pool, serving(app) as address:
        answer = httpx.get(address, headers={"Accept-Language": "ru"}, cookies=COOKIES)
    assert answer.status_code == 503
    assert "База данных сейчас не отвечает." in answer.text


def test_a_newer_version_of_a_statement_is_the_one_that_is_shown(console: Console) -> None:
    statement = site.statement(site.REFUSED, site.season(4, Carrier.HEAT, 0.2))
    with connect(console.database_url) as connection, connection.transaction(force_rollback=False):
        site.write_statement(connection, statement, 2)
    try:
        answer = httpx.get(
            f"{console.url}/contracts/sadovaya-7-heat", headers={"Accept-Language": "en"}, cookies=COOKIES
        )
        assert "was saved" in answer.text
    finally:
        with psycopg.connect(console.database_url) as connection:
            connection.execute("DELETE FROM statement WHERE version = 2")

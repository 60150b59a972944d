"""Dashboards in a real browser: they draw, complain of nothing, weigh little, and can be read without a picture."""

import gzip
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.panels.boards import DASHBOARDS
from dashboards.panels.panel import Plot
from dashboards.render import assets
from teplosvet.storage.database import connect
from tests.acceptance.console_run import Console, visiting
from tests.acceptance.test_console_accessible import violations
from tests.servers import axe
from tests.signed_in import COOKIES

SPAN = "from=2025-10-01T00:00:00Z&to=2026-05-01T00:00:00Z"
CHOSEN = "building=lenina-1&contract=lenina-1-heat&kind=heat&device=lenina-1-heat"
HEAVIEST_KB = 400


def drawn(page: Page) -> None:
    """Every panel has said what it has to say."""
    for panel in page.locator("[data-panel]").all():
        panel.scroll_into_view_if_needed()
        expect(panel).to_have_attribute("data-shown", "yes")


def address(uid: str) -> str:
    return f"/dashboards/{uid}?{SPAN}&{CHOSEN}"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_dashboard_draws_and_complains_of_nothing(browser: Browser, console: Console, language: str) -> None:
    with visiting(browser.new_context(locale=language, viewport={"width": 1400, "height": 1000})) as (page, complaints):
        canvases = 0
        for board in DASHBOARDS:
            page.goto(console.url + address(board.uid))
            drawn(page)
            failed = page.locator("[data-panel] [data-body] button").count()
            assert (board.uid, failed, complaints) == (board.uid, 0, [])
            canvases += page.locator("[data-body] canvas").count()
        assert canvases > 12


def test_a_picture_shows_what_the_database_says(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 1000})) as (page, _):
        page.goto(console.url + address("contract"))
        drawn(page)
        option: dict[str, Any] = page.evaluate(
            "uid => echarts.getInstanceByDom(document.querySelector(`[data-panel=${uid}] [data-body]`)).getOption()",
            "contract-daily",
        )
        rows = httpx.get(
            f"{console.url}/panels/contract/contract-daily/data", params={"contract": "lenina-1-heat"}, cookies=COOKIES
        ).json()["rows"]
        line = next(each for each in option["series"] if each["type"] == "line")
        metered, estimated = (each for each in option["series"] if each["type"] == "bar")
        assert [row[1] for row in line["data"]] == [row[1] for row in rows]
        assert [row[1] for row in metered["data"]] == [row[2] for row in rows]
        assert line["lineStyle"]["type"] == [6, 4]
        assert not line["connectNulls"]
        assert estimated["itemStyle"]["decal"]
        assert len(option["yAxis"]) == 1


def test_a_plot_is_saved_as_a_picture_and_as_a_file(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 1000})) as (page, complaints):
        page.goto(console.url + address("contract"))
        drawn(page)
        panel = page.locator("[data-panel='contract-cumulative']")
        begins = {"PNG": b"\x89PNG", "SVG": b"<svg", "CSV": b"time,lower_kwh"}
        for kind, begin in begins.items():
            with page.expect_download() as download:
                panel.locator(f"[aria-label^='{kind}']").click()
            assert download.value.path().read_bytes().startswith(begin)
        assert complaints == []


def test_a_panel_that_fails_says_so_and_comes_again(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 1000})) as (page, _):
        page.route("**/panels/building/building-energy/data*", lambda route: route.fulfill(status=503))
        page.goto(console.url + address("building"))
        drawn(page)
        panel = page.locator("[data-panel='building-energy']")
        expect(panel).to_contain_text("This panel cannot be read now.")
        expect(page.locator("[data-panel='building-last-year'] canvas")).to_be_visible()
        page.unroute("**/panels/building/building-energy/data*")
        panel.get_by_role("button", name="Try again").click()
        expect(panel.locator("canvas")).to_be_visible()
        page.context.set_offline(True)
        page.evaluate("document.querySelector('[data-offline]').hidden")
        expect(page.locator("[data-offline]")).to_be_visible()
        page.context.set_offline(False)


def test_an_empty_panel_says_what_to_do(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(
            f"{console.url}/dashboards/building?building=lenina-1&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z"
        )
        drawn(page)
        expect(page.locator("[data-panel='building-energy']")).to_contain_text("Nothing here in this time.")


def test_findings_and_money_speak_the_readers_language(browser: Browser, console: Console) -> None:
    winter = "from=2019-01-01T00:00:00Z&to=2019-02-01T00:00:00Z"
    with connect(console.database_url) as connection:
        connection.execute(
            """INSERT INTO register_finding (device_id, quantity, found_at, code, severity, data)
               SELECT id, 'heat_energy_kwh', '2019-01-15T12:00Z', 'heat_power_exceeded', 2,
                      '{"power_kw": 1250.5, "greatest_kw": 900}' FROM device WHERE name = 'lenina-1-heat'"""
        )
    with visiting(browser.new_context(locale="ru", viewport={"width": 1400, "height": 1000})) as (page, _):
        page.goto(f"{console.url}/dashboards/building?building=lenina-1&{winter}")
        drawn(page)
        found = page.locator("[data-panel='building-findings']")
        expect(found).to_contain_text("Теплосчётчик показал 1 250,50 кВт, больше возможных 900 кВт.")
        expect(found).to_contain_text("Внимание")
        expect(found).not_to_contain_text("heat_power_exceeded")
        page.goto(f"{console.url}/dashboards/quality/panels/quality-findings?{winter}")
        expect(page.get_by_role("cell", name="мощность выше возможной")).to_be_visible()
        page.goto(console.url + address("contract"))
        drawn(page)
        expect(page.locator("[data-panel='contract-money']")).to_contain_text("₽")


def test_without_a_script_there_is_a_table(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", java_script_enabled=False)) as (page, complaints):
        page.goto(console.url + address("contract"))
        page.locator("[data-panel='contract-daily']").get_by_role("link", name="As a table").first.click()
        assert page.locator("table.panel-table tbody tr").count() > 100
        assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_dashboard_has_a_violation(browser: Browser, console: Console, theme: Any) -> None:
    source = axe.source()
    with visiting(browser.new_context(locale="ru", color_scheme=theme)) as (page, _):
        for path in ("/dashboards", address("contract"), address("building"), address("operator")):
            page.goto(console.url + path)
            drawn(page)
            assert violations(page, source) == []


def test_pages_are_light_on_the_wire(console: Console) -> None:
    """Everything that a dashboard's page loads, as it travels; only its pages load the plotting library."""
    loaded = ("style.css", "console.js", "panels.css", "charts.js", "panels.js", "vendor/echarts.min.js", "icon.svg")
    weight = sum(len(gzip.compress(assets()[name].content)) for name in loaded)
    with httpx.Client(base_url=console.url, cookies=COOKIES) as client:
        for board in DASHBOARDS:
            data = 0
            answers = [client.get(address(board.uid))]
            for panel in board.panels:
                drawn_here = panel.plot not in {Plot.STAT, Plot.TABLE}
                path = "panels/{}/{}/data" if drawn_here else "dashboards/{}/panels/{}"
                answers.append(client.get(f"/{path.format(board.uid, panel.uid)}?{SPAN}&{CHOSEN}"))
            for answer in answers:
                assert answer.status_code == 200
                data += len(gzip.compress(answer.content))
            assert (weight + data) / 1000 < HEAVIEST_KB, board.uid
        assert "echarts" not in client.get("/").text


@pytest.mark.parametrize(
    ("path", "words", "code"),
    [
        ("/dashboards/quality/panels/quality-quarantine", "прибор не зарегистрирован", "unknown_device"),
        ("/administration", "прибор не зарегистрирован", '"row">unknown_device'),
        ("/dashboards/contract/panels/contract-statements", "точка излома по суточной энергии", "change-point-daily"),
        ("/dashboards/device", "подача", ">flow_temperature_c"),
    ],
)
def test_codes_are_said_in_words(console: Console, path: str, words: str, code: str) -> None:
    page = httpx.get(f"{console.url}{path}?{SPAN}&{CHOSEN}", headers={"Accept-Language": "ru"}, cookies=COOKIES).text
    if path == "/dashboards/device":
        page = page.partition('<select name="quantity"')[2].partition("</select>")[0]
    assert words in page
    assert code not in page

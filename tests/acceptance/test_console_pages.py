"""Operator, ESCO, resident and administrator at work in a real browser, and what they type by mistake or in malice."""

import io
import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from dashboards.rows_of_houses import heat_of_houses
from teplosvet.storage.database import connect
from tests.acceptance import console_site as site
from tests.acceptance.console_run import Console, visiting
from tests.signed_in import COOKIES, CSRF

HOSTILE = (
    site.HOSTILE,
    "'; DROP TABLE building; --",
    "я" * 10_000,
    "\u202eдом\u202c עברית",
    "🏠🔥",
    "%_\\",
)
ACT = "/contracts/lenina-1-light"


def get(url: str, **more: Any) -> httpx.Response:
    return httpx.get(url, cookies=COOKIES, **more)


def post(url: str, **more: Any) -> httpx.Response:
    headers = {"X-CSRF-Token": CSRF} | more.pop("headers", {})
    return httpx.post(url, cookies=COOKIES, headers=headers, **more)


def test_the_operator_finds_a_house(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})) as (page, complaints):
        page.goto(console.url)
        rows = page.locator("table.houses tbody tr")
        expect(rows).to_have_count(5)
        page.get_by_label("Search").fill("невский")
        page.get_by_role("button", name="Find").click()
        expect(rows).to_have_count(1)
        expect(page).to_have_url(re.compile("q="))
        page.get_by_role("link", name=re.compile("^all houses")).click()
        expect(page.get_by_label("Search")).to_have_value("невский")
        page.get_by_label("Search").fill("no such street")
        page.get_by_label("Search").press("Enter")
        expect(page.locator(".empty")).to_contain_text("No house is like that.")
        page.get_by_role("link", name="Show all houses").click()
        page.get_by_role("link", name=re.compile("^need attention")).click()
        expect(rows).to_have_count(2)
        assert complaints == []


def test_the_map_is_reached_by_keyboard(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})) as (page, _):
        page.goto(console.url)
        page.locator("svg.map a[aria-label^='Мира, 4']").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/buildings/mira-4"))


def test_a_house_says_whether_it_is_warm_lit_and_healthy(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})) as (page, complaints):
        page.goto(f"{console.url}/buildings/lenina-1")
        expect(page.locator(".lede")).to_have_text(
            re.compile(r"^It is warm: 20\.6\s°C indoors\. All 9 devices report\.$")
        )
        for code in ("weather", "curve"):
            expect(page.locator(f"#{code} svg.wide")).to_be_visible()
        expect(page.locator("#levels svg")).to_be_visible()
        assert page.locator("#complete path.unknown").get_attribute("d")
        expect(page.locator("#journal")).to_contain_text("power failed")
        expect(page.get_by_text("Place, the least first").first).to_be_visible()
        assert complaints == []


def test_an_act_is_made_sent_disputed_and_agreed(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, complaints):
        page.goto(console.url + ACT)
        page.get_by_role("button", name="Make the act").dblclick()
        expect(page.locator("#act")).to_contain_text("draft")
        with page.expect_download() as download:
            page.get_by_role("link", name="PDF").click()
        assert download.value.path().read_bytes().startswith(b"%PDF")
        page.get_by_role("button", name="It was sent").click()
        page.get_by_role("button", name="It is disputed").click()
        expect(page.locator("#note-wrong")).to_have_text("✕ Say what is disputed: the other side has to mend it.")
        page.get_by_label("Note").fill("x" * 2001)
        page.get_by_role("button", name="It is disputed").click()
        expect(page.locator("#note-wrong")).to_contain_text("at most 2,000")
        expect(page.get_by_label("Note")).to_have_value("x" * 2001)
        page.get_by_label("Note").fill(site.HOSTILE)
        page.get_by_role("button", name="It was agreed").click()
        expect(page.locator("#act")).to_contain_text("agreed")
        expect(page.locator("#act .note")).to_have_text(site.HOSTILE)
        page.get_by_role("button", name="It was paid").click()
        expect(page.locator("#act button")).to_have_count(0)
        assert [each for each in complaints if "422" not in each] == []
    with connect(console.database_url) as connection:
        logged = connection.execute(
            "SELECT action FROM audit_log WHERE subject = 'lenina-1-light' ORDER BY id"
        ).fetchall()
    assert [row[0] for row in logged] == ["act.begun", "act.sent", "act.agreed", "act.paid"]


def test_files_of_an_act_agree(console: Console) -> None:
    named = {"start": "2025-10-01", "end": "2026-05-01"}
    path = f"{console.url}/api/v1/contracts/lenina-1-heat"
    assert get(f"{path}/act.json", params=named).status_code == 404
    for _ in range(2):
        assert post(f"{path}/acts", json=named).json()["state"] == "draft"
    made = json.loads(get(f"{path}/act.json", params=named).content)
    book = openpyxl.load_workbook(io.BytesIO(get(f"{path}/act.xlsx", params=named, timeout=30).content))
    assert made["digest"]
    assert len(book.sheetnames) >= 3
    twice = [post(f"{path}/acts/state", json=named | {"state": "sent"}) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 200]
    assert post(f"{path}/acts/state", json=named | {"state": "draft"}).status_code == 422
    refused = post(f"{console.url}/api/v1/contracts/sadovaya-7-heat/acts", json=named)
    assert refused.status_code == 422


def test_a_form_of_another_site_changes_nothing(console: Console) -> None:
    form = {"period": "2025-10-01/2026-05-01", "step": "draft"}
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = post(f"{console.url}/contracts/mira-4-heat/act", data=form, headers=headers)
        assert answer.status_code == 403
    with connect(console.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM console_act WHERE contract = 'mira-4-heat'").fetchone() == (0,)


def test_the_portfolio_parts_proven_from_not_proven(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 900})) as (page, complaints):
        page.goto(f"{console.url}/portfolio")
        expect(page.locator(".lede")).to_have_text(
            re.compile(r"^Доказано .*: договоров с доказанной экономией 3 из 6\.$")
        )
        plot = page.locator("svg.dot-plot.wide")
        assert plot.locator("a.proven").count() == 3
        assert plot.locator("a.unproven").count() == 1
        heat = page.locator("tr", has_text="Погодное регулирование")
        expect(heat).to_contain_text("✓ доказано")
        expect(heat).to_contain_text(re.compile(r"\d+,\d\sГкал\s±\s\d"))
        page.get_by_label("Ресурс").select_option("light")
        page.get_by_role("button", name="Найти").click()
        expect(page.locator("table.list tbody tr")).to_have_count(2)
        assert complaints == []
    lines = get(f"{console.url}/portfolio.csv").text.splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("\ufeffcontract,title")


def test_a_resident_sees_one_sentence_and_nobody_sees_a_house_that_is_off(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="ru-RU")) as (page, complaints):
        page.goto(f"{console.url}/public/lenina-1")
        expect(page.locator(".lede")).to_contain_text(re.compile(r"израсходовал на \d+\s% меньше"))
        expect(page.locator(".answer")).to_contain_text(re.compile(r"на квартиру.*кг CO₂"))
        assert "ЭСКО" not in page.content()
        assert page.locator("nav.sections").count() == 0
        assert complaints == []
    off, none = (get(f"{console.url}/public/{code}") for code in ("mira-4", "mira-5"))
    assert (off.status_code, none.status_code) == (404, 404)
    clock = re.compile(r"\d\d:\d\d")
    assert clock.sub("", off.text.replace("mira-4", "")) == clock.sub("", none.text.replace("mira-5", ""))


def test_the_page_for_residents_is_switched_on_the_house(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(f"{console.url}/buildings/mira-4")
        page.get_by_label("Flats").fill("many")
        page.get_by_role("button", name="Show the page to everybody").click()
        expect(page.locator("#flats-wrong")).to_contain_text("Write the number of flats in figures")
        expect(page.get_by_label("Flats")).to_have_value("many")
        page.get_by_label("Flats").fill("40")
        page.get_by_role("button", name="Show the page to everybody").click()
        page.get_by_role("link", name="What residents see").click()
        expect(page.locator(".lede")).to_contain_text("is not proven yet")
        page.goto(f"{console.url}/buildings/mira-4")
        page.get_by_role("button", name="Hide the page").click()
        expect(page.get_by_text("Residents see nothing of this house yet.")).to_be_visible()
        assert get(f"{console.url}/public/mira-4").status_code == 404


def test_the_administrator_replays_what_was_refused(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, complaints):
        page.goto(f"{console.url}/administration")
        expect(page.locator(".lede")).to_have_text("Messages are refused for 1 reason.")
        page.get_by_role("button", name=re.compile("Replay")).click()
        expect(page.locator(".toast.good")).to_contain_text("1 message was put through again; 1 refused again.")
        assert complaints == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts_in_every_field(browser: Browser, console: Console, text: str) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, complaints):
        page.goto(f"{console.url}/?q={quote(text[:200])}")
        expect(page.get_by_label("Search")).to_have_value(text[:200].strip())
        assert page.locator("script:not([src])").count() == 0
        page.goto(f"{console.url}/buildings/mira-4")
        page.get_by_label("Flats").fill(text)
        page.get_by_role("button", name="Show the page to everybody").click()
        expect(page.get_by_label("Flats")).to_have_value(text)
        assert [each for each in complaints if "422" not in each] == []
    for path in ("/contracts/mira-4-heat/act", "/buildings/mira-4/public", "/administration/quarantine"):
        answer = post(console.url + path, data=dict.fromkeys(("period", "step", "note", "public", "reason"), text))
        assert answer.status_code in {303, 404, 422}, path
        assert "<script>alert" not in answer.text
    for path in (f"/?box={quote(text[:500])}&show={quote(text[:500])}", f"/portfolio?site={quote(text[:500])}"):
        answer = get(console.url + path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_a_nul_is_no_name(console: Console) -> None:
    assert get(f"{console.url}/?q=%00a").status_code == 200
    assert get(f"{console.url}/portfolio?site=%00").status_code == 404
    form = {"period": "2025-10-01/2026-05-01", "step": "sent", "note": "a\0b"}
    assert post(f"{console.url}/contracts/lenina-1-heat/act", data=form).status_code == 422


def test_without_a_network_the_page_says_since_when_it_stands(browser: Browser, console: Console) -> None:
    with visiting(browser.new_context(locale="en-GB")) as (page, _):
        page.goto(f"{console.url}/portfolio")
        expect(page.locator("[data-offline]")).to_be_hidden()
        page.context.set_offline(True)
        expect(page.locator("[data-offline]")).to_contain_text(
            re.compile(r"No connection\. What you see is of .* \(Europe/Moscow\)\.")
        )
        page.context.set_offline(False)
        expect(page.locator("[data-offline]")).to_be_hidden()


def test_heat_that_was_estimated_is_no_heat_of_the_day(console: Console) -> None:
    with connect(console.database_url) as connection, connection.transaction(force_rollback=True):
        before = heat_of_houses(connection, ["mira-4"], 30)["mira-4"].days
        assert None not in [energy_kwh for _day, energy_kwh in before[-2:]]
        connection.execute(
            """UPDATE building_energy_daily SET estimated_kwh = energy_kwh * 0.6
               WHERE carrier = 'heat' AND day = %s AND building_id = (SELECT id FROM building WHERE code = 'mira-4')""",
            (before[-1][0],),
        )
        after = heat_of_houses(connection, ["mira-4"], 30)["mira-4"].days
    assert after == (*before[:-1], (before[-1][0], None))


def test_a_neighbours_house_is_in_no_query(console: Console) -> None:
    """Every statement of the console reads through what the person may see."""
    with connect(console.database_url) as connection, connection.transaction(force_rollback=True):
        connection.execute(
            """WITH operator AS (INSERT INTO account (login, name) VALUES ('mira-operator', 'Mira') RETURNING id)
               INSERT INTO account_grant (account_id, role, building_id)
               SELECT o.id, 'operator', b.id FROM operator o CROSS JOIN building b WHERE b.code = 'mira-4'"""
        )
        connection.execute(
            """SELECT set_config('teplosvet.reader', id::text, true) FROM account WHERE login = 'mira-operator'"""
        )
        names = ["house", "energy", "outdoor", "device", "hourly", "light", "completeness", "journal"]
        views = [f"console_{name}" for name in names]
        for view in views:
            found = connection.execute(f"SELECT DISTINCT building FROM {view}").fetchall()
            assert set(found) <= {("mira-4",)}, view
            assert found or view not in ("console_house", "console_energy", "console_device")
        for view in ("console_contract", "console_statement_version", "console_act"):
            found = connection.execute(f"SELECT DISTINCT contract FROM {view}").fetchall()
            assert set(found) <= {("mira-4-heat",)}, view

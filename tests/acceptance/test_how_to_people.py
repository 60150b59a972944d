"""The how-to page of each person followed to the letter on a database like the demo's; `how_to_page` says how."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.alarms.evaluation import evaluate
from analytics.rollup.job import roll_up
from analytics.verification import verify_contract
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from simulators.delivery import WEATHER_DEVICE
from simulators.scenario import Scenario, demo_scenario
from teplosvet.access.first_start import demo_accounts
from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.domain.quantities import DeviceClass
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from tests.acceptance.console_run import database
from tests.acceptance.how_to_page import StumbleError, Walker, person_of, steps_of
from tests.command import caller
from tests.integration.rollup_site import Connection, House

PAGES = Path(__file__).parents[2] / "docs/how-to"
PEOPLE = {
    "operate": "operator",
    "install-devices-with-a-phone": "installer",
    "administer": "administrator",
    "register-devices": "administrator",
    "verify-a-contract": "esco",
    "check-a-statement": "verifier",
    "show-residents": None,
}
METER, CONTRACT = "teplaya-2-heat", "esco-teplaya-2"
HOUR_S = 3600.0
LIVE = timedelta(days=10)


@dataclass(frozen=True)
class Demo:
    """The running console over the demo's site, and the passwords that the demo prints, by login."""

    url: str
    database_url: str
    passwords: dict[str, str]


def _populate(connection: Connection) -> dict[str, str]:
    """The demo's site; the heat meter of Teplaya 2 and the weather, hourly in both winters and the last days."""
    now = datetime.now(UTC)
    scenario = demo_scenario(until=now)
    apply_site(connection, parse_site(scenario.site_toml, "demo.toml"))
    _read(House(connection), scenario, now)
    roll_up(connection)
    verify_contract(connection, CONTRACT, scenario.reporting)
    connection.execute(
        """INSERT INTO quarantine (topic, publisher, payload, digest, reason, detail)
           VALUES ('teplosvet/v1/gw-9/reading', 'gw-9', '[{"n":"x"}]', '\\x01', 'unknown_device', '')"""
    )
    for hours in (-4, 0):  # a condition has to hold before it is an alarm
        evaluate(connection, now + timedelta(hours=hours))
    codes = [[str(code) for (code,) in connection.execute(f"SELECT code FROM {of}")] for of in ("building", "contract")]
    return dict(demo_accounts(connection, *codes).values())


def _read(house: House, scenario: Scenario, now: datetime) -> None:
    fleet = scenario.fleet
    meter = next(each for each in fleet.installed if each.device == METER)
    first_s = np.ceil(meter.from_s / HOUR_S) * HOUR_S
    times_s = np.arange(first_s, now.timestamp(), HOUR_S)
    zone = ZoneInfo("Europe/Moscow")
    spans = (*(each.bounds(zone) for each in (scenario.baseline, scenario.reporting)), (now - LIVE, now))
    within = [(times_s >= start.timestamp()) & (times_s <= end.timestamp()) for start, end in spans]
    times_s = times_s[np.logical_or.reduce(within)]
    at = [datetime.fromtimestamp(each, UTC) for each in times_s.tolist()]
    ids: dict[str, int] = dict(house.connection.execute("SELECT name, id FROM device").fetchall())
    energy_kwh = meter.read(times_s).columns[0].values * 1.0
    house.read(ids[METER], at, DeviceClass.HEAT, meter.serial, heat_energy_kwh=energy_kwh)
    outdoor_c = fleet.outdoor_at_c(times_s)
    house.read(ids[WEATHER_DEVICE], at, DeviceClass.CLIMATE, outdoor_temperature_c=outdoor_c)


@pytest.fixture(scope="module")
def demo(plain_postgres: EmbeddedPostgres) -> Iterator[Demo]:
    with database(plain_postgres) as url:
        with connect(url) as connection:
            passwords = _populate(connection)
        with serving(create_app(url)) as address:
            yield Demo(address, url, passwords)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def walker(
    demo: Demo, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Walker:
    monkeypatch.chdir(tmp_path)
    return Walker(tmp_path, caller(monkeypatch, capfd, tmp_path), demo.database_url, page, demo.url)


def become(page: Page, demo: Demo, login: str | None) -> None:
    """Sign in with the line of the demo's table and choose English, as the pages say; nobody where it is None."""
    page.context.clear_cookies()
    if login is None:
        return
    page.goto(f"{demo.url}/sign-in")
    page.fill("#login", login)
    page.fill("#password", demo.passwords[login])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="English").click()


def test_nobody_is_offered_a_button_that_is_not_theirs(walker: Walker, demo: Demo) -> None:
    make = walker.page.get_by_role("button", name="Make the act")
    become(walker.page, demo, "esco")
    walker.page.goto(f"{demo.url}/contracts/{CONTRACT}")
    expect(make).to_have_count(1)
    walker.page.goto(f"{demo.url}/buildings/teplaya-2")
    expect(walker.page.get_by_role("heading", name="For residents")).to_have_count(1)
    expect(walker.page.get_by_role("button", name="Show the page")).to_have_count(0)
    become(walker.page, demo, "verifier")
    walker.page.goto(f"{demo.url}/contracts/{CONTRACT}")
    expect(walker.page.get_by_role("heading", name="Act", exact=True)).to_have_count(1)
    expect(make).to_have_count(0)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_page_is_followed_to_the_letter(name: str, walker: Walker, demo: Demo) -> None:
    text = (PAGES / f"{name}.md").read_text("utf-8")
    login = person_of(text)
    assert login == PEOPLE[name]
    become(walker.page, demo, login)
    done = {step.kind for step in walker.follow(text)}
    assert {"run", "open", "label"} <= done, "a page has something to run, to open and to find"


@pytest.fixture(scope="module")
def operator(demo: Demo, page: Page) -> None:
    """The page of somebody who is signed in for all pages that are wrong."""
    become(page, demo, "operator")


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("```sh\nteplosvet organisation add acme2 Acme\n```", "unexpected extra argument"),
        ("```sh\nteplosvet alarms lists\n```", "exit 2"),
        ("```sh\nteplosvet bundle no-such-contract --period 2025-10-01/2026-05-01\n```", "exit 2"),
        ("```sh\nmosquitto_pub -t x\n```", "no command of ours"),
        ("```sh\nteplosvet alarms list\n```\n\n```text\nNothing at all.\n```", "no command printed"),
        ("Say `teplosvet organisations list`.", "there is no command"),
        ("Say `teplosvet verify CONTRACT --perod FROM/TO`.", "no option --perod"),
        ("Open `/building/teplaya-2`.", "answers 404"),
        ("`GET /api/v1/herd` lists them.", "answers 404"),
        ("Open `/alarms` and press **I look away**.", "is called 'I look away'"),
        ("The **Quarantine** is on `/alarms`.", "is called 'Quarantine'"),
    ],
)
def test_a_page_that_is_wrong_is_noticed(wrong: str, told: str, walker: Walker) -> None:
    walker.patience_ms = 300
    with pytest.raises(StumbleError, match=re.escape(told)):
        walker.follow(wrong)


def test_every_page_is_followed_by_a_test_and_says_so() -> None:
    for name in PEOPLE:
        text = (PAGES / f"{name}.md").read_text("utf-8")
        assert text.count("```") == 2 * len(re.findall(r"^ *```\w", text, re.MULTILINE))
        assert f"`tests/acceptance/{Path(__file__).name}`" in text.splitlines()[-1] + text.splitlines()[-2]
        assert list(steps_of(text))

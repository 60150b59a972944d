"""An operator sees an alarm that the job opened, takes it on with a note, and a neighbour sees nothing of it."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.alarms.evaluation import evaluate
from teplosvet.access import accounts
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.storage.database import connect
from tests.acceptance.console_run import Console

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def watched(console: Console) -> Console:
    """The console with two operators, and the alarms that the job opens."""
    with connect(console.database_url) as connection:
        for code, building in (("city", "nevsky-3"), ("village", "mira-4")):
            accounts.add_organisation(connection, COMMAND_LINE, code, code.title())
            accounts.own(connection, COMMAND_LINE, Scope.parse(f"building:{building}"), code)
        for login, code in (("olga", "city"), ("pavel", "village")):
            accounts.add_account(
                connection, COMMAND_LINE, login, login, organisation=code, password=PASSWORD, language="en"
            )
            accounts.grant(connection, COMMAND_LINE, login, Role.OPERATOR, Scope.parse(f"organisation:{code}"))
        now = datetime.now(UTC)
        for hours in (-4, 0):  # a condition has to hold before it is an alarm
            evaluate(connection, now + timedelta(hours=hours))
    return console


def sign_in(page: Page, console: Console, login: str, then: str) -> None:
    page.goto(f"{console.url}/sign-in?next={then}")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_operator_takes_an_alarm_on(browser: Browser, watched: Console) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, watched, "olga", "/alarms")
    expect(page.locator(".lede")).to_have_text(re.compile(r"\d+ alarms? waits? for somebody"))
    alarm = page.locator(".alarm", has_text="nevsky-3-silent")
    expect(alarm).to_contain_text("has said nothing since")
    alarm.get_by_label("Note for whoever comes next").fill("<b>Pump</b> room is locked")
    alarm.get_by_role("button", name="I look after it").click()
    expect(alarm).to_contain_text("olga looks after it")
    expect(alarm).to_contain_text("<b>Pump</b> room is locked")
    page.goto(f"{watched.url}/buildings/nevsky-3")
    expect(page.locator("#alarms")).to_contain_text("olga looks after it")
    context.close()
    with connect(watched.database_url) as connection:
        logged = connection.execute("SELECT actor FROM audit_log WHERE action LIKE 'alarm.ack%'").fetchall()
    assert [row[0] for row in logged] == ["olga"]


def test_a_neighbour_sees_and_changes_nothing(browser: Browser, watched: Console) -> None:
    with connect(watched.database_url) as connection:
        row = connection.execute(
            "SELECT alarm_id FROM alarm_open WHERE device = 'nevsky-3-silent' ORDER BY 1"
        ).fetchone()
    assert row is not None
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, watched, "pavel", "/alarms")
    expect(page.locator(".alarm", has_text="nevsky-3")).to_have_count(0)
    answer = page.request.post(
        f"{watched.url}/alarms/{row[0]}/acknowledge",
        form={"csrf": page.locator("[name=csrf]").first.get_attribute("value") or ""},
        max_redirects=0,
    )
    assert answer.status == 404
    context.close()
    assert httpx.post(f"{watched.url}/alarms/{row[0]}/acknowledge").status_code == 401

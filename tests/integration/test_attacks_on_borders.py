"""Attacks on the borders between people: each was tried from the other side before it was closed."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import httpx
import msgspec
import pytest

from analytics.alarms.job import notify
from analytics.alarms.outbox import fill_outbox
from analytics.alarms.webhook import Webhooks
from analytics.verification import compute_statement
from teplosvet.access import accounts
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Principal, Role
from teplosvet.app import create_app
from teplosvet.domain.errors import ForbiddenError
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from tests.integration.access_world import PASSWORD, PEOPLE, populate
from tests.integration.ingest_run import rows
from tests.integration.notified import receiver
from tests.serving import asking
from tests.signed_in import bearer

DOUBLE = "double"
"""Operates house a, and verifies a contract of the neighbour's house c."""

ALARMS = """
    INSERT INTO alarm (rule, subject, building_id, device_id, severity, opened_at, last_seen, data)
    SELECT 'silent_device', d.name, i.building_id, d.id, 2, now(), now(), '{"last_at": "2026-01-14T09:00:00+00:00"}'
    FROM device d JOIN installation i ON i.device_id = d.id
"""


@pytest.fixture(scope="module")
def url(module_database: str) -> str:
    populate(module_database)
    with connect(module_database) as connection:
        connection.execute(ALARMS)
        accounts.add_account(connection, COMMAND_LINE, DOUBLE, DOUBLE, organisation="city", password=PASSWORD)
        accounts.grant(connection, COMMAND_LINE, DOUBLE, Role.OPERATOR, Scope.parse("organisation:city"))
        accounts.grant(connection, COMMAND_LINE, DOUBLE, Role.VERIFIER, Scope.parse("contract:c-heat"))
        accounts.add_account(connection, COMMAND_LINE, "boss", "boss", organisation="city", password=PASSWORD)
        accounts.grant(connection, COMMAND_LINE, "boss", Role.ADMINISTRATOR, Scope.parse("platform"))
    return module_database


@pytest.fixture(scope="module")
def world(url: str) -> Iterator[dict[str, httpx.Client]]:
    """A client for everybody."""
    with connect(url) as connection:
        headers = {who: bearer(connection, who, write=True) for who in (*PEOPLE, DOUBLE, "boss")}
    with asking(create_app(url)) as first:
        clients = {
            who: httpx.Client(base_url=first.base_url, headers=each, timeout=20) for who, each in headers.items()
        }
        yield clients
        for each in clients.values():
            each.close()


def seen(url: str, who: str, statement: str) -> set[str]:
    with connect(url) as connection:
        number = accounts.account_id_of(connection, COMMAND_LINE, who)
        connection.execute("SELECT set_config('teplosvet.reader', %s, false)", (str(number),))
        return {str(row[0]) for row in connection.execute(statement.encode())}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT device FROM console_device",
        "SELECT device FROM registered_installation",
        "SELECT device FROM alarm_journal",
        "SELECT building || '-' || carrier || '-1' FROM console_energy",
        "SELECT DISTINCT building || '-' || c || '-1' FROM console_house CROSS JOIN unnest(classes) AS c",
    ],
)
def test_of_a_contract_only_its_carrier_is_shown(url: str, statement: str) -> None:
    assert seen(url, "esco", statement) == {"a-heat-1"}
    assert seen(url, "verifier", statement) == {"a-heat-1"}
    assert {"a-heat-1", "a-light-1"} <= seen(url, "operator", statement)


def test_the_live_check_of_another_carriers_device_is_not_found(world: dict[str, httpx.Client]) -> None:
    assert world["operator"].get("/api/v1/devices/a-light-1/check").status_code == 200
    for path in ("check", "installations"):
        assert world["esco"].get(f"/api/v1/devices/a-light-1/{path}").status_code == 404
        assert world["esco"].get(f"/api/v1/devices/a-heat-1/{path}").status_code == 200


def alarm_of(url: str, device: str) -> int:
    return int(rows(url, f"SELECT id FROM alarm WHERE subject = '{device}'")[0][0])


def test_a_role_elsewhere_acknowledges_no_alarm_here(url: str, world: dict[str, httpx.Client]) -> None:
    number = alarm_of(url, "c-heat-1")
    assert "c-heat-1" in seen(url, DOUBLE, "SELECT device FROM alarm_open")
    for step in ("acknowledge", "note"):
        answer = world[DOUBLE].post(f"/api/v1/alarms/{number}/{step}", json={"note": "mine?"})
        assert answer.status_code == 403, answer.text
    own = {"threshold": None, "enabled": False}
    answer = world[DOUBLE].put("/api/v1/alarm-rules/silent_device/buildings/c", json=own)
    assert answer.status_code == 403, answer.text
    assert rows(url, "SELECT count(*) FROM alarm_note") == [(0,)]
    assert rows(url, "SELECT count(*) FROM alarm_override") == [(0,)]
    here = alarm_of(url, "a-heat-1")
    assert world[DOUBLE].post(f"/api/v1/alarms/{here}/acknowledge", json={}).status_code == 200


def test_an_administrator_of_an_organisation_takes_no_greater_account(url: str) -> None:
    with connect(url) as connection:
        number = accounts.account_id_of(connection, COMMAND_LINE, "administrator")
        person = Principal(number, "administrator", frozenset({Role.ADMINISTRATOR}))
        connection.execute("SELECT set_config('teplosvet.reader', %s, false)", (str(number),))
        for victim in ("boss", DOUBLE):
            with pytest.raises(ForbiddenError):
                accounts.reset_password(connection, person, victim)
        with pytest.raises(ForbiddenError):
            accounts.set_locked(connection, person, "boss", locked=True)
        accounts.reset_password(connection, person, "installer")


def test_the_page_of_the_platform_shows_an_organisation_nothing_of_others(world: dict[str, httpx.Client]) -> None:
    assert world["boss"].get("/administration").status_code == 200
    assert world["administrator"].get("/administration").status_code == 403


def test_whoever_lost_a_role_is_told_no_more(url: str, world: dict[str, httpx.Client]) -> None:
    with receiver() as hook, connect(url) as connection:
        ways = {"webhook": Webhooks(frozenset({hook.host})).send}
        connection.execute(
            "INSERT INTO alarm_subscription (owner, kind, target, secret, last_event_id, buildings)"
            " SELECT '#' || id, 'webhook', %s, 'secret', 0, (SELECT array_agg(id) FROM building) FROM account"
            " WHERE login = %s",
            (hook.url, DOUBLE),
        )
        news = "INSERT INTO alarm_event (alarm_id, kind, at) SELECT id, 'opened', now() FROM alarm WHERE subject = %s"
        now = datetime.now(UTC)
        for device in ("a-light-1", "c-heat-1", "c-light-1"):
            connection.execute(news, (device,))
        assert notify(connection, now, ways)["sent"] == 2
        assert {told["alarms"][0]["device"] for _, told, _ in hook.got} == {"a-light-1", "c-heat-1"}
        connection.execute(news, ("c-heat-1",))
        assert fill_outbox(connection, now) == 1, "it waits, and meanwhile the role is taken away"
        scope = Scope.parse("contract:c-heat")
        accounts.revoke(connection, COMMAND_LINE, DOUBLE, Role.VERIFIER, scope)
        try:
            connection.execute(news, ("c-heat-1",))
            assert notify(connection, now, ways) == {"sent": 0, "failed": 0, "dead": 1}
            connection.execute(news, ("a-light-1",))
            assert notify(connection, now, ways)["sent"] == 1
            accounts.set_locked(connection, COMMAND_LINE, DOUBLE, locked=True)
            connection.execute(news, ("a-light-1",))
            assert notify(connection, now, ways)["sent"] == 0
        finally:
            accounts.set_locked(connection, COMMAND_LINE, DOUBLE, locked=False)
            accounts.grant(connection, COMMAND_LINE, DOUBLE, Role.VERIFIER, scope)


HISTORY = (
    "SELECT hour::date FROM device_consumption_hourly WHERE device = 'a-heat-1'",
    "SELECT hour::date FROM api_consumption_hourly WHERE device = 'a-heat-1'",
    "SELECT day FROM api_consumption_daily WHERE device = 'a-heat-1'",
    "SELECT measured_at::date FROM api_reading_heat WHERE device = 'a-heat-1'",
    "SELECT measured_at::date FROM api_latest WHERE device = 'a-heat-1'",
    "SELECT measured_at::date FROM latest WHERE device = 'a-heat-1' AND measured_at IS NOT NULL",
    "SELECT found_at::date FROM api_finding WHERE device = 'a-heat-1'",
    "SELECT found_at::date FROM device_finding WHERE device = 'a-heat-1'",
    "SELECT happened_at::date FROM api_event WHERE device = 'a-heat-1' AND event = 'moving'",
    "SELECT at::date FROM console_journal WHERE device = 'a-heat-1' AND code IN ('moving', 'register_fell')",
    "SELECT hour::date FROM console_hourly WHERE device = 'a-heat-1'",
    "SELECT day FROM console_completeness WHERE device = 'a-heat-1'",
    "SELECT time::date FROM panel_consumption_hourly WHERE device = 'a-heat-1'",
    "SELECT day FROM panel_consumption_daily WHERE device = 'a-heat-1'",
    "SELECT time::date FROM panel_state_hourly WHERE device = 'a-heat-1'",
    "SELECT found_at::date FROM panel_device_finding WHERE device = 'a-heat-1'",
)

MOVE = """
    UPDATE installation SET removed_at = '2026-02-01' WHERE device_id = %(id)s;
    INSERT INTO installation (device_id, building_id, serial, installed_at)
    SELECT %(id)s, id, 'SN-moved', '2026-02-01' FROM building WHERE code = 'c';
    DELETE FROM consumption_hourly WHERE device_id = %(id)s;
    INSERT INTO consumption_hourly (device_id, quantity, hour, amount, estimated, covered_s, rule)
    SELECT %(id)s, 'heat_energy_kwh', d, 1, 0, 3600, 'measured' FROM {days};
    INSERT INTO consumption_daily (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
    SELECT %(id)s, 'heat_energy_kwh', d::date, 1, 0, 86400, 86400, 'measured' FROM {days};
    INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
    SELECT %(id)s, 'flow_temperature_c', d, 1, 1, 1, 60 FROM {days};
    INSERT INTO heat_reading (device_id, measured_at, received_at, heat_energy_kwh) SELECT %(id)s, d, d, 1 FROM {days};
    INSERT INTO register_finding (device_id, quantity, found_at, code, severity, data)
    SELECT %(id)s, 'heat_energy_kwh', d, 'register_fell', 1, '{{}}' FROM {days};
    INSERT INTO device_event (device_id, happened_at, event, data) SELECT %(id)s, d, 'moving', '{{}}' FROM {days};
    UPDATE latest_reading SET measured_at = '2026-01-10 12:00Z' WHERE device_id = %(id)s
""".format(days="(VALUES ('2026-01-10 12:00Z'::timestamptz), ('2026-03-10 12:00Z')) AS v (d)")


@pytest.fixture(scope="module")
def moved(url: str) -> str:
    """The world after a meter of house a, whose operator is the city, has gone to the village's house c."""
    with connect(url) as connection:
        accounts.add_account(
            connection, COMMAND_LINE, "villager", "villager", organisation="village", password=PASSWORD
        )
        accounts.grant(connection, COMMAND_LINE, "villager", Role.OPERATOR, Scope.parse("organisation:village"))
        (number,) = connection.execute("SELECT id FROM device WHERE name = 'a-heat-1'").fetchone() or (0,)
        for statement in MOVE.split(";"):
            connection.execute(statement.replace("%(id)s", str(number)).encode())
    return url


@pytest.mark.parametrize("statement", HISTORY)
def test_a_device_takes_no_history_along(moved: str, statement: str) -> None:
    late: set[str] = set() if "latest" in statement else {"2026-03-10"}
    early = {"2026-01-10"}
    assert seen(moved, "platform", statement) == early | late
    assert seen(moved, "villager", statement) == late
    assert seen(moved, "operator", statement) == set()


def test_reading_a_statement_keeps_none(url: str, world: dict[str, httpx.Client]) -> None:
    kept = rows(url, "SELECT count(*) FROM statement")
    with connect(url) as connection:
        reading = bearer(connection, "esco")
    address = "/api/v1/contracts/a-heat/statement?start=2025-10-01&end=2026-05-01"
    assert world["esco"].get(address, headers=reading).status_code == 200
    assert rows(url, "SELECT count(*) FROM statement") == kept


def test_a_saving_is_the_same_whoever_asks(moved: str, world: dict[str, httpx.Client]) -> None:
    """Also after a meter of the contract has gone to a house that nobody of the contract sees."""
    address = "/api/v1/contracts/a-heat/statement?start=2025-10-01&end=2026-05-01"
    told = {who: world[who].get(address) for who in ("esco", "operator", "boss")}
    assert {each.status_code for each in told.values()} == {200}
    whole = compute(moved, "a-heat", Period(date(2025, 10, 1), date(2026, 5, 1)))
    assert {each.text for each in told.values()} == {whole}
    assert world["esco"].get("/api/v1/devices/a-heat-1/check").status_code == 404


def compute(url: str, code: str, period: Period) -> str:
    with connect(url) as connection:
        return msgspec.json.encode(compute_statement(connection, code, period)).decode()


def forged(*keys: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


WORDS = ("\x00", "'; DROP TABLE building; --", "\u202eabc", "\U0001f525", "x" * 10_000, "=1+1", "a\nb", "%00", "..")
LISTS = ("buildings", "devices", "contracts", "statements", "alarms", "readings/heat", "events", "findings")


@pytest.mark.parametrize("name", LISTS)
def test_no_forged_cursor_and_no_word_breaks_a_list(world: dict[str, httpx.Client], name: str) -> None:
    keys: tuple[list[object], ...] = (
        [10**30] * 3,
        ["\x00"] * 3,
        ["9999-12-31T23:59:59+00:00", 2**63, "x"],
        [-1, -1, -1],
        ["0001-01-01"] * 3,
        [],
    )
    cursors = [forged(name, *(each[:count])) for each in keys for count in (1, 2, 3)]
    for cursor in (*cursors, *WORDS, "", "===="):
        answer = world["operator"].get(f"/api/v1/{name}", params={"cursor": cursor[:8000]})
        assert answer.status_code < 500, (cursor, answer.text)
    for word in WORDS:
        for parameter in ("building", "device", "limit", "from", "to"):
            answer = world["operator"].get(f"/api/v1/{name}", params={parameter: word[:8000]})
            assert answer.status_code < 500, (parameter, word, answer.text)


@pytest.mark.parametrize(
    "said", [{"Cookie": b"lang=\xff\xfe; a=b"}, {"Host": b"\xff\xfe"}, {"Host": b"a b["}, {"Origin": b"\xff"}]
)
def test_headers_that_are_no_text_break_no_form(world: dict[str, httpx.Client], said: dict[str, bytes]) -> None:
    """A page passes them on to the API; a browser sends whatever cookies the host has."""
    form = {"period": "2025-10-01/2026-05-01", "step": "paid"}
    answer = world["esco"].post("/contracts/a-heat/act", data=form, headers=said)
    assert answer.status_code in {403, 404, 422}, answer.text
    answer = world["operator"].post("/alarms/2000000000/acknowledge", data={"note": "x"}, headers=said)
    assert answer.status_code in {403, 404}, answer.text


def test_a_step_said_again_says_again_that_nothing_was_kept(url: str, world: dict[str, httpx.Client]) -> None:
    """Whoever was killed, or was told nothing, asks again: the answer is what is the case, and the act stays."""
    periods = "SELECT lower(period)::text, upper(period)::text FROM statement JOIN contract c ON c.id = contract_id"
    ((start, end),) = rows(url, f"{periods} WHERE c.code = 'a-heat'")
    period = {"start": str(start), "end": str(end)}
    assert world["esco"].post("/api/v1/contracts/a-heat/acts", json=period).status_code == 200
    step = period | {"state": "sent"}
    first, second = (world["esco"].post("/api/v1/contracts/a-heat/acts/state", json=step).json() for _ in range(2))
    assert first["state"] == "sent"
    assert "no evidence bundle was kept" in first["problem"]
    assert second == first
    assert rows(url, "SELECT count(*) FROM act WHERE state = 'sent'") == [(1,)]


def test_many_forms_at_once_do_not_wait_for_each_other_for_ever(url: str, world: dict[str, httpx.Client]) -> None:
    """More than the pool has connections."""
    periods = "SELECT lower(period) || '/' || upper(period) FROM statement JOIN contract c ON c.id = contract_id"
    ((period,),) = rows(url, f"{periods} WHERE c.code = 'a-heat'")
    form = {"period": str(period), "step": "paid"}
    begun = world["esco"].post("/contracts/a-heat/act", data=form | {"step": "draft"}, timeout=60)
    assert begun.status_code == 303

    def press(_number: int) -> int:
        return world["esco"].post("/contracts/a-heat/act", data=form, timeout=60).status_code

    with ThreadPoolExecutor(16) as pressing:
        assert set(pressing.map(press, range(16))) == {422}
    assert world["esco"].get("/contracts/a-heat", timeout=10).status_code == 200

"""Who sees what: the matrix of docs/access.md in SQL and through the API, and every border from the other side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg.conninfo import make_conninfo

from teplosvet.access import accounts
from teplosvet.access.grafana import grafana_user
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.app import create_app
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from tests.acceptance import console_site as site
from tests.integration.access_world import PASSWORD, PEOPLE, SITE, populate
from tests.serving import asking
from tests.signed_in import bearer

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"

SEEN = {
    "buildings": (
        "SELECT building FROM building_overview",
        {"own": {"a", "b"}, "contract": {"a"}, "all": {"a", "b", "c"}},
    ),
    "devices": (
        "SELECT device FROM device_place",
        {
            "own": {"a-heat-1", "a-light-1", "b-heat-1", "b-light-1"},
            "contract": {"a-heat-1"},
            "all": {f"{house}-{kind}-1" for house in "abc" for kind in ("heat", "light")},
        },
    ),
    "energy": (
        "SELECT building || carrier FROM building_energy",
        {
            "own": {"aheat", "alight", "bheat", "blight"},
            "contract": {"aheat"},
            "all": {house + kind for house in "abc" for kind in ("heat", "light")},
        },
    ),
    "statements": (
        "SELECT contract FROM contract_statement",
        {"own": {"a-heat", "b-light"}, "contract": {"a-heat"}, "all": {"a-heat", "b-light", "c-heat"}},
    ),
}
REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedObject,
    psycopg.errors.InvalidParameterValue,
    psycopg.errors.ObjectNotInPrerequisiteState,
)
"""No right, no such role, or no view that could be written."""

ASKED = {
    "quarantine": "/api/v1/quarantine",
    "heard and unknown": "/api/v1/unbound",
    "people": "/people",
    "log": "/api/v1/audit",
}


@dataclass(frozen=True)
class World:
    """The database, the application over it, headers of everybody, and Grafana's role."""

    url: str
    client: httpx.Client
    app: FastAPI
    headers: dict[str, dict[str, str]]
    grafana_url: str


@pytest.fixture(scope="module")
def world(module_database: str) -> Iterator[World]:
    populate(module_database)
    with connect(module_database) as connection:
        headers = {login: bearer(connection, login) for login in PEOPLE}
        role, password = grafana_user(connection, COMMAND_LINE, "city")
    grafana_url = make_conninfo(module_database, user=role, password=password)
    app = create_app(module_database)
    with asking(app) as client:
        yield World(module_database, client, app, headers, grafana_url)


def matrix() -> dict[tuple[str, str], str]:
    """Cells of the document's table."""
    rows = [line.strip("| ").split("|") for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ")]
    table = [[cell.strip() for cell in row] for row in rows]
    start = next(n for n, row in enumerate(table) if row[0] == "thing")
    people = table[start][1:]
    things = {*SEEN, *ASKED}
    return {(row[0], who): word for row in table if row[0] in things for who, word in zip(people, row[1:], strict=True)}


MATRIX = matrix()


def test_the_document_speaks_of_everybody_and_everything() -> None:
    assert set(MATRIX) == {(thing, who) for thing in (*SEEN, *ASKED) for who in (*PEOPLE, "grafana")}


def read_as(world: World, who: str, statement: str) -> set[str]:
    if who == "grafana":
        with psycopg.connect(world.grafana_url) as connection:
            return {row[0] for row in connection.execute(statement.encode())}
    with psycopg.connect(world.url, autocommit=True) as connection:
        row = connection.execute("SELECT id FROM account WHERE login = %s", (who,)).fetchone()
        assert row is not None
        connection.execute("SELECT set_config('teplosvet.reader', %s, false)", (str(row[0]),))
        return {found[0] for found in connection.execute(statement.encode())}


@pytest.mark.parametrize("who", [*PEOPLE, "grafana"])
@pytest.mark.parametrize("thing", SEEN)
def test_the_matrix_in_sql(world: World, who: str, thing: str) -> None:
    statement, sets = SEEN[thing]
    assert read_as(world, who, statement) == {"none": set(), **sets}[MATRIX[thing, who]]


@pytest.mark.parametrize("who", PEOPLE)
def test_the_views_of_the_api_keep_the_matrix(world: World, who: str) -> None:
    for thing, statements in (
        ("energy", ("SELECT building || carrier FROM api_building_energy",)),
        (
            "devices",
            (
                "SELECT device FROM api_device",
                "SELECT device FROM api_installation",
                "SELECT device FROM api_latest",
                "SELECT device FROM api_consumption_hourly",
                "SELECT device FROM api_event",
            ),
        ),
    ):
        for statement in statements:
            assert read_as(world, who, statement) == SEEN[thing][1][MATRIX[thing, who]], statement


@pytest.mark.parametrize("who", PEOPLE)
def test_the_matrix_through_the_api(world: World, who: str) -> None:
    headers = world.headers[who]
    devices = {each["device"] for each in world.client.get("/api/v1/devices", headers=headers).json()}
    assert devices == {"none": set(), **SEEN["devices"][1]}[MATRIX["devices", who]]
    events = {each["device"] for each in world.client.get("/api/v1/events", headers=headers).json()}
    assert events == devices
    buildings = {"none": set(), **SEEN["buildings"][1]}[MATRIX["buildings", who]]
    for house in "abc":
        answer = world.client.get(f"/buildings/{house}", headers=headers)
        assert (answer.status_code == 200) == (house in buildings), house
    contracts = {"none": set(), **SEEN["statements"][1]}[MATRIX["statements", who]]
    for code in ("a-heat", "b-light", "c-heat"):
        address = f"/api/v1/contracts/{code}/statement?start=2025-10-01&end=2026-05-01"
        assert (world.client.get(address, headers=headers).status_code != 404) == (code in contracts), code
    for thing, address in ASKED.items():
        answer = world.client.get(address, headers=headers)
        assert answer.status_code == (403 if MATRIX[thing, who] == "none" else 200), thing


@pytest.fixture(scope="module")
def speakers(world: World) -> dict[str, dict[str, str]]:
    """Programs that may write, of both parties' people and administrators."""
    with connect(world.url) as connection:
        accounts.add_account(connection, COMMAND_LINE, "saver-admin", "S", organisation="saver", password=PASSWORD)
        scope = accounts.Scope.parse("organisation:saver")
        accounts.grant(connection, COMMAND_LINE, "saver-admin", Role.ADMINISTRATOR, scope)
        return {who: bearer(connection, who, write=True) for who in (*PEOPLE, "saver-admin")}


CUSTOMERS, ESCOS = {"operator", "administrator", "platform"}, {"esco", "saver-admin", "platform"}


def test_nobody_signs_an_adjustment_for_the_other_party(world: World, speakers: dict[str, dict[str, str]]) -> None:
    place = "/api/v1/contracts/a-heat/adjustments"
    for side, allowed in (("customer", CUSTOMERS), ("esco", ESCOS)):
        for who, headers in speakers.items():
            for step in ("agree", "reject", "withdraw"):
                answer = world.client.post(f"{place}/1/{step}", headers=headers, json={"side": side, "by": "X"})
                assert answer.status_code == (404 if who in allowed else 403), (who, side, step)
    for who, headers in speakers.items():
        answer = world.client.post(
            "/api/v1/contracts/c-heat/adjustments/1/agree", headers=headers, json={"side": "esco", "by": "X"}
        )
        assert answer.status_code == (404 if who in {*CUSTOMERS, *ESCOS} else 403), who


def offered_only_to(world: World, speakers: dict[str, dict[str, str]], allowed: set[str], *steps: str) -> None:
    """The page of the contract offers the steps to these people; all others read whose turn it is."""
    for who, headers in speakers.items():
        answer = world.client.get("/contracts/a-heat", headers=headers)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            assert who not in allowed
            continue
        buttons = re.findall(r'name="step" value="(\w+)"', answer.text)
        assert (buttons, 'id="turn"' in answer.text) == (([*steps], False) if who in allowed else ([], True)), who


def test_each_party_says_of_an_act_what_is_its_own(world: World, speakers: dict[str, dict[str, str]]) -> None:
    place, days = "/api/v1/contracts/a-heat/acts", {"start": "2025-10-01", "end": "2026-05-01"}
    contract = SITE.contracts[0]
    with connect(world.url) as connection:  # whoever asked for a statement before may have made one that states nothing
        row = connection.execute("SELECT max(version) + 1 FROM statement").fetchone()
        assert row is not None
        made = site.statement(contract, site.season(1, contract.carrier, 0.2))
        site.write_statement(connection, made, row[0])
    began = world.client.post(place, headers=speakers["esco"], json=days)
    assert began.status_code == 200, began.text
    offered_only_to(world, speakers, ESCOS, "sent")
    for state, allowed in (("sent", ESCOS), ("disputed", CUSTOMERS), ("agreed", CUSTOMERS)):
        told = days | {"state": state, "note": "n"}
        for who in sorted({*speakers} - allowed):
            answer = world.client.post(f"{place}/state", headers=speakers[who], json=told)
            assert answer.status_code == 403, (who, state)
        if state != "disputed":
            speaker = speakers["saver-admin" if state == "sent" else "operator"]
            assert world.client.post(f"{place}/state", headers=speaker, json=told).json()["state"] == state
        if state == "sent":
            offered_only_to(world, speakers, CUSTOMERS, "agreed", "disputed")
    offered_only_to(world, speakers, CUSTOMERS | ESCOS, "paid")
    answer = world.client.post(f"{place}/state", headers=speakers["esco"], json=days | {"state": "paid", "note": "a\0"})
    assert answer.status_code == 422


def test_the_matrix_can_fail(world: World) -> None:
    """Negative control: with a grant more, the operator sees more."""
    with connect(world.url) as connection, connection.transaction(force_rollback=True):
        values = {"login": "operator"}
        connection.execute(
            """INSERT INTO account_grant (account_id, role, building_id)
               SELECT a.id, 'operator', b.id FROM account a, building b WHERE login = %(login)s AND b.code = 'c'""",
            values,
        )
        row = connection.execute("SELECT id FROM account WHERE login = %(login)s", values).fetchone()
        assert row is not None
        connection.execute("SELECT set_config('teplosvet.reader', %s, true)", (str(row[0]),))
        found = {each[0] for each in connection.execute("SELECT building FROM building_overview")}
    assert found == {"a", "b", "c"} != SEEN["buildings"][1]["own"]


@pytest.mark.parametrize("said", ["nobody", "0", "999999", "1;", "-1", "1 OR true", ":administrator", "²"])
def test_who_is_nobody_sees_nothing(world: World, said: str) -> None:
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute("SELECT set_config('teplosvet.reader', %s, false)", (said,))
        for statement, _ in SEEN.values():
            assert connection.execute(statement.encode()).fetchall() == []


def test_a_locked_account_sees_nothing(world: World) -> None:
    with connect(world.url) as connection:
        accounts.set_locked(connection, COMMAND_LINE, "installer", locked=True)
        try:
            assert read_as(world, "installer", SEEN["buildings"][0]) == set()
            assert world.client.get("/api/v1/devices", headers=world.headers["installer"]).status_code == 401
        finally:
            accounts.set_locked(connection, COMMAND_LINE, "installer", locked=False)


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT set_config('teplosvet.reader', '', false)",
        "SET teplosvet.reader = ''",
        "SET teplosvet.reader = '1'",
        "SET search_path = public, grafana",
        "RESET ALL",
    ],
)
def test_grafana_may_say_who_it_is_and_sees_the_same(world: World, attempt: str) -> None:
    with psycopg.connect(world.grafana_url, autocommit=True) as connection:
        connection.execute(attempt.encode())
        found = {row[0] for row in connection.execute("SELECT building FROM grafana.building_overview")}
    assert found == {"a", "b"}


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM building",
        "SELECT * FROM public.building_overview",
        "SELECT * FROM account",
        "SELECT * FROM account_session",
        "SELECT * FROM api_token",
        "SELECT * FROM audit_log",
        "SELECT * FROM visible_building",
        "SELECT * FROM reader",
        "SELECT * FROM reader_grant",
        "SELECT * FROM grafana_reader",
        "SELECT * FROM quarantine",
        "INSERT INTO grafana_reader VALUES (session_user, 2)",
        "UPDATE grafana.building_energy SET energy_kwh = 0",
        "CREATE TABLE mine (x int)",
        "CREATE TABLE grafana.mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "SET SESSION AUTHORIZATION postgres",
        "SET ROLE postgres",
        "CREATE ROLE friend",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_try_advisory_lock(7403753)",
        "SELECT pg_advisory_xact_lock_shared(1, 2)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_create(0)",
        "SELECT pg_logical_emit_message(false, 'a', 'b')",
    ],
)
def test_grafana_may_not(world: World, attempt: str) -> None:
    with psycopg.connect(world.grafana_url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(REFUSED):
            connection.execute(attempt.encode())


def test_no_cast_of_grafana_sees_what_is_behind_the_border(world: World) -> None:
    """A failing cast would tell the value that failed; the barrier lets it see only rows that may be seen."""
    with psycopg.connect(world.grafana_url, autocommit=True) as connection:
        hidden = "SELECT 1 FROM building_overview WHERE building NOT IN ('a', 'b') AND title::integer = 1"
        assert connection.execute(hidden.encode()).fetchall() == []
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="House a"):
            connection.execute("SELECT 1 FROM building_overview WHERE building = 'a' AND title::integer = 1")
        plan = connection.execute(
            "EXPLAIN SELECT 1 FROM building_energy WHERE energy_kwh::text::integer = 1"
        ).fetchall()
    assert any("Subquery Scan" in row[0] for row in plan)


def test_grafana_keeps_its_views_when_the_database_is_migrated_again(world: World) -> None:
    migrate(world.url)
    assert read_as(world, "grafana", SEEN["buildings"][0]) == {"a", "b"}


def test_another_role_of_the_server_sees_nothing(world: World) -> None:
    with connect(world.url) as connection:
        connection.execute("DROP ROLE IF EXISTS stranger")
        connection.execute("CREATE ROLE stranger LOGIN")
        connection.execute("GRANT SELECT ON building_overview TO stranger")
        try:
            with psycopg.connect(make_conninfo(world.url, user="stranger"), autocommit=True) as other:
                assert other.execute("SELECT building FROM building_overview").fetchall() == []
        finally:
            connection.execute("REVOKE ALL ON building_overview FROM stranger")
            connection.execute("DROP ROLE stranger")


def test_a_connection_forgets_who_asked(world: World) -> None:
    """The pool has few connections: who comes next on one sees his own."""
    for _ in range(12):
        for who, expected in (("platform", 6), ("esco", 1)):
            assert len(world.client.get("/api/v1/devices", headers=world.headers[who]).json()) == expected
    pool = world.app.state.pool
    with pool.connection() as connection:
        assert connection.execute("SELECT building FROM building_overview").fetchall() == []

"""Panels as the console asks for them: columns and rows, files, what is chosen, and who may see it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from dashboards.panels.boards import DASHBOARDS
from teplosvet.access import accounts
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.app import create_app
from teplosvet.storage.database import connect
from tests.integration.panel_site import fill
from tests.serving import asking
from tests.signed_in import bearer

SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
ENERGY = "/panels/building/building-energy/data"
ASKED = {**SPAN, "building": "a", "kind": "heat"}


@pytest.fixture
def url(database: str) -> str:
    with connect(database) as connection:
        fill(connection)
        for login, role, scope in (
            ("ann", Role.ADMINISTRATOR, "platform"),
            ("ivan", Role.INSTALLER, "building:b"),
            ("olga", Role.OPERATOR, "building:a"),
            ("vera", Role.VERIFIER, "contract:heat-a"),
        ):
            accounts.add_account(connection, COMMAND_LINE, login, login.title(), password="a password for tests")
            accounts.grant(connection, COMMAND_LINE, login, role, Scope.parse(scope))
    return database


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with asking(create_app(url)) as client:
        yield client


def of(url: str, login: str) -> dict[str, str]:
    with connect(url) as connection:
        return bearer(connection, login)


def rows_of(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["rows"]
    return found


def test_columns_say_what_they_are_and_a_gap_is_null(client: httpx.Client, url: str) -> None:
    answer = client.get(ENERGY, params={**ASKED, "lang": "ru"}, headers=of(url, "ann"))
    assert rows_of(answer) == [
        ["2026-01-09T21:00:00Z", 90, 10],
        ["2026-01-10T21:00:00Z", None, 0],
        ["2026-01-11T21:00:00Z", 80, 0],
    ]
    assert answer.json()["plot"] == "time-series"
    time, metered, _ = answer.json()["columns"]
    assert (time["part"], time["kind"]) == ("time", "instant")
    assert (metered["name"], metered["unit"], metered["symbol"], metered["kind"]) == (
        "metered_kwh",
        "kWh",
        "кВт·ч",
        "number",
    )
    assert metered["title"] == "Измерено"


def test_money_is_text_and_a_quantity_has_its_unit(client: httpx.Client, url: str) -> None:
    ann = of(url, "ann")
    money = client.get("/panels/contract/contract-money/data", params={"contract": "heat-a"}, headers=ann)
    assert rows_of(money) == [["90.00", "72.00", "RUB"]]
    chosen = {**SPAN, "device": "heat-a", "quantity": "return_temperature_c"}
    state = client.get("/panels/device/device-state/data", params=chosen, headers=ann)
    assert {column["symbol"] for column in state.json()["columns"]} == {"", "°C"}


def test_files_hold_the_same_rows(client: httpx.Client, url: str) -> None:
    ann = of(url, "ann")
    text = client.get(ENERGY, params={**ASKED, "format": "csv"}, headers=ann)
    assert text.headers["content-disposition"] == 'attachment; filename="building-building-energy.csv"'
    assert list(csv.reader(io.StringIO(text.text)))[:3] == [
        ["time", "metered_kwh", "estimated_kwh"],
        ["2026-01-09T21:00:00Z", "90.0", "10.0"],
        ["2026-01-10T21:00:00Z", "", "0.0"],
    ]
    for board in DASHBOARDS:
        for panel in board.panels:
            found = client.get(f"/panels/{board.uid}/{panel.uid}/data", params={"format": "parquet"}, headers=ann)
            table = pq.read_table(io.BytesIO(found.content))
            assert table.column_names == [field.name for field in panel.fields], panel.uid


def test_what_a_person_wrote_is_no_formula(client: httpx.Client, url: str) -> None:
    with connect(url) as connection:
        connection.execute("UPDATE building SET title = '=HYPERLINK(1)' WHERE code = 'b'")
    found = client.get("/panels/operator/fleet-attention/data", params={"format": "csv"}, headers=of(url, "ann"))
    assert "b,'=HYPERLINK(1)," in found.text


def test_what_is_not_chosen_is_the_usual_choice(client: httpx.Client, url: str) -> None:
    ann = of(url, "ann")
    assert rows_of(client.get(ENERGY, params=SPAN, headers=ann)) == rows_of(
        client.get(ENERGY, params=ASKED, headers=ann)
    )
    assert rows_of(client.get(ENERGY, params={**ASKED, "building": "nowhere"}, headers=ann)) == []


@pytest.mark.parametrize("hostile", ["a'; DROP TABLE building; --", "${building:sqlstring}", "a\0", "я" * 3000])
def test_hostile_choices_are_only_text(client: httpx.Client, url: str, hostile: str) -> None:
    for path in (ENERGY, "/dashboards/building", "/dashboards/building/panels/building-energy"):
        answer = client.get(path, params={**ASKED, "building": hostile}, headers=of(url, "ann"))
        assert answer.status_code == 200, path
    with connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM building").fetchone() == (2,)


def test_a_range_that_is_none_is_said(client: httpx.Client, url: str) -> None:
    ann = of(url, "ann")
    answer = client.get(ENERGY, params={**ASKED, "from": "yesterday"}, headers=ann)
    assert (answer.status_code, answer.json()["title"]) == (422, "RangeError")
    assert client.get("/dashboards/building", params={"from": "yesterday"}, headers=ann).status_code == 422


def test_borders_hold(client: httpx.Client, url: str) -> None:
    ivan, olga = of(url, "ivan"), of(url, "olga")
    for path in (
        "/dashboards/fleet",
        "/panels/fleet/fleet-total/data",
        "/panels/esco/fleet-total/data",
        "/dashboards/contract/panels/contract-money",
    ):
        assert client.get(path, headers=ivan).status_code == 403, path
        assert client.get(path, headers=olga).status_code == 200, path
    assert "/dashboards/fleet" not in client.get("/dashboards", headers=ivan).text
    assert "/dashboards/fleet" in client.get("/dashboards", headers=olga).text
    assert rows_of(client.get(ENERGY, params=ASKED, headers=ivan)) == []
    assert "House A" not in client.get("/dashboards/building", headers=ivan).text
    assert client.get("/panels/fleet/platform-backlog/data", headers=olga).status_code == 404
    assert client.get("/panels/nothing/fleet-total/data", headers=olga).status_code == 404


def test_every_dashboard_and_table_is_a_page(client: httpx.Client, url: str) -> None:
    ann = of(url, "ann")
    for board in DASHBOARDS:
        page = client.get(f"/dashboards/{board.uid}", params={**SPAN, "lang": "ru"}, headers=ann)
        assert page.status_code == 200, board.uid
        for panel in board.panels:
            address = f"/dashboards/{board.uid}/panels/{panel.uid}"
            assert address in page.text
            assert client.get(address, params=SPAN, headers=ann).status_code == 200, address


def test_a_contract_opens_its_carrier_and_no_other(client: httpx.Client, url: str) -> None:
    """Who verifies the heat of a house sees neither its lamps nor their energy."""
    with connect(url) as connection:
        connection.execute(
            "INSERT INTO building_energy_daily SELECT id, 'light', '2026-01-10', 20, 5, 1, 1 FROM building"
            " WHERE code = 'a'"
        )
    for login, devices, days in (("olga", {"heat-a", "lamp-a"}, 1), ("vera", {"heat-a"}, 0)):
        headers = of(url, login)
        found = client.get("/panels/building/building-devices/data", params={"building": "a"}, headers=headers)
        assert {row[0] for row in rows_of(found)} == devices
        light = client.get(ENERGY, params={**ASKED, "kind": "light"}, headers=headers)
        assert len(rows_of(light)) == days

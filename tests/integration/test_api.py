"""The API over a populated database: pages, filters, tags, problems, exports, repeated requests."""

import csv
import io
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.storage.database import connect
from tests.acceptance import console_site
from tests.signed_in import administrator_session, signed_in_client

ALARM = "INSERT INTO alarm (rule, subject, severity, opened_at, last_seen, data) VALUES (%s, %s, 2, now(), now(), '{}')"


@pytest.fixture(scope="module")
def populated(module_database: str) -> str:
    with connect(module_database) as connection:
        console_site.populate(connection)
        device = connection.execute("SELECT id FROM device WHERE name = 'lenina-1-heat'").fetchone()
        assert device is not None
        connection.execute(
            "INSERT INTO heat_reading (device_id, measured_at, heat_energy_kwh)"
            " SELECT %s, '2025-01-01T00:00Z'::timestamptz + n * INTERVAL '1 minute', n FROM generate_series(0, 2499) n",
            device,
        )
        connection.execute(
            "INSERT INTO device_event (device_id, happened_at, event, data)"
            " SELECT %s, '2025-01-01T00:00Z'::timestamptz + n * INTERVAL '1 minute', '=cmd|calc', '{\"n\": 1}'"
            " FROM generate_series(0, 4) n",
            device,
        )
        for n in range(3):
            connection.execute(ALARM, ("silent_device", f"device:{n}"))
    return module_database


@pytest.fixture(scope="module")
def client(populated: str) -> Iterator[httpx.Client]:
    administrator_session(populated)
    with serving(create_app(populated)) as address, signed_in_client(address) as found:
        yield found


def get(client: httpx.Client, path: str, status: int = 200, **headers: str) -> httpx.Response:
    answer = client.get(f"/api/v1/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == status, answer.text
    return answer


def every_page(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    rows, address = [], f"/api/v1/{path}"
    for _ in range(100):
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        rows += answer.json()
        if "link" not in answer.headers:
            return rows
        link, _, relation = answer.headers["link"].partition(">; ")
        assert relation == 'rel="next"'
        address = link.removeprefix("<")
    raise AssertionError(path)


def test_pages_follow_each_other_without_gap_or_repetition(client: httpx.Client) -> None:
    whole = get(client, "devices?limit=1000").json()
    names = [row["device"] for row in whole]
    assert names == sorted(names)
    assert len(names) == 14
    assert every_page(client, "devices?limit=5") == whole
    events = every_page(client, "events?limit=2&device=lenina-1-heat&event=%3Dcmd%7Ccalc")
    assert [row["happened_at"] for row in events] == [f"2025-01-01T00:0{n}:00Z" for n in (4, 3, 2, 1, 0)]


def test_filters_and_ranges_are_half_open(client: httpx.Client) -> None:
    path = "readings/heat?device=lenina-1-heat&from=2025-01-01T00:10:00Z&to=2025-01-01T00:20:00Z"
    assert [row["heat_energy_kwh"] for row in get(client, path).json()] == list(range(10, 20))
    assert {row["building"] for row in get(client, "devices?building=mira-4").json()} == {"mira-4"}
    assert get(client, "buildings/mira-4").json()["title"] == "Мира, 4"


def test_every_list_answers(client: httpx.Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    lists = [path for path, item in paths.items() if "get" in item and "{" not in path and path.startswith("/api/")]
    assert len(lists) > 25
    for path in lists:
        needed = [p["name"] for p in paths[path]["get"].get("parameters", []) if p.get("required")]
        values = {"device": "lenina-1-heat", "contract": "lenina-1-heat", "building": "lenina-1"}
        answer = client.get(path, params={name: values[name] for name in needed})
        assert answer.status_code == 200, (path, answer.text)
    assert get(client, "contracts").json()
    assert get(client, "statements").json()
    assert get(client, "energy?building=lenina-1").json()
    body = get(client, "statement-bodies?contract=lenina-1-heat&limit=1").json()[0]["body"]
    assert body["contract"] == "lenina-1-heat"


def test_what_has_not_changed_is_not_sent(client: httpx.Client) -> None:
    first = get(client, "buildings")
    again = client.get("/api/v1/buildings", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert get(client, "buildings", if_none_match='W/"another"').json() == first.json()


@pytest.mark.parametrize(
    ("path", "status", "field", "code"),
    [
        ("devices?limit=0", 422, "limit", "greater_than_equal"),
        ("devices?limit=99999999999999999999999", 422, "limit", "less_than_equal"),
        ("devices?limit=1&limit=x", 422, "limit", "int_parsing"),
        ("devices?after=AAAA", 422, "after", "cursor"),
        ("devices?bilding=x", 422, "bilding", "extra_forbidden"),
        ("devices?building=%00", 422, "building", "string_pattern_mismatch"),
        ("devices?building=" + "x" * 10_000, 422, "building", "string_too_long"),
        ("readings/heat", 422, "device", "missing"),
        ("readings/heat?device=x&from=2025-01-01", 422, "from", "timezone_aware"),
        ("readings/heat?device=x&from=0000-01-01T00:00:00Z", 422, "from", "datetime_parsing"),
        ("energy?from=9999-99-99", 422, "from", "date_from_datetime_parsing"),
        ("findings?severity=" + "9" * 30, 422, "severity", "less_than_equal"),
    ],
)
def test_a_problem_names_the_field(client: httpx.Client, path: str, status: int, field: str, code: str) -> None:
    answer = get(client, path, status)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert [(each["field"], each["code"]) for each in body["errors"]] == [(field, code)]


def test_problems_of_addresses_methods_forms_and_sizes(client: httpx.Client) -> None:
    as_json = {"Content-Type": "application/json"}
    cases = [
        (client.get("/api/v1/nothing"), 404),
        (client.get("/api/v1/buildings/nothing"), 404),
        (client.get("/api/v1/buildings/%00"), 422),
        (client.put("/api/v1/devices"), 405),
        (client.get("/api/v1/devices", headers={"Accept": "text/html"}), 406),
        (client.post("/api/v1/alarms/1/note", content=b"{" + b" " * 1_100_000 + b"}"), 413),
        (client.post("/api/v1/alarms/1/note", content=(b" " * 100_000 for _ in range(12))), 413),
        (client.post("/api/v1/alarms/1/note", content=b"note=x", headers={"Content-Type": "a/b"}), 415),
        (client.post("/api/v1/alarms/1/note", content=b'{"note": "\\ud800"}', headers=as_json), 422),
        (client.post("/api/v1/alarms/99999/note", json={"note": "x"}), 404),
    ]  # fmt: skip
    for answer, status in cases:
        assert answer.status_code == status, (status, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.headers["x-request-id"]


def test_messages_speak_the_language_that_is_asked_for(client: httpx.Client) -> None:
    russian = get(client, "readings/heat", 422, accept_language="ru-RU,ru;q=0.9,en;q=0.8").json()
    english = get(client, "readings/heat", 422, accept_language="de, en;q=0.5, ru;q=0.1").json()
    assert russian["errors"][0]["message"] == "Это поле обязательно."
    assert english["errors"][0]["message"] == "This field is needed."
    assert "молчит" in get(client, "alarms", accept_language="ru").json()[0]["text"]


def test_a_request_keeps_its_id(client: httpx.Client) -> None:
    assert get(client, "sites", x_request_id="abc-1").headers["x-request-id"] == "abc-1"
    assert get(client, "sites", x_request_id="a b\tc").headers["x-request-id"] != "a b\tc"


def test_csv_holds_no_formula(client: httpx.Client) -> None:
    answer = get(client, "events?device=lenina-1-heat&event=%3Dcmd%7Ccalc", accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["event"] for row in rows] == ["'=cmd|calc"] * 5
    assert rows[0]["happened_at"] == "2025-01-01T00:04:00Z"
    assert get(client, "events?device=lenina-1-heat&event=%3Dcmd%7Ccalc").json()[0]["event"] == "=cmd|calc"


def test_exports_have_every_row_with_its_type(client: httpx.Client) -> None:
    path = "readings/heat?device=lenina-1-heat"
    table = pq.read_table(io.BytesIO(get(client, f"{path}&format=parquet").content))
    assert table.num_rows == 2500
    assert str(table.schema.field("measured_at").type) == "timestamp[us, tz=UTC]"
    assert table.column("heat_energy_kwh").to_pylist() == [float(n) for n in range(2500)]
    assert table.column("heat_power_kw").null_count == 2500
    rows = list(csv.DictReader(io.StringIO(get(client, f"{path}&format=csv").text)))
    assert [float(row["heat_energy_kwh"]) for row in rows] == [float(n) for n in range(2500)]
    assert rows[0]["heat_power_kw"] == ""
    assert pq.read_table(io.BytesIO(get(client, "unbound?format=parquet").content)).num_rows == 0


def test_a_request_with_a_key_is_done_once(client: httpx.Client, populated: str) -> None:
    alarm = get(client, "alarms").json()[0]["alarm_id"]
    answers: list[httpx.Response] = []

    def post(note: str = "mine") -> None:
        headers = {"Idempotency-Key": "k-1"}
        answers.append(client.post(f"/api/v1/alarms/{alarm}/note", json={"note": note}, headers=headers))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 4, [answer.text for answer in answers]
    assert len({answer.content for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == ["", "true", "true", "true"]
    post("another")
    assert (answers[-1].status_code, answers[-1].json()["title"]) == (422, "KeyReusedError")
    with connect(populated) as connection:
        row = connection.execute("SELECT count(*) FROM alarm_note WHERE alarm_id = %s", (alarm,)).fetchone()
    assert row == (1,)


def test_acknowledging_twice_is_harmless_and_stale_reads_are_refused(client: httpx.Client, populated: str) -> None:
    alarm = get(client, "alarms").json()[1]["alarm_id"]
    read = get(client, f"alarm-journal/{alarm}")
    path = f"/api/v1/alarms/{alarm}/acknowledge"
    first = client.post(path, json={"note": "I go"}, headers={"If-Match": read.headers["etag"]})
    assert (first.status_code, first.json()["acknowledged_by"], first.json()["note"]) == (200, "Tester", "I go")
    stale = client.post(path, json={}, headers={"If-Match": read.headers["etag"]})
    assert stale.status_code == 412
    assert client.post(path).json()["acknowledged_at"] == first.json()["acknowledged_at"]
    with connect(populated) as connection:
        found = connection.execute("SELECT action FROM audit_log WHERE subject = %s", (str(alarm),)).fetchall()
        assert found == [("alarm.acknowledged",)]
        with pytest.raises(Exception, match="only ever added"):
            connection.execute("UPDATE alarm_note SET note = 'other'")


def test_metrics_have_a_bounded_number_of_labels(client: httpx.Client) -> None:
    for n in range(50):
        client.get(f"/api/v1/buildings/none-{n}")
        client.get(f"/nowhere/{n}")
        client.request(f"M{n}", "/api/v1/devices")
    text = client.get("/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("teplosvet_api_requests_total")]
    assert any('route="/api/v1/buildings/{building}",status="404"' in line for line in lines), lines
    assert not any("none-" in line or "nowhere" in line or 'method="M1"' in line for line in lines)


def test_the_document_and_the_routes_agree(client: httpx.Client) -> None:
    document = client.get("/api/openapi.json").json()
    names = []
    for path, item in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method, operation in item.items():
            names.append(operation["operationId"])
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["security"], path
            assert {"default", "403", "422"} <= operation["responses"].keys(), path
            assert any(code.startswith("2") for code in operation["responses"]), (path, method)
    assert len(names) == len(set(names))
    assert {"list_devices", "get_buildings", "acknowledge_alarm", "list_readings_heat"} <= set(names)
    assert {"cookie", "bearer"} <= document["components"]["securitySchemes"].keys()
    assert "HTTPValidationError" not in str(document)

"""Devices without a place, their codes, and the border: seen from two organisations, with a real database."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ingest_service.registration import stock
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.app import create_app
from teplosvet.storage.database import connect
from tests.command import caller
from tests.integration.access_world import populate
from tests.integration.ingest_run import rows
from tests.serving import asking
from tests.signed_in import bearer


@dataclass(frozen=True)
class World:
    """The application over the houses of two organisations, and headers of their people."""

    url: str
    client: httpx.Client
    city: dict[str, str]
    village: dict[str, str]
    contractor: dict[str, str]

    def install(self, who: dict[str, str], **more: object) -> httpx.Response:
        body = {
            "request_id": str(uuid.uuid4()), "class": "light", "serial": "S-1", "building": "a",
            "installed_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(), **more,
        }  # fmt: skip
        return self.client.post("/api/v1/installations", json=body, headers=who)

    def put(self, who: dict[str, str], **more: object) -> httpx.Response:
        body = {"class": "light", "model": "led-presence", "serial": "S-1", "organisation": "city", **more}
        return self.client.post("/api/v1/device-stock", json=body, headers=who)

    def code(self, device: str) -> str:
        """What the QR code of a new label says."""
        with connect(self.url) as connection:
            (label,) = stock.labels_of_stock(connection, COMMAND_LINE, None, [device], "https://here/")
        parts = urlsplit(label.url)
        assert (parts.path, parse_qs(parts.query)["d"]) == ("/install", [device])
        return parse_qs(parts.query)["k"][0]


@pytest.fixture
def world(database: str) -> Iterator[World]:
    """`contractor` installs in the village, and is paid by a contract of house a, which is the city's."""
    populate(database)
    with connect(database) as connection:
        connection.execute(
            b"""INSERT INTO account (login, name) VALUES ('villager', 'V'), ('contractor', 'C');
                INSERT INTO account_grant (account_id, role, organisation_id) SELECT a.id, 'installer', o.id
                FROM account a, organisation o WHERE a.login IN ('villager', 'contractor') AND o.code = 'village';
                INSERT INTO account_grant (account_id, role, organisation_id) SELECT a.id, 'esco', o.id
                FROM account a, organisation o WHERE a.login = 'contractor' AND o.code = 'saver'"""
        )
        city, village, contractor = (
            bearer(connection, login, write=True) for login in ("installer", "villager", "contractor")
        )
    with asking(create_app(database)) as client:
        yield World(database, client, city, village, contractor)


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def test_a_code_installs_once(world: World) -> None:
    made = world.put(world.city, device="lamp-7")
    assert (made.status_code, made.json()["device"], made.json()["labelled"]) == (201, "lamp-7", False)
    void, code = world.code("lamp-7"), world.code("lamp-7")
    kept = rows(world.url, "SELECT digest FROM device_claim")
    assert len(kept) == 1
    assert code not in str(kept)
    assert codes(world.install(world.city, claim=void)) == [("claim", "claim_unknown")]
    assert ("claim", "claim_unknown") in codes(world.install(world.city, claim=code, device="a-light-1"))
    assert codes(world.install(world.city, claim=code, serial="S-2")) == [("serial", "claim_serial")]
    done = world.install(world.city, claim=code)
    assert (done.status_code, done.json()["device"]) == (201, "lamp-7")
    assert rows(world.url, "SELECT model FROM device WHERE name = 'lamp-7'") == [("led-presence",)]
    again = world.install(world.city, claim=code, serial="S-1")
    assert again.status_code == 409
    assert ("claim", "claim_used") in codes(again)
    assert world.client.get("/api/v1/device-stock", headers=world.city).json() == []


def test_without_the_code_a_device_is_its_organisations(world: World) -> None:
    world.put(world.city, device="lamp-7")
    assert codes(world.install(world.village, device="lamp-7", building="c")) == [("device", "not_yours")]
    assert world.client.get("/api/v1/device-stock", headers=world.village).json() == []
    sheet = {"devices": ["lamp-7"]}
    assert world.client.post("/api/v1/device-stock/labels.pdf", json=sheet, headers=world.village).status_code == 404
    assert codes(world.install(world.city, device="lamp-7", serial="S-9")) == [("serial", "claim_serial")]
    printed = world.client.post("/api/v1/device-stock/labels.pdf", json=sheet, headers=world.city)
    assert printed.content.startswith(b"%PDF")
    assert world.install(world.village, claim=world.code("lamp-7"), building="c").status_code == 201


def test_an_installation_uses_the_code_up(world: World) -> None:
    world.put(world.city, device="lamp-7")
    code = world.code("lamp-7")
    assert world.install(world.city, device="lamp-7").status_code == 201
    assert ("claim", "claim_used") in codes(world.install(world.city, claim=code))


def test_what_stock_refuses(world: World) -> None:
    with connect(world.url) as connection:
        connection.execute(b"UPDATE device SET publisher = 'gateway-c' WHERE name LIKE 'c-%'")
    assert codes(world.put(world.village)) == [("organisation", "unknown_organisation")]
    assert codes(world.put(world.city, organisation=None)) == [("organisation", "unknown_organisation")]
    assert codes(world.put(world.city, **{"class": "steam"})) == [("class", "unknown_class")]
    assert codes(world.put(world.city, device="c-heat-1")) == [("device", "name_taken")]
    assert codes(world.put(world.city, device="gateway-c")) == [("device", "publisher_not_yours")]
    assert world.put(world.city).status_code == 201
    assert codes(world.put(world.city)) == [("serial", "serial_in_stock")]
    assert rows(world.url, "SELECT count(*) FROM device_stock") == [(1,)]


def test_a_device_that_a_site_file_names_without_a_place_is_nobodys_to_take(world: World) -> None:
    with connect(world.url) as connection:
        connection.execute(b"INSERT INTO device (name, class, publisher) VALUES ('bare', 'light', 'bare')")
    assert ("device", "not_yours") in codes(world.install(world.city, device="bare"))


def test_to_look_is_not_to_install(world: World) -> None:
    """The contractor sees house a by its contract, and is an installer elsewhere."""
    assert codes(world.install(world.contractor)) == [("building", "unknown_building")]
    gone = {"request_id": str(uuid.uuid4()), "closed_at": datetime.now(UTC).isoformat()}
    place = "/api/v1/devices/a-heat-1/withdraw"
    assert world.client.post(place, json=gone, headers=world.contractor).status_code == 404
    assert world.client.post(place, json=gone, headers=world.city).status_code == 200


def test_who_was_heard_is_seen_by_whom_it_may_concern(world: World) -> None:
    with connect(world.url) as connection:
        connection.execute(
            b"""UPDATE device SET publisher = 'gateway-c' WHERE name LIKE 'c-%';
                INSERT INTO quarantine (topic, payload, digest, reason, detail, publisher, device)
                SELECT 't', ''::bytea, decode(md5(d), 'hex'), 'unknown_device', '', p, d
                FROM (VALUES ('gateway-c', 'new-1'), ('stranger', 'new-2')) v (p, d);
                INSERT INTO vendor_source (site_id, adapter, filter) SELECT id, 'tasmota', 'c/+/SENSOR' FROM site;
                INSERT INTO unbound_identity (adapter, identity, topic, payload)
                VALUES ('tasmota', 'x', 'c/x/SENSOR', '{}'), ('tasmota', 'y', 'tele/y/SENSOR', '{}')"""
        )
        connection.execute(
            b"""INSERT INTO site (name, title) VALUES ('other', '');
                UPDATE building SET site_id = (SELECT id FROM site WHERE name = 'other') WHERE code = 'c';
                UPDATE vendor_source SET site_id = (SELECT id FROM site WHERE name = 'other')"""
        )

    def heard(who: dict[str, str]) -> set[str]:
        return {each["identity"] for each in world.client.get("/api/v1/heard", headers=who).json()}

    assert heard(world.city) == {"new-2", "y"}
    assert heard(world.village) == {"new-1", "new-2", "x", "y"}


def test_the_command_makes_devices_and_their_labels(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    call = caller(monkeypatch, capfd, tmp_path)
    file, sheet = tmp_path / "stock.csv", tmp_path / "labels.pdf"
    file.write_text(
        "class,model,serial,device\nlight,led-presence,S-1,lamp-1\nlight,led-presence,S-1,lamp-2\n", "utf-8"
    )
    how = ("device", "stock", str(file), "--organisation", "city", "--output", str(sheet))
    refused = call(*how, TEPLOSVET_DATABASE_URL=world.url)
    assert refused.code == 2
    assert "3.serial" in refused.err
    assert not sheet.exists()
    assert rows(world.url, "SELECT count(*) FROM device_stock") == [(0,)]
    file.write_text("class,model,serial,device\nlight,led-presence,S-1,lamp-1\nlight,led-presence,S-2,\n", "utf-8")
    assert call(*how, TEPLOSVET_DATABASE_URL=world.url).code == 0
    assert sheet.read_bytes().startswith(b"%PDF")
    assert rows(world.url, "SELECT count(*) FROM device_stock s JOIN device_claim USING (device_id)") == [(2,)]

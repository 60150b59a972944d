"""Registration in the field, over HTTP, with a real database; and the broker's rights with Mosquitto's own plugin."""

import io
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image

from gateway.profiles import models
from ingest_service.registration import rights
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet.access import accounts
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.app import create_app
from teplosvet.config import settings
from teplosvet.domain.device_types import TYPES
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.mosquitto import MosquittoServer, mosquitto
from teplosvet.storage.database import connect
from tests.integration.ingest_run import eventually, ingest, light, rows
from tests.serving import asking
from tests.signed_in import bearer

SITE = """
[site]
name = "here"
zone = "Europe/Moscow"
[[building]]
code = "house"
entrances = ["1", "2"]
"""

START = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)


def body(**more: object) -> dict[str, Any]:
    return {
        "request_id": str(uuid.uuid4()), "device": "lamp-1", "class": "light", "model": "led-presence", "serial": "S-1",
        "building": "house", "entrance": "1", "floor": 3, "installed_at": START.isoformat(),
        "start_registers": {"light_energy_kwh": 100.0}, **more,
    }  # fmt: skip


@pytest.fixture
def api(database: str) -> Iterator[httpx.Client]:
    with connect(database) as connection:
        apply_site(connection, parse_site(SITE, "test.toml"))
        accounts.add_account(connection, COMMAND_LINE, "tester", "Tester", password="a password for tests")
        accounts.grant(connection, COMMAND_LINE, "tester", Role.ADMINISTRATOR, Scope.parse("platform"))
        headers = bearer(connection, "tester", write=True)
    with asking(create_app(database)) as client:
        client.headers.update(headers)
        yield client


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def test_every_model_of_the_gateway_has_a_type() -> None:
    assert set(models()) - TYPES.keys() == set()


def test_a_request_is_answered_once(api: httpx.Client, database: str) -> None:
    sent = body()
    first = api.post("/api/v1/installations", json=sent)
    assert first.status_code == 201, first.text
    assert first.json()["broker"] == "open"
    assert api.post("/api/v1/installations", json=sent).json() == first.json()
    differing = api.post("/api/v1/installations", json={**sent, "floor": 4})
    assert (differing.status_code, codes(differing)) == (409, [("request_id", "request_differs")])
    assert rows(database, "SELECT count(*) FROM installation") == [(1,)]
    assert rows(database, "SELECT action, subject FROM audit_log WHERE action LIKE 'device.%'") == [
        ("device.registered", "lamp-1")
    ]
    (shown,) = api.get("/api/v1/devices/lamp-1/installations").json()["installations"]
    assert (shown["entrance"], shown["floor"], shown["start_registers"]) == ("1", 3, {"light_energy_kwh": 100.0})


@pytest.mark.parametrize(
    ("change", "status", "wanted"),
    [
        ({"building": "elsewhere"}, 422, ("building", "unknown_building")),
        ({"entrance": "9"}, 422, ("entrance", "unknown_entrance")),
        ({"class": "steam"}, 422, ("class", "unknown_class")),
        ({"model": "vkt-7"}, 422, ("model", "other_class")),
        ({"installed_at": "2999-01-01T00:00:00Z"}, 422, ("installed_at", "in_future")),
        ({"start_registers": {"heat_energy_kwh": 1}}, 422, ("start_registers.heat_energy_kwh", "unknown_register")),
        (
            {"start_registers": {"light_energy_kwh": 1e9}},
            422,
            ("start_registers.light_energy_kwh", "register_out_of_range"),
        ),
        ({"identities": [{"adapter": "morse", "identity": "x"}]}, 422, ("identities.0.adapter", "unknown_adapter")),
        (
            {"calibrated_on": "2025-01-01", "calibration_due": "2024-01-01"},
            422,
            ("calibration_due", "calibration_order"),
        ),
        ({"claim": "of another system"}, 422, ("claim", "claim_unknown")),
        ({"serial": "x" * 10_000}, 422, ("serial", "string_too_long")),
        ({"serial": "a\x00b"}, 422, ("serial", "value_error")),
        ({"installed_at": "2026-01-01T00:00:00"}, 422, ("installed_at", "timezone_aware")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    api: httpx.Client, database: str, change: dict[str, object], status: int, wanted: tuple[str, str]
) -> None:
    english = api.post("/api/v1/installations", json=body(**change))
    russian = api.post("/api/v1/installations", json=body(**change), headers={"Accept-Language": "ru,en"})
    assert (english.status_code, codes(english)) == (status, [wanted])
    assert english.headers["content-type"] == "application/problem+json"
    assert english.json()["errors"][0]["message"] != russian.json()["errors"][0]["message"]
    assert rows(database, "SELECT count(*) FROM device") == [(0,)]


def test_strange_words_are_kept_as_they_are(api: httpx.Client) -> None:
    serial = "<script>'; DROP TABLE device;-- \u202e💡"
    assert api.post("/api/v1/installations", json=body(serial=serial)).status_code == 201
    assert api.get("/api/v1/devices/lamp-1/installations").json()["installations"][0]["serial"] == serial


def test_an_instrument_is_in_one_place(api: httpx.Client) -> None:
    assert api.post("/api/v1/installations", json=body()).status_code == 201
    again = api.post("/api/v1/installations", json=body(device="lamp-2"))
    assert (again.status_code, codes(again)) == (409, [("serial", "serial_installed")])
    occupied = api.post("/api/v1/installations", json=body(serial="S-2"))
    assert (occupied.status_code, codes(occupied)) == (409, [("device", "device_occupied")])


def test_two_installers_at_one_device(api: httpx.Client, database: str) -> None:
    sent = [body(serial=f"S-{n}") for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: api.post("/api/v1/installations", json=each).status_code, sent))
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]
    assert rows(database, "SELECT count(*) FROM installation") == [(1,)]


def test_exchange_and_withdrawal(api: httpx.Client, database: str) -> None:
    assert api.post("/api/v1/installations", json=body()).status_code == 201
    sent = {
        "request_id": str(uuid.uuid4()), "closed_at": (START + timedelta(minutes=1)).isoformat(), "serial": "S-2",
        "closing_registers": {"light_energy_kwh": 107.5}, "start_registers": {"light_energy_kwh": 2.0},
    }  # fmt: skip
    early = api.post("/api/v1/devices/lamp-1/exchange", json={**sent, "closed_at": "2020-01-01T00:00:00Z"})
    assert codes(early) == [("closed_at", "before_installation")]
    for _ in range(2):
        assert api.post("/api/v1/devices/lamp-1/exchange", json=sent).status_code == 201
    new, old = api.get("/api/v1/devices/lamp-1/installations").json()["installations"]
    assert (old["removed_at"], new["removed_at"]) == (new["installed_at"], None)
    assert (old["closing_registers"], new["serial"]) == ({"light_energy_kwh": 107.5}, "S-2")
    back = api.post("/api/v1/installations", json=body(device="lamp-2", installed_at=datetime.now(UTC).isoformat()))
    assert codes(back) == [("start_registers.light_energy_kwh", "below_last_reading")]
    gone = {"request_id": str(uuid.uuid4()), "closed_at": datetime.now(UTC).isoformat()}
    assert api.post("/api/v1/devices/lamp-1/withdraw", json=gone).status_code == 200
    assert rows(database, "SELECT publisher, wanted FROM broker_right") == [("lamp-1", "withdrawn")]
    assert (
        api.post("/api/v1/devices/nobody/withdraw", json={**gone, "request_id": str(uuid.uuid4())}).status_code == 404
    )


def picture(side: int, kind: str) -> bytes:
    image, file = Image.new("RGB", (side, side // 2), "orange"), io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = {1: "N", 2: (59.0, 56.0, 0.0)}
    image.save(file, kind, exif=exif)
    return file.getvalue()


def test_a_photo_becomes_small_and_says_no_place(api: httpx.Client) -> None:
    number = api.post("/api/v1/installations", json=body()).json()["installation_id"]
    place = f"/api/v1/installations/{number}/photo"
    sent = picture(4000, "JPEG")
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    for kind in ("PNG", "WEBP", "JPEG"):
        assert api.post(place, files={"file": ("p", picture(4000, kind))}).status_code == 201
    kept = Image.open(io.BytesIO(api.get(place).content))
    assert (kept.size, len(kept.getexif())) == ((2048, 1024), 0)
    assert codes(api.post(place, files={"file": ("p", b"MZ no picture")})) == [("photo", "not_an_image")]
    assert codes(api.post(place, files={"file": ("p", bytes(20 * 1024 * 1024 + 1))})) == [("photo", "image_too_large")]


def states(api: httpx.Client) -> dict[str, str]:
    answer = api.get("/api/v1/devices/lamp-1/check").json()
    return {"": answer["state"], **{each["code"]: each["state"] for each in answer["checks"]}}


def test_the_live_check(api: httpx.Client, database: str) -> None:
    api.post("/api/v1/installations", json=body())
    assert states(api) == {"": "waiting", "first_reading": "waiting", "place": "good"}
    with connect(database) as connection:
        statement = b"""INSERT INTO light_reading (device_id, measured_at, serial, light_energy_kwh)
                        SELECT id, now() - interval '60 s', 'S-1', %s FROM device"""
        connection.execute(statement, (100.01,))
        good = {"first_reading", "plausible", "clock", "serial", "register", "place"}
        assert states(api) == {"": "good", **dict.fromkeys(good, "good")}
        connection.execute(
            b"UPDATE light_reading SET light_energy_kwh = 1000, serial = 'other', received_at = now() + interval '1 h'"
        )
        found = states(api)
    assert [found[code] for code in ("", "register", "serial", "clock")] == ["wrong"] * 4


def test_who_was_heard_is_adopted_with_what_was_said(
    api: httpx.Client, database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    with ingest(database, mosquitto_server.url, tmp_path):
        client = Speaker(mosquitto_server.port, None, "lamp-1")
        for n in range(3):
            client.say("teplosvet/v1/lamp-1/reading", light("lamp-1", START.timestamp() + n, 100.0 + n))
        client.close()
        eventually(lambda: rows(database, "SELECT count(*) FROM quarantine"), [(3,)])
    (stranger,) = api.get("/api/v1/heard").json()
    assert (stranger["adapter"], stranger["identity"], stranger["times"]) == ("teplosvet", "lamp-1", 3)
    answer = api.post("/api/v1/unbound/teplosvet/lamp-1/adopt", json=body(device=None))
    assert (answer.status_code, answer.json()["replayed"]) == (201, 3)
    assert rows(database, "SELECT count(*) FROM light_reading") == [(3,)]
    assert api.get("/api/v1/heard").json() == []


def test_a_file_comes_in_whole_or_not_at_all(api: httpx.Client, database: str) -> None:
    header = "device,class,serial,building,installed_at,start.light_energy_kwh"
    good = [f"lamp-{n},light,S-{n},house,{START.isoformat()},1.5" for n in range(3)]
    bad = [*good, f"lamp-9,light,S-1,house,{START.isoformat()},", "lamp-8,light,S-8,house,yesterday,"]

    def send(lines: list[str], **how: object) -> Any:
        file = {"file": ("d.csv", "\n".join([header, *lines]).encode())}
        return api.post(
            "/api/v1/devices/import", params={key: str(each) for key, each in how.items()}, files=file
        ).json()

    found = send(bad)
    assert [(each["line"], [e["code"] for e in each["errors"]]) for each in found["lines"]] == [
        (2, []), (3, []), (4, []), (5, ["serial_installed"]), (6, ["datetime_from_date_parsing"])
    ]  # fmt: skip
    assert (found["imported"], send(good, dry_run=True)["imported"]) == (0, 0)
    assert rows(database, "SELECT count(*) FROM device") == [(0,)]
    assert send(good)["imported"] == 3
    assert rows(database, "SELECT count(*) FROM installation") == [(3,)]


def test_labels_are_a_pdf(api: httpx.Client) -> None:
    assert api.get("/api/v1/labels.pdf?building=house").status_code == 404
    api.post("/api/v1/installations", json=body(serial="#[*x* $"))
    answer = api.get("/api/v1/labels.pdf?building=house")
    assert answer.content.startswith(b"%PDF")


class Speaker:
    """A device: connected, and told what it hears."""

    def __init__(self, port: int, password: str | None, name: str) -> None:
        self.connected: list[bool] = []
        self.heard: list[str] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set(name, password)
        self.client.on_connect = lambda _c, _d, _f, code, _p: self.connected.append(not code.is_failure)
        self.client.on_disconnect = lambda *_: self.connected.append(False)
        self.client.on_message = lambda _c, _d, message: self.heard.append(message.topic)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        eventually(lambda: bool(self.connected), wanted=True)

    def say(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1).wait_for_publish(5)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MosquittoServer]:
    """A Mosquitto that lets in whom the registry knows, and this process as its administrator."""
    with mosquitto(tmp_path / "guarded", None, "s3cret") as server:
        monkeypatch.setenv("TEPLOSVET_MQTT_ADMIN_URL", server.url.replace("//", "//admin:s3cret@"))
        monkeypatch.setenv("TEPLOSVET_MQTT_URL", server.url.replace("//", "//teplosvet:0wn@"))
        settings.cache_clear()
        yield server
        broker = rights.plugin()
        assert broker is not None
        broker.close()
    monkeypatch.undo()
    settings.cache_clear()


def test_a_registered_device_speaks_for_itself_until_it_is_withdrawn(
    guarded: MosquittoServer, api: httpx.Client, database: str, tmp_path: Path
) -> None:
    with connect(database) as connection:
        assert rights.sync(connection) == []  # lets ingest in
    one, two = (
        api.post("/api/v1/installations", json=body(device=f"lamp-{n}", serial=f"S-{n}")).json() for n in (1, 2)
    )
    assert one["broker"] == two["broker"] == "granted"
    assert one["credentials"]["mqtt_url"] == guarded.url
    with ingest(database, guarded.url.replace("//", "//teplosvet:0wn@"), tmp_path):
        device = Speaker(guarded.port, one["credentials"]["password"], "lamp-1")
        other = Speaker(guarded.port, two["credentials"]["password"], "lamp-2")
        stranger = Speaker(guarded.port, "guess", "lamp-1")
        assert (device.connected[:1], other.connected[:1], stranger.connected[:1]) == ([True], [True], [False])
        stranger.close()
        for topic in ("teplosvet/v1/#", "teplosvet/v1/lamp-1/reading", "#"):
            other.client.subscribe(topic, qos=1)
        device.say("teplosvet/v1/lamp-1/reading", light("lamp-1", time.time() - 1, 100.1))
        other.say("teplosvet/v1/lamp-1/reading", light("lamp-1", time.time(), 666.0))
        eventually(lambda: rows(database, "SELECT light_energy_kwh FROM light_reading"), [(100.1,)])
        time.sleep(0.5)
        assert rows(database, "SELECT light_energy_kwh FROM light_reading") == [(100.1,)]
        assert other.heard == []
        gone = {"request_id": str(uuid.uuid4()), "closed_at": datetime.now(UTC).isoformat()}
        assert api.post("/api/v1/devices/lamp-1/withdraw", json=gone).json()["broker"] == "withdrawn"
        eventually(lambda: True not in device.connected[1:] and False in device.connected, wanted=True)
        # Mosquitto closes one that went too far; its right is as it was, and it comes back
        eventually(lambda: other.connected[-1], wanted=True)
        device.close()
        other.close()


def test_no_device_takes_the_name_of_a_client_that_is_no_publisher(
    guarded: MosquittoServer, api: httpx.Client, database: str
) -> None:
    broker = rights.plugin()
    assert broker is not None
    with connect(database) as connection:
        rights.sync(connection)
    for name in ("admin", "teplosvet"):
        answer = api.post("/api/v1/installations", json=body(device=name))
        assert (answer.status_code, codes(answer)) == (422, [("publisher", "publisher_not_yours")])
    for attack in (lambda: broker.grant("admin", "taken"), lambda: broker.withdraw("teplosvet")):
        with pytest.raises(ServiceUnavailableError, match="no publisher"):
            attack()
    assert api.post("/api/v1/installations", json=body()).json()["broker"] == "granted"
    (entered := Speaker(guarded.port, "0wn", "teplosvet")).close()
    assert entered.connected[:1] == [True]


def test_sync_repairs_the_broker(guarded: MosquittoServer, api: httpx.Client, database: str) -> None:
    broker = rights.plugin()
    assert broker is not None
    for n in (1, 2):
        api.post("/api/v1/installations", json=body(device=f"lamp-{n}", serial=f"S-{n}"))
    with connect(database) as connection:
        connection.execute(
            b"UPDATE broker_right SET applied = false WHERE publisher = 'lamp-2'"
        )  # killed before the broker knew
        broker.withdraw("lamp-1")
        broker.grant("nobody", "x")
        assert broker.publishers() == {"lamp-2": True, "nobody": True}
        done = [(each.publisher, each.broker, each.password is not None) for each in rights.sync(connection)]
        assert done == [("lamp-1", "granted", True), ("lamp-2", "granted", True), ("nobody", "withdrawn", False)]
        assert broker.publishers() == {"lamp-1": True, "lamp-2": True}
        assert rights.sync(connection) == []


def test_a_silent_broker_leaves_the_right_pending(guarded: MosquittoServer, api: httpx.Client, database: str) -> None:
    guarded.stop()
    answer = api.post("/api/v1/installations", json=body()).json()
    assert (answer["broker"], answer["credentials"]) == ("pending", None)
    guarded.start()
    eventually(lambda: api.post("/api/v1/devices/lamp-1/credentials").json()["broker"], "granted")


def test_many_installers_and_a_broker_that_dies_among_them(
    guarded: MosquittoServer, api: httpx.Client, database: str
) -> None:
    def register(n: int) -> Any:
        if n == 12:
            guarded.kill()
            guarded.start()
        return api.post("/api/v1/installations", json=body(device=f"lamp-{n}", serial=f"S-{n}")).json()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(register, range(30)))
    granted = {each["device"]: each["credentials"]["password"] for each in answers if each["broker"] == "granted"}
    waiting = {each["device"] for each in answers if each["broker"] == "pending"}
    assert len(granted) + len(waiting) == 30
    assert len({*granted.values()}) == len(granted) >= 7  # of the twelve begun before the kill at most five wait
    assert rows(database, "SELECT count(*) FROM broker_right WHERE NOT applied") == [(len(waiting),)]
    with connect(database) as connection:
        assert {each.publisher for each in rights.sync(connection)} == waiting
    broker = rights.plugin()
    assert broker is not None
    assert broker.publishers() == {f"lamp-{n}": True for n in range(30)}
    for name in [*granted][:3]:
        device = Speaker(guarded.port, granted[name], name)
        assert device.connected == [True]
        device.close()

"""The commands of the registration, as a person calls them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest_service.registration import rights
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet.config import settings
from teplosvet.stack.mosquitto import MosquittoServer, mosquitto
from teplosvet.storage.database import connect
from tests.command import Call, caller
from tests.integration.ingest_run import rows

SITE = '[site]\nname = "here"\nzone = "Europe/Moscow"\n[[building]]\ncode = "house"\n'
HEADER = "device,class,model,serial,building,installed_at,calibrated_on,start.light_energy_kwh"
AT = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")


def line(n: int, **more: str) -> str:
    fields = {"at": AT, "verified": "2025-05-14", "energy": "1.5", **more}
    return f"lamp-{n},light,led-presence,S-{n},house,{fields['at']},{fields['verified']},{fields['energy']}"


@pytest.fixture
def call(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    with connect(database) as connection:
        apply_site(connection, parse_site(SITE, "test.toml"))
    return caller(monkeypatch, capfd, tmp_path)


def written(folder: Path, *lines: str) -> str:
    file = folder / "devices.csv"
    file.write_text("\n".join([HEADER, *lines]), "utf-8")
    return str(file)


def test_import_says_what_is_wrong_line_by_line(call: Call, database: str, tmp_path: Path) -> None:
    file = written(tmp_path, line(1), line(2, at="yesterday"), line(3, verified="2999-01-01", energy="1e12"))
    said = call("device", "import", file, "--json", TEPLOSVET_DATABASE_URL=database)
    assert said.code == 2
    told = json.loads(said.out)
    assert [(each["line"], [e["field"] for e in each["errors"]]) for each in told["lines"]] == [
        (2, []), (3, ["installed_at"]), (4, ["start_registers.light_energy_kwh", "calibrated_on"]),
    ]  # fmt: skip
    assert rows(database, "SELECT count(*) FROM device") == [(0,)]


def test_import_tries_and_takes(call: Call, database: str, tmp_path: Path) -> None:
    file = written(tmp_path, line(1), line(2))
    tried = call("device", "import", file, "--dry-run", TEPLOSVET_DATABASE_URL=database)
    assert (tried.code, rows(database, "SELECT count(*) FROM device")) == (0, [(0,)])
    assert "2 of 2 lines are good; nothing was changed." in tried.out
    assert call("device", "import", file, TEPLOSVET_DATABASE_URL=database).code == 0
    assert rows(database, "SELECT serial, calibrated_on::text FROM installation ORDER BY 1") == [
        ("S-1", "2025-05-14"), ("S-2", "2025-05-14"),
    ]  # fmt: skip
    missing = call("device", "import", str(tmp_path / "nowhere.csv"), TEPLOSVET_DATABASE_URL=database)
    assert missing.code == 2
    assert "cannot be read" in missing.err
    assert "Traceback" not in missing.err


def test_labels(call: Call, database: str, tmp_path: Path) -> None:
    call("device", "import", written(tmp_path, line(1)), TEPLOSVET_DATABASE_URL=database)
    sheet = tmp_path / "labels.pdf"
    how = ("device", "labels", "--output", str(sheet))
    assert call(*how, "--building", "elsewhere", TEPLOSVET_DATABASE_URL=database).code == 2
    assert call(*how, TEPLOSVET_DATABASE_URL=database).code == 2
    assert not sheet.exists()
    assert call(*how, "--building", "house", TEPLOSVET_DATABASE_URL=database).code == 0
    assert sheet.read_bytes().startswith(b"%PDF")
    installed = call(*how, "--device", "lamp-1", TEPLOSVET_DATABASE_URL=database)
    assert installed.code == 2
    assert "lamp-1" in installed.err


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[MosquittoServer]:
    with mosquitto(tmp_path / "guarded", None, "s3cret") as server:
        yield server
    settings.cache_clear()


def test_sync_lets_in_and_says_passwords_once(
    call: Call, guarded: MosquittoServer, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(
        "device", "import", written(tmp_path, line(1)), TEPLOSVET_DATABASE_URL=database
    )  # the broker knows nothing of it
    urls = {
        "TEPLOSVET_DATABASE_URL": database,
        "TEPLOSVET_MQTT_ADMIN_URL": guarded.url.replace("//", "//admin:s3cret@"),
        "TEPLOSVET_MQTT_URL": guarded.url.replace("//", "//teplosvet:0wn@"),
    }
    without = call("broker", "sync", TEPLOSVET_DATABASE_URL=database)
    assert without.code == 2
    assert "TEPLOSVET_MQTT_ADMIN_URL" in without.err
    services = call("broker", "sync", "--services", "--json", **urls)
    assert (services.code, json.loads(services.out)) == (0, [])
    first, second = (json.loads(call("broker", "sync", "--json", **urls).out) for _ in range(2))
    assert [(each["publisher"], each["broker"]) for each in first] == [("lamp-1", "granted")]
    assert len(first[0]["password"]) > 20
    assert second == []
    for name, value in urls.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    broker = rights.plugin()
    assert broker is not None
    assert broker.publishers() == {"lamp-1": True}
    broker.close()

"""Database -> bundle -> recomputed in another folder without a database and without sockets; forgeries are named."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg import errors
from psycopg.types.range import DateRange

from analytics.act.commands import act_state
from analytics.act.log import ensure_draft, list_acts
from analytics.act.state import ActState
from analytics.evidence.bundle_file import FILES, MANIFEST, read_files, write_bundle, zipped
from analytics.evidence.commands import bundle, verdict_of
from analytics.evidence.gather import load_bundle, versions_of
from analytics.rollup.job import roll_up
from analytics.verification import verify_contract
from teplosvet.config import settings
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.errors import InvalidFileError, NotEnoughDataError
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass
from tests.integration.rollup_site import House, house

BASELINE = Period.parse("2024-11-01/2024-12-20")
REPORTING = Period.parse("2025-01-13/2025-02-25")
SINCE = datetime(2024, 10, 25, tzinfo=UTC)
HOURS = 24 * 130
EXCHANGED = datetime(2025, 1, 20, 9, 30, tzinfo=UTC)
SILENT = (datetime(2025, 2, 1, 2, 30, tzinfo=UTC), datetime(2025, 2, 2, 8, 30, tzinfo=UTC))

NO_SOCKETS = """
import socket, sys
def forbidden(*_, **__): raise AssertionError("a socket was asked for")
socket.socket.connect = socket.socket.bind = socket.getaddrinfo = forbidden
sys.argv = ["teplosvet", "verify", "--bundle", sys.argv[1], "--json"]
from teplosvet.cli import main
main()
"""


def fill(site: House, carrier: str) -> None:
    """A heat meter that is exchanged and falls silent for a day, or two lamps with a failure; and the weather."""
    light = carrier == "light"
    at = [SINCE + timedelta(hours=n) for n in range(HOURS)]
    outdoor = -3.0 + 6.0 * np.sin(np.arange(HOURS) / 90.0)
    building = site.building("lenina-1")
    site.connection.execute("UPDATE building SET weather = 'sky', latitude = 59.94")
    sky = site.device("sky", None, DeviceClass.CLIMATE)
    site.read(sky, at, DeviceClass.CLIMATE, outdoor_temperature_c=outdoor)
    used = np.where(np.array(at) < datetime(2025, 1, 1, tzinfo=UTC), 1.0, 0.7)
    heard = [not SILENT[0] < each < SILENT[1] for each in at]
    kept = np.flatnonzero(heard)
    for n in range(2 if light else 1):
        power = used * (0.05 if light else 0.3 * (20.0 - outdoor)) * (1.0 + 0.02 * np.cos(np.arange(HOURS) * (n + 1.7)))
        register = np.round(np.cumsum(power), 3) + 100.0
        name = "light_energy_kwh" if light else "heat_energy_kwh"
        kind = DeviceClass.LIGHT if light else DeviceClass.HEAT
        device = site.device(f"meter-{n}", None, kind)
        place = int(np.searchsorted([each.timestamp() for each in at], EXCHANGED.timestamp()))
        stood = float(register[place - 1])
        site.install(device, building, SINCE, EXCHANGED, "11", closing={name: stood})
        site.install(device, building, EXCHANGED, None, "12", start={name: 0})
        register[place:] -= stood
        more = {"lamp_failure": (np.arange(HOURS) % 400 == 0).astype(float)} if light else {}
        for part, serial in ((kept[kept < place], "11"), (kept[kept >= place], "12")):
            values = {column: each[part] for column, each in {name: register, **more}.items()}
            site.read(device, [at[i] for i in part], kind, serial, **values)
    site.connection.execute(
        "INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount, tariff_currency,"
        " tariff_per, esco_share) VALUES ('c', 'C', %s, %s, %s, %s, 5.5, 'RUB', 'kWh', 0.8)",
        (
            building,
            carrier,
            "light-option-b" if light else "change-point-daily",
            DateRange(BASELINE.start, BASELINE.end),
        ),
    )
    roll_up(site.connection)


@pytest.fixture(params=["heat", "light"])
def site(database: str, request: pytest.FixtureRequest) -> Iterator[House]:
    with house(database) as found:
        fill(found, request.param)
        verify_contract(found.connection, "c", REPORTING)
        yield found


def written(site: House, path: Path) -> Path:
    write_bundle(path, load_bundle(site.connection, "c", REPORTING))
    return path


def test_anyone_recomputes_it_without_database_and_sockets(site: House, tmp_path: Path) -> None:
    path = written(site, tmp_path / "b.zip")
    assert path.read_bytes() == written(site, tmp_path / "again.zip").read_bytes()
    root = Path(__file__).parents[2]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEPLOSVET_")}
    ended = subprocess.run(
        [sys.executable, "-c", NO_SOCKETS, str(path)],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    told = msgspec.json.decode(ended.stdout)
    assert told["verdict"] == "equal"
    assert told["digest"] == versions_of(site.connection, "c")[-1].digest
    statement = msgspec.json.decode(read_files(path)["statement.json"])
    assert statement["avoided_energy_kwh"] is not None


Change = Callable[[pa.Table, int], pa.Table]


def plus(column: str, amount: float) -> Change:
    def change(table: pa.Table, row: int) -> pa.Table:
        values = table.column(column).to_pylist()
        values[row] += amount
        return table.set_column(table.column_names.index(column), column, pa.array(values, pa.float64()))

    return change


def forged(path: Path, file: str, change: Change, row: int) -> Path:
    """One value of a table changed, and the manifest made to fit."""
    files = read_files(path)
    table = change(pq.read_table(BytesIO(files[file])), row)
    out = BytesIO()
    pq.write_table(table, out, compression="none", store_schema=False)
    return rewritten(path, {**files, file: out.getvalue()})


def rewritten(path: Path, files: dict[str, bytes]) -> Path:
    manifest = msgspec.json.decode(files.pop(MANIFEST))
    again = manifest_of_files(path, files)
    manifest["files"], manifest["digest"] = again["files"], again["digest"]
    out = path.with_name("forged.zip")
    out.write_bytes(zipped({MANIFEST: msgspec.json.encode(manifest), **files}))
    return out


def manifest_of_files(path: Path, files: dict[str, bytes]) -> dict[str, object]:
    told = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    return {"files": told, "digest": told["statement.json"]["sha256"]}


def row_at(path: Path, file: str, column: str, at: object) -> int:
    return int(pq.read_table(BytesIO(read_files(path)[file])).column(column).to_pylist().index(at))


def test_a_forgery_at_any_stage_is_named(site: House, tmp_path: Path) -> None:
    path = written(site, tmp_path / "b.zip")
    register = next(
        name for name in pq.read_table(BytesIO(read_files(path)["readings.parquet"])).column_names if "energy" in name
    )
    when = datetime(2025, 2, 10, 12, tzinfo=UTC)
    row = row_at(path, "readings.parquet", "at", when)
    for file, column, place, stage, at in (
        ("readings.parquet", register, row, "device hour", "2025-02-10T1"),
        ("hours.parquet", "amount", row_at(path, "hours.parquet", "hour", when), "device hour", "2025-02-10T12:00:00Z"),
        ("days.parquet", "amount", row_at(path, "days.parquet", "day", when.date()), "device day", "2025-02-10"),
        (
            "building_days.parquet",
            "energy_kwh",
            row_at(path, "building_days.parquet", "day", when.date()),
            "building day",
            "2025-02-10",
        ),
    ):
        found = verdict_of(forged(path, file, plus(column, 1.0), place)).difference
        assert found is not None, file
        assert found.stage == stage
        assert (found.at or "").startswith(at)
        assert (found.device == "meter-0") is stage.startswith("device")
    files = read_files(path)
    statement = msgspec.json.decode(files["statement.json"])
    statement["avoided_energy_kwh"] += 1.0
    found = verdict_of(rewritten(path, {**files, "statement.json": msgspec.json.encode(statement)})).difference
    assert found is not None
    assert (found.stage, found.figure) == ("statement", "avoided_energy_kwh")


def test_a_file_that_the_manifest_does_not_know_is_named_first(site: House, tmp_path: Path) -> None:
    path = written(site, tmp_path / "b.zip")
    files = read_files(path)
    path.write_bytes(zipped({**files, "contract.json": files["contract.json"] + b"\n"}))
    found = verdict_of(path).difference
    assert found is not None
    assert (found.stage, found.figure) == ("file", "sha256 of contract.json")


def test_a_manifest_of_another_statement_is_named(site: House, tmp_path: Path) -> None:
    path = written(site, tmp_path / "b.zip")
    files = read_files(path)
    manifest = msgspec.json.decode(files[MANIFEST])
    digests = manifest["files"]["days.parquet"]
    for figure, told in (
        ("contract", {"contract": "another"}),
        ("period", {"period": {"start": "2027-01-01", "end": "2027-02-01"}}),
        ("bytes of days.parquet", {"files": manifest["files"] | {"days.parquet": digests | {"bytes": 1}}}),
    ):
        path.write_bytes(zipped({**files, MANIFEST: msgspec.json.encode(manifest | told)}))
        found = verdict_of(path).difference
        assert found is not None, figure
        assert found.figure == figure


def test_a_statement_that_says_a_figure_twice_is_named(site: House, tmp_path: Path) -> None:
    path = written(site, tmp_path / "b.zip")
    files = read_files(path)
    twice = files["statement.json"].replace(
        b'"avoided_energy_kwh":', b'"avoided_energy_kwh":999999.0,"avoided_energy_kwh":', 1
    )
    found = verdict_of(rewritten(path, {**files, "statement.json": twice})).difference
    assert found is not None
    assert (found.stage, found.figure) == ("statement", "bytes")


def come_late(site: House, carrier: Carrier) -> None:
    """Readings of hours that were silent."""
    table, column = (f"{carrier}_reading", f"{carrier}_energy_kwh")
    device, before, value = site.connection.execute(
        f"SELECT device_id, max(measured_at), max({column}) FROM {table} WHERE measured_at < %s AND measured_at > %s"
        " GROUP BY device_id ORDER BY device_id LIMIT 1",
        (SILENT[0], EXCHANGED),
    ).fetchone() or (0, SINCE, 0.0)
    late = [before + timedelta(hours=n) for n in range(1, 4)]
    site.read(device, late, DeviceClass(carrier.value), "12", **{column: [value + 0.001 * n for n in range(1, 4)]})
    roll_up(site.connection)


def test_late_readings_make_a_version_that_says_what_changed(site: House, tmp_path: Path) -> None:
    first = versions_of(site.connection, "c")
    with pytest.raises(errors.RaiseException, match="never altered"):
        site.connection.execute("UPDATE statement SET digest = 'x'")
    carrier = first[0].statement.carrier
    come_late(site, carrier)
    with pytest.raises(NotEnoughDataError, match="readings"):
        load_bundle(site.connection, "c", REPORTING)
    verify_contract(site.connection, "c", REPORTING)
    kept = versions_of(site.connection, "c")
    assert [each.version for each in kept] == [1, 2]
    assert (kept[0].digest, kept[0].statement) == (first[0].digest, first[0].statement)
    changes = kept[1].changes
    assert changes is not None
    assert {"readings", "reporting_days"} <= set(changes.inputs)
    assert not {"weather", "terms", "baseline_days"} & set(changes.inputs)
    assert {str(day.day) for day in changes.days} <= {"2025-02-01", "2025-02-02"}
    assert verdict_of(written(site, tmp_path / "b.zip")).verdict == "equal"


@pytest.fixture
def command_site(site: House, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    ensure_draft(site.connection, "c", REPORTING, 1)
    yield site
    settings.cache_clear()


def test_the_bundle_of_a_signed_act_outlives_its_inputs(
    command_site: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, period = command_site, str(REPORTING)
    path = written(site, tmp_path / "then.zip")
    for state in (ActState.SENT, ActState.AGREED):
        act_state("c", period, state, by="Ivanova")
    assert "evidence" not in capsys.readouterr().out
    come_late(site, versions_of(site.connection, "c")[0].statement.carrier)
    verify_contract(site.connection, "c", REPORTING)
    with pytest.raises(NotEnoughDataError, match="readings"):
        load_bundle(site.connection, "c", REPORTING, 1)
    bundle("c", period, 1, tmp_path / "now.zip", as_json=True)
    told = msgspec.json.decode(capsys.readouterr().out)
    assert (told["version"], told["kept"], told["difference"]) == (1, True, None)
    assert (tmp_path / "now.zip").read_bytes() == path.read_bytes()
    assert verdict_of(tmp_path / "now.zip").verdict == "equal"
    bundle("c", period, None, tmp_path / "new.zip", as_json=True)
    told = msgspec.json.decode(capsys.readouterr().out)
    assert (told["version"], told["kept"]) == (2, False)
    for change in ("UPDATE statement_bundle SET body = 'x'", "DELETE FROM statement_bundle"):
        with pytest.raises(errors.RaiseException, match="neither changed nor deleted"):
            site.connection.execute(change)


def test_a_step_without_a_bundle_happens_and_says_so(
    command_site: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, period = command_site, str(REPORTING)
    come_late(site, versions_of(site.connection, "c")[0].statement.carrier)
    act_state("c", period, ActState.SENT, by="Ivanova")
    told = capsys.readouterr().out
    assert "is sent, over version 1" in told
    assert "no evidence bundle was kept: version 1 of c rests on other" in told
    with pytest.raises(NotEnoughDataError, match="readings"):
        bundle("c", period, 1, tmp_path / "none.zip")
    assert list_acts(site.connection)[0].state is ActState.SENT


def broken(files: dict[str, bytes], method: int) -> bytes:
    """A zip with another compression, whose compressed bytes are spoilt."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        place = next(each.header_offset for each in archive.infolist() if each.filename == "statement.json")
    whole = bytearray(out.getvalue())
    whole[place + 70 : place + 170] = b"\xff" * 100
    return bytes(whole)


def test_hostile_files_are_one_sentence(site: House, tmp_path: Path) -> None:
    path = written(site, tmp_path / "b.zip")
    files = read_files(path)
    bad = tmp_path / "bad.zip"
    table = pq.read_table(BytesIO(files["building_days.parquet"]))
    for value in (float("nan"), float("inf"), 1e300):
        out = BytesIO()
        column = pa.array([value] * len(table), pa.float64())
        pq.write_table(table.set_column(1, "energy_kwh", column), out, compression="none", store_schema=False)
        with pytest.raises(InvalidFileError, match="energy_kwh"):
            verdict_of(rewritten(path, {**files, "building_days.parquet": out.getvalue()}))
    out = BytesIO()
    pq.write_table(table.set_column(1, "energy_kwh", pa.array(["x"] * len(table))), out, compression="none")
    with pytest.raises(InvalidFileError, match="type double"):
        verdict_of(rewritten(path, {**files, "building_days.parquet": out.getvalue()}))
    for content in (
        path.read_bytes()[:-2000],
        b"no zip",
        zipped({name: data for name, data in files.items() if name != "devices.json"}),
        zipped({**files, "../../escaped": b"x"}),
        zipped({**files, "contract.json": b" " * (1 << 26)}),
        zipped({**files, MANIFEST: b"[" * 100_000}),
    ):
        bad.write_bytes(content)
        with pytest.raises(InvalidFileError):
            verdict_of(bad)
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        bad.write_bytes(broken(files, method))
        with pytest.raises(InvalidFileError):
            verdict_of(bad)
    assert not (tmp_path.parent / "escaped").exists()
    assert set(FILES) < set(files)

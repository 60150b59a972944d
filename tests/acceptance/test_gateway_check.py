"""`teplosvet gateway check`, as the installer in the basement meets it: what each meter said, or what to do."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.process.alone import alone
from simulators.wire.line_server import LineServer
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import Faults, MbusBus
from teplosvet.stack.mosquitto import MosquittoServer, find_mosquitto
from teplosvet.stack.ports import free_port
from teplosvet.stack.process import port_answers
from tests.command import Call, caller
from tests.integration.ingest_run import eventually

FILE = """
[gateway]
name = "gw"
broker = "{broker}"
zone = "Europe/Moscow"
home = "home"
quota_mb = {quota_mb}

[[line]]
name = "mbus"
url = "{line}"
slack_s = 0.1
"""
METER = """
[[meter]]
name = "heat-{n}"
line = "mbus"
model = "danfoss-sonometer-40"
address = "{n}"
serial = "{serial}"
zone = "UTC"
"""


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd, tmp_path)


def meter(n: int, serial: str, error: timedelta = timedelta()) -> MbusMeter:
    shows = Registers(11_630.0 * n, 120.5, 35.2, 0.8, 71.5, 43.25, 1200)
    return MbusMeter(Plate(serial, n), lambda _: shows, lambda: datetime.now(UTC), clock_error=error)


def written(folder: Path, broker: str, line: str, *serials: str, quota_mb: int = 10) -> str:
    file = folder / "gateway.toml"
    text = FILE.format(broker=broker, line=line, quota_mb=quota_mb)
    file.write_text(text + "".join(METER.format(n=n, serial=s) for n, s in enumerate(serials, 1)), "utf-8")
    return str(file)


def test_all_is_well(tmp_path: Path, call: Call, mosquitto_server: MosquittoServer) -> None:
    bus = MbusBus([meter(1, "10000001"), meter(2, "10000002", timedelta(minutes=-3))])
    with LineServer(bus) as server:
        file = written(tmp_path, mosquitto_server.url, server.url, "10000001", "10000002")
        said = call("gateway", "check", file)
        as_json = call("gateway", "check", file, "--json")
    assert (said.code, as_json.code) == (0, 0), said.out
    assert "10000001" in said.out
    assert "heat_energy" in said.out
    assert "heat-2: its clock is 1" in said.out
    assert " s behind: off" in said.out
    assert "lets gw in" in said.out
    assert "WRONG" not in said.out
    told = json.loads(as_json.out)
    assert told["ok"]
    one, two = told["meters"]
    values = {value["quantity"]: (value["value"], value["unit"]) for value in one["values"]}
    assert values["heat_energy"] == (11_630, "kWh")
    assert values["flow_temperature"] == (71.5, "Cel")
    assert (one["serial"], one["problem"], one["ok"]) == ("10000001", None, True)
    assert one["clock_offset_s"] == 0
    assert -190 <= two["clock_offset_s"] <= -120
    assert one["took_s"] > 0


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (timedelta(hours=3), "its clock is 3 h ahead: check `zone` in the file; Etc/GMT-3 is Moscow"),
        (timedelta(hours=-5, minutes=-32), "its clock is 5.5 h behind: check `zone`"),
        (timedelta(minutes=-12), "far off, tell the supplier of heat"),
        (timedelta(days=-400), "far off, tell the supplier of heat"),
    ],
)
def test_a_clock_that_is_far_off_is_not_well(
    tmp_path: Path, call: Call, mosquitto_server: MosquittoServer, error: timedelta, says: str
) -> None:
    with LineServer(MbusBus([meter(1, "10000001", error)])) as server:
        said = call("gateway", "check", written(tmp_path, mosquitto_server.url, server.url, "10000001"), "--json")
    (told,) = json.loads(said.out)["meters"]
    assert (said.code, told["ok"]) == (1, False)
    assert says in told["problem"]
    assert ("supplier" in told["problem"]) == ("supplier" in says)


@pytest.mark.parametrize(
    ("model", "maker", "medium", "proposed"),
    [
        ("kamstrup-603-mbus", "DFS", 0x0D, 'set model = "danfoss-sonometer-40"'),
        ("mbus-water", "XYZ", 0x04, 'set model = "mbus-heat"'),
        ("mbus-water", "XYZ", 0x03, "no model reads it yet"),
    ],
)
def test_a_model_that_does_not_fit_is_not_well(
    tmp_path: Path, call: Call, mosquitto_server: MosquittoServer, model: str, maker: str, medium: int, proposed: str
) -> None:
    plate = Plate("10000001", 1, maker, medium=medium)
    shows = Registers(11_630.0, 120.5, 35.2, 0.8, 71.5, 43.25, 1200)
    with LineServer(MbusBus([MbusMeter(plate, lambda _: shows, lambda: datetime.now(UTC))])) as server:
        file = Path(written(tmp_path, mosquitto_server.url, server.url, "10000001"))
        file.write_text(file.read_text("utf-8").replace("danfoss-sonometer-40", model), "utf-8")
        said = call("gateway", "check", str(file), "--json")
    (told,) = json.loads(said.out)["meters"]
    assert (said.code, told["ok"]) == (1, False)
    assert told["problem"] == f"the meter is a {maker}.0B.{medium:02X}, not a {model}: {proposed}"


def test_a_meter_that_does_not_answer_and_one_that_is_another(
    tmp_path: Path, call: Call, mosquitto_server: MosquittoServer
) -> None:
    with LineServer(MbusBus([meter(1, "99999999")])) as server:
        said = call(
            "gateway", "check", written(tmp_path, mosquitto_server.url, server.url, "10000001", "10000002"), "--json"
        )
    assert said.code == 1
    another, silent = json.loads(said.out)["meters"]
    assert not another["ok"]
    assert another["values"]  # what it said is shown all the same
    assert another["problem"].startswith("expected the meter 10000001 and met 99999999")
    assert not silent["ok"]
    assert "check the wires" in silent["problem"]


def test_a_disturbed_line(tmp_path: Path, call: Call, mosquitto_server: MosquittoServer) -> None:
    bus = MbusBus([meter(1, "10000001")], Faults(wrong_checksum=True))
    with LineServer(bus) as server:
        said = call("gateway", "check", written(tmp_path, mosquitto_server.url, server.url, "10000001"))
    assert said.code == 1
    assert "WRONG  heat-1: " in said.out
    assert "Traceback" not in said.err


def test_a_line_and_a_broker_that_are_not_there(tmp_path: Path, call: Call) -> None:
    line, broker = (f"127.0.0.1:{free_port()}" for _ in range(2))
    file = written(tmp_path, f"mqtt://{broker}", f"socket://{line}", "10000001")
    told = json.loads(call("gateway", "check", file, "--json").out)
    assert "cannot be opened" in told["meters"][0]["problem"]
    assert [place["ok"] for place in told["places"]] == [True, False]
    assert "cannot be reached" in told["places"][1]["says"]


@contextmanager
def guarded_broker(folder: Path) -> Iterator[str]:
    """A Mosquitto that lets nobody in without a password, and knows nobody's."""
    program, port = find_mosquitto(), free_port()
    assert program is not None
    (folder / "passwords").touch(mode=0o600)
    configuration = folder / "guarded.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {folder / 'passwords'}\nuser root\n", "utf-8"
    )
    with subprocess.Popen([program, "-c", configuration], stderr=subprocess.DEVNULL) as process:
        try:
            eventually(lambda: port_answers(port), wanted=True)
            yield f"mqtt://gw:wrong@127.0.0.1:{port}"
        finally:
            process.terminate()


def test_a_broker_that_refuses(tmp_path: Path, call: Call) -> None:
    with guarded_broker(tmp_path) as url, LineServer(MbusBus([meter(1, "10000001")])) as server:
        said = call("gateway", "check", written(tmp_path, url, server.url, "10000001"), "--json")
    assert said.code == 1
    broker = json.loads(said.out)["places"][1]
    assert "refuses gw" in broker["says"]
    assert "check name and password" in broker["says"]
    assert "wrong" not in said.out  # the password


def test_a_disk_without_room(tmp_path: Path, call: Call, mosquitto_server: MosquittoServer) -> None:
    with LineServer(MbusBus([meter(1, "10000001")])) as server:
        file = written(tmp_path, mosquitto_server.url, server.url, "10000001", quota_mb=1_000_000)
        said = call("gateway", "check", file, "--json")
    assert said.code == 1
    assert "lower quota_mb" in json.loads(said.out)["places"][0]["says"]


def test_a_wrong_file_says_all_that_is_wrong(tmp_path: Path, call: Call) -> None:
    file = Path(written(tmp_path, "mqtt://127.0.0.1", "socket://nowhere", "1"))
    file.write_text(file.read_text("utf-8").replace('line = "mbus"', 'line = "m-bus"'), "utf-8")
    said = call("gateway", "check", str(file))
    assert (said.code, said.out) == (2, "")
    lines = said.err.splitlines()
    assert lines[0].startswith("teplosvet: gateway.toml:11: line.1.url: expected /dev/ttyUSB0, socket://host:port")
    assert lines[1] == "gateway.toml:16: meter.1.line: no line is called 'm-bus': there are mbus"


def test_a_file_that_is_not_there(tmp_path: Path, call: Call) -> None:
    said = call("gateway", "check", str(tmp_path / "none.toml"))
    assert said.code == 2
    assert "cannot be read" in said.err


def test_while_the_gateway_runs(tmp_path: Path, call: Call) -> None:
    file = written(tmp_path, "mqtt://127.0.0.1", "socket://127.0.0.1:9", "1")
    with alone(tmp_path / "home"):
        said = call("gateway", "check", file)
    assert said.code == 2
    assert "systemctl stop teplosvet-gateway" in said.err

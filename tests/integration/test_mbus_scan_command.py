"""`teplosvet mbus scan`: the meters on a line, for people and for programs."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulators.wire.line_server import LineServer
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import MbusBus
from tests.command import Call, caller


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd, tmp_path)


def meter(manufacturer: str, version: int, medium: int) -> MbusMeter:
    plate = Plate("12345678", 5, manufacturer, version, medium)
    shown = Registers(12345, 678.9, 12.3, 0.4, 75.5, 41.2, 300, status=0x04)
    return MbusMeter(plate, lambda _: shown, lambda: datetime(2026, 1, 5, 12, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("plate", "models"),
    [
        (("KAM", 0x35, 4), ["kamstrup-603-mbus"]),
        (("DFS", 0x0B, 13), ["danfoss-sonometer-40"]),
        (("ZZZ", 1, 4), ["mbus-heat"]),
        (("ZZZ", 1, 7), ["mbus-water"]),
        (("ZZZ", 1, 2), ["mbus-electricity"]),
        (("ZZZ", 1, 3), []),
    ],
)
def test_a_program_gets_what_the_meter_says_and_which_model_fits(
    call: Call, plate: tuple[str, int, int], models: list[str]
) -> None:
    with LineServer(MbusBus([meter(*plate)])) as server:
        said = call("mbus", "scan", server.url, "--baud", "9600", "--slack", "2", "--json")
    assert said.code == 0
    (found,) = json.loads(said.out)
    assert found["address"] == f"12345678.{plate[0]}.{plate[1]:02X}.{plate[2]:02X}"
    assert (found["primary"], found["status"], found["problem"]) == (5, ["power low"], None)
    assert found["models"] == models
    assert bytes.fromhex(found["frame"])[0] == 0x68


def test_a_person_gets_a_table_or_a_sentence(call: Call) -> None:
    with LineServer(MbusBus([meter("KAM", 0x35, 4)])) as server:
        said = call("mbus", "scan", server.url, "--slack", "2")
        assert said.code == 0
        assert "12345678.KAM.35.04" in said.out
        assert "power low" in said.out
    with LineServer(MbusBus([])) as server:
        said = call("mbus", "scan", server.url, "--slack", "0.1", "--baud", "9600")
        assert said.code == 0
        assert "No meter answered" in said.out
    said = call("mbus", "scan", server.url)
    assert said.code == 2
    assert "cannot be opened" in said.err

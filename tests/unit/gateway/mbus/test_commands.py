"""`teplosvet mbus decode` as a person calls it."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import DecodeError
from gateway.mbus.bench_frames import built_in_frames
from gateway.mbus.commands import decode_text
from gateway.mbus.telegram import decode
from tests.command import Call, caller

Document = Callable[..., Any]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    return caller(monkeypatch, capfd, tmp_path)


@pytest.fixture
def document(call: Call) -> Document:
    def printed(text: str) -> Any:
        said = call("mbus", "decode", text, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)

    return printed


def test_records_alone(call: Call, document: Document) -> None:
    """`04 FB 8D 3B`: energy in Mcal (Danfoss SonoMeter 40, data sheet AQ409156171501)."""
    (record,) = document("04FB8D3B10270000")["records"]
    assert (record["value"], record["unit"], record["kwh"], record["resolution"]) == (10, "Gcal", 11_630, 0.001)
    assert record["raw"] == {"dib": "04", "vib": "FB 8D 3B", "data": "10 27 00 00"}
    assert "10 Gcal = 11,630 kWh" in call("mbus", "decode", "04FB8D3B10270000").out


def test_a_frame_on_standard_input(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = built_in_frames()[0]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(f"0x{byte:02x}" for byte in frame)))
    found = document("-")
    telegram = decode(frame)
    assert found["identification"] == telegram.identification
    assert found["medium_name"] == "heat, flow sensor in the return"
    assert len(found["records"]) == len(telegram.records)
    names = {"function", "storage", "tariff", "subunit", "quantity", "value", "unit", "time", "resolution", "raw"}
    assert all(names <= set(record) for record in found["records"])
    clock = next(record for record in found["records"] if record["quantity"] == "time point")
    assert clock["value"] == clock["time"] == "2025-01-21T12:30:00"
    flow = next(record for record in found["records"] if record["quantity"] == "flow temperature")
    assert (flow["value"], flow["time"]) == (72.6, clock["time"])


def test_a_frame_for_people(call: Call) -> None:
    said = call("mbus", "decode", built_in_frames()[1].hex(" "))
    assert said.code == 0
    assert "the meter has another telegram to give" in said.out
    assert "TCH version 67" in said.out
    said = call("mbus", "decode", "02DB6FBF1C 027B0102 04051D000000 0413010000 00 0F01")
    assert "time point of flow" in said.out
    assert "2013-12-31" in said.out
    assert "unknown_unit: VIF 7B is not known" in said.out
    assert "manufacturer's own data: 01" in said.out
    assert "2900 Wh = 2.9 kWh" in said.out
    assert "0.001" in said.out


def test_a_kwh_figure_for_energy_alone(document: Document) -> None:
    records = document("01 09 24 01 FD 3A 24 01 83 22 24 0C 06 AA AA AA AA 01 FB 09 24")["records"]
    assert [record["kwh"] for record in records] == [0.0001, None, None, None, 10_000]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("zz", "not hexadecimal"),
        ("123", "not hexadecimal"),
        ("", "no bytes"),
        ("0x", "no bytes"),
        ("1234", "no record"),
        ("2F2F", "nothing but filling"),
        ("6804", "cut short"),
        ("E5", "no data"),
        ("105B015C16", "no data"),
        ("68030368530151A616", "checksum"),
    ],
)
def test_nonsense_is_one_sentence(text: str, word: str) -> None:
    with pytest.raises(DecodeError, match=word):
        decode_text(text)


def test_nonsense_ends_with_exit_code_2(call: Call) -> None:
    said = call("mbus", "decode", "zz", "--json")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("teplosvet: 'zz' is not hexadecimal")


def test_every_way_to_write_bytes() -> None:
    ways = (
        "04FB8D3B10270000",
        "04 fb 8d 3b\n10 27 00 00\n",
        "0x04,0xFB,0x8D,0x3B,0x10,0x27,0x00,0x00",
        "04:FB-8D_3B10270000",
    )
    assert {decode_text(way).records[0].value for way in ways} == {10}


def test_a_number_that_json_cannot_hold_is_rounded(document: Document) -> None:
    (record,) = document("07 07 FF FF FF FF FF FF FF 7F")["records"]
    assert record["value"] == pytest.approx(9.223372036854775807e22)

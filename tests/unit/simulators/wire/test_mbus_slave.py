"""The simulated slave against two libraries of others: what it sends is M-Bus, whatever our own decoder thinks."""

import json
from datetime import UTC, datetime, timedelta

import meterbus
import pymbusparser
import pytest

from simulators.wire.mbus_frame import FCB, REQ_UD2, SELECTED, SND_NKE, SND_UD, long_frame, short_frame
from simulators.wire.mbus_meter import HOURS_LOGGER, MbusMeter, Plate, Registers
from simulators.wire.mbus_records import bcd, data_block, integer
from simulators.wire.mbus_slave import MbusBus

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
SHOWN = Registers(12345, 678.9, 12.3, 0.4, 75.5, 41.2, 300)


def meter(**more: object) -> MbusMeter:
    return MbusMeter(Plate("12345678", 5, **more), lambda _: SHOWN, lambda: NOW)  # type: ignore[arg-type]


def ask(bus: MbusBus, request: bytes) -> bytes:
    return b"".join(piece.data for piece in bus.hear(request))


def test_py_meter_bus_reads_the_same_values() -> None:
    frame = ask(MbusBus([meter()]), short_frame(REQ_UD2 | FCB, 5))
    document = json.loads(meterbus.load(list(frame)).to_JSON())
    header = document["body"]["header"]
    values = [record["value"] for record in document["body"]["records"]]
    assert (header["identification"], header["manufacturer"]) == ("0x12, 0x34, 0x56, 0x78", "DFS")
    assert values[0] == "2026-01-05T12:30"
    assert [float(value) for value in values[1:]] == pytest.approx(
        [12_345_000, 678.9, 1_080_000, 12_300, 0.4, 75.5, 41.2]
    )


def test_pymbusparser_reads_a_frame() -> None:
    frame = ask(MbusBus([meter()]), short_frame(REQ_UD2 | FCB, 5))
    assert "12345678" in pymbusparser.m_bus_parse(frame.hex(), "json")


def test_the_hours_logger_has_an_hour_for_each_storage_number() -> None:
    one = meter(hours_kept=30)
    bus = MbusBus([one])
    assert ask(bus, long_frame(SND_UD, 5, 0x50, bytes([HOURS_LOGGER]))) == b"\xe5"
    stamps: list[str] = []
    fcb = FCB
    while True:
        frame = ask(bus, short_frame(REQ_UD2 | fcb, 5))
        records = json.loads(meterbus.load(list(frame)).to_JSON())["body"]["records"]
        stamps += [record["value"] for record in records if record.get("type") == "VIFUnit.DATE_TIME_GENERAL"]
        fcb ^= FCB
        if frame[-3] != 0x1F:
            break
    hours = [NOW.replace(minute=0) - timedelta(hours=n) for n in range(30)]
    assert stamps == [f"{hour:%Y-%m-%dT%H:%M}" for hour in hours]


def test_the_frame_count_bit_asks_for_the_next_telegram_or_the_last_one_again() -> None:
    one = meter(hours_kept=30)
    one.data_set = HOURS_LOGGER
    bus = MbusBus([one])
    ask(bus, short_frame(SND_NKE, 5))
    first = ask(bus, short_frame(REQ_UD2 | FCB, 5))
    assert ask(bus, short_frame(REQ_UD2 | FCB, 5)) == first
    second = ask(bus, short_frame(REQ_UD2, 5))
    assert second != first
    ask(bus, short_frame(SND_NKE, 5))
    again = ask(bus, short_frame(REQ_UD2 | FCB, 5))
    assert again[19:-2] == first[19:-2], "SND_NKE begins anew"


def test_only_the_selected_meter_answers_under_the_address_of_selection() -> None:
    bus = MbusBus([meter(), MbusMeter(Plate("22345678", 6), lambda _: SHOWN, lambda: NOW)])
    assert ask(bus, short_frame(REQ_UD2 | FCB, SELECTED)) == b""
    mask = bytes.fromhex("FFFFFF22 FFFF FF FF")
    assert ask(bus, long_frame(SND_UD, SELECTED, 0x52, mask)) == b"\xe5", "a wildcard selects the second one alone"
    assert ask(bus, short_frame(REQ_UD2 | FCB, SELECTED))[7:11] == bytes.fromhex("78563422")
    ask(bus, short_frame(SND_NKE, SELECTED))
    assert ask(bus, short_frame(REQ_UD2 | FCB, SELECTED)) == b""


def test_requests_may_come_in_parts_and_among_noise() -> None:
    bus = MbusBus([meter()])
    request = short_frame(SND_NKE, 5)
    assert ask(bus, b"\x00\x68" + request[:2]) == b""
    assert ask(bus, request[2:]) == b"\xe5"


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (data_block(0x4), "04"),
        (data_block(0x4, storage=1), "44"),
        (data_block(0x4, storage=2), "8401"),
        (data_block(0x4, storage=33), "C48001"),
        (data_block(0x4, tariff=1), "8410"),
        (data_block(0x4, subunit=1), "8440"),
        (integer(b"\x06", -2, 2), "0206FEFF"),
        (bcd(b"\x13", 4512, 4), "0A131245"),
        (bcd(b"\x5a", -12, 4), "0A5A12F0"),
    ],
)
def test_blocks_are_as_the_standard_writes_them(encoded: bytes, expected: str) -> None:
    assert encoded.hex().upper() == expected

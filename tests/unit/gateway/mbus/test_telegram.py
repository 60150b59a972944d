"""Telegrams: who sent them, where records end, and what is wrong with them."""

from datetime import date, datetime

import pytest

from gateway.errors import DecodeError
from gateway.mbus.frame import LongFrame
from gateway.mbus.problem import ProblemCode
from gateway.mbus.quantity import MeterQuantity
from gateway.mbus.telegram import Telegram, decode, decode_body

WHO = "78 56 34 12 2D 2C 1B 04 17 00 00 00"
RECORDS = "04 06 39 30 00 00 02 59 5C 1C 04 14 9F 86 01 00 02 5D A4 10"


def body(text: str, ci: int = 0x78) -> Telegram:
    return decode_body(ci, bytes.fromhex(text))


def codes(telegram: Telegram) -> list[ProblemCode]:
    return [problem.code for problem in telegram.problems]


def test_the_long_form() -> None:
    frame = LongFrame(0x08, 5, 0x72, bytes.fromhex(f"{WHO} {RECORDS}")).encode()
    telegram = decode(frame)
    assert (telegram.identification, telegram.manufacturer, telegram.version) == ("12345678", "KAM", 0x1B)
    assert (telegram.medium, telegram.medium_name) == (4, "heat, flow sensor in the return")
    assert (telegram.access_number, telegram.status, telegram.signature) == (0x17, 0, 0)
    assert (telegram.address, telegram.ci, telegram.raw, telegram.status_bits) == (5, 0x72, frame, ())
    assert [record.value for record in telegram.records] == [12_345_000, 72.6, 999.99, 42.6]
    assert (telegram.more_follows, telegram.manufacturer_data, telegram.problems) == (False, None, ())


def test_the_short_form_and_none() -> None:
    short = body(f"05 10 00 00 {RECORDS}", 0x7A)
    assert (short.identification, short.manufacturer, short.access_number, short.status) == (None, None, 5, 0x10)
    assert short.status_bits == ("temporary error",)
    bare = body(RECORDS)
    assert (bare.status, bare.status_bits, bare.medium_name) == (None, (), "")
    assert [record.value for record in short.records] == [record.value for record in bare.records]


def test_mode_2_sends_the_high_byte_first() -> None:
    telegram = body("12 34 56 78 2C 2D 1B 04 17 00 00 00 04 06 00 00 30 39 0A 5A 02 34", 0x76)
    assert (telegram.identification, telegram.manufacturer) == ("12345678", "KAM")
    assert [record.value for record in telegram.records] == [12_345_000, 23.4]
    assert telegram.records[0].data == bytes.fromhex("00003039")


def test_letters_in_an_identification_are_kept() -> None:
    assert body("3E 02 00 A5 2D 2C 1B 04 17 00 00 00", 0x72).identification == "A500023E"


def test_the_status_byte() -> None:
    status: list[tuple[str, ...]] = [body(f"00 {byte:02X} 00 00", 0x7A).status_bits for byte in (1, 2, 3, 0xFC)]
    assert status[:3] == [("busy",), ("application error",), ("abnormal condition",)]
    assert status[3][:3] == ("power low", "permanent error", "temporary error")
    assert status[3][3:] == ("manufacturer's bit 5", "manufacturer's bit 6", "manufacturer's bit 7")


def test_the_fixed_structure() -> None:
    """Two BCD counters: 6,531 kWh and 69 l of a heat meter (EN 1434-3:1997)."""
    telegram = body("93 92 91 90 10 00 05 69 31 65 00 00 69 00 00 00", 0x73)
    assert (telegram.identification, telegram.access_number, telegram.medium_name) == ("90919293", 0x10, "heat")
    assert [(r.quantity.value, r.value, r.unit, r.resolution) for r in telegram.records] == [
        ("energy", 6531, "kWh", 1),
        ("volume", 69, "l", 1),
    ]
    assert telegram.records[0].raw == bytes.fromhex("31650000")


def test_the_fixed_structure_in_binary_of_a_set_day() -> None:
    telegram = body("78 56 34 12 0A 03 04 7E 39 30 00 00 FF FF FF FF", 0x73)
    energy, same = telegram.records
    assert (energy.value, energy.unit, energy.storage) == (1_234_500, "Wh", 1)
    assert (same.quantity, same.value, same.storage) == (MeterQuantity.ENERGY, None, 1)
    assert telegram.status_bits == ()


@pytest.mark.parametrize(
    ("code", "quantity", "unit", "value"),
    [
        (0x02, "energy", "Wh", 12),
        (0x06, "energy", "kWh", 120),
        (0x0A, "energy", "MWh", 1200),
        (0x0B, "energy", "MJ", 0.012),
        (0x0E, "energy", "MJ", 12),
        (0x13, "energy", "GJ", 1200),
        (0x14, "power", "W", 12),
        (0x17, "power", "kW", 12),
        (0x1D, "power", "MJ/h", 0.012),
        (0x23, "power", "MJ/h", 12_000),
        (0x26, "volume", "l", 0.012),
        (0x2E, "volume", "m3", 1200),
        (0x2F, "volume flow", "l/h", 0.012),
        (0x37, "volume flow", "m3/h", 1200),
        (0x38, "external temperature", "Cel", 0.012),
        (0x39, "heat cost allocation", "", 12),
        (0x3F, "dimensionless", "", 12),
        (0x3A, "unknown", None, 12),
        (0x00, "unknown", None, 12),
    ],
)
def test_units_of_the_fixed_structure(code: int, quantity: str, unit: str | None, value: float) -> None:
    telegram = body(f"78 56 34 12 00 00 {code:02X} 3F 12 00 00 00 12 00 00 00", 0x73)
    record = telegram.records[0]
    assert (record.quantity.value, record.unit, record.value) == (quantity, unit, value)
    reverse = body(f"12 34 56 78 00 00 {code:02X} 3F 00 00 00 12 00 00 00 12", 0x77)
    assert (reverse.identification, reverse.records[0].value) == ("12345678", value)


def test_what_follows_the_records() -> None:
    assert body("01 06 05 0F 01 02").manufacturer_data == b"\x01\x02"
    more = body("01 06 05 1F")
    assert (more.manufacturer_data, more.more_follows) == (b"", True)
    filled = body("2F 2F 01 06 05 2F 2F 01 07 05 2F")
    assert [record.value for record in filled.records] == [5000, 50_000]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3F", ProblemCode.RESERVED_CODE),
        ("7F", ProblemCode.RESERVED_CODE),
        ("8F 01", ProblemCode.RESERVED_CODE),
        ("04", ProblemCode.CUT_SHORT),
        ("84", ProblemCode.CUT_SHORT),
        ("04 86", ProblemCode.CUT_SHORT),
        ("04 06 01 02 03", ProblemCode.CUT_SHORT),
        ("0D 78", ProblemCode.CUT_SHORT),
        ("0D 78 04 31", ProblemCode.CUT_SHORT),
        ("0D 78 FF", ProblemCode.CUT_SHORT),
        ("0D 78 CA", ProblemCode.CUT_SHORT),
        ("04 7C", ProblemCode.CUT_SHORT),
        ("04 7C 03 31 32", ProblemCode.CUT_SHORT),
        ("04 FC", ProblemCode.CUT_SHORT),
        ("04 FC 02 31 32", ProblemCode.CUT_SHORT),
        ("84 80 80 80 80 80 80 80 80 80 80 00 06 01 02 03 04", ProblemCode.CUT_SHORT),
        ("04 86 80 80 80 80 80 80 80 80 80 80 00 01 02 03 04", ProblemCode.CUT_SHORT),
    ],
)
def test_what_cannot_be_read_leaves_what_was_read(text: str, code: ProblemCode) -> None:
    telegram = body(f"02 59 5C 1C {text}")
    assert [record.value for record in telegram.records] == [72.6]
    assert codes(telegram) == [code]
    assert "is not read" in telegram.problems[0].sentence


def test_an_unknown_unit_costs_one_record_and_not_the_frame() -> None:
    telegram = body("02 59 5C 1C 02 7B 01 02 02 5D A4 10")
    assert [record.value for record in telegram.records] == [72.6, 0x0201, 42.6]
    assert telegram.records[1].data == b"\x01\x02"
    assert codes(telegram) == [ProblemCode.UNKNOWN_UNIT]


def test_a_telegram_gives_its_values_their_times() -> None:
    text = """04 06 39 30 00 00  04 6D 1E 0C B5 11  44 06 10 27 00 00  42 6C BF 1C  42 EC 7E BF 2C
              84 01 06 01 00 00 00  82 01 6C BF 1C  82 01 6C BE 1B  C4 01 6D 00 00 00 00"""
    assert body(text).times() == {0: datetime(2013, 1, 21, 12, 30), 1: date(2013, 12, 31)}  # noqa: DTZ001


@pytest.mark.parametrize(
    ("code", "word"), [("", "unspecified"), ("08", "too busy"), ("09", "read too often"), ("77", "error 77")]
)
def test_a_meter_that_refuses(code: str, word: str) -> None:
    telegram = body(code, 0x70)
    assert codes(telegram) == [ProblemCode.APPLICATION_ERROR]
    assert word in telegram.problems[0].sentence
    assert telegram.records == ()


def test_an_alarm() -> None:
    assert "flags 04" in body("04", 0x71).problems[0].sentence
    assert "flags none" in body("", 0x71).problems[0].sentence
    assert codes(body("04", 0x71)) == [ProblemCode.ALARM]


CIPHER = "59 23 C9 5A AA 26 D1 B2 E7 49 3B 01 3E C4 A6 F6"
"""Bytes of AES of the example in OMS volume 2, annex N."""


@pytest.mark.parametrize(
    ("word", "cipher", "plain"),
    [("10 05", CIPHER, ""), ("20 05", CIPHER * 2, "02 59 5C 1C"), ("10 02", CIPHER, ""), ("00 08", CIPHER, "")],
)
def test_an_encrypted_telegram_says_so(word: str, cipher: str, plain: str) -> None:
    telegram = body(f"05 00 {word} {cipher} {plain}", 0x7A)
    assert telegram.encrypted == bytes.fromhex(cipher)
    assert codes(telegram)[0] is ProblemCode.ENCRYPTED
    assert "key" in telegram.problems[0].sentence
    assert [record.value for record in telegram.records] == ([72.6] if plain else [])


@pytest.mark.parametrize("word", ["10 05", "14 05", "0E 02", "00 0D", "27 B6", "F0 05", "00 05"])
def test_a_signature_of_an_old_meter_is_no_encryption(word: str) -> None:
    telegram = body(f"05 00 {word} {RECORDS}", 0x7A)
    assert telegram.encrypted is None
    assert len(telegram.records) == 4
    assert telegram.problems == ()


def test_a_decrypted_telegram_is_not_encrypted() -> None:
    telegram = body(f"05 00 10 05 2F 2F 0C 14 27 04 85 02 {'2F' * 8} ", 0x7A)
    assert telegram.encrypted is None
    assert [record.value for record in telegram.records] == [28504.27]


def test_bytes_that_make_no_sense_are_taken_for_encrypted() -> None:
    """A telegram that would read, but says of a meter what no meter says."""
    for nonsense in ("02 FD 60 01 00", "82 80 40 06 01 00", "04 06 FF FF FF 7F", "02 6C 00 00"):
        text = (nonsense.replace(" ", "") * 16)[:32]
        assert body(f"05 00 10 05 {text}", 0x7A).encrypted is not None, nonsense


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        ("E5", "no data"),
        ("10 5B 01 5C 16", "no data"),
        ("68 03 03 68 08 01 79 82 16", "CI field 79"),
        ("68 03 03 68 08 01 72 7B 16", "0 bytes of at least 12"),
        ("68 03 03 68 08 01 7A 83 16", "at least 4"),
        ("68 03 03 68 08 01 73 7C 16", "at least 16"),
        ("00", "starts no M-Bus frame"),
    ],
)
def test_what_is_no_telegram(frame: str, word: str) -> None:
    with pytest.raises(DecodeError, match=word) as caught:
        decode(bytes.fromhex(frame))
    assert caught.value.raw == bytes.fromhex(frame)


def test_a_reserved_medium_is_named_as_such() -> None:
    assert body("78 56 34 12 2D 2C 1B FE 17 00 00 00", 0x72).medium_name == "reserved FE"

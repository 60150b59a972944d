"""What information blocks mean: every code of the tables of EN 13757-3, and some that it reserves."""

from datetime import date

import pytest

from gateway.mbus import record as record_module
from gateway.mbus.dif import parse_dib
from gateway.mbus.quantity import Function, MeterQuantity
from gateway.mbus.record import Record
from gateway.mbus.telegram import decode_body
from gateway.mbus.vif import PRIMARY, TABLE_FB, TABLE_FD
from teplosvet.wire.units import WIRE_UNITS


def record_of(text: str) -> Record:
    (record,) = decode_body(0x78, bytes.fromhex(text)).records
    return record


def says(text: str) -> tuple[object, ...]:
    record = record_of(text)
    return record.quantity.value, record.value, record.unit


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("01 00 7B", ("energy", 0.123, "Wh")),
        ("01 03 7B", ("energy", 123, "Wh")),
        ("01 07 7B", ("energy", 1_230_000, "Wh")),
        ("01 08 7B", ("energy", 123, "J")),
        ("01 0F 7B", ("energy", 1_230_000_000, "J")),
        ("01 10 7B", ("volume", 0.000123, "m3")),
        ("01 17 7B", ("volume", 1230, "m3")),
        ("01 18 7B", ("mass", 0.123, "kg")),
        ("01 21 7B", ("on time", 123, "min")),
        ("01 27 7B", ("operating time", 123, "d")),
        ("01 2B 7B", ("power", 123, "W")),
        ("01 36 7B", ("power", 123, "MJ/h")),
        ("01 3E 7B", ("volume flow", 123, "m3/h")),
        ("01 46 7B", ("volume flow", 12.3, "m3/min")),
        ("01 4F 7B", ("volume flow", 1.23, "m3/s")),
        ("01 53 7B", ("mass flow", 123, "kg/h")),
        ("01 58 7B", ("flow temperature", 0.123, "Cel")),
        ("01 5F 7B", ("return temperature", 123, "Cel")),
        ("01 61 7B", ("temperature difference", 1.23, "K")),
        ("01 66 7B", ("external temperature", 12.3, "Cel")),
        ("01 6A 7B", ("pressure", 12.3, "bar")),
        ("01 6E 7B", ("heat cost allocation", 123, "")),
        ("01 72 7B", ("averaging duration", 123, "h")),
        ("01 74 7B", ("actuality duration", 123, "s")),
        ("01 78 7B", ("fabrication number", 123, "")),
        ("01 FB 00 7B", ("energy", 12.3, "MWh")),
        ("01 FB 01 7B", ("energy", 123, "MWh")),
        ("01 FB 02 7B", ("reactive energy", 123, "kvarh")),
        ("01 FB 05 7B", ("apparent energy", 1230, "kVAh")),
        ("01 FB 08 7B", ("energy", 12.3, "GJ")),
        ("01 FB 09 7B", ("energy", 123, "GJ")),
        ("01 FB 0C 7B", ("energy", 0.0123, "Gcal")),
        ("01 FB 0D 7B", ("energy", 0.123, "Gcal")),
        ("01 FB 0E 7B", ("energy", 1.23, "Gcal")),
        ("01 FB 0F 7B", ("energy", 12.3, "Gcal")),
        ("01 FB 10 7B", ("volume", 12_300, "m3")),
        ("01 FB 14 7B", ("reactive power", 0.123, "kvar")),
        ("01 FB 19 7B", ("mass", 123_000, "t")),
        ("01 FB 1A 7B", ("relative humidity", 12.3, "%RH")),
        ("01 FB 21 7B", ("volume", 12.3, "ft3")),
        ("01 FB 23 7B", ("volume", 123, "gal")),
        ("01 FB 29 7B", ("power", 123, "MW")),
        ("01 FB 2B 7B", ("phase angle of voltage to current", 12.3, "deg")),
        ("01 FB 2F 7B", ("frequency", 123, "Hz")),
        ("01 FB 30 7B", ("power", 12_300, "MJ/h")),
        ("01 FB 37 7B", ("apparent power", 123, "kVA")),
        ("01 FB 5B 7B", ("flow temperature", 123, "degF")),
        ("01 FB 77 7B", ("cold/warm temperature limit", 123, "Cel")),
        ("01 FB 7B 7B", ("cumulated maximum power", 123, "W")),
        ("01 FD 03 7B", ("credit", 123, "currency")),
        ("01 FD 09 04", ("medium", 4, "")),
        ("01 FD 0E 7B", ("firmware version", 123, "")),
        ("01 FD 1C 7B", ("baud rate", 123, "baud")),
        ("01 FD 27 7B", ("storage interval", 123, "d")),
        ("01 FD 28 7B", ("storage interval", 123, "month")),
        ("01 FD 33 7B", ("duration of tariff", 123, "d")),
        ("01 FD 39 7B", ("period of tariff", 123, "year")),
        ("01 FD 3A 7B", ("dimensionless", 123, "")),
        ("01 FD 47 7B", ("voltage", 1.23, "V")),
        ("01 FD 59 7B", ("current", 0.123, "A")),
        ("01 FD 6A 7B", ("duration since last cumulation", 123, "month")),
        ("01 FD 6F 7B", ("operating time of battery", 123, "year")),
        ("01 FD 71 B0", ("radio level", -80, "dBm")),
        ("01 FD 74 7B", ("remaining life of battery", 123, "d")),
        ("01 FD FD 00 7B", ("currently selected application", 123, "")),
        ("01 FD FD 02 7B", ("remaining life of battery", 123, "month")),
        ("01 7E 7B", ("any", 123, None)),
        ("01 7F 7B", ("manufacturer specific", 123, None)),
        ("01 FF 07 7B", ("manufacturer specific", 123, None)),
        ("01 7B 7B", ("unknown", 123, None)),
        ("01 7D 7B", ("unknown", 123, None)),
        ("01 6F 7B", ("unknown", 123, None)),
        ("01 EF 06 7B", ("unknown", 123, None)),
        ("01 FB 38 7B", ("unknown", 123, None)),
        ("01 FD 7F 7B", ("unknown", 123, None)),
        ("01 FD FD 7F 7B", ("unknown", 123, None)),
        ("01 7C 03 48 52 25 7B", ("plain text", 123, "%RH")),
        ("01 FC 74 03 48 52 25 7B", ("plain text", 1.23, "%RH")),
        ("01 FC 03 48 52 25 74 7B", ("plain text", 1.23, "%RH")),
        ("01 FC 00 00 7B", ("plain text", 123, "")),
    ],
)
def test_vif(text: str, meaning: tuple[object, ...]) -> None:
    assert says(text) == meaning


def test_no_unit_is_spelled_in_two_ways() -> None:
    """A unit that our wire knows has its name there; the others are listed."""
    units = {vif.unit for table in (PRIMARY, TABLE_FB, TABLE_FD) for vif in table.values() if vif.unit is not None}
    others = {"kVAh", "kvar", "kVA", "kg/h", "m3/min", "ft3", "gal", "gal/min", "gal/h", "degF", "deg"}
    others |= {"currency", "baud", "bit times", "dBm", "month", "year"}
    assert units - WIRE_UNITS - {""} <= others


def test_danfoss_in_gcal() -> None:
    """`04 FB 8D 3B`, energy in Mcal (Danfoss SonoMeter 40, data sheet AQ409156171501): 10 Gcal."""
    record = record_of("04 FB 8D 3B 10 27 00 00")
    assert (record.quantity, record.value, record.unit) == (MeterQuantity.ENERGY, 10, "Gcal")
    assert record.qualifiers == ("only positive contributions",)
    assert record.resolution == 0.001
    assert record.raw == bytes.fromhex("04 FB 8D 3B 10 27 00 00")


@pytest.mark.parametrize(
    ("text", "quantity", "about", "value", "unit", "word"),
    [
        ("01 A0 22 05", "on time", None, 5, "s/h", "unit /h"),
        ("01 93 22 05", "volume", None, 0.005, "m3/h", "unit /h"),
        ("01 6E 05", "heat cost allocation", None, 5, "", None),
        ("01 EE 22 05", "heat cost allocation", None, 5, "1/h", "unit /h"),
        ("01 FF 22 05", "manufacturer specific", None, 5, None, "VIFE 22"),
        ("01 93 28 05", "volume", None, 0.005, "m3/pulse of input 0", "unit /pulse of input 0"),
        ("01 93 36 05", "volume", None, 0.005, "m3*s", "unit *s"),
        ("01 83 3B 05", "energy", None, 5, "Wh", "only positive contributions"),
        ("01 83 3C 05", "energy", None, 5, "Wh", "only negative contributions"),
        ("01 83 3D 05", "energy", None, 5, None, "non-metric unit"),
        ("01 DB 40 05", "flow temperature", None, 5, "Cel", "lower limit"),
        ("01 DB 48 05", "flow temperature", None, 5, "Cel", "upper limit"),
        ("01 DB 41 05", "number of exceeds", "flow temperature", 5, "", "exceeds of lower limit"),
        ("01 DB 49 05", "number of exceeds", "flow temperature", 5, "", "exceeds of upper limit"),
        ("01 DA 50 05", "duration", "flow temperature", 5, "s", "duration of first lower limit exceed"),
        ("01 DA 5F 05", "duration", "flow temperature", 5, "d", "duration of last upper limit exceed"),
        ("01 AE 62 05", "duration", "power", 5, "h", "duration of first"),
        ("01 AE 65 05", "duration", "power", 5, "min", "duration of last"),
        ("01 DB 6C 05", "flow temperature", None, 5, "Cel", "during upper limit exceed"),
        ("01 93 69 05", "volume", None, 0.005, "m3", "leakage"),
        ("01 93 6D 05", "volume", None, 0.005, "m3", "overflow"),
        ("01 96 70 05", "volume", None, 0.000005, "m3", "times 10^-6"),
        ("01 96 77 05", "volume", None, 50, "m3", "times 10^1"),
        ("01 96 7D 05", "volume", None, 5000, "m3", "times 10^3"),
        ("01 DB 79 05", "additive correction constant", "flow temperature", 5, None, "constant in 10^-2 of the unit"),
        ("01 83 7E 05", "energy", None, 5, "Wh", "future value"),
        ("01 83 FF 01 05", "energy", None, 5, "Wh", "manufacturer specific"),
        ("01 83 FF 81 22 05", "energy", None, 5, "Wh", "VIFE 22"),
        ("01 FD C9 FC 01 05", "voltage", None, 5, "V", "phase L1"),
        ("01 FD C9 FC 05 05", "voltage", None, 5, "V", "between L1 and L2"),
        ("01 83 FC 10 05", "energy", None, 5, "Wh", "absolute value of positive and negative contributions"),
        ("01 83 FC 7F 05", "energy", None, 5, "Wh", "VIFE FC 7F"),
        ("01 83 7C 05", "energy", None, 5, "Wh", "VIFE FC 00"),
        ("01 83 FC 11 FE", "energy", None, 254, "Wh", "unsigned"),
        ("01 FD BA FC 12 FF", "dimensionless", None, 255, "", "bits"),
        ("01 83 44 05", "energy", None, 5, "Wh", "VIFE 44"),
        ("01 83 12 05", "energy", None, 5, "Wh", "average value"),
        ("01 83 00 05", "energy", None, 5, "Wh", None),
        ("02 DA 6F BF 1C", "time point", "flow temperature", date(2013, 12, 31), "", "date of end of last"),
        ("02 EC 7E BF 1C", "time point", None, date(2013, 12, 31), "", "future value"),
        ("02 83 39 BF 1C", "time point", "energy", date(2013, 12, 31), "", "start of"),
        ("0D 93 13 02 01 02", "volume", None, "01 02", "m3", "inverse compact profile"),
        ("02 93 1F 01 02", "volume", None, "01 02", "m3", "compact profile"),
    ],
)
def test_vife(text: str, quantity: str, about: str | None, value: object, unit: str | None, word: str | None) -> None:
    record = record_of(text)
    assert (record.quantity.value, record.about, record.value, record.unit) == (quantity, about, value, unit)
    assert word is None or word in record.qualifiers
    assert word is not None or record.qualifiers == ()


def test_dates_of_limits_are_dates() -> None:
    """E100 uf1b and E110 1f1b of table 15, all twelve."""
    words = {}
    for code in (*(0x42 | u << 3 | f << 2 | b for u in (0, 1) for f in (0, 1) for b in (0, 1)), 0x6A, 0x6B, 0x6E, 0x6F):
        record = record_of(f"04 DB {code:02X} 32 14 7A 18")
        assert f"{record.value:%Y-%m-%d %H:%M}" == "2011-08-26 20:50"
        words[code] = record.qualifiers
    assert words[0x4E] == ("date of begin of last upper limit exceed",)
    assert words[0x43] == ("date of end of first lower limit exceed",)
    assert words[0x6A] == ("date of begin of first",)
    assert len(set(words.values())) == len(words)


@pytest.mark.parametrize("code", [0x01, 0x07, 0x0B, 0x0F, 0x15, 0x16, 0x17, 0x18, 0x1C])
def test_a_record_with_an_error_has_no_value(code: int) -> None:
    record = record_of(f"02 DB {code:02X} 05 00")
    assert record.value is None
    assert record.error in record.qualifiers
    assert record_of(f"0D DB {code:02X} E1 05").value is None


@pytest.mark.parametrize(
    ("dib", "place"),
    [
        ("04", (Function.INSTANTANEOUS, 0, 0, 0)),
        ("14", (Function.MAXIMUM, 0, 0, 0)),
        ("24", (Function.MINIMUM, 0, 0, 0)),
        ("34", (Function.ERROR, 0, 0, 0)),
        ("44", (Function.INSTANTANEOUS, 1, 0, 0)),
        ("84 01", (Function.INSTANTANEOUS, 2, 0, 0)),
        ("C4 01", (Function.INSTANTANEOUS, 3, 0, 0)),
        ("84 8F 0F", (Function.INSTANTANEOUS, 510, 0, 0)),
        ("84 10", (Function.INSTANTANEOUS, 0, 1, 0)),
        ("84 B0 30", (Function.INSTANTANEOUS, 0, 15, 0)),
        ("84 40", (Function.INSTANTANEOUS, 0, 0, 1)),
        ("84 80 40", (Function.INSTANTANEOUS, 0, 0, 2)),
        ("84 C0 40", (Function.INSTANTANEOUS, 0, 0, 3)),
        ("C4 FF FF FF FF FF FF FF FF FF 7F", (Function.INSTANTANEOUS, 2**41 - 1, 2**20 - 1, 2**10 - 1)),
    ],
)
def test_dif_and_dife(dib: str, place: tuple[object, ...]) -> None:
    record = record_of(f"{dib} 06 01 00 00 00")
    assert (record.function, record.storage, record.tariff, record.subunit) == place
    assert record.dib == bytes.fromhex(dib)
    assert parse_dib(record.dib)[:4] == place


def test_strangers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "_REMEMBERED", 3)
    monkeypatch.setattr(record_module, "_meanings", {})
    for code in range(8):
        record_of(f"01 {code:02X} 01")
        assert len(record_module._meanings) <= 3

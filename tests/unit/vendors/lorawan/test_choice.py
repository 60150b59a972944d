"""Which codec a payload is for, and that a doubtful one is nobody's."""

import pytest

from teplosvet.vendors.lorawan.choice import choose
from teplosvet.vendors.lorawan.codecs import codecs

STRANGER = "0102030405060708"
MILESIGHT, ADEUNIS, ELSYS = "24e124538b223213", "0018b20000022c95", "a81758fffe0410a3"
VEGA_PACKET = "01 5F 2C 78563412 C0635669 15CD5B07 4E61BC00 E8030000 2823 9411 D204"


def chosen(payload: str, f_port: int = 1, eui: str = STRANGER, **more: object) -> str | None:
    wished, models = more.get("wished"), more.get("models", ())
    assert wished is None or isinstance(wished, str)
    assert isinstance(models, tuple)
    codec = choose(eui, f_port, bytes.fromhex(payload), wished, models).codec
    return None if codec is None else codec.name


@pytest.mark.parametrize(
    ("payload", "f_port", "eui", "name"),
    [
        (VEGA_PACKET, 2, STRANGER, "vega-m-bus-1"),
        ("FF C0635669", 4, STRANGER, "vega-m-bus-1"),
        ("00 0400 01 01", 3, STRANGER, "vega-m-bus-1"),
        ("030001", 85, STRANGER, "milesight-ws202"),
        ("040000", 85, STRANGER, "milesight-ws202"),
        ("01753D 030001 040001", 84, MILESIGHT, "milesight-ws202"),
        ("FF0BFF", 85, MILESIGHT, "milesight-ws202"),
        ("5C 80 01 1E32 0020", 1, STRANGER, "adeunis-motion"),
        ("5C 80 00 0000 0000", 1, STRANGER, "adeunis-motion"),
        ("5D 80 01 32", 1, STRANGER, "adeunis-motion"),
        ("4E A3 00D2 0053 50", 1, ADEUNIS, "adeunis-motion"),
        ("10 80 21C0 0001 0001 0708 001E", 1, ADEUNIS, "adeunis-motion"),
        ("01 00E2 02 29 04 0027 05 06", 1, STRANGER, "elsys-ers"),
        ("04 0027", 5, STRANGER, "elsys-ers"),
        ("11 02", 9, ELSYS, "elsys-ers"),
        ("03 67 0110 05 67 00FF", 1, STRANGER, "cayenne-lpp"),
        ("01 66 01", 1, STRANGER, "cayenne-lpp"),
        # nobody's, or more than one's
        ("030001", 1, STRANGER, None),
        ("AA", 1, STRANGER, None),
        ("01 00E2 99", 1, ELSYS, None),
        ("0367 0001", 85, MILESIGHT, None),  # another Milesight: 25.6 °C, and not 0.1
        ("0367 0001", 84, MILESIGHT, None),
        ("0367 0001", 85, STRANGER, None),
        ("20 67 0110", 1, STRANGER, None),
    ],
)
def test_by_the_bytes(payload: str, f_port: int, eui: str, name: str | None) -> None:
    assert chosen(payload, f_port, eui) == name


@pytest.mark.parametrize("wished", ["vega-m-bus-1", "Vega_M_BUS_1", "VEGA M-BUS 1"])
def test_the_operators_word_is_first(wished: str) -> None:
    assert chosen("030001", 85, MILESIGHT, wished=wished, models=("Milesight WS202",)) == "vega-m-bus-1"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Вега M-BUS-1", "vega-m-bus-1"),
        ("milesight-iot ws202", "milesight-ws202"),
        ("adeunis motion", "adeunis-motion"),
        ("ELSYS ERS Eye", "elsys-ers"),
        ("CayenneLPP sensors", "cayenne-lpp"),
        ("EU868 class A", "cayenne-lpp"),
    ],
)
def test_then_the_name_of_the_model(model: str, name: str) -> None:
    assert chosen("01 67 00FF", models=(model,)) == name


def test_a_codec_that_is_none_of_ours_is_told() -> None:
    choice = choose(STRANGER, 85, b"\x03\x00\x01", "decentlab", ())
    assert choice.codec is codecs()["milesight-ws202"]
    assert "decentlab" in choice.notes[0]


def test_the_problem_names_who_it_could_be() -> None:
    doubtful, unknown = choose(STRANGER, 1, b"\x03\x00\x01", None, ()), choose(STRANGER, 1, b"\xaa", None, ())
    assert doubtful.problem()[0] == unknown.problem()[0] == "unknown_codec"
    assert "cayenne-lpp or milesight-ws202" in doubtful.problem()[1]
    assert all(name in unknown.problem()[1] for name in codecs())


def test_the_goldens_are_recognised_or_nobodys_but_never_anothers() -> None:
    for codec in codecs().values():
        eui = codec.eui_prefixes[0].ljust(16, "0") if codec.eui_prefixes else STRANGER
        for golden in codec.goldens:
            assert chosen(golden.payload, golden.f_port, eui) == codec.name
            assert chosen(golden.payload, golden.f_port) in (codec.name, None)
            assert chosen(golden.payload, 77) in (codec.name, None)


def test_anybodys_format_is_certain_only_where_it_is_named() -> None:
    assert not choose(STRANGER, 1, bytes.fromhex("01 67 00FF"), None, ()).certain
    assert choose(STRANGER, 1, bytes.fromhex("01 67 00FF"), "cayenne-lpp", ()).certain
    assert choose(STRANGER, 85, bytes.fromhex("030001"), None, ()).certain
    assert choose(STRANGER, 1, None, None, ()).codec is None

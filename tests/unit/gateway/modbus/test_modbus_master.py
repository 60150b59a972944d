"""The master against answers written by hand: the specification's own examples, and what must not be believed."""

import pytest

from gateway.drivers.modbus.master import ModbusMaster, ModbusRefusedError
from gateway.drivers.modbus.register import Span, Table
from gateway.errors import CutShortError, DecodeError, NoAnswerError, WrongDeviceError
from tests.unit.gateway.modbus.wire import Script, WireLine, rtu, scripted

HOLDING = Span(Table.HOLDING, 0x006B, 3)
# MODBUS Application Protocol V1.1b3, section 6.3: three registers from 107 on hold 022B, 0000 and 0064
ANSWER = rtu("11 03 06 022B 0000 0064")


def master(line: WireLine, unit: int = 0x11) -> ModbusMaster:
    return ModbusMaster(line, "meter", unit, 0.1)


def sent(line: WireLine) -> list[bytes]:
    assert isinstance(line.wire.bus, Script)
    return line.wire.bus.heard


def test_the_example_of_the_specification() -> None:
    line = scripted(ANSWER)
    assert master(line).read(HOLDING) == [0x022B, 0, 0x0064]
    assert sent(line) == [bytes.fromhex("1103006B00037687")]


def test_the_example_of_writing() -> None:
    # section 6.12: registers 1 and 2 are set to 000A and 0102
    line = scripted(rtu("11 10 0001 0002"))
    master(line).write(1, [0x000A, 0x0102])
    assert sent(line) == [rtu("11 10 0001 0002 04 000A 0102")]


def test_the_same_over_tcp() -> None:
    line = scripted(bytes.fromhex("0001 0000 0009 11 03 06 022B 0000 0064"), tcp=True)
    assert master(line).read(HOLDING) == [0x022B, 0, 0x0064]
    assert sent(line) == [bytes.fromhex("0001 0000 0006 11 03 006B 0003")]


def test_an_answer_that_begins_like_its_request() -> None:
    # one register from 0200h, byte count 2: 11 03 02 00 00 | 01 ..., and its value is 0000
    line = scripted(rtu("11 03 02 0000"))
    assert master(line).read(Span(Table.HOLDING, 0x0200, 1)) == [0]
    # two registers from 0400h that hold zeros: the first five bytes are those of the request too
    line = scripted(rtu("11 03 04 0000 0000"))
    assert master(line).read(Span(Table.HOLDING, 0x0400, 2)) == [0, 0]


def test_echoes_of_every_length() -> None:
    for first, count in ((0x0200, 1), (0x0400, 2), (0x0000, 3), (0xFF00, 1)):
        answer = rtu("11 03" + f"{2 * count:02x}" + "0007" * count)
        line = scripted(rtu(f"11 03 {first:04x} {count:04x}") + answer)
        assert master(line).read(Span(Table.HOLDING, first, count)) == [7] * count
    line = scripted(rtu("11 10 0001 0002 04 000A 0102") + rtu("11 10 0001 0002"))
    master(line).write(1, [0x000A, 0x0102])


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (rtu("11 03 04 022B 0000"), DecodeError, "2 registers came of 3"),
        (rtu("12 03 06 022B 0000 0064"), WrongDeviceError, "unit 18 answered"),
        (rtu("11 04 06 022B 0000 0064"), DecodeError, "another function"),
        (rtu("11 2B 0E 01 01"), DecodeError, "function 43"),
        (ANSWER[:-1] + b"\0", DecodeError, "check sum"),
        (ANSWER[:6], CutShortError, "did not end"),
        (ANSWER[:3], CutShortError, "did not end"),
        (rtu("11 03 006B 0003") + ANSWER[:2], CutShortError, "did not end"),
        (b"", NoAnswerError, "check the wires"),
        (rtu("11 83 0B"), NoAnswerError, "got no answer from the device behind it"),
        (rtu("11 83 03"), ModbusRefusedError, "does not accept the request"),
        (rtu("11 83 84"), ModbusRefusedError, "exception 132"),
    ],
)
def test_what_is_not_believed(answer: bytes, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        master(scripted(answer, answer)).read(HOLDING)


def test_a_confirmation_of_another_write() -> None:
    with pytest.raises(DecodeError, match="confirms another write"):
        master(scripted(*[rtu("11 10 0001 0003")] * 2)).write(1, [1, 2])


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("0001 0001 0009 11 03 06 022B 0000 0064", "no Modbus TCP"),
        ("0001 0000 0001 11 03 06 022B 0000 0064", "no Modbus TCP"),
        ("FFFF 0000 0009 11 03 06 022B 0000 0064" * 4, "a second master"),
        ("0001 0000 0005 11 03 06 022B", "shorter than it says"),
    ],
)
def test_what_is_not_believed_over_tcp(answer: str, sentence: str) -> None:
    first = bytes.fromhex(answer)
    second = b"\0\2" + first[2:] if first[:2] == b"\0\1" else first  # the second request has the number 2
    line = scripted(first, second, tcp=True)
    with pytest.raises(DecodeError, match=sentence):
        master(line).read(HOLDING)


def test_a_busy_meter_is_asked_again() -> None:
    line = scripted(rtu("11 83 06"), ANSWER)
    assert master(line).read(HOLDING) == [0x022B, 0, 0x0064]
    with pytest.raises(ModbusRefusedError, match="is busy"):
        master(scripted(*[rtu("11 83 06")] * 2)).read(HOLDING)


def test_failures_are_kept_with_what_was_sent() -> None:
    line = scripted(ANSWER[:4], ANSWER)
    master(line).read(HOLDING)
    (failure,) = line.failures
    assert (failure.meter, failure.received) == ("meter", ANSWER[:4])
    assert failure.sent == bytes.fromhex("1103006B00037687")

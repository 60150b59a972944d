"""The simulated slaves against a client that others wrote, so that they and our master do not share a mistake."""

from collections.abc import Iterator, Sequence

import pytest
from pymodbus.client import ModbusTcpClient

from simulators.wire.crc16 import check
from simulators.wire.line_server import LineServer
from simulators.wire.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, RefusalError, RtuBus, Slave, TcpBus
from simulators.wire.modbus_words import f32, f32_low_first, f64_low_first, i16, u16, u32

WRITTEN: list[tuple[int, list[int]]] = []


def write(address: int, words: Sequence[int]) -> None:
    if address == 99:
        raise RefusalError(ILLEGAL_VALUE)
    WRITTEN.append((address, list(words)))


SLAVE = Slave(7, {0: lambda: [1, 2, 3], 3: lambda: f32(230.25)}, {100: lambda: u32(20_487_233)}, write, most=60)


@pytest.fixture(scope="module")
def client() -> Iterator[ModbusTcpClient]:
    with LineServer(TcpBus([SLAVE, Slave(8)])) as server:
        client = ModbusTcpClient("127.0.0.1", port=server.port, retries=0, timeout=2)
        client.connect()
        yield client
        client.close()


def test_registers(client: ModbusTcpClient) -> None:
    held = client.read_holding_registers(0, count=5, device_id=7).registers
    assert held[:3] == [1, 2, 3]
    assert client.convert_from_registers(held[3:], client.DATATYPE.FLOAT32) == 230.25
    found = client.read_input_registers(100, count=2, device_id=7).registers
    assert client.convert_from_registers(found, client.DATATYPE.UINT32) == 20_487_233


def test_writing(client: ModbusTcpClient) -> None:
    assert not client.write_register(5, 7, device_id=7).isError()
    assert not client.write_registers(10, [1, 2, 3], device_id=7).isError()
    assert WRITTEN == [(5, [7]), (10, [1, 2, 3])]
    assert client.write_register(99, 7, device_id=7).exception_code == ILLEGAL_VALUE
    assert client.write_register(5, 7, device_id=8).exception_code == ILLEGAL_ADDRESS


def test_refusals(client: ModbusTcpClient) -> None:
    assert client.read_holding_registers(4, count=2, device_id=7).exception_code == ILLEGAL_ADDRESS
    assert client.read_holding_registers(0, count=61, device_id=7).exception_code == ILLEGAL_VALUE
    assert client.read_coils(0, count=1, device_id=7).exception_code == 1
    assert client.read_holding_registers(0, count=1, device_id=9).exception_code == 11


def test_word_orders(client: ModbusTcpClient) -> None:
    for value in (0.0, 1.5, -273.25, 12345.675):
        single = client.convert_from_registers(f32_low_first(value), client.DATATYPE.FLOAT32, word_order="little")
        assert single == pytest.approx(value, rel=1e-7)
        double = client.convert_from_registers(f64_low_first(value), client.DATATYPE.FLOAT64, word_order="little")
        assert double == value
    assert client.convert_from_registers(i16(-500), client.DATATYPE.INT16) == -500
    assert u16(65536 + 5) == [5]


def test_a_serial_line_hears_whole_requests_only() -> None:
    # Modbus over Serial Line V1.02, figure 12 and the specification's example of reading
    assert check(bytes.fromhex("1103006B0003")) == bytes.fromhex("7687")
    bus = RtuBus([SLAVE])
    request = bytes.fromhex("070300000001") + check(bytes.fromhex("070300000001"))
    assert list(bus.hear(request[:3])) == []
    (piece,) = bus.hear(request[3:])
    assert piece.data == bytes.fromhex("0703020001") + check(bytes.fromhex("0703020001"))
    assert list(bus.hear(request[:-1] + b"\0")) == []  # a wrong check is not answered
    (piece,) = bus.hear(request)
    assert piece.data[1] == 3

"""Modbus over real sockets: RTU behind a converter, and TCP; faults and their sentences, archives, light points."""

import asyncio
import os
import pty
import select
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from gateway.driver import DriverSettings
from gateway.errors import (
    CutShortError,
    DecodeError,
    DeviceError,
    LineError,
    NoAnswerError,
    RefusedError,
    WrongDeviceError,
)
from gateway.line import Framing, Line
from gateway.profiles import profile
from simulators.wire.modbus_models import (
    Climate,
    Electricity,
    Heat,
    LightPoint,
    dali_gateway,
    ecl,
    kamstrup,
    sdm,
)
from simulators.wire.modbus_slave import Fault, RtuBus, Slave
from simulators.wire.modbus_words import f32
from tests.integration.modbus_bench import MOSCOW, NOW, Bench, bench, benches, clock, values


@pytest.fixture(scope="module", autouse=True)
def _benches() -> Iterator[None]:
    with benches():
        yield


def electricity(at: datetime) -> Electricity:
    return Electricity(1234.5, 2198.0, 230.25, 12.5, 50.0, 0.95, 16.0)


def meter(unit: int = 7, serial: int | None = 20_487_233) -> Slave:
    return sdm(unit, clock, electricity, serial)


ENERGY = {
    "voltage_v": 230.25,
    "current_a": 12.5,
    "active_power_w": 2198.0,
    "power_factor": 0.95,
    "frequency_hz": 50.0,
    "active_energy_kwh": 1234.5,
    "reactive_energy_kvarh": 16.0,
}


@pytest.mark.parametrize("tcp", [False, True], ids=["rtu", "tcp"])
def test_a_meter_is_read(tcp: bool) -> None:
    with bench(meter(), tcp=tcp) as on:
        contact = on.driver("sdm630", "7").read()
    assert values(contact) == ENERGY
    assert contact.serial == "20487233"
    assert contact.frames
    assert next(s.resolution for s in contact.samples if s.quantity == "active_energy_kwh") == 2**-13


def test_a_meter_without_a_serial_number_is_read_all_the_same() -> None:
    with bench(meter(serial=None)) as on:
        driver = on.driver("sdm630", "7")
        first, second = driver.read(), driver.read()
    assert values(first) == values(second) == ENERGY
    assert first.serial is None
    assert [remark.event for remark in first.remarks] == ["register_missing"]
    assert second.remarks == ()  # told once, and not asked again


@pytest.mark.parametrize("tcp", [False, True], ids=["rtu", "tcp"])
@pytest.mark.parametrize(
    "fault", [f for f in Fault if f not in {Fault.ECHO, Fault.STALE}], ids=lambda f: f.name.lower()
)
def test_one_disturbed_answer_is_asked_for_again(fault: Fault, tcp: bool) -> None:
    with bench(meter(), tcp=tcp) as on:
        on.faults.next.append(fault)
        on.faults.late_s = 0.25
        driver = on.driver("sdm630", "7")
        driver._master._wait_s = 0.1  # type: ignore[attr-defined]
        contact = driver.read()
    assert values(contact) == ENERGY
    if fault is not Fault.SPLIT:
        assert len(on.line.failures) == 1


SENTENCES = {
    Fault.SILENT: (NoAnswerError, "check the wires A and B, the unit number, speed and parity"),
    Fault.HALF: (CutShortError, "two meters that speak at once"),
    Fault.WRONG_CHECK: (DecodeError, "check sum of its answer is wrong"),
    Fault.OTHER_UNIT: (WrongDeviceError, "unit 8 answered"),
    Fault.OTHER_FUNCTION: (DecodeError, "another function"),
    Fault.NOISE: (DeviceError, "noise"),
    Fault.BUSY: (RefusedError, "is busy"),
}


@pytest.mark.parametrize("fault", SENTENCES, ids=lambda f: f.name.lower())
def test_a_fault_that_stays_has_its_sentence(fault: Fault) -> None:
    error, sentence = SENTENCES[fault]
    with bench(meter()) as on:
        on.faults.next.extend([fault] * 2)
        driver = on.driver("sdm630", "7")
        driver._master._wait_s = 0.1  # type: ignore[attr-defined]
        with pytest.raises(error, match=sentence) as caught:
            driver.read()
        assert "sdm630 7 (unit 7 on test line)" in str(caught.value)
        assert values(driver.read()) == ENERGY  # and the line is in order again
    kept = [failure for failure in on.line.failures if failure.meter == "sdm630 7"]
    assert len(kept) == 2
    assert kept[0].sent


def test_a_device_that_is_no_modbus_tcp_is_told_apart() -> None:
    with bench(meter(), tcp=True) as on:
        on.faults.next.extend([Fault.WRONG_CHECK] * 2)
        with pytest.raises(DecodeError, match="transparent converter"):
            on.driver("sdm630", "7").read()


def test_the_echo_of_a_converter_is_passed_over() -> None:
    with bench(meter()) as on:
        on.faults.next.extend([Fault.ECHO] * 20)
        assert values(on.driver("sdm630", "7").read()) == ENERGY
        assert not on.line.failures


def test_an_answer_that_came_too_late_is_passed_over() -> None:
    with bench(meter(), tcp=True) as on:
        on.faults.next.append(Fault.STALE)
        assert values(on.driver("sdm630", "7").read()) == ENERGY
        assert not on.line.failures


def test_a_unit_that_is_not_there() -> None:
    with bench(meter()) as on:
        driver = on.driver("sdm630", "9")
        driver._master._wait_s = 0.05  # type: ignore[attr-defined]
        with pytest.raises(NoAnswerError, match="unit 9"):
            driver.read()
    with bench(meter(), tcp=True) as on, pytest.raises(NoAnswerError, match="device behind it"):
        on.driver("sdm630", "9").read()


def test_another_model_than_the_configured_one() -> None:
    other = ecl(7, clock, lambda _: Climate(-5, 65, 44, 66, 21.5))
    with bench(other) as on, pytest.raises(RefusedError, match="is it another model"):
        on.driver("sdm630", "7").read()


def test_a_converter_that_is_switched_off() -> None:
    with ExitStack() as stack:
        on = Bench(stack, tcp=False)
        on.bus.slaves = {7: meter()}
        driver = on.driver("sdm630", "7")
        assert values(driver.read()) == ENERGY
    with pytest.raises(LineError):
        driver.read()


def test_several_models_share_one_line() -> None:
    heat = Heat(10.0, 100.0, flow_c=88.62, return_c=49.98, flow_m3h=0.802, power_kw=24.95)
    slaves = [meter(1), kamstrup(2, clock, lambda _: heat), sdm(3, clock, electricity, 5, three_phase=False)]
    slaves.append(ecl(4, clock, lambda _: Climate(-5, 65, 44, 66, 21.5), lambda: NOW.astimezone(MOSCOW)))
    with bench(*slaves) as on:
        assert values(on.driver("sdm630", "1").read()) == ENERGY
        assert values(on.driver("kamstrup-603", "2").read()) == {
            "heat_flow_m3h": 0.802,
            "heat_power_kw": 24.95,
            "flow_temperature_c": 88.62,
            "return_temperature_c": 49.98,
        }
        assert values(on.driver("sdm120", "3").read()) == ENERGY
        contact = on.driver("danfoss-ecl", "4").read()
    assert values(contact) == {
        "outdoor_temperature_c": -5.0,
        "flow_temperature_c": 65.0,
        "return_temperature_c": 44.0,
        "flow_setpoint_c": 66.0,
        "indoor_setpoint_c": 21.5,
    }
    assert (contact.model, contact.firmware) == ("ECL A266.1", "1.35")
    assert contact.meter_clock == NOW.replace(second=0)


def test_a_missing_sensor_is_missing() -> None:
    with bench(ecl(4, clock, lambda _: Climate(None, 65, None, 66, 21.5))) as on:
        contact = on.driver("danfoss-ecl", "4", {"indoor_temperature": "input 10201 i16 Cel 0.01"}).read()
    assert values(contact) == {"flow_temperature_c": 65.0, "flow_setpoint_c": 66.0, "indoor_setpoint_c": 21.5}
    assert [remark.event for remark in contact.remarks] == ["impossible_value"]  # the option knows no null


def test_a_broken_sensor_of_a_multical() -> None:
    with bench(kamstrup(2, clock, lambda _: Heat(1, 1, flow_c=185.0, return_c=49.98))) as on:
        contact = on.driver("kamstrup-803", "2").read()
    assert values(contact) == {"heat_flow_m3h": 0.0, "heat_power_kw": 0.0, "return_temperature_c": 49.98}
    assert [remark.event for remark in contact.remarks] == ["sensor_fault"]


def lamp(short: int) -> LightPoint:
    return LightPoint(
        1000.0 + short, 18.1, 254, 3600 * short, 7200 * short, presence=short % 2 == 0, answers=short != 17
    )


def test_sixty_light_points_take_few_requests() -> None:
    gateway = dali_gateway(5, clock, {short: (lambda _, short=short: lamp(short)) for short in range(60)})
    with bench(gateway) as on:
        drivers = [on.driver("dali2-light", f"5/{short}") for short in range(60)]
        contacts = [driver.read() for driver in drivers]
    assert len(gateway.requests) <= 15
    for short, contact in enumerate(contacts):
        if short == 17:
            assert values(contact) == {}
            continue
        assert values(contact) == {
            "lamp_failure": 0.0,
            "light_level_percent": 100.0,
            "light_energy_kwh": (10_000 + 10 * short) / 10_000,
            "light_power_w": 18.1,
            "gear_operating_time_h": 2.0 * short,
            "lamp_on_time_h": float(short),
            "luminaire_temperature_c": 35.0,
            "presence": float(short % 2 == 0),
            "override_mode": 0.0,
        }


def test_a_gateway_with_gaps_between_its_points() -> None:
    gateway = dali_gateway(6, clock, {short: (lambda _, short=short: lamp(short)) for short in (0, 3, 40)})
    with bench(gateway) as on:
        for short in (0, 3, 40):
            assert values(on.driver("dali2-light", f"6/{short}").read())["lamp_on_time_h"] == short
        with pytest.raises(RefusedError, match="none of the registers"):
            on.driver("dali2-light", "6/1").read()


@contextmanager
def terminal(bus: RtuBus) -> Iterator[str]:
    """A serial port of the operating system with a bus behind it."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            if select.select([ours], [], [], 0.05)[0]:
                for piece in bus.hear(os.read(ours, 256)):
                    os.write(ours, piece.data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        done.set()
        thread.join(5)
        os.close(ours)
        os.close(theirs)


def test_a_serial_port() -> None:
    with terminal(RtuBus([meter()])) as port:
        line = Line("serial", port, Framing(baud=19200))
        contact = profile("sdm630").driver(line, DriverSettings("meter", "7")).read()
        line.close()
        with pytest.raises(LineError, match="Invalid argument"):  # this one has no parity
            profile("sdm630").driver(Line("serial", port, Framing(parity="E")), DriverSettings("meter", "7")).read()
    assert values(contact) == ENERGY


@contextmanager
def pymodbus_server() -> Iterator[int]:
    """A Modbus TCP server that others wrote, as an oracle for our framing and word order."""
    figures = {0x2A: 230.25, 0x30: 12.5, 0x34: 2198.0, 0x3E: 0.95, 0x46: 50.0, 0x48: 1234.5, 0x4C: 16.0}
    held = [SimData(at, values=value, datatype=DataType.FLOAT32) for at, value in figures.items()]
    held.append(SimData(0xFC00, values=20_487_233, datatype=DataType.UINT32))
    loop = asyncio.new_event_loop()
    ready: threading.Event = threading.Event()
    port: list[int] = []
    server: list[ModbusTcpServer] = []

    async def serve() -> None:
        server.append(ModbusTcpServer(SimDevice(7, simdata=held), address=("127.0.0.1", 0)))
        await server[0].serve_forever(background=True)
        port.append(server[0].transport.sockets[0].getsockname()[1])
        ready.set()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(serve(), loop).result(10)
    try:
        yield port[0]
    finally:
        asyncio.run_coroutine_threadsafe(server[0].shutdown(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def test_a_server_that_others_wrote() -> None:
    with pymodbus_server() as port:
        line = Line("oracle", f"modbus-tcp://127.0.0.1:{port}")
        contact = profile("sdm630").driver(line, DriverSettings("meter", "7")).read()
        line.close()
    assert values(contact) == ENERGY
    assert contact.serial == "20487233"
    assert f32(230.25) == [0x4366, 0x4000]

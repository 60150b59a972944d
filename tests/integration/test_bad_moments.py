"""What happens to a gateway that runs: a meter is replaced, a connection dies silently, the power goes."""

import random
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.wire.line_server import LineServer
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import MbusBus
from teplosvet.stack.mosquitto import MosquittoServer
from tests.integration.gateway_child import Child, converter, heat, meter
from tests.integration.ingest_run import count, eventually, ingest, register, rows
from tests.integration.test_gateway_run import Ingest


@pytest.mark.timeout(120)
def test_a_meter_that_was_replaced_overnight(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Two births, an exchange with both registers, and a warning that the plate is not the configured one."""
    register(database, ("heat-1", "heat", "gw"))
    begun = datetime.now(UTC) - timedelta(hours=20)
    bus = MbusBus([meter("10000001")])
    with (
        ingest(database, mosquitto_server.url, tmp_path),
        LineServer(bus) as server,
    ):
        text = heat("heat-1", "mbus", server.url, mosquitto_server.url, more='serial = "10000001"\narchives = []\n')
        child = Child(tmp_path, text)
        with child.running(f"{begun.isoformat()}@1800"):
            eventually(lambda: count(database, "device_birth"), 1)
            bus.meters = [MbusMeter(Plate("20000002", 1), lambda _: Registers(5.0), lambda: datetime.now(UTC))]
            eventually(lambda: count(database, "device_birth"), 2)
            told = "SELECT event FROM device_event WHERE event IN ('meter_exchanged', 'unexpected_serial')"
            eventually(lambda: sorted(rows(database, told)), [("meter_exchanged",), ("unexpected_serial",)])
    ((exchanged,),) = rows(database, "SELECT data FROM device_event WHERE event = 'meter_exchanged'")
    assert isinstance(exchanged, dict)
    assert (exchanged["old_serial"], exchanged["new_serial"]) == ("10000001", "20000002")
    assert (exchanged["last_heat_energy_kwh"], exchanged["first_heat_energy_kwh"]) == (11_630, 5)
    assert "if none was exchanged, check the address" in str(exchanged["sentence"])
    assert "expected the meter 10000001 and met 20000002" in child.journal
    assert rows(database, "SELECT serial FROM device_birth ORDER BY born_at") == [("10000001",), ("20000002",)]


@pytest.mark.timeout(90)
def test_a_connection_that_is_half_open_is_made_anew(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """A converter lost its power: the old connection swallows what is sent and says nothing, a new one works."""
    bus, connections = MbusBus([meter()]), list[int]()

    def speak(master: socket.socket) -> None:
        connections.append(len(connections))
        while data := master.recv(4096):
            for piece in bus.hear(data) if connections[-1] else ():
                master.sendall(piece.data)

    with converter(speak) as place:
        child = Child(tmp_path, heat("heat-1", "mbus", f"socket://{place}", mosquitto_server.url))
        hearer = Ingest(mosquitto_server.url)
        try:
            with child.running(f"{datetime.now(UTC).isoformat()}@600"):
                eventually(lambda: bool(hearer.live), wanted=True)
        finally:
            hearer.close()
    assert len(connections) >= 2


@pytest.mark.timeout(150)
def test_no_hour_is_lost_however_often_it_dies(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Killed at random moments, the disk full for a while, the clock set back once: every hour arrives."""
    chance, rate = random.Random(7), 7200.0  # noqa: S311  # moments of power cuts
    start, epoch_s = datetime(2026, 10, 1, tzinfo=UTC), time.time()

    def present() -> datetime:
        return start + timedelta(seconds=(time.time() - epoch_s) * rate)

    def shown(at: datetime) -> Registers:
        return Registers(1000.0 + (at - start).total_seconds() / 360)

    bus = MbusBus([MbusMeter(Plate("10000001", 1), shown, present)])
    hearer = Ingest(mosquitto_server.url)
    try:
        with LineServer(bus) as server:
            text = heat(
                "heat-1", "mbus", server.url, mosquitto_server.url, more=f"archive_from = {start.isoformat()}\n"
            )
            child = Child(tmp_path, text)
            for turn in range(7):
                back_s = 7200.0 if turn == 3 else 0.0
                full = 60_000 if turn == 5 else None
                child.start(f"{(start - timedelta(seconds=back_s)).isoformat()}@{rate}@{epoch_s}", full)
                time.sleep(chance.uniform(1.2, 3.5))
                child.kill()
            with child.running(f"{start.isoformat()}@{rate}@{epoch_s}"):
                last = int((present() - start) / timedelta(hours=1))
                wanted = {("heat-1", start + timedelta(hours=hour)) for hour in range(1, last + 12)}
                eventually(lambda: wanted - hearer.archive.keys(), set(), 60)
    finally:
        hearer.close()
    wrong = {at: value for (_, at), value in hearer.archive.items() if abs(value - shown(at).energy_kwh) > 1}
    assert wrong == {}
    assert "Traceback" not in child.journal, child.journal[-3000:]
    assert not {event for _, event in hearer.told} & {"driver_defect", "outbox_damaged"}

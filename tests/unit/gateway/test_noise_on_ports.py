"""What noise does to ports and listeners: it is dropped, and neither fills the memory nor ends a thread."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paho.mqtt.client as mqtt
import psutil
import pytest
import serial
from serial import rfc2217

from gateway.config import LocalBroker, LocalDevice
from gateway.errors import DeviceError
from gateway.line import Framing, Line
from gateway.local.listener import LocalListener
from gateway.reporter import Reporter
from gateway.rfc2217_port import MOST_WAITING
from teplosvet.domain.quantities import DeviceClass
from tests.unit.gateway.conftest import ZONE
from tests.unit.gateway.simulated_meter import HandClock, Kept

NEGOTIATED_S = 1.2
"""So long the converter is sane."""
NOISY_S = 1.5


class _Answers:
    """Where pyserial's side of a converter writes its part of the negotiation to."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        with suppress(OSError):
            self._connection.sendall(data)


@contextmanager
def noisy_converter(piece: Callable[[], bytes]) -> Iterator[str]:
    """An RFC 2217 converter that negotiates properly, and then sends noise as fast as it is taken."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            client, _ = listener.accept()
            with client, serial.serial_for_url("loop://") as port:
                manager = rfc2217.PortManager(port, _Answers(client))  # type: ignore[arg-type]  # what it writes to
                client.settimeout(0.05)
                until = time.monotonic() + NEGOTIATED_S
                while time.monotonic() < until:
                    with suppress(TimeoutError):
                        list(manager.filter(client.recv(1024)))
                client.settimeout(None)
                while True:
                    client.sendall(piece())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(10)


@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # in pyserial itself
@pytest.mark.parametrize("piece", [lambda: bytes(20_000), lambda: os.urandom(20_000)], ids=["zeros", "random"])
def test_noise_behind_rfc2217_is_bounded(piece: Callable[[], bytes]) -> None:
    """Nobody reads between two polls, and the noise goes on: what waits has an end, and the next poll is told."""
    with noisy_converter(piece) as url:
        line = Line("basement", url, Framing(2400, "E"), 0.1)
        port = line.port
        time.sleep(NEGOTIATED_S)
        before_mb = psutil.Process().memory_info().rss / 1e6
        time.sleep(NOISY_S)
        assert port.in_waiting <= MOST_WAITING
        assert psutil.Process().memory_info().rss / 1e6 - before_mb < 20
        began = time.monotonic()
        with suppress(DeviceError), line.owned():
            line.send(b"\x10\x40\x01\x41\x16")
            line.rest(0.1)
        assert time.monotonic() - began < 20
        line.close()


def test_whoever_sends_a_byte_now_and_then_keeps_nobody_waiting() -> None:
    line = Line("basement", "loop://", Framing(38_400, "E"), 0.1)
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.01):
            line.port.write(b"\xe5")

    with line.owned():
        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        heard = line.rest(0.2)
        stop.set()
        thread.join()
    assert heard
    assert time.monotonic() - began < 2
    line.close()


def test_a_topic_that_is_no_text_does_not_end_the_listener(reporter: Reporter, clock: HandClock, kept: Kept) -> None:
    """Old brokers pass such topics on; paho's thread ends at an exception, and with it every device of the broker."""
    device = LocalDevice("lamp-1", "wirenboard", "wb-dali_1", DeviceClass.LIGHT)
    broker = LocalBroker("controller", "mqtt://127.0.0.1:1", (), (device,))
    listener = LocalListener(broker, "gw", ZONE, reporter, clock)
    for topic in (b"/devices/\xff\xfe/controls/active_power", b"/devices/wb-dali_1/controls/active_power"):
        message = mqtt.MQTTMessage(topic=topic)
        message.payload = b"18"
        listener._message(listener._client, None, message)
    listener.pass_on(all_of_it=True)
    assert [(reading.device, reading.value) for reading in kept.live] == [("lamp-1", 18.0)]

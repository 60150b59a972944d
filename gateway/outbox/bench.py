"""`teplosvet bench outbox`: rows per second into the outbox, durable and in groups, and out of it through a broker."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
import typer
from paho.mqtt.enums import CallbackAPIVersion

from gateway.outbox.lanes import Lane
from gateway.outbox.outbox import Outbox
from gateway.uplink import Uplink, UplinkSettings
from teplosvet import output
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.stack import embedded
from teplosvet.stack.mosquitto import find_mosquitto, mosquitto
from teplosvet.wire import senml
from teplosvet.wire.topics import Channel, topic

PUBLISHER = "gw-bench"
LAMPS = 60
START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured.

    Attributes:
        rows: Rows of telemetry, seven values of a light point each.
        telemetry_in_per_s: Rows put in that are committed in groups. [1/s]
        durable_in_per_s: Rows put in that are each on the disk when the call returns. [1/s]
        bytes_per_row: Size of the file by rows. [B]
        out_per_s: Rows taken and forgotten, without a network. [1/s]
        drained_per_s: Rows that left for a broker and were forgotten after the ack. [1/s]
        drained_as_set_per_s: The same with the settings that a gateway has. [1/s]
        broker: Which broker.
    """

    rows: int
    telemetry_in_per_s: float
    durable_in_per_s: float
    bytes_per_row: float
    out_per_s: float
    drained_per_s: float
    drained_as_set_per_s: float
    broker: str


def bench_outbox(
    rows: Annotated[int, typer.Option(min=100, help="Rows of telemetry.")] = 20_000,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rows per second into the outbox and out of it."""
    with (
        output.progress_console.status(f"{rows:,} rows"),
        tempfile.TemporaryDirectory(prefix="teplosvet-bench-") as name,
    ):
        result = measure(Path(name), rows)
    if as_json:
        output.print_json(result)
        return
    output.print_table(
        f"Outbox, {rows:,} rows of seven values, {result.broker}",
        ("what", "rows/s"),
        (
            ("in, committed in groups", round(result.telemetry_in_per_s)),
            ("in, each on the disk", round(result.durable_in_per_s)),
            ("out, without a network", round(result.out_per_s)),
            ("out through the broker, with ack", round(result.drained_per_s)),
            ("the same at the usual rate limit", round(result.drained_as_set_per_s)),
        ),
    )
    output.people.print(f"{result.bytes_per_row:.0f} bytes a row")


def measure(folder: Path, rows: int) -> Result:
    """Measure everything once."""
    box = Outbox(folder / "outbox.sqlite", 1 << 40, lambda: START)
    telemetry_s = _fill(box, rows)
    size = box.pending().disk_bytes
    began = time.perf_counter()
    for lane in (Lane.FRESH, Lane.BACKLOG):
        while taken := box.take(lane, 200, 20_000):
            box.settle(taken)
    out_s = time.perf_counter() - began
    durable = min(rows, 1000)
    began = time.perf_counter()
    for n in range(durable):
        box.put_readings(light_point(n, Origin.ARCHIVE), live=False)
    durable_s = time.perf_counter() - began
    box.settle(box.take(Lane.ARCHIVE, durable, 1 << 30))
    with _broker(folder) as (url, make), _acknowledging(url):
        fast = UplinkSettings(messages_per_s=1e6, rows_per_s=1e9, spread_s=0.0)
        _fill(box, rows)
        drained_s = _drain(box, url, fast)
        some = min(rows, 10_000)
        _fill(box, some)
        as_set_s = _drain(box, url, UplinkSettings(spread_s=0.0))
    box.close()
    return Result(
        rows=rows,
        telemetry_in_per_s=rows / telemetry_s,
        durable_in_per_s=durable / durable_s,
        bytes_per_row=size / rows,
        out_per_s=rows / out_s,
        drained_per_s=rows / drained_s,
        drained_as_set_per_s=some / as_set_s,
        broker=make,
    )


def light_point(n: int, origin: Origin = Origin.LIVE) -> list[Reading]:
    """Row n: seven values of one of the lamps, a minute after its last one."""
    at, device = START + timedelta(minutes=n // LAMPS), f"lamp-{n % LAMPS:02d}"
    values = {
        Quantity.LIGHT_ENERGY_KWH: round(n * 0.0011, 4),
        Quantity.LAMP_ON_TIME_H: round(n / 3600, 3),
        Quantity.LIGHT_POWER_W: 18.2,
        Quantity.LIGHT_LEVEL_PERCENT: 80.0,
        Quantity.ILLUMINANCE_LX: 140.0 + n % 17,
        Quantity.PRESENCE: 1.0,
        Quantity.LAMP_FAILURE: 0.0,
    }
    return [Reading(device, quantity, value, at, origin) for quantity, value in values.items()]


def _fill(box: Outbox, rows: int) -> float:
    """How long it takes to put in so many rows. [s]"""
    made = [light_point(n) for n in range(rows)]
    began = time.perf_counter()
    for readings in made:
        box.put_readings(readings)
    box.flush()
    return time.perf_counter() - began


def _drain(box: Outbox, url: str, settings: UplinkSettings) -> float:
    """How long it takes until everything is acknowledged and forgotten. [s]"""
    uplink = Uplink(box, url, PUBLISHER, settings)
    began = time.perf_counter()
    uplink.start()
    pause = threading.Event()
    while box.pending().telemetry and time.perf_counter() - began < PATIENCE_S:
        pause.wait(0.02)
    seconds = time.perf_counter() - began
    uplink.stop()
    return seconds


@contextmanager
def _broker(folder: Path) -> Iterator[tuple[str, str]]:
    if find_mosquitto() is not None:
        with mosquitto(folder / "mosquitto") as server:
            yield server.url, "Mosquitto"
    else:
        with embedded.broker() as own:
            yield own.url, "iotcore"


@contextmanager
def _acknowledging(url: str) -> Iterator[None]:
    """Somebody who acknowledges every pack as ingest does, but keeps nothing."""
    ready = threading.Event()

    def answer(client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        ack = senml.ack_asked(bytes(message.payload))
        client.publish(topic(PUBLISHER, Channel.ACK), msgspec.json.encode({"ids": [ack]}), qos=1)

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench-ingest")
    client.on_message = answer
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", urlsplit(url).port or 1883)
    client.subscribe(topic(PUBLISHER, Channel.READING), qos=1)
    client.loop_start()
    ready.wait(10)
    try:
        yield
    finally:
        client.disconnect()
        client.loop_stop()

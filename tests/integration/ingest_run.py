"""The real ingest process between a real broker and a real database, and what tests ask of it."""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
import psutil
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet.storage.database import connect

PATIENCE_S = 30.0
REPOSITORY = Path(__file__).parents[2]

SITE = """
[site]
name = "here"
zone = "Europe/Moscow"
[[building]]
code = "house"
"""


def register(database: str, *devices: tuple[str, str, str]) -> None:
    """Register devices: name, class, publisher."""
    tables = [f'[[device]]\nname = "{name}"\nclass = "{kind}"\npublisher = "{who}"\n' for name, kind, who in devices]
    with connect(database) as connection:
        apply_site(connection, parse_site(SITE + "".join(tables), "test.toml"))


_TABLES = (
    "contract", "installation", "register_modulus", "latest_reading", "device", "entrance", "building", "site",
    "light_reading", "heat_reading", "electricity_reading", "water_reading", "climate_reading", "other_reading",
    "device_birth", "device_event", "publisher_state", "quarantine", "dirty_range",
)  # fmt: skip


def empty(database: str) -> None:
    """Forget everything that was registered and said: quicker than another database."""
    with connect(database) as connection:
        connection.execute("; ".join(f"DELETE FROM {table}" for table in _TABLES).encode())


def rows(database: str, statement: str) -> list[tuple[object, ...]]:
    """What a query says."""
    with connect(database) as connection:
        return [tuple(row) for row in connection.execute(statement.encode())]


def count(database: str, table: str) -> int:
    """Rows of a table."""
    ((number,),) = rows(database, f"SELECT count(*) FROM {table}")
    assert isinstance(number, int)
    return number


def refused(database: str) -> dict[str, int]:
    """Messages in quarantine by reason."""
    return {str(r): int(str(n)) for r, n in rows(database, "SELECT reason, count(*) FROM quarantine GROUP BY reason")}


def eventually(told: Callable[[], object], wanted: object, patience_s: float = PATIENCE_S) -> None:
    """Wait until something is as it shall be; fails with what it is."""
    deadline = time.monotonic() + patience_s
    while (found := told()) != wanted:
        assert time.monotonic() < deadline, f"{found!r} is not {wanted!r}"
        time.sleep(0.05)


@dataclass
class Ingest:
    """`python -m teplosvet ingest`, which may be killed and started again."""

    database: str
    broker: str
    folder: Path
    number: int = 0
    workers: int = 1
    child: subprocess.Popen[bytes] | None = None
    vendors: bool = False

    @property
    def _metrics(self) -> Path:
        return self.folder / "metrics"

    def messages(self) -> float:
        """Messages that it took, as its metrics say."""
        return self._metric("teplosvet_ingest_messages_total")

    def held(self) -> float:
        """Messages that it holds, taken and not yet committed."""
        return self._metric("teplosvet_ingest_held_messages")

    def _metric(self, name: str) -> float:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._metrics))  # type: ignore[no-untyped-call]
        return registry.get_sample_value(name) or 0.0

    def start(self, *, wait: bool = True) -> None:
        ready = self.folder / ("vendors" if self.vendors else f"ingest {self.number}")
        ready.unlink(missing_ok=True)
        self._metrics.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "TEPLOSVET_DATABASE_URL": self.database,
            "TEPLOSVET_MQTT_URL": self.broker,
            "TEPLOSVET_READY_FOLDER": str(self.folder),
            "PROMETHEUS_MULTIPROC_DIR": str(self._metrics),
        }
        words = ["ingest", "--number", str(self.number), "--workers", str(self.workers)]
        if self.vendors:
            words = ["ingest", "--vendors"]
        with (self.folder / "ingest.log").open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "teplosvet", *words], cwd=REPOSITORY, env=environment, stderr=log
            )
        if wait:
            eventually(ready.exists, wanted=True)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        assert self.child is not None
        self.child.terminate()
        return self.child.wait(PATIENCE_S)

    def runs(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def memory_mb(self) -> float:
        assert self.child is not None
        return float(psutil.Process(self.child.pid).memory_info().rss) / 1e6


@contextmanager
def ingest(
    database: str, broker: str, folder: Path, number: int = 0, workers: int = 1, *, vendors: bool = False
) -> Iterator[Ingest]:
    """An ingest process that is ready, and ends in good order."""
    run = Ingest(database, broker, folder, number, workers, vendors=vendors)
    run.start()
    try:
        yield run
        assert run.stop() == 0
    finally:
        if run.runs():
            run.kill()


@dataclass
class Publisher:
    """A publisher with a persistent session and QoS 1, as a gateway is one."""

    url: str
    name: str = "gw"
    acks: "queue.Queue[dict[str, object]]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self._subscribed = threading.Event()
        self._sent = self._arrived = 0
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{self.name}", clean_session=False)
        self.client.max_inflight_messages_set(2000)
        self.client.max_queued_messages_set(0)
        self.client.reconnect_delay_set(min_delay=1, max_delay=1)
        self.client.on_connect = self._on_connect
        self.client.on_publish = self._on_publish
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = lambda _c, _d, message: self.acks.put(msgspec.json.decode(message.payload))
        port = urlsplit(self.url).port
        assert port is not None
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)

    def _on_connect(self, client: mqtt.Client, _d: object, _f: mqtt.ConnectFlags, _c: ReasonCode, _p: object) -> None:
        client.subscribe(f"teplosvet/v1/{self.name}/ack", qos=1)

    def _on_publish(self, _client: mqtt.Client, _d: object, _mid: int, _c: ReasonCode, _p: object) -> None:
        self._arrived += 1

    def publish(self, payload: bytes, channel: str = "reading", *, retain: bool = False) -> None:
        self.send(f"teplosvet/v1/{self.name}/{channel}", payload, retain=retain)

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain)  # kept over a lost connection
        self._sent += 1

    def flush(self) -> None:
        """Wait until the broker has everything."""
        eventually(lambda: self._arrived, self._sent)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def publisher(url: str, name: str = "gw") -> Iterator[Publisher]:
    """A publisher that is connected and hears its acks."""
    made = Publisher(url, name)
    try:
        yield made
        made.flush()
    finally:
        made.close()


def pack(*records: dict[str, object]) -> bytes:
    """A pack of these records."""
    return msgspec.json.encode(records)


def light(device: str, at: float, energy_kwh: float, **more: object) -> bytes:
    """A pack of one light point with seven values, as the benchmark has them."""
    return pack(
        {"bn": f"{device}/", "bt": at, "n": "light_energy", "u": "kWh", "v": energy_kwh, **more},
        {"n": "lamp_on_time", "u": "h", "v": 10.5},
        {"n": "light_power", "u": "W", "v": 14.5},
        {"n": "light_level", "u": "%", "v": 80},
        {"n": "illuminance", "u": "lx", "v": 55},
        {"n": "presence", "vb": True},
        {"n": "lamp_failure", "vb": False},
    )


def seconds(instants: Iterable[object]) -> list[float]:
    """Instants of rows. [s since 1970]"""
    return [each.astimezone(UTC).timestamp() for each in instants if isinstance(each, datetime)]

"""`teplosvet bench registration`: registrations with the broker's rights, one after the other."""

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ingest_service.registration import rights
from ingest_service.registration.install import register
from ingest_service.registration.requests import InstallationIn
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet import output
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.config import settings
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack import embedded
from teplosvet.stack.mosquitto import mosquitto
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate

SITE = '[site]\nname = "bench"\nzone = "Europe/Moscow"\n[[building]]\ncode = "house"\n'

LAST = 100
"""So many of the last registrations say what one costs when all the others are there."""


@contextmanager
def _servers() -> Iterator[str]:
    """A database and a broker with its plugin; URL of the database."""
    with tempfile.TemporaryDirectory(prefix="teplosvet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            embedded.postgres(folder / "postgres") as database,
            mosquitto(folder / "mosquitto", None, "bench") as broker,
        ):
            os.environ["TEPLOSVET_MQTT_ADMIN_URL"] = broker.url.replace("//", "//admin:bench@")
            settings.cache_clear()
            migrate(database.url)
            yield database.url


def bench_registration(
    devices: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 1000,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Register devices one after the other, each with a role and a client in the broker."""
    took: list[float] = []
    with _servers() as url, connect(url) as connection:
        apply_site(connection, parse_site(SITE, "bench.toml"))
        started = time.perf_counter()
        for n in range(devices):
            began = time.perf_counter()
            answer = register(connection, COMMAND_LINE, _lamp(n))
            if answer["broker"] != "granted":
                raise ServiceUnavailableError("the broker did not grant a right")
            took.append(1000 * (time.perf_counter() - began))
        seconds = time.perf_counter() - started
        broker = rights.plugin()
        granted = len(broker.publishers()) if broker else None
        if broker:
            broker.close()
    last = sorted(took[-LAST:])
    result = {
        "devices": devices,
        "granted": granted,
        "per_s": round(devices / seconds, 1),
        "p50_ms": round(statistics.median(last), 2),
        "p95_ms": round(last[min(len(last) - 1, int(0.95 * len(last)))], 2),
    }
    if as_json:
        output.print_json(result)
    else:
        output.print_table("Registration", tuple(result), [tuple(result.values())])


def _lamp(n: int) -> InstallationIn:
    return InstallationIn.model_validate(
        {
            "request_id": uuid.uuid4(),
            "device": f"lamp-{n}",
            "class": "light",
            "model": "led-presence",
            "serial": f"S{n}",
            "building": "house",
            "installed_at": datetime.now(UTC) - timedelta(seconds=1),
            "start_registers": {"light_energy_kwh": 0.0},
        }
    )

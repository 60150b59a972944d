"""`teplosvet bench registration`: registrations with the broker's rights, by several installers and by one."""

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ingest_service.registration import install, rights
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

ALONE = 100
"""So many are registered by one installer alone in the end, when all the others are there."""


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
    installers: Annotated[int, typer.Option(min=1, max=64, help="How many register at the same time.")] = 8,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Register devices, each with a role and a client in the broker: by several installers, then by one alone."""
    with _servers() as url:
        with connect(url) as connection:
            apply_site(connection, parse_site(SITE, "bench.toml"))
        several = _measured(url, range(devices), installers)
        alone = _measured(url, range(devices, devices + min(ALONE, devices)), 1)
        broker = rights.plugin()
        granted = len(broker.publishers()) if broker else None
        if broker:
            broker.close()
    if as_json:
        output.print_json({"granted": granted, "several": several, "alone": alone})
    else:
        rows = [tuple(several.values()), tuple(alone.values())]
        output.print_table(f"Registration, {granted} rights granted", tuple(several), rows)


def _measured(url: str, numbers: Sequence[int], installers: int) -> dict[str, float]:
    """Rate of registrations, and how long one takes, with its parts in database and broker."""
    parts = [numbers[n::installers] for n in range(installers)]
    began = time.perf_counter()
    with ThreadPoolExecutor(installers) as pool:
        took = [each for part in pool.map(lambda own: _register(url, own), parts) for each in part]
    seconds = time.perf_counter() - began
    whole = sorted(database + broker for database, broker in took)
    return {
        "devices": len(took),
        "installers": installers,
        "per_s": round(len(took) / seconds, 1),
        "p50_ms": round(statistics.median(whole), 2),
        "p95_ms": round(whole[min(len(whole) - 1, int(0.95 * len(whole)))], 2),
        "database_p50_ms": round(statistics.median(database for database, _ in took), 2),
        "broker_p50_ms": round(statistics.median(broker for _, broker in took), 2),
    }


def _register(url: str, numbers: Sequence[int]) -> list[tuple[float, float]]:
    """Milliseconds in the database and in the broker of each registration of one installer."""
    took = []
    with connect(url) as connection:
        for n in numbers:
            began = time.perf_counter()
            answer, new = install.written(connection, COMMAND_LINE, _lamp(n))
            in_registry = time.perf_counter()
            if install.with_rights(connection, answer, new=new)["broker"] != "granted":
                raise ServiceUnavailableError("the broker did not grant a right")
            took.append((1000 * (in_registry - began), 1000 * (time.perf_counter() - in_registry)))
    return took


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

"""An export of a million rows takes no more memory than one of a few."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.stack.ports import free_port
from teplosvet.storage.database import connect
from tests.acceptance.console_run import database
from tests.integration.rollup_site import House
from tests.signed_in import COOKIES, administrator_session

REPOSITORY = Path(__file__).parents[2]
ROWS = 1_000_000
GROWTH_BYTES = 120 * 2**20
"""A million rows of ten columns are some 500 MB as Python objects."""


@pytest.mark.timeout(900)
def test_memory_does_not_grow_with_the_rows(plain_postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with database(plain_postgres) as url:
        with connect(url) as connection:
            site = House(connection)
            device = site.device("heat-1", site.building())
            connection.execute(
                "INSERT INTO heat_reading (device_id, measured_at, heat_energy_kwh, flow_temperature_c)"
                " SELECT %s, '2020-01-01'::timestamptz + n * INTERVAL '1 minute', n, 70 FROM generate_series(1, %s) n",
                (device, ROWS),
            )
        administrator_session(url)
        port = free_port()
        environment = os.environ | {
            "TEPLOSVET_DATABASE_URL": url,
            "TEPLOSVET_PORT": str(port),
            "TEPLOSVET_HOME": str(tmp_path),
            "TEPLOSVET_MQTT_URL": "mqtt://127.0.0.1:1",
        }
        with subprocess.Popen([sys.executable, "-m", "teplosvet", "api"], cwd=REPOSITORY, env=environment) as process:
            try:
                for form in ("csv", "parquet"):
                    before, most, size = exported(port, psutil.Process(process.pid), form)
                    assert size > ROWS * 2
                    assert most - before < GROWTH_BYTES, form
            finally:
                process.terminate()


def exported(port: int, process: psutil.Process, form: str) -> tuple[int, int, int]:
    """Memory before and at most, and bytes that came."""
    address, transport = f"http://127.0.0.1:{port}", httpx.HTTPTransport(retries=10)
    with httpx.Client(base_url=address, cookies=COOKIES, timeout=120, transport=transport) as client:
        small = client.get("/api/v1/readings/heat", params={"device": "heat-1", "format": form, "limit": 10})
        assert small.status_code == 200
        before = most = process.memory_info().rss
        size, lines = 0, 0
        with client.stream("GET", "/api/v1/readings/heat", params={"device": "heat-1", "format": form}) as answer:
            assert answer.status_code == 200
            for chunk in answer.iter_bytes(2**20):
                size += len(chunk)
                lines += chunk.count(b"\n")
                most = max(most, process.memory_info().rss)
        if form == "csv":
            assert lines == ROWS + 1
    return before, most, size

"""Weather of a station from a file and from an archive: precedence, coverage, a new statement, the bundle."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from analytics.evidence.bundle_file import write_bundle
from analytics.evidence.commands import verdict_of
from analytics.evidence.gather import load_bundle, versions_of
from analytics.station_hours import Source, hours_of_archive, hours_of_file
from analytics.verification import verify_contract
from analytics.weather_commands import keep_hours
from teplosvet.domain.errors import InvalidFileError, NotEnoughDataError, ServiceUnavailableError, UnknownNameError
from tests.integration.rollup_site import house
from tests.integration.test_filled_period import FILL, REPORTING, Meter, ask

DAYS = (date(2025, 1, 1), date(2025, 1, 3))


@contextmanager
def archive(answer: bytes, status: int = 200) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A local server that answers as the archive is documented to."""
    asked: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert urlsplit(self.path).path == "/v1/archive"
            asked.append(parse_qs(urlsplit(self.path).query))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(celsius: list[float | None], unit: str = "°C") -> bytes:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    time = [(first + timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M") for n in range(len(celsius))]
    hourly = {"time": time, "temperature_2m": celsius}
    units = {"time": "iso8601", "temperature_2m": unit}
    head = {"latitude": 59.95, "longitude": 30.3, "generationtime_ms": 0.1, "utc_offset_seconds": 0, "timezone": "GMT"}
    return json.dumps({**head, "elevation": 10.0, "hourly_units": units, "hourly": hourly}).encode()


def test_an_archive_is_asked_and_read_as_documented() -> None:
    with archive(answer([-1.0, None, -3.5])) as (url, asked):
        found = hours_of_archive(url, 59.94, 30.31, DAYS)
    assert asked[0]["start_date"] == ["2025-01-01"]
    assert asked[0]["end_date"] == ["2025-01-02"]
    assert asked[0]["hourly"] == ["temperature_2m"]
    assert found.mean_c.tolist() == [-1.0, -3.5]
    assert found.moments() == [datetime(2025, 1, 1, hour, tzinfo=UTC) for hour in (0, 2)]
    assert found.coverage == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("content", "status", "error", "said"),
    [
        (b'{"error": true, "reason": "end_date is out of range"}', 400, ServiceUnavailableError, "out of range"),
        (b"<html>", 502, ServiceUnavailableError, "502"),
        (b"{}", 200, InvalidFileError, "hourly temperature"),
        (answer([20.0], "°F"), 200, InvalidFileError, "expected °C"),
        (answer([200.0]), 200, InvalidFileError, "got 200"),
    ],
)
def test_a_wrong_answer_is_told(content: bytes, status: int, error: type[Exception], said: str) -> None:
    with archive(content, status) as (url, _), pytest.raises(error, match=said):
        hours_of_archive(url, 59.94, 30.31, DAYS)


def test_a_file_is_read_in_its_unit_and_zone(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text("time,temp_f\n2025-01-01T03:00+03:00,32\n2025-01-01T03:30+03:00,50\n2025-01-01T04:00+03:00,\n")
    found = hours_of_file(path, None, None)
    assert found.mean_c == pytest.approx([5.0])
    assert found.moments() == [datetime(2025, 1, 1, tzinfo=UTC)]
    path.write_text("day,temp_c\n2025-01-01,3\n2025-01-02,4\n")
    with pytest.raises(InvalidFileError, match="hour or less"):
        hours_of_file(path, None, None)


def test_hours_fill_what_the_sensor_did_not_tell_and_nothing_else(database: str, tmp_path: Path) -> None:
    with house(database) as site:
        meter = Meter(site)
        ask(meter, FILL)
        site.connection.execute(
            "DELETE FROM climate_reading WHERE measured_at >= '2025-02-03' AND measured_at < '2025-02-06';"
            "DELETE FROM state_hourly WHERE quantity = 'outdoor_temperature_c'"
            " AND hour >= '2025-02-03' AND hour < '2025-02-06'"
        )
        first = verify_contract(site.connection, "c", REPORTING)
        path = tmp_path / "w.csv"
        hours = [datetime(2025, 2, 2, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 5)]
        path.write_text("time,temp_c\n" + "".join(f"{each.isoformat()},-30.0\n" for each in hours))
        told = keep_hours(site.connection, "sky", Source.CSV, hours_of_file(path, None, None))
        assert told["hours"] == 120
        assert told["sensor_hours"] == 48
        with archive(answer([-99.0 / 3] * 24 * 40)) as (url, _):
            keep_hours(site.connection, "sky", Source.OPEN_METEO, hours_of_archive(url, 59.94, 30.31, DAYS))
        second = verify_contract(site.connection, "c", REPORTING)
        temperature = {str(row.day): row.variable for row in second.reporting_days}
        assert temperature["2025-02-04"] == pytest.approx(-30.0)
        before = {str(row.day): row.variable for row in first.reporting_days}
        assert before["2025-02-04"] is None
        assert {day for day in before if before[day] != temperature[day]} <= {f"2025-02-0{n}" for n in (3, 4, 5, 6)}
        versions = versions_of(site.connection, "c", REPORTING)
        assert versions[1].changes is not None
        assert versions[1].changes.inputs[:1] == ("weather",)
        sources = site.connection.execute("SELECT DISTINCT source FROM station_temperature ORDER BY 1").fetchall()
        assert [row[0] for row in sources] == ["csv", "sensor"]
        write_bundle(tmp_path / "b.zip", load_bundle(site.connection, "c", REPORTING))
        assert verdict_of(tmp_path / "b.zip").verdict == "equal"


def test_what_cannot_be_kept_is_told(database: str) -> None:
    with house(database) as site:
        with archive(answer([-1.0, -2.0])) as (url, _):
            hours = hours_of_archive(url, 59.94, 30.31, DAYS)
        with pytest.raises(UnknownNameError, match="nowhere"):
            keep_hours(site.connection, "nowhere", Source.CSV, hours)
        empty = type(hours)(np.empty(0, dtype=np.intp), np.empty(0))
        with pytest.raises(NotEnoughDataError):
            keep_hours(site.connection, "nowhere", Source.CSV, empty)

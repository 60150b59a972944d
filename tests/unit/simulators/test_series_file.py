"""Tables of real series, and what is said about one that cannot be read."""

import gzip
import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulators.series_file import read_table
from teplosvet.domain.errors import InvalidFileError

CSV = "time,kwh\n2025-01-01T00:00:00+03:00,1.5\n2025-01-01T01:00:00+03:00,\n\n2025-01-01T02:00:00+03:00,2\n"
FIRST_S = datetime(2024, 12, 31, 21, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", CSV.encode()),
        ("a.csv", b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").replace(",", ";").encode()),
        ("a.csv.gz", gzip.compress(CSV.encode())),
    ],
    ids=["plain", "mark, semicolons, carriage returns", "gzip"],
)
def test_csv_in_its_dialects(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    table = read_table(path)
    assert table.times_s("time", None) == [FIRST_S, FIRST_S + 3600, FIRST_S + 7200]
    numbers = table.numbers("kwh")
    assert (numbers[0], numbers[2]) == (1.5, 2.0)
    assert math.isnan(numbers[1])
    assert list(table.lines) == [2, 3, 5]


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    times = pa.array([datetime(2025, 1, 1, 0, 0), datetime(2025, 1, 1, 1, 0)], pa.timestamp("ms"))  # noqa: DTZ001
    pq.write_table(pa.table({"time": times, "aware": times.cast(pa.timestamp("ms", "UTC")), "kwh": [1, None]}), path)
    table = read_table(path)
    assert table.times_s("time", ZoneInfo("Europe/Moscow")) == [FIRST_S, FIRST_S + 3600]
    assert table.times_s("aware", None)[0] == FIRST_S + 3 * 3600
    assert math.isnan(table.numbers("kwh")[1])


def test_the_hour_that_the_clock_goes_through_twice(tmp_path: Path) -> None:
    """In Berlin 2025-10-26 02:30 comes twice, and 2025-03-30 02:30 never."""
    path = tmp_path / "a.csv"
    path.write_text("t\n2025-10-26 01:30\n2025-10-26 02:30\n2025-10-26 02:30\n2025-10-26 03:30\n")
    times_s = read_table(path).times_s("t", ZoneInfo("Europe/Berlin"))
    assert [second - first for first, second in pairwise(times_s)] == [3600] * 3
    path.write_text("t\n2025-03-30 02:30\n")
    with pytest.raises(InvalidFileError, match=r"a\.csv:2: t: expected a time that exists in Europe/Berlin"):
        read_table(path).times_s("t", ZoneInfo("Europe/Berlin"))


def read_cells(path: Path) -> None:
    table = read_table(path)
    table.times_s("time", None)
    table.numbers("kwh")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,kwh\n2025-01-01 00:00,1\n", r":2: time: expected a time with a zone .* or --zone"),
        ("time,kwh\n2025-01-01T00:00Z,1\n31.12.2025,1\n", r":3: time: expected an ISO 8601 time or Unix seconds"),
        ("time,kwh\n2025-01-01T00:00Z,1\n2025-01-01T01:00Z,oops\n", r":3: kwh: expected a number or an empty cell"),
        ("time,kwh\n2025-01-01T00:00Z,inf\n", r":2: kwh: expected a number"),
        ("time,kwh\n2025-01-01T00:00Z\n", r":2: expected 2 cells, got 1"),
        ("time,kwh,kwh\n2025-01-01T00:00Z,1,2\n", r":1: kwh: expected every column name once"),
        ("time,power\n2025-01-01T00:00Z,1\n", r":1: kwh: expected a column of this name; there are time, power"),
        ("time,kwh\n", r"expected at least one row"),
        ("", r":1: expected a line with the names"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InvalidFileError, match=r"bad\.csv.*" + message):
        read_cells(path)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\x01", b"\x1f\x8b\x08\x00cut", b"PAR1 no"])
def test_what_is_no_table_is_said_so(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / ("a.parquet" if data.startswith(b"PAR1") else "a.csv")
    path.write_bytes(data)
    with pytest.raises(InvalidFileError, match="expected CSV, CSV in gzip, or Parquet"):
        read_table(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError, match="there is none"):
        read_table(tmp_path / "none.csv")

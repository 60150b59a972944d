"""Register files and installations that people write, and what is said about wrong ones."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.consumption.register_file import parse_installation, read_register_file
from teplosvet.domain.errors import ConfigurationError, InvalidFileError

AT_US = 1_768_176_000_000_000


def write(folder: Path, text: str) -> Path:
    path = folder / "register.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "time,serial,register\n2026-01-12T03:15:00+03:00,A7,12.5\n2026-01-12T00:00:00Z,,12\n"
        "\n2026-01-12 00:30:00.5Z,B1,\n2026-01-12T00:45:00Z,A7,13\n",
    )
    series = read_register_file(path)
    assert series.at_us.tolist() == [AT_US + 900_000_000, AT_US, AT_US + 1_800_500_000, AT_US + 2_700_000_000]
    np.testing.assert_array_equal(series.register, [12.5, 12, np.nan, 13])
    assert series.serial.tolist() == [0, -1, 1, 0]


@pytest.mark.parametrize("header", ["time,register", "register,time", "Time,Register", "\ufefftime,register"])
def test_the_serial_may_be_missing_and_columns_in_any_order(tmp_path: Path, header: str) -> None:
    first, second = "2026-01-12T00:00:00Z", "2026-01-12T00:15:00Z"
    rows = [f"1,{first}", f"2,{second}"] if header.startswith("register") else [f"{first},1", f"{second},2"]
    series = read_register_file(write(tmp_path, "\n".join([header, *rows]) + "\n"))
    assert series.register.tolist() == [1, 2]
    assert series.serial.tolist() == [-1, -1]


def test_local_times_need_a_zone(tmp_path: Path) -> None:
    path = write(tmp_path, "time,register\n2026-01-12T03:00:00,1\n2026-01-12T03:15:00,2\n")
    with pytest.raises(InvalidFileError, match="zone") as refused:
        read_register_file(path)
    assert (refused.value.line, refused.value.field) == (2, "time")
    assert read_register_file(path, ZoneInfo("Europe/Moscow")).at_us[0] == AT_US


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, "time"),
        ("when,register\n", 1, "time"),
        ("time,value\n", 1, "register"),
        ("time,register,register\n", 1, "register"),
        ("time,register\n2026-01-12T00:00:00Z,1\n", None, None),
        ("time,register\n2026-01-12T00:00:00Z,1\nyesterday,2\n", 3, "time"),
        ("time,register\n0001-01-01T00:00:00+03:00,1\n", 2, "time"),
        ("time,register\n2026-01-12T00:00:00Z,1,2\n", 2, None),
        ("time,register\n2026-01-12T00:00:00Z\n", 2, None),
        ("time,register\n2026-01-12T00:00:00Z,12 kWh\n", 2, "register"),
        ("time,register\n2026-01-12T00:00:00Z,1e999\n", 2, "register"),
        ("time,register\n2026-01-12T00:00:00Z,nan\n", 2, "register"),
        ('time,register\n"2026-01-12T00:00:00Z"x,1\n', 2, None),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, line: int | None, field: str | None) -> None:
    with pytest.raises(InvalidFileError, match="expected") as refused:
        read_register_file(write(tmp_path, text))
    assert (refused.value.line, refused.value.field) == (line, field)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError, match="exists"):
        read_register_file(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidFileError, match="UTF-8"):
        read_register_file(tmp_path / "binary.csv")
    with pytest.raises(InvalidFileError, match="CSV"):
        read_register_file(tmp_path)


def test_an_installation_is_read() -> None:
    full = parse_installation("2026-01-12T00:00:00Z,50095.5,0")
    assert (full.at_us, full.closing, full.opening) == (AT_US, 50_095.5, 0.0)
    opening = parse_installation("2026-01-12T03:00:00,,61234", ZoneInfo("Europe/Moscow"))
    assert (opening.at_us, opening.closing, opening.opening) == (AT_US, None, 61_234.0)
    assert parse_installation("2026-01-12T00:00:00Z").closing is None


NOON = "2026-01-12T12:00:00Z"


@pytest.mark.parametrize("text", ["", "noon", NOON[:-1], f"{NOON},a", f"{NOON},1,2,3", f"{NOON},nan"])
def test_a_wrong_installation_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="--installation: expected TIME"):
        parse_installation(text)

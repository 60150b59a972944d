"""The command as a user runs it: exact JSON for programs, a table for people, and one sentence for wrong input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from analytics.consumption.cases import all_cases
from analytics.consumption.commands import bench_counters
from teplosvet.domain.errors import ConfigurationError, InvalidFileError

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    app = typer.Typer()
    app.command()(bench_counters)

    def call(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


def write(folder: Path, rows: list[tuple[str, str, float]]) -> str:
    path = folder / "basement.csv"
    path.write_text("time,serial,register\n" + "".join(f"{at},{serial},{value}\n" for at, serial, value in rows))
    return str(path)


def hourly(values: list[float]) -> list[tuple[str, str, float]]:
    return [(f"2026-01-{12 + k // 24:02d}T{k % 24:02d}:00:00Z", "", value) for k, value in enumerate(values)]


def test_the_table_as_json(run: Run) -> None:
    cases = json.loads(run("--json"))["cases"]
    assert [case["case"] for case in cases] == [case.name for case in all_cases()]
    assert all(case["total_kwh"] == pytest.approx(192.0, abs=0.05) for case in cases)
    assert all(set(case) == {"case", "total_kwh", "estimated_kwh"} for case in cases)


def test_the_table_for_people(run: Run) -> None:
    shown = run()
    assert "clean" in shown
    assert "192.00" in shown


def test_a_file_with_a_recorded_exchange(run: Run, tmp_path: Path) -> None:
    values = [100.0 + 4 * k for k in range(20)] + [2.0 + 4 * k for k in range(20)]
    file = write(tmp_path, hourly(values))
    assert json.loads(run("--register", file, "--installation", "2026-01-12T19:30:00Z,178,0", "--json")) == {
        "cases": [{"case": "basement.csv", "total_kwh": 156.0, "estimated_kwh": 0.0}]
    }
    assert json.loads(run("--register", file, "--json")) == {
        "cases": [{"case": "basement.csv", "total_kwh": 156.0, "estimated_kwh": 4.0}]
    }


def test_a_file_with_a_rollover(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, hourly([(9_950.0 + 4 * k) % 10_000 for k in range(40)]))
    (case,) = json.loads(run("--register", file, "--modulus", "10000", "--greatest-rate", "10", "--json"))["cases"]
    assert case["total_kwh"] == 156.0
    assert case["estimated_kwh"] == 0.0


def test_what_is_unknown_is_null(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, [("2026-01-12T00:00:00Z", "A", 5.0), ("2026-01-12T01:00:00Z", "B", 7_000.0)])
    (case,) = json.loads(run("--register", file, "--json"))["cases"]
    assert case["total_kwh"] is None
    assert "unknown" in run("--register", file)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--modulus", "100000"],
        ["--register", "FILE", "--modulus", "-1"],
        ["--register", "FILE", "--greatest-rate", "nan"],
        ["--register", "FILE", "--zone", "Mars/Olympus"],
        ["--register", "FILE", "--installation", "noon"],
    ],
)
def test_wrong_options_are_refused(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    file = write(tmp_path, hourly([1.0, 2.0, 3.0]))
    with pytest.raises(ConfigurationError, match="--"):
        run(*[file if argument == "FILE" else argument for argument in arguments])


def test_a_wrong_file_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError):
        run("--register", str(tmp_path / "none.csv"))
    empty = tmp_path / "empty.csv"
    empty.write_text("time,serial,register\n2026-01-12T00:00:00Z,,\n2026-01-12T01:00:00Z,,\n")
    with pytest.raises(ConfigurationError, match="at least one line"):
        run("--register", str(empty))

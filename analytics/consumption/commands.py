"""The command that shows the counter table, for the built-in cases or for a file of register values."""

import json
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from analytics.consumption.buckets import per_bucket
from analytics.consumption.cases import Case, all_cases
from analytics.consumption.path import energy_path
from analytics.consumption.register_file import parse_installation, read_register_file
from analytics.consumption.rules import HOUR_US
from analytics.consumption.series import RegisterProfile
from teplosvet.domain.errors import ConfigurationError


class CaseResult(NamedTuple):
    """What came out of one case.

    Attributes:
        name: The case.
        total_kwh: Everything consumed, NaN if nothing is known. [kWh]
        estimated_kwh: The part of it that is estimated when looked at by the hour. [kWh]
        findings: Codes of what was found, in order of time.
    """

    name: str
    total_kwh: float
    estimated_kwh: float
    findings: tuple[str, ...]


def bench_counters(
    register: Annotated[Path | None, typer.Option(help="CSV of time,serial,register in order of arrival.")] = None,
    modulus: Annotated[float | None, typer.Option(help="Value at which the register starts again from zero.")] = None,
    installation: Annotated[
        list[str] | None,
        typer.Option(help="TIME[,CLOSING[,OPENING]] of a recorded exchange; may be given several times."),
    ] = None,
    greatest_rate: Annotated[float | None, typer.Option(help="The most that can be consumed in an hour.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of times without one, such as Europe/Moscow.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Turn registers into consumption: the counter table, or a file of register values."""
    if register is None:
        if modulus is not None or installation or greatest_rate is not None or zone is not None:
            raise ConfigurationError("--modulus, --installation, --greatest-rate and --zone describe a --register file")
        results = [result_of(case) for case in all_cases()]
    else:
        results = [result_of(_file_case(register, modulus, installation or [], greatest_rate, zone))]
    if as_json:
        print(_as_json(results))  # noqa: T201
    else:
        _show(results)


def result_of(case: Case) -> CaseResult:
    """Run one case, by the hour."""
    path = energy_path(case.series, case.exchanges, case.profile)
    first, last = int(path.at_us[0]) // HOUR_US, int(path.at_us[-1]) // HOUR_US
    hours = per_bucket(path, np.arange(first, last + 2, dtype=np.int64) * HOUR_US)
    estimated = hours.estimated[np.isfinite(hours.estimated)]
    codes = tuple(finding.code.value for finding in path.findings)
    return CaseResult(case.name, path.total, float(estimated.sum()) if len(estimated) else float("nan"), codes)


def _file_case(
    register: Path, modulus: float | None, installation: list[str], greatest_rate: float | None, zone: str | None
) -> Case:
    for name, value in (("--modulus", modulus), ("--greatest-rate", greatest_rate)):
        if value is not None and not (isfinite(value) and value > 0):
            raise ConfigurationError(f"{name}: expected a positive number, got {value}")
    zone_info = _zone(zone)
    exchanges = tuple(parse_installation(text, zone_info) for text in installation)
    series = read_register_file(register, zone_info)
    if not np.isfinite(series.register).any():
        raise ConfigurationError(f"{register}: expected a register value on at least one line")
    return Case(register.name, series, exchanges, RegisterProfile(modulus, greatest_rate))


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(f"--zone: expected a zone such as Europe/Moscow, got {name!r}") from None


def _as_json(results: Iterable[CaseResult]) -> str:
    def number(value: float) -> float | None:
        return round(value, 6) if isfinite(value) else None

    cases = [
        {"case": r.name, "total_kwh": number(r.total_kwh), "estimated_kwh": number(r.estimated_kwh)} for r in results
    ]
    return json.dumps({"cases": cases}, ensure_ascii=False, indent=2)


def _show(results: Iterable[CaseResult]) -> None:
    table = Table(title="Register to consumption")
    table.add_column("case")
    table.add_column("total, kWh", justify="right")
    table.add_column("estimated, kWh", justify="right")
    table.add_column("findings")
    for result in results:
        known = isfinite(result.total_kwh)
        total = f"{result.total_kwh:,.2f}" if known else "unknown"
        estimated = f"{result.estimated_kwh:,.2f}" if known else ""
        table.add_row(result.name, total, estimated, ", ".join(dict.fromkeys(result.findings)))
    Console().print(table)

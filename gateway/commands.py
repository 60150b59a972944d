"""The commands of the gateway."""

import logging
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from gateway import profiles
from gateway.check import MeterResult, PlaceResult, check_meters, check_places
from gateway.check_table import value_rows
from gateway.clock import clock_of_environment
from gateway.config.file import read_config
from gateway.process.alone import alone
from gateway.run import Gateway
from teplosvet.domain.errors import TeplosvetError
from teplosvet.output import people, print_json, print_table

File = Annotated[Path, typer.Argument(help="The gateway's configuration, see docs/gateway.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def run(file: File) -> None:
    """Read the meters of a configuration and publish what they say, until SIGTERM."""
    logging.getLogger().setLevel(logging.INFO)
    config = read_config(file)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Gateway(config, clock_of_environment()).run(stop)


def check(file: File, json: AsJson = False) -> None:
    """Talk to every configured meter once and print what it said; exit code 1 if something is not as it has to be."""
    config = read_config(file)
    with alone(config.home):
        places = list(check_places(config))
        meters = list(check_meters(config, clock_of_environment(), profiles.profile))
    well = all(place.ok for place in places) and all(meter.ok for meter in meters)
    if json:
        print_json({"ok": well, "places": places, "meters": meters})
    else:
        _print(places, meters)
    if not well:
        raise typer.Exit(1)


def list_models(
    model: Annotated[str | None, typer.Argument(help="One model; without it, all.")] = None, *, json: AsJson = False
) -> None:
    """List the meters that can be read and decode the examples in their files; exit code 1 if one comes out wrong."""
    names = (model,) if model else profiles.models()
    checked = [(name, profiles.profile(name).manual, _wrong(name)) for name in names]
    if json:
        print_json([{"model": name, "manual": manual, "wrong": wrong} for name, manual, wrong in checked])
    else:
        rows = [(name, "WRONG" if wrong else "well", wrong or manual) for name, manual, wrong in checked]
        print_table("Meters that can be read", ("model", "examples", "manual, or what is wrong"), rows)
    if any(wrong for _, _, wrong in checked):
        raise typer.Exit(1)


def _wrong(model: str) -> str | None:
    """What is wrong with a model's examples, or None."""
    try:
        profiles.profile(model).check_goldens()
    except TeplosvetError as error:
        return str(error)
    return None


def _print(places: list[PlaceResult], meters: list[MeterResult]) -> None:
    columns = ("meter", "address", "serial", "clock [s]", "took [s]", "says")
    if meters:
        print_table("Meters", columns, [_row(meter) for meter in meters])
    for meter in meters:
        if meter.values:
            print_table(f"\n{meter.meter}", ("quantity", "value", "unit", "step"), value_rows(meter.values))
        for line in meter.remarks:
            people.print(f"{meter.meter}: {line}", markup=False)
    people.print()
    for place in places:
        people.print(f"{'well' if place.ok else 'WRONG'}  {place.place}: {place.says}", markup=False)
    for meter in meters:
        word = "well" if meter.ok else "WRONG"
        people.print(f"{word}  {meter.meter}: {meter.problem or f'{len(meter.values)} values'}", markup=False)


def _row(meter: MeterResult) -> tuple[object, ...]:
    offset = meter.clock_offset_s
    says = f"{len(meter.values)} values" if meter.ok else meter.problem
    return (meter.meter, meter.address, meter.serial, offset, meter.took_s, says)

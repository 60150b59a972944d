"""The commands of the simulators."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.quantities import DeviceClass

if TYPE_CHECKING:
    from simulators.replay import ReplayReport


def replay(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz) or Parquet with one row for each time.")],
    device: Annotated[str, typer.Option(help="Name of the device that speaks.")],
    device_class: Annotated[DeviceClass, typer.Option("--class", help="Class of the device.")],
    time: Annotated[str, typer.Option(help="Column with the times.")],
    columns: Annotated[
        list[str],
        typer.Option("--map", metavar="COLUMN=quantity[:unit][:interval]", help="What a column is; may be repeated."),
    ],
    zone: Annotated[str | None, typer.Option(help="Zone of times that have none, such as Europe/Moscow.")] = None,
    shuffle: Annotated[int | None, typer.Option(metavar="SEED", help="Publish in a random order.")] = None,
    duplicate: Annotated[float, typer.Option(min=0, max=1, help="Share of the messages sent twice.")] = 0.0,
    rate: Annotated[float | None, typer.Option(min=0.001, help="Most messages a second.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who publishes; the device itself by default.")] = None,
    instrument_serial: Annotated[
        str | None, typer.Option(metavar="COLUMN|TEXT", help="Serial number of the instrument, or the column with it.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Instants in one message.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Publish a real series exactly as a device would, and wait until it is stored."""
    from simulators.mapping import parse_mapping  # noqa: PLC0415 - a command pays for what it uses
    from simulators.replay import ReplayPlan  # noqa: PLC0415
    from simulators.replay import replay as replay_file  # noqa: PLC0415
    from teplosvet.output import progress  # noqa: PLC0415
    from teplosvet.stack.running import database_url, mqtt_url  # noqa: PLC0415
    from teplosvet.storage.database import connect  # noqa: PLC0415
    from teplosvet.storage.devices import ensure_device  # noqa: PLC0415

    plan = ReplayPlan(
        file=file,
        device=device,
        device_class=device_class,
        time=time,
        columns=tuple(parse_mapping(text, device_class) for text in columns),
        zone=_zone(zone),
        publisher=publisher,
        serial=instrument_serial,
        shuffle=shuffle,
        duplicate=duplicate,
        rate_per_s=rate,
        batch=batch,
    )
    with connect(database_url()) as connection, progress() as bar:
        task = bar.add_task(f"replaying {file.name}", total=None)
        report = replay_file(
            plan,
            mqtt_url(),
            ensure_device=lambda *who: ensure_device(connection, *who),
            on_progress=lambda handed, total: bar.update(task, completed=handed, total=total),
        )
    _tell(report, device, as_json=as_json)


def _tell(report: "ReplayReport", device: str, *, as_json: bool) -> None:
    """Say what a replay did; readings in quarantine are a failure of the command."""
    from teplosvet.output import people, print_json  # noqa: PLC0415

    if as_json:
        print_json(report)
    else:
        people.print(
            f"{report.rows} rows, {report.instants} instants of {device} published in {report.delivery.seconds:.1f} s, "
            f"{report.delivery.confirmed} packs confirmed, {report.duplicates} of them sent twice."
        )
    if report.delivery.quarantined:
        reasons = ", ".join(report.delivery.reasons) or "refused"
        typer.echo(
            f"{report.delivery.quarantined} packs of {device} went to quarantine ({reasons}): register the device with "
            "`teplosvet site apply` and replay again.",
            err=True,
        )
        raise typer.Exit(1)


def live(
    seed: Annotated[int | None, typer.Option(help="Seed of the history that is continued.")] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two readings of a device.")] = 5.0,
) -> None:
    """Let the six demo buildings report in real time until Ctrl-C."""
    from simulators.live import go_on  # noqa: PLC0415 - a command pays for what it uses
    from simulators.scenario import DEMO_SEED  # noqa: PLC0415
    from teplosvet.output import people  # noqa: PLC0415
    from teplosvet.stack.running import mqtt_url  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    url = mqtt_url()
    people.print(f"Six buildings report every {every:g} s to {url}. Ctrl-C ends it.")
    published = go_on(url, stop, seed=DEMO_SEED if seed is None else seed, every_s=every)
    people.print(f"{published} messages published.")


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownNameError(f"--zone {name}: expected a time zone such as Europe/Moscow") from None

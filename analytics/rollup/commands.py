"""Commands around consumption and the rollup job."""

import signal
import threading
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from analytics.alarms.job import run as watch_alarms
from analytics.rollup.answer import Step, consumption_of
from analytics.rollup.job import bring_up_to_date, run
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.periods import local_midnight, parse_instant
from teplosvet.domain.quantities import Quantity
from teplosvet.stack.running import database_url
from teplosvet.stack.supervisor import end_with_supervisor
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query
from teplosvet.wire.units import quantity_of


def jobs() -> None:
    """Run the rollup, the alarms and their notifications until a signal comes."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    end_with_supervisor(stop.set)
    url = database_url()
    alarms = threading.Thread(target=watch_alarms, args=(url, stop), name="alarms", daemon=True)
    alarms.start()
    run(url, stop)


def consumption(
    device: Annotated[str, typer.Argument(help="Name of the device.")],
    from_: Annotated[str, typer.Option("--from", help="First instant, or a local day of the building.")],
    to: Annotated[str, typer.Option("--to", help="The instant, or the day, after the last one.")],
    by: Annotated[Step, typer.Option(help="Width of the intervals.")] = Step.TOTAL,
    quantity: Annotated[str | None, typer.Option(help="Another register than the main one.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Consumption of a device between two times, from its readings."""
    with connect(database_url()) as connection:
        row = connection.execute(query("rollup", "device_id"), {"name": device}).fetchone()
        if row is None:
            raise UnknownNameError(f"no device is called {device}")
        zone = ZoneInfo(row[2])
        span = _instant(from_, zone), _instant(to, zone)
        if span[1] <= span[0]:
            raise ConfigurationError("--to must be after --from")
        bring_up_to_date(connection)
        answer = consumption_of(connection, device, span, by, _quantity(quantity))
    if as_json:
        output.print_json(answer)
        return
    rows = [
        (
            f"{each.start.astimezone(zone):%Y-%m-%d %H:%M}",
            None if each.amount is None else round(each.amount, 3),
            None if each.estimated is None else round(each.estimated, 3),
            each.rule,
        )
        for each in answer.intervals
    ]
    output.print_table(f"{answer.device}, {answer.unit}", ("from", answer.quantity, "estimated", "rule"), rows)
    if answer.findings:
        output.people.print("Found in the registers: " + ", ".join(answer.findings))


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    try:
        return parse_instant(text).astimezone(UTC) if day is None else local_midnight(day, zone)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(f"{text!r} is neither a day nor a time: {error}") from error


def _quantity(name: str | None) -> Quantity | None:
    if name is None:
        return None
    found = quantity_of(name)
    if found is None:
        raise ConfigurationError(f"no quantity is called {name!r}")
    return found

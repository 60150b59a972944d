"""The commands that give a weather station hours which its sensor does not have."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
import typer
from psycopg.rows import TupleRow

from analytics.fitting.columns import TemperatureUnit
from analytics.station_hours import ARCHIVE, Source, StationHours, hours_of_archive, hours_of_file
from teplosvet import output
from teplosvet.access.audit import record
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError, NotEnoughDataError, UnknownNameError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

Station = Annotated[str, typer.Argument(help="Name of the climate device.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def import_file(
    station: Station,
    file: Annotated[Path, typer.Argument(help="CSV with times and outdoor temperature.")],
    zone: Annotated[str | None, typer.Option(help="Zone of times that name none.")] = None,
    temperature_unit: Annotated[TemperatureUnit | None, typer.Option(help="C or F.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give a station the hours of a file; what its sensor told counts all the same."""
    try:
        where = None if zone is None else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"no time zone is called {zone}") from error
    _keep(station, Source.CSV, hours_of_file(file, where, temperature_unit), where, as_json=as_json)


def fetch(
    station: Station,
    latitude: Annotated[float, typer.Option(min=-90, max=90)],
    longitude: Annotated[float, typer.Option(min=-180, max=180)],
    from_: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")],
    to: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The day after the last.")],
    base_url: Annotated[str, typer.Option(help="Of a service with the Open-Meteo archive API.")] = ARCHIVE,
    *,
    as_json: AsJson = False,
) -> None:
    """Give a station hours of the Open-Meteo archive; what its sensor or a file told counts all the same."""
    if to <= from_:
        raise ConfigurationError("expected --to after --from")
    hours = hours_of_archive(base_url, latitude, longitude, (from_.date(), to.date()))
    _keep(station, Source.OPEN_METEO, hours, None, as_json=as_json)


def _keep(station: str, source: Source, hours: StationHours, zone: ZoneInfo | None, *, as_json: bool) -> None:
    with connect(database_url()) as connection:
        told = keep_hours(connection, station, source, hours)
    if as_json:
        output.print_json(told)
    else:
        output.print_table(station, ("figure", "value"), list(_in_words(told, zone or settings().zone)))


def _in_words(told: Mapping[str, str | float], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Local times, of the file's zone or of the platform's, and the coverage in percent."""
    for name, value in told.items():
        if name in {"first", "last"}:
            local = datetime.fromisoformat(str(value)).astimezone(zone)
            yield name, f"{local:%Y-%m-%d %H:%M} {zone.key}"
        elif name == "coverage":
            yield name, f"{value:.1%}"
        else:
            yield name.replace("_", " "), str(value)


def keep_hours(connection: Connection, station: str, source: Source, hours: StationHours) -> dict[str, str | float]:
    """Keep hours of a station; of the same source the newer say counts.

    Returns:
        What was kept: source, hours, coverage of the span from the first to the last, hours that the sensor told too.

    Raises:
        UnknownNameError: If no climate device is called so.
        NotEnoughDataError: If no hour is known.
    """
    if not len(hours.hour):
        raise NotEnoughDataError("no hour of it has a temperature")
    with connection.transaction():
        row = connection.execute(query("evidence", "weather_device"), {"name": station}).fetchone()
        if row is None:
            raise UnknownNameError(f"no climate device is called {station}")
        moments = hours.moments()
        named = {"device_id": row[0], "source": source.value, "hours": moments, "means": hours.mean_c.tolist()}
        connection.execute(query("station_hours", "put"), named)
        sensed = connection.execute(query("station_hours", "sensed"), named).fetchone()
        told: dict[str, str | float] = {
            "source": source.value,
            "first": moments[0].isoformat(),
            "last": moments[-1].isoformat(),
            "hours": len(moments),
            "coverage": round(hours.coverage, 4),
            "sensor_hours": int(sensed[0]) if sensed is not None else 0,
        }
        record(connection, COMMAND_LINE, "weather.kept", station, **told)
    return told

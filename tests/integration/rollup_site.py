"""A house whose registry, readings and rollups a test writes and reads directly."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.database import connect

Connection = psycopg.Connection[TupleRow]
Rows = dict[tuple[object, ...], tuple[object, ...]]

START = datetime(2025, 1, 12, 21, tzinfo=UTC)
"""Midnight in Moscow."""

TABLES: Mapping[str, tuple[str, str]] = {
    "consumption_hourly": ("device_id, quantity, hour", "amount, estimated, covered_s, rule"),
    "consumption_daily": ("device_id, quantity, day", "amount, estimated, covered_s, day_s, rule"),
    "state_hourly": ("device_id, quantity, hour", "mean, low, high, samples"),
    "light_use_daily": (
        "device_id, day",
        "covered_s, off_s, dimmed_s, full_s, present_s, presence_events, failed_s, override_s, energy_by_level_kwh",
    ),
    "heat_state_daily": (
        "device_id, day",
        "normal_s, below_range_s, above_range_s, low_dt_s, fault_s, no_power_s, covered_s",
    ),
    "building_energy_daily": ("building_id, carrier, day", "energy_kwh, estimated_kwh, coverage, devices"),
    "register_epoch": ("device_id, quantity, started_at", "shift, reason"),
    "register_finding": ("device_id, quantity, found_at, code", "severity, data"),
}
"""What the rollup makes: key and values of each table."""


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


@dataclass(frozen=True, slots=True)
class House:
    """A site with buildings, to which a test adds devices and readings."""

    connection: Connection

    def building(self, code: str = "lenina-1", zone: str = "Europe/Moscow") -> int:
        self.connection.execute("INSERT INTO site (name, title) VALUES ('s', 'S') ON CONFLICT DO NOTHING")
        return self._id(
            "INSERT INTO building (site_id, code, title, zone) SELECT id, %s, %s, %s FROM site RETURNING id",
            (code, code, zone),
        )

    def device(
        self,
        name: str,
        building: int | None,
        device_class: DeviceClass = DeviceClass.HEAT,
        *,
        since: datetime = START,
        power_kw: float | None = 40.0,
    ) -> int:
        key = self._id(
            "INSERT INTO device (name, class, publisher, greatest_power_kw) VALUES (%s, %s, 'p', %s) RETURNING id",
            (name, device_class.value, power_kw),
        )
        if building is not None:
            self.install(key, building, since)
        return key

    def install(
        self,
        device: int,
        building: int,
        since: datetime,
        until: datetime | None = None,
        serial: str = "1",
        start: Mapping[str, float] | None = None,
        closing: Mapping[str, float] | None = None,
    ) -> None:
        self.connection.execute(
            "INSERT INTO installation (device_id, building_id, serial, installed_at, removed_at, start_registers,"
            " closing_registers) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (device, building, serial, since, until, Jsonb(dict(start or {})), Jsonb(dict(closing or {}))),
        )

    def remove(self, device: int, until: datetime, closing: Mapping[str, float] | None = None) -> None:
        self.connection.execute(
            "UPDATE installation SET removed_at = %s, closing_registers = %s"
            " WHERE device_id = %s AND removed_at IS NULL",
            (until, Jsonb(dict(closing or {})), device),
        )

    def modulus(self, device: int, quantity: str, modulus: float) -> None:
        self.connection.execute("INSERT INTO register_modulus VALUES (%s, %s, %s)", (device, quantity, modulus))

    def birth(self, device: int, at: datetime, serial: str, registers: Mapping[str, float]) -> None:
        self.connection.execute(
            "INSERT INTO device_birth (device_id, born_at, serial, registers) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (device, at, serial, Jsonb(dict(registers))),
        )
        self.dirty(device, at, at)

    def read(
        self,
        device: int,
        at: Sequence[datetime],
        device_class: DeviceClass = DeviceClass.HEAT,
        serial: str | None = None,
        **values: Iterable[float],
    ) -> None:
        """Write readings as ingest does: what is there stays, what is missing is filled; and note what is dirty."""
        if not len(at):
            return
        columns = [sql.Identifier(name) for name in values]
        self.connection.execute(
            sql.SQL(
                "INSERT INTO {table} AS r (device_id, serial, measured_at, {columns})"
                " SELECT DISTINCT ON (at) %s, %s, at, {found}"
                " FROM unnest(%s::timestamptz[], {arrays}) AS u (at, {columns})"
                " ON CONFLICT (device_id, measured_at) DO UPDATE SET {fills}"
            ).format(
                table=sql.Identifier(f"{device_class}_reading"),
                columns=sql.SQL(", ").join(columns),
                found=sql.SQL(", ").join(sql.SQL("NULLIF({}, 'NaN')").format(column) for column in columns),
                arrays=sql.SQL(", ").join([sql.SQL("%s::float8[]")] * len(columns)),
                fills=sql.SQL(", ").join(sql.SQL("{0} = COALESCE(r.{0}, excluded.{0})").format(c) for c in columns),
            ),
            (device, serial, list(at), *(np.asarray(column, dtype=float).tolist() for column in values.values())),
        )
        self.dirty(device, min(at), max(at))

    def dirty(self, device: int, first: datetime, last: datetime) -> None:
        self.connection.execute(
            "INSERT INTO dirty_range (device_ids, from_us, to_us) VALUES (%s, %s, %s)",
            ([device], [micros(first)], [micros(last)]),
        )

    def dirty_whole(self, device: int) -> None:
        """What the registry notes when what is known of a device has changed."""
        self.connection.execute(
            "INSERT INTO dirty_range (device_ids, from_us, to_us)"
            " VALUES (%s, ARRAY[-9223372036854775807], ARRAY[9223372036854775807])",
            ([device],),
        )

    def rows(self, table: str) -> Rows:
        keys, values = TABLES[table]
        width = keys.count(",") + 1
        found = self.connection.execute(f"SELECT {keys}, {values} FROM {table}")
        return {tuple(row[:width]): tuple(row[width:]) for row in found}

    def everything(self) -> dict[str, Rows]:
        return {table: self.rows(table) for table in TABLES}

    def forget_rollups(self) -> None:
        self.connection.execute(f"TRUNCATE {', '.join(TABLES)}")

    def energy(self, building: int) -> dict[str, tuple[object, ...]]:
        """Rows of the building's days by ISO date: energy, estimated, coverage, devices."""
        return {str(key[2]): row for key, row in self.rows("building_energy_daily").items() if key[0] == building}

    def days(self, device: int, quantity: str = "heat_energy_kwh") -> dict[str, tuple[object, ...]]:
        found = self.rows("consumption_daily").items()
        return {str(key[2]): row for key, row in found if key[:2] == (device, quantity)}

    def hourly(self, device: int, quantity: str = "heat_energy_kwh") -> dict[datetime, tuple[object, ...]]:
        found = self.rows("consumption_hourly").items()
        return {key[2]: row for key, row in found if key[:2] == (device, quantity) and isinstance(key[2], datetime)}

    def is_dirty(self) -> bool:
        return self.connection.execute("SELECT FROM dirty_range").fetchone() is not None

    def _id(self, statement: str, values: tuple[object, ...]) -> int:
        row = self.connection.execute(statement.encode(), values).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def house(database: str) -> Iterator[House]:
    with connect(database) as connection:
        yield House(connection)


def unlike(found: dict[str, Rows], expected: dict[str, Rows]) -> list[str]:
    """Every difference between two states of the tables; numbers may differ by what floating point costs."""
    said = []
    for table in TABLES:
        said += [f"{table} {key}: missing {expected[table][key]}" for key in expected[table].keys() - found[table]]
        said += [f"{table} {key}: too much {found[table][key]}" for key in found[table].keys() - expected[table]]
        said += [
            f"{table} {key}: {found[table][key]} is not {row}"
            for key, row in expected[table].items()
            if key in found[table] and not all(map(_same, found[table][key], row))
        ]
    return sorted(said)


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-6
    return one == other

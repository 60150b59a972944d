"""Two simulated houses in January, of which one may have a fault and the other never has one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from analytics.alarms.evaluation import evaluate
from analytics.rollup.job import roll_up
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from simulators.construction import build_fleet
from simulators.faults import NO_FAULTS, FaultPlan, afflict, deliver
from simulators.fleet import Fleet, Installed
from simulators.series import DeviceSeries
from simulators.site import demo_buildings, site_toml
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass, Quantity
from tests.integration.rollup_site import Connection, House

ILL, WELL = "sadovaya-7", "sadovaya-9"
START = datetime(2026, 1, 5, tzinfo=UTC)
END = datetime(2026, 1, 14, 12, tzinfo=UTC)
SEED = 20260105

UNIT = {"kWh": 1.0, "MWh": 1000.0, "Gcal": 1163.0, "Wh": 0.001}

Change = Callable[[DeviceSeries], DeviceSeries]


@cache
def fleet() -> Fleet:
    plans = [plan for plan in demo_buildings() if plan.code in {ILL, WELL}]
    hours = np.arange(int(START.timestamp()) // 3600 - 240, int(END.timestamp()) // 3600 + 1, dtype=np.int64)
    return build_fleet(SEED, plans, hours, START.timestamp() - 5 * 86400, [], NO_FAULTS)


def present() -> list[Installed]:
    return [each for each in fleet().installed if each.to_s is None]


def register(connection: Connection) -> None:
    plans = [plan for plan in demo_buildings() if plan.code in {ILL, WELL}]
    baseline, reporting = Period.parse("2024-10-01/2025-05-01"), Period.parse("2025-10-01/2026-05-01")
    apply_site(connection, parse_site(site_toml(plans, fleet(), "weather", baseline, reporting), "alarms.toml"))


@dataclass(frozen=True)
class Town:
    """The database of both houses."""

    connection: Connection

    @property
    def house(self) -> House:
        return House(self.connection)

    def key(self, device: str) -> int:
        row = self.connection.execute("SELECT id FROM device WHERE name = %s", (device,)).fetchone()
        assert row is not None
        return int(row[0])

    def weather(self, temperature_c: float = -7.0) -> None:
        at = [START + timedelta(hours=n) for n in range(int((END - START).total_seconds() // 3600) + 1)]
        values = np.full(len(at), temperature_c)
        self.house.read(self.key("weather"), at, DeviceClass.CLIMATE, outdoor_temperature_c=values)

    def report(self, changes: Mapping[str, Change], plan: FaultPlan = NO_FAULTS, skew_s: float = 0.0) -> None:
        """Both houses report; what is changed, and the faults, befall the one."""
        for number, installed in enumerate(present()):
            step_s = 3600 if installed.device_class is DeviceClass.HEAT else 600
            series = installed.read(np.arange(START.timestamp(), END.timestamp() + 1, step_s))
            mine = installed.building == ILL
            if mine:
                random = np.random.default_rng([SEED, number])
                series = changes.get(installed.device, lambda same: same)(series)
                series = afflict(series, plan, random, skew_s)
                arrived = np.zeros(series.times_s.size, dtype=np.bool_)
                arrived[deliver(series.times_s, plan, random).message] = True
                series = series.select(arrived)
            self._write(series, installed.device_class, skew_s if mine else 0.0)

    def _write(self, series: DeviceSeries, device_class: DeviceClass, skew_s: float) -> None:
        at = [datetime.fromtimestamp(each, UTC) for each in series.times_s.tolist()]
        values = {c.quantity.value: c.values * UNIT.get(c.unit, 1.0) for c in series.columns}
        key = self.key(series.device)
        self.house.read(key, at, device_class, None, **values)
        self.connection.execute(
            f"UPDATE {device_class}_reading SET received_at = measured_at - %s * INTERVAL '1 second'"
            " WHERE device_id = %s",
            (skew_s, key),
        )

    def judge(self, hours: int = 6, end: datetime = END) -> set[tuple[str, str | None]]:
        """What is open after some hourly rounds: rule, and device or entrance."""
        roll_up(self.connection)
        for n in range(hours, -1, -1):
            evaluate(self.connection, end - timedelta(hours=n))
        return self.open()

    def open(self) -> set[tuple[str, str | None]]:
        found = self.connection.execute("SELECT code, COALESCE(device, entrance), building FROM alarm_open").fetchall()
        assert {row[2] for row in found} <= {ILL, None}, f"an alarm of the healthy house: {found}"
        return {(row[0], row[1]) for row in found}

    def ever(self) -> list[tuple[str, ...]]:
        return self.connection.execute("SELECT code, building, device FROM alarm_journal").fetchall()


def last_hours(hours: float, quantity: Quantity, value: float | None) -> Change:
    """A quantity is fixed in the last hours: at a value, or at what it was."""

    def changed(series: DeviceSeries) -> DeviceSeries:
        late = series.times_s > END.timestamp() - hours * 3600
        columns = []
        for column in series.columns:
            fixed = column.values[~late][-1] if value is None else value
            mine = column.quantity is quantity
            columns.append(replace(column, values=np.where(late, fixed, column.values)) if mine else column)
        return replace(series, columns=tuple(columns))

    return changed


def silent(hours: float) -> Change:
    return lambda series: series.select(series.times_s <= END.timestamp() - hours * 3600)


def swapped(one: Quantity, other: Quantity) -> Change:
    names = {one: other, other: one}

    def changed(series: DeviceSeries) -> DeviceSeries:
        columns = (replace(c, quantity=names.get(c.quantity, c.quantity)) for c in series.columns)
        return replace(series, columns=tuple(columns))

    return changed


def of_house(building: str, change: Change, kinds: Iterable[DeviceClass] = DeviceClass) -> dict[str, Change]:
    return {each.device: change for each in present() if each.building == building and each.device_class in set(kinds)}

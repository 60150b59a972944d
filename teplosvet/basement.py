"""`teplosvet basement`: a simulated basement behind a real gateway, with a network cut and a power cut in between.

Meters on wires -> gateway -> outbox -> broker -> ingest -> database, in a time that passes faster. Afterwards every hour
of every heat meter has to be there once, and what was used has to be what the simulated registers say.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer
from psycopg.rows import TupleRow

from teplosvet import output
from teplosvet.config import settings
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

if TYPE_CHECKING:  # the composition root loads services lazily
    from simulators.basement import Basement, Wired

PUBLISHER = "gw-basement"
HISTORY = timedelta(days=40)
"""The meters were there before the gateway: a VKT-7 has kept the totals of a report day."""
SPARE = timedelta(days=30)
"""The simulation goes on while the last rows arrive, and must never be in the future."""
POWER_CUT = timedelta(hours=7)
HEAT_INTERVAL_S, LIGHT_INTERVAL_S = 3600, 1800
STEPS = 1.5
"""Both ends of a difference are rounded to the register's step; and a lamp is read some moments before it is dated."""
PATIENCE_S = 180.0
"""How long the last rows may take when everything is connected again. [s]"""


@dataclass(frozen=True, slots=True)
class DeviceOutcome:
    """One device after the run.

    Attributes:
        device: Its name.
        model: The profile that read it.
        hours: Hours of the run.
        hours_there: Hours whose consumption is known and metered whole.
        archive_hours: Ends of hours that were read from the meter's own memory.
        twice: Instants that are stored more than once.
        live_readings: Readings taken when they were measured.
        consumed_kwh: What Teplosvet says was used. [kWh]
        register_kwh: What the simulated register says. [kWh]
        step_kwh: Least step of the register. [kWh]
        right: Whether all of that is as it has to be.
    """

    device: str
    model: str
    hours: int
    hours_there: int
    archive_hours: int
    twice: int
    live_readings: int
    consumed_kwh: float
    register_kwh: float
    step_kwh: float
    right: bool


@dataclass(frozen=True, slots=True)
class BasementOutcome:
    """The run.

    Attributes:
        start: When it began, simulated.
        end: When it ended, simulated.
        network_cut_h: For how long nothing reached the broker. [h]
        power_cut_h: For how long the gateway had no power. [h]
        took_s: How long all of it took. [s]
        quarantined: Messages in quarantine.
        events: How often the gateway told what.
        devices: The devices.
        right: Whether every device is right.
    """

    start: datetime
    end: datetime
    network_cut_h: float
    power_cut_h: float
    took_s: float
    quarantined: int
    events: dict[str, int]
    devices: list[DeviceOutcome]
    right: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """When what happens."""

    start: datetime
    end: datetime
    cut: tuple[datetime, datetime]
    dark: tuple[datetime, datetime]

    @classmethod
    def of(cls, days: int, cut_days: int) -> "_Plan":
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        start = hour - SPARE - timedelta(days=days)
        cut = start + timedelta(days=1)
        mended = cut + timedelta(days=cut_days)
        dark = cut + (mended - cut) / 2
        return cls(start, start + timedelta(days=days), (cut, mended), (dark, dark + POWER_CUT))


class _FastTime:
    """A time that passes faster; the gateway's process has the same one through its environment."""

    def __init__(self, start: datetime, rate: float) -> None:
        self._start, self._rate, self._epoch_s = start, rate, time.time()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.time() - self._epoch_s) * self._rate)

    def wait_until(self, at: datetime, gateway: "_GatewayProcess | None" = None) -> None:
        while self.now() < at:
            if gateway is not None:
                gateway.must_live()
            time.sleep(min(0.1, max(0.001, (at - self.now()).total_seconds() / self._rate)))

    @property
    def variable(self) -> str:
        return f"{self._start.isoformat()}@{self._rate:g}@{self._epoch_s}"


class _GatewayProcess:
    """`teplosvet gateway run`, which may lose its power."""

    def __init__(self, file: Path, clock: _FastTime) -> None:
        self._file, self._log = file, file.with_suffix(".log")
        self._environment = {**os.environ, "TEPLOSVET_CLOCK": clock.variable}
        self._child: subprocess.Popen[bytes] | None = None

    def power_on(self) -> None:
        with self._log.open("ab") as log:
            words = [sys.executable, "-m", "teplosvet", "gateway", "run", str(self._file)]
            self._child = subprocess.Popen(words, env=self._environment, stderr=log, stdout=log)

    def power_off(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def must_live(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            raise ServiceUnavailableError(f"the gateway has ended: {self._log.read_text()[-500:]}")

    def end(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait(timeout=30)


def basement(
    *,
    days: Annotated[int, typer.Option(min=2, max=60, help="Simulated days.")] = 14,
    cut_days: Annotated[int, typer.Option(min=1, max=30, help="Of them without a network.")] = 10,
    hours_per_second: Annotated[float, typer.Option(min=0.1, max=10, help="How fast time passes.")] = 2.5,
    light_points: Annotated[int, typer.Option(min=1, max=128, help="Light points.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a simulated basement through a gateway into a database of its own, and count the hours; 1 if any is wrong."""
    if cut_days > days - 2:
        raise typer.BadParameter("the network has to be there for a day before the cut and a day after it")
    with _own_folder() as folder:
        outcome = _run(folder, _Plan.of(days, cut_days), 3600 * hours_per_second, light_points)
    if as_json:
        output.print_json(outcome)
    else:
        _print(outcome)
    if not outcome.right:
        raise typer.Exit(1)


@contextmanager
def _own_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="teplosvet-basement-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's system user has to pass through
        os.environ |= {"TEPLOSVET_HOME": str(folder / "stack"), "TEPLOSVET_MQTT_PORT": "0", "TEPLOSVET_PORT": "0"}
        settings.cache_clear()
        yield folder


def _run(folder: Path, plan: _Plan, rate: float, light_points: int) -> BasementOutcome:
    from ingest_service.site_apply import apply_site  # noqa: PLC0415  # after the folder is chosen
    from ingest_service.site_file import parse_site  # noqa: PLC0415
    from simulators.basement import basement as simulated  # noqa: PLC0415
    from simulators.wire.cable import Cable  # noqa: PLC0415
    from teplosvet.serve import whole_stack  # noqa: PLC0415

    begun = time.monotonic()
    with whole_stack() as stack, connect(stack.database_url, name="teplosvet-basement") as connection:
        broker = BrokerAddress.parse(stack.mqtt_url)
        clock = _FastTime(plan.start, rate)
        lasts = (plan.end - plan.start + HISTORY + SPARE).days
        with (
            Cable(broker.host, broker.port) as cable,
            simulated(clock.now, plan.start - HISTORY, lasts, light_points) as there,
        ):
            apply_site(connection, parse_site(_site_toml(there, plan.start - HISTORY), "basement"))
            file = folder / "gateway.toml"
            file.write_text(
                _gateway_toml(there, plan.start - timedelta(hours=1), cable.port, folder / "gateway"), "utf-8"
            )
            gateway = _GatewayProcess(file, clock)
            try:
                _let_happen(plan, clock, cable.pull, cable.plug_in, gateway)
                _wait_for_all(connection, there, plan, gateway)
            finally:
                gateway.end()
            devices = _judge(connection, there, plan)
            events, quarantined = _what_was_told(connection)
    hours = (each[1] - each[0] for each in (plan.cut, plan.dark))
    network_cut_h, power_cut_h = (span.total_seconds() / 3600 for span in hours)
    right = all(each.right for each in devices) and quarantined == 0
    took_s = round(time.monotonic() - begun, 1)
    return BasementOutcome(
        plan.start, plan.end, network_cut_h, power_cut_h, took_s, quarantined, events, devices, right
    )


def _let_happen(
    plan: _Plan,
    clock: _FastTime,
    pull: Callable[[], None],
    plug_in: Callable[[], None],
    gateway: _GatewayProcess,
) -> None:
    said = output.progress_console.print
    gateway.power_on()
    clock.wait_until(plan.cut[0], gateway)
    said(f"{plan.cut[0]:%d %B %H:%M}: the network is cut")
    pull()
    clock.wait_until(plan.dark[0], gateway)
    said(f"{plan.dark[0]:%d %B %H:%M}: the gateway loses its power")
    gateway.power_off()
    clock.wait_until(plan.dark[1])
    said(f"{plan.dark[1]:%d %B %H:%M}: the power is back")
    gateway.power_on()
    clock.wait_until(plan.cut[1], gateway)
    said(f"{plan.cut[1]:%d %B %H:%M}: the network is back")
    plug_in()
    clock.wait_until(plan.end, gateway)


def _wait_for_all(
    connection: psycopg.Connection[TupleRow], there: "Basement", plan: _Plan, gateway: _GatewayProcess
) -> None:
    """Until every device has been heard after the end, and the archives have brought what they can."""
    deadline = time.monotonic() + PATIENCE_S
    names = [each.device for each in there.wired]
    heat = [each.device for each in there.wired if each.device_class == "heat"]
    hours = round((plan.end - plan.start).total_seconds() / 3600)
    values = {"names": names, "heat": heat, "start": plan.start, "end": plan.end, "hours": hours}
    while time.monotonic() < deadline:
        gateway.must_live()
        (behind,) = connection.execute(query("basement", "behind"), values).fetchone() or (None,)
        if behind == 0:
            return
        time.sleep(0.5)


def _judge(connection: psycopg.Connection[TupleRow], there: "Basement", plan: _Plan) -> list[DeviceOutcome]:
    from analytics.rollup.job import bring_up_to_date  # noqa: PLC0415

    bring_up_to_date(connection)
    return [_judge_device(connection, wired, plan) for wired in there.wired]


def _judge_device(connection: psycopg.Connection[TupleRow], wired: "Wired", plan: _Plan) -> DeviceOutcome:
    table = "heat" if wired.device_class == "heat" else "light"
    values = {"device": wired.device, "start": plan.start, "end": plan.end}
    row = connection.execute(query("basement", f"{table}_outcome"), values).fetchone()
    if row is None or row[4] is None:
        return DeviceOutcome(wired.device, wired.model, 0, 0, 0, 0, 0, 0.0, 0.0, wired.resolution_kwh, right=False)
    archive_hours, live, twice, hours_there, consumed_kwh, first, last = row
    hours = round((plan.end - plan.start).total_seconds() / 3600)
    register_kwh = wired.energy_kwh(last) - wired.energy_kwh(first)
    near = abs(consumed_kwh - register_kwh) <= STEPS * wired.resolution_kwh
    whole = wired.device_class == "light" or (archive_hours == hours_there == hours)
    return DeviceOutcome(
        device=wired.device,
        model=wired.model,
        hours=hours,
        hours_there=hours_there,
        archive_hours=archive_hours,
        twice=twice,
        live_readings=live,
        consumed_kwh=round(consumed_kwh, 4),
        register_kwh=round(register_kwh, 4),
        step_kwh=wired.resolution_kwh,
        right=near and whole and twice == 0,
    )


def _what_was_told(connection: psycopg.Connection[TupleRow]) -> tuple[dict[str, int], int]:
    events: dict[str, int] = dict(connection.execute(query("basement", "events")).fetchall())
    row = connection.execute(query("basement", "quarantined")).fetchone()
    return events, int(row[0]) if row else 0


def _site_toml(there: "Basement", start: datetime) -> str:
    lines = ["[site]", 'name = "basement"', 'zone = "Europe/Moscow"', "[[building]]", 'code = "house"']
    for wired in there.wired:
        lines += ["[[device]]", f'name = "{wired.device}"', f'class = "{wired.device_class}"']
        lines += [f'publisher = "{PUBLISHER}"', f'model = "{wired.model}"', "[[device.installation]]"]
        lines += ['building = "house"', f'serial = "{wired.serial or wired.device}"', f"from = {start.isoformat()}"]
    return "\n".join(lines)


def _gateway_toml(there: "Basement", start: datetime, broker_port: int, home: Path) -> str:
    lines = ["[gateway]", f'name = "{PUBLISHER}"', f'broker = "mqtt://127.0.0.1:{broker_port}"']
    lines += ['zone = "Europe/Moscow"', f'home = "{home}"']
    for name, url in there.lines.items():
        lines += ["[[line]]", f'name = "{name}"', f'url = "{url}"']
    for wired in there.wired:
        heat = wired.device_class == "heat"
        lines += ["[[meter]]", f'name = "{wired.device}"', f'line = "{wired.line}"', f'model = "{wired.model}"']
        lines += [f'address = "{wired.address}"', f"interval_s = {HEAT_INTERVAL_S if heat else LIGHT_INTERVAL_S}"]
        if heat:
            lines += ['archives = ["hour"]', f"archive_from = {start.isoformat()}"]
    return "\n".join(lines)


def _print(outcome: BasementOutcome) -> None:
    names = ("device", "model", "hours", "there", "archive", "twice", "live", "used [kWh]", "register [kWh]", "")
    rows = [
        (
            each.device,
            each.model,
            each.hours,
            each.hours_there,
            each.archive_hours,
            each.twice,
            each.live_readings,
            f"{each.consumed_kwh:,.3f}",
            f"{each.register_kwh:,.3f}",
            "right" if each.right else "WRONG",
        )
        for each in outcome.devices
    ]
    output.print_table("The basement", names, rows)
    told = ", ".join(f"{event} {times}" for event, times in outcome.events.items()) or "nothing"
    output.people.print(
        f"{outcome.network_cut_h:g} h without a network, {outcome.power_cut_h:g} h without power, "
        f"{outcome.quarantined} messages in quarantine; the gateway told: {told}. {outcome.took_s:.0f} s."
    )

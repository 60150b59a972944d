"""The run: two weeks in two minutes, with a network cut and a power cut."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import TupleRow

from teplosvet import output
from teplosvet.basement.files import gateway_toml, site_toml
from teplosvet.basement.gateway_process import FastTime, GatewayProcess
from teplosvet.basement.outcome import BasementOutcome, judge, what_was_told
from teplosvet.basement.plan import SPARE, Plan
from teplosvet.config import settings
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

if TYPE_CHECKING:  # the composition root loads services lazily
    from simulators.basement import Basement

HISTORY = timedelta(days=40)
"""The meters were there before the gateway: a VKT-7 has kept the totals of a report day."""
INTERVALS_S = (3600, 1800)
"""How often a heat meter and a light point is read. [s]"""
STILL_S = 5.0
"""The outbox has brought everything when nothing of the run has come for so long, after its backlog began. [s]"""
PATIENCE_S = 180.0
"""How long the last rows may take when everything is connected again. [s]"""


@contextmanager
def own_folder() -> Iterator[Path]:
    """A passing data folder, in which database, broker and gateway live."""
    with tempfile.TemporaryDirectory(prefix="teplosvet-basement-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's system user has to pass through
        os.environ |= {"TEPLOSVET_HOME": str(folder / "stack"), "TEPLOSVET_MQTT_PORT": "0", "TEPLOSVET_PORT": "0"}
        settings.cache_clear()
        yield folder


def run(folder: Path, plan: Plan, rate: float, light_points: int) -> BasementOutcome:
    """Let it happen and judge what came of it.

    Args:
        folder: Where everything lives.
        plan: When what happens.
        rate: Simulated seconds per second. [-]
        light_points: How many light points there are.
    """
    from ingest_service.site_apply import apply_site  # noqa: PLC0415  # after the folder is chosen
    from ingest_service.site_file import parse_site  # noqa: PLC0415
    from simulators.basement import basement as simulated  # noqa: PLC0415
    from simulators.wire.cable import Cable  # noqa: PLC0415
    from teplosvet.serve import whole_stack  # noqa: PLC0415

    begun = time.monotonic()
    with whole_stack() as stack, connect(stack.database_url, name="teplosvet-basement") as connection:
        broker = BrokerAddress.parse(stack.mqtt_url)
        clock = FastTime(plan.start, rate)
        lasts = (plan.end - plan.start + HISTORY + SPARE).days
        with (
            Cable(broker.host, broker.port) as cable,
            simulated(clock.now, plan.start - HISTORY, lasts, light_points) as there,
        ):
            apply_site(connection, parse_site(site_toml(there, plan.start - HISTORY), "basement"))
            file = folder / "gateway.toml"
            reachable = f"mqtt://127.0.0.1:{cable.port}"
            home, wanted_from = folder / "gateway", plan.start - timedelta(hours=1)
            file.write_text(gateway_toml(there, wanted_from, reachable, home, INTERVALS_S), "utf-8")
            gateway = GatewayProcess(file, clock)
            try:
                _let_happen(plan, clock, cable.pull, cable.plug_in, gateway)
                _wait_for_all(connection, there, plan, gateway)
            finally:
                gateway.end()
            return _outcome(connection, there, plan, rate, _unsent_since(home, plan.end), time.monotonic() - begun)


def _outcome(
    connection: psycopg.Connection[TupleRow],
    there: "Basement",
    plan: Plan,
    rate: float,
    unsent_since: datetime | None,
    took_s: float,
) -> BasementOutcome:
    devices = judge(connection, there.wired, plan, rate)
    events, quarantined = what_was_told(connection)
    return BasementOutcome(
        start=plan.start,
        end=plan.end,
        network_cut_h=plan.network_cut_h,
        power_cut_h=plan.power_cut_h,
        took_s=round(took_s, 1),
        quarantined=quarantined,
        unsent_since=unsent_since,
        events=events,
        devices=devices,
        right=all(each.right for each in devices) and quarantined == 0 and unsent_since is None,
    )


def _unsent_since(home: Path, end: datetime) -> datetime | None:
    """Since when something from before `end` waits in the outbox of a gateway that has ended, or None."""
    from gateway.outbox import Outbox  # noqa: PLC0415
    from gateway.run import OUTBOX  # noqa: PLC0415

    with closing(Outbox(home / OUTBOX, sys.maxsize, lambda: datetime.now(UTC))) as outbox:
        oldest = outbox.pending().oldest
    return oldest if oldest is not None and oldest <= end else None


def _let_happen(
    plan: Plan,
    clock: FastTime,
    pull: Callable[[], None],
    plug_in: Callable[[], None],
    gateway: GatewayProcess,
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
    connection: psycopg.Connection[TupleRow], there: "Basement", plan: Plan, gateway: GatewayProcess
) -> None:
    """Until every device has been heard after the end, and the archives have brought what they can."""
    from gateway.uplink import UplinkSettings  # noqa: PLC0415

    still_s = UplinkSettings().spread_s + STILL_S
    deadline = time.monotonic() + PATIENCE_S
    names = [each.device for each in there.wired]
    heat = [each.device for each in there.wired if each.device_class == "heat"]
    values = {"names": names, "heat": heat, "start": plan.start, "end": plan.end, "hours": plan.hours}
    before, still_since = -1, time.monotonic()
    while time.monotonic() < deadline:
        gateway.must_live()
        behind, stored = connection.execute(query("basement", "behind"), values).fetchone() or (None, 0)
        if stored != before:
            before, still_since = stored, time.monotonic()
        if behind == 0 and time.monotonic() - still_since > still_s:
            return
        time.sleep(0.5)

"""What a gateway needs: memory and processor with 60 light points and 4 heat meters on wires, in real time."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import psutil
import typer

from teplosvet import output
from teplosvet.basement.files import gateway_toml, site_toml
from teplosvet.basement.gateway_process import GatewayProcess
from teplosvet.basement.run import own_folder
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

USUAL_S = (900, 300)
"""How often a heat meter and a light point is usually read. [s]"""
SETTLING_S = 10.0
"""The first contacts, births and archives are not what is measured. [s]"""


@dataclass(frozen=True, slots=True)
class GatewayNeeds:
    """What was measured.

    Attributes:
        light_points: Light points.
        heat_meters: Heat meters.
        heat_interval_s: How often a heat meter was read. [s]
        light_interval_s: How often a light point was read. [s]
        times_usual: Reads against those of usual intervals (900 s and 300 s). [-]
        measured_s: For how long. [s]
        memory_mb: Most resident memory. [MB]
        processor_percent: Share of one core. [%]
        readings: Rows of the devices that came into the database.
    """

    light_points: int
    heat_meters: int
    heat_interval_s: int
    light_interval_s: int
    times_usual: float
    measured_s: float
    memory_mb: float
    processor_percent: float
    readings: int


def bench_gateway(
    *,
    seconds: Annotated[int, typer.Option(min=5, max=3600, help="How long to measure.")] = 60,
    light_points: Annotated[int, typer.Option(min=1, max=128, help="Light points.")] = 60,
    light_interval: Annotated[int, typer.Option(min=1, help="Seconds between reads of a light point.")] = 10,
    heat_interval: Annotated[int, typer.Option(min=1, help="Seconds between reads of a heat meter.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a gateway on a simulated basement with a real broker and database, and see what its process needs."""
    needs = _measure(seconds, light_points, (heat_interval, light_interval))
    if as_json:
        output.print_json(needs)
        return
    output.people.print(
        f"{needs.light_points} light points every {light_interval} s and {needs.heat_meters} heat meters every "
        f"{heat_interval} s ({needs.times_usual:.0f} times the usual) for {needs.measured_s:.0f} s: "
        f"{needs.memory_mb:.0f} MB, {needs.processor_percent:.1f} % of one core, {needs.readings:,} rows stored."
    )


def _measure(seconds: int, light_points: int, intervals_s: tuple[int, int]) -> GatewayNeeds:
    from ingest_service.site_apply import apply_site  # noqa: PLC0415  # after the folder is chosen
    from ingest_service.site_file import parse_site  # noqa: PLC0415
    from simulators.basement import basement as simulated  # noqa: PLC0415
    from teplosvet.serve import whole_stack  # noqa: PLC0415

    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    began = hour - timedelta(days=40)
    with (
        own_folder() as folder,
        whole_stack() as stack,
        connect(stack.database_url, name="teplosvet-bench") as connection,
        simulated(lambda: datetime.now(UTC), began, 45, light_points) as there,
    ):
        apply_site(connection, parse_site(site_toml(there, began), "bench"))
        file = folder / "gateway.toml"
        text = gateway_toml(there, hour - timedelta(hours=2), stack.mqtt_url, folder / "gateway", intervals_s)
        file.write_text(text, "utf-8")
        gateway = GatewayProcess(file)
        gateway.power_on()
        try:
            time.sleep(SETTLING_S)
            spent_s, took_s, memory_mb = _watch(gateway, seconds)
        finally:
            gateway.end()
        row = connection.execute(query("basement", "stored")).fetchone()
    heat = sum(each.device_class == "heat" for each in there.wired)
    reads = heat / intervals_s[0] + light_points / intervals_s[1]
    usual = heat / USUAL_S[0] + light_points / USUAL_S[1]
    return GatewayNeeds(
        light_points, heat, *intervals_s, reads / usual, took_s, memory_mb, 100 * spent_s / took_s, row[0] if row else 0
    )


def _watch(gateway: GatewayProcess, seconds: int) -> tuple[float, float, float]:
    """Processor time, elapsed time and most memory. [s, s, MB]"""
    process = psutil.Process(gateway.pid)
    began, spent = time.monotonic(), process.cpu_times()
    memory = 0
    while time.monotonic() - began < seconds:
        gateway.must_live()
        memory = max(memory, process.memory_info().rss)
        time.sleep(0.5)
    now = process.cpu_times()
    return now.user + now.system - spent.user - spent.system, time.monotonic() - began, memory / 1e6

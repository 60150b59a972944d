"""A basement with real wires in it: heat meters and light points of one house as slaves that a gateway can read.

The house draws heat and its landings light as in the other simulations; the meters count it. Time comes from outside,
so that two weeks can pass in a minute.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Ints
from simulators.heat_course import HeatCourse
from simulators.house import Control, House, boundary, simulate
from simulators.intervals import Intervals
from simulators.light import Failures, Led, LedTrack, led_track
from simulators.occupancy import Passages
from simulators.sun import dark_intervals
from simulators.weather import outdoor_temperature_c
from simulators.wire.line_server import Bus, LineServer
from simulators.wire.mbus_meter import MbusMeter, Plate
from simulators.wire.mbus_slave import MbusBus
from simulators.wire.modbus_models import LightPoint, dali_gateway
from simulators.wire.modbus_slave import RtuBus
from simulators.wire.tsrv_slave import TsrvSettings, TsrvSlave
from simulators.wire.vkt7_slave import Vkt7Settings, Vkt7Slave

POINTS_ON_A_BUS = 20
"""Light points on one DALI bus; 64 is the most that a bus can address."""
PLACE = (59.96, 30.30)
ZONE = ZoneInfo("Europe/Moscow")
"""What the meters' clocks keep."""


@dataclass(frozen=True, slots=True)
class Wired:
    """A device in the basement as an installer would write it down.

    Attributes:
        device: Name of the device.
        device_class: heat or light.
        line: Name of the line that it is on.
        model: The profile that reads it.
        address: Its address there.
        serial: Serial number, as the instrument says it.
        energy_kwh: Its energy register at an instant, before the display rounds it. [kWh]
        resolution_kwh: Least step of its energy register. [kWh]
    """

    device: str
    device_class: str
    line: str
    model: str
    address: str
    serial: str
    energy_kwh: Callable[[datetime], float]
    resolution_kwh: float


@dataclass(frozen=True, slots=True)
class Basement:
    """What is installed.

    Attributes:
        lines: URL of each line by its name, while it is there.
        wired: The devices.
    """

    lines: dict[str, str]
    wired: tuple[Wired, ...]


class _Cellar:
    """A basement while it is being wired.

    Args:
        now: The present of the simulation, aware.
        start: When the simulation of the house begins, aware.
        hours: The hours that it lasts, since 1970-01-01T00:00Z. [h]
        seed: Everything random follows from it.
    """

    def __init__(self, now: Callable[[], datetime], start: datetime, hours: Ints, seed: int) -> None:
        self._now, self._start, self._hours, self._seed = now, start, hours, seed
        self.buses: dict[str, Bus] = {}
        self.wired: list[Wired] = []

    def lay_heat(self) -> None:
        """Two M-Bus meters on one line, one set to kWh and one to Mcal; a VKT-7 and a TSRV on lines of their own."""
        house = House("basement", 5.0, 420.0, gains_kw=35.0, hot_water_kw=60.0)
        around = boundary(house, self._seed, self._hours, outdoor_temperature_c(self._seed, self._hours))
        track = simulate(house, around, Control())
        first, second, third, fourth = (
            HeatCourse(track, share, start_gcal)
            for share, start_gcal in ((0.4, 812.5), (0.3, 40.0), (0.2, 3300.9), (0.1, 0.0))
        )
        plates = (
            Plate("40012345", primary=1, zone=ZONE),
            Plate("40067890", primary=2, zone=ZONE, energy_unit="Mcal", forward=True),
        )
        meters = [
            MbusMeter(plate, course.registers, self._now) for plate, course in zip(plates, (first, second), strict=True)
        ]
        self.buses["mbus"] = MbusBus(meters)
        self._heat("heat-1", "mbus", "danfoss-sonometer-40", "1", plates[0].identification, first, 1.0)
        self._heat("heat-2", "mbus", "danfoss-sonometer-40", "2", plates[1].identification, second, 1.163)
        self.buses["vkt"] = Vkt7Slave(Vkt7Settings(1, self._start), self._now, third.state)
        self._heat("heat-3", "vkt", "vkt-7", "1", Vkt7Settings(1, self._start).subscriber, third, 1.163)
        self.buses["tsrv"] = TsrvSlave(TsrvSettings(1, self._start), self._now, fourth.state)
        self._heat("heat-4", "tsrv", "tsrv-024", "1", "", fourth, 1.163)

    def lay_light(self, points: int) -> None:
        """So many light points on DALI buses, which a controller shows as Modbus registers."""
        start_s, end_s = float(self._hours[0]) * SECONDS_PER_HOUR, float(self._hours[-1] + 1) * SECONDS_PER_HOUR
        dark = dark_intervals(self._seed, start_s, end_s, *PLACE)
        tracks = [self._track(f"lamp-{n + 1}", dark, start_s, end_s) for n in range(points)]
        buses = range(0, points, POINTS_ON_A_BUS)
        slaves = [
            dali_gateway(
                unit,
                self._now,
                {n: _Gear(track, start_s).shows for n, track in enumerate(tracks[at : at + POINTS_ON_A_BUS])},
            )
            for unit, at in enumerate(buses, start=1)
        ]
        self.buses["dali"] = RtuBus(slaves)
        for n, track in enumerate(tracks):
            address = f"{n // POINTS_ON_A_BUS + 1}/{n % POINTS_ON_A_BUS}"
            energy_kwh = _Gear(track, start_s).energy_kwh
            self.wired.append(Wired(f"lamp-{n + 1}", "light", "dali", "dali2-light", address, "", energy_kwh, 1e-4))

    def _heat(
        self, device: str, line: str, model: str, address: str, serial: str, course: HeatCourse, step_kwh: float
    ) -> None:
        self.wired.append(Wired(device, "heat", line, model, address, serial, course.energy_kwh, step_kwh))

    def _track(self, device: str, dark: Intervals, start_s: float, end_s: float) -> LedTrack:
        arrivals_s = Passages(1.0).arrivals_s(self._seed, device, self._hours)
        broken = Failures(0.3, (3.0, 20.0)).intervals(self._seed, device, start_s, end_s)
        return led_track(Led(), dark, arrivals_s, broken, start_s)


@dataclass(frozen=True, slots=True)
class _Gear:
    """The control gear of a light point, from the first second of its track on."""

    track: LedTrack
    start_s: float

    def energy_kwh(self, at: datetime) -> float:
        """The energy register. [kWh]"""
        return float(self.track.energy_kwh(np.array([at.timestamp()]))[0])

    def shows(self, at: datetime) -> LightPoint:
        """What it says of itself."""
        time_s, track = np.array([at.timestamp()]), self.track
        return LightPoint(
            energy_wh=1000 * self.energy_kwh(at),
            power_w=float(track.power_w(time_s)[0]),
            level=round(float(track.level_percent(time_s)[0]) * 2.54),
            lamp_on_s=int(3600 * track.on_time_h(time_s)[0]),
            gear_on_s=int(at.timestamp() - self.start_s),
            presence=bool(track.presence(time_s)[0]),
            lamp_failure=bool(track.failed(time_s)[0]),
            illuminance_lx=int(track.illuminance_lx(time_s)[0]),
        )


@contextmanager
def basement(
    now: Callable[[], datetime], start: datetime, days: int, light_points: int = 40, seed: int = 1
) -> Iterator[Basement]:
    """Four heat meters and light points on their lines, until the end of the block.

    Args:
        now: The present of the simulation, aware.
        start: When the simulation of the house begins, a full hour, aware; the meters' archives begin then.
        days: How long it lasts. [d]
        light_points: How many light points.
        seed: Everything random follows from it.
    """
    first = int(start.timestamp()) // SECONDS_PER_HOUR
    cellar = _Cellar(now, start, np.arange(first, first + 24 * days), seed)
    cellar.lay_heat()
    cellar.lay_light(light_points)
    with ExitStack() as stack:
        lines = {name: stack.enter_context(LineServer(bus)).url for name, bus in cellar.buses.items()}
        yield Basement(lines, tuple(cellar.wired))

"""Points of metering with a fault every week or so, and the ways in which their readings may arrive."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from teplosvet.domain.quantities import DeviceClass
from tests.integration.rollup_site import START, House, hours

DAYS = 75
CHUNKS = 14
REGISTER = {DeviceClass.HEAT: "heat_energy_kwh", DeviceClass.LIGHT: "light_energy_kwh"}
FAULTS = ("glitch", "reset", "outage", "short_outage", "silence", "decimal", "birth", "exchange", "rollover")


@dataclass(slots=True)
class Point:
    """A device, its readings in order of time, and its births.

    Attributes:
        key: The device.
        building: Where it is installed.
        device_class: Its class.
        every_h: Time between its readings. [h]
        at: When it is read.
        register: Its main register, NaN where it is missing. [kWh]
        volume: Another register, which nothing befalls.
        gauge: Something that is no register.
        keep: What arrives at all.
        serial: Serial number in the readings, empty where they tell none.
        births: Serial number and start register of a birth, by reading.
        scale: By how much the decimal point has been moved.
        meter: Number of the instrument.
        modulus: Where the register rolls over; 0 if it does not.
    """

    key: int
    building: int
    device_class: DeviceClass
    every_h: float
    at: list[datetime]
    register: np.ndarray
    volume: np.ndarray
    gauge: np.ndarray
    keep: np.ndarray
    serial: np.ndarray
    births: dict[int, tuple[str, float]] = field(default_factory=dict)
    scale: float = 1.0
    meter: int = 1
    modulus: float = 0.0

    @property
    def per_day(self) -> float:
        return 24 / self.every_h

    def begin_again(self, place: int, start: float) -> None:
        """From here on the register counts in the unit of the quantity, from a start."""
        self.register[place:] = (self.register[place:] - self.register[place]) / self.scale + start
        self.scale = 1.0

    def another_instrument(self, place: int, start: float) -> None:
        self.begin_again(place, start)
        self.meter += 1
        if self.serial[0]:
            self.serial[place:] = str(self.meter)

    def befall(self, site: House, rng: np.random.Generator, fault: str, place: int) -> None:
        known = bool(np.isfinite(self.register[place - 1 : place + 1]).all())
        match fault:
            case "glitch":
                self.register[place] = float(rng.choice([0.0, self.register[place] * 3 + 1000]))
            case "outage":
                self.keep[place : place + int(rng.uniform(0.3, 45) * self.per_day)] = False
            case "short_outage":
                self.keep[place : place + max(1, int(6 / self.every_h))] = False
            case "silence":  # the register alone is missing
                self.register[place : place + int(rng.uniform(1, 4.5) * self.per_day)] = np.nan
            case "reset" if known:
                self.begin_again(place, 0.0)
            case "decimal" if known and self.register[place] > 100:
                self.register[place:] *= 10.0
                self.scale *= 10.0
            case "birth" if known:
                self.births[place - 1] = (str(self.meter), float(self.register[place - 1]))
                self.another_instrument(place, float(rng.uniform(0, 500)))
                self.births[place] = (str(self.meter), float(self.register[place]))
            case "exchange" if known:
                self.exchange(site, place, float(rng.uniform(0, 500)))
            case "rollover" if known and not self.modulus and self.register[place] > 100:
                self.modulus = float(self.register[place])
                site.modulus(self.key, REGISTER[self.device_class], self.modulus)
                self.register[place:] -= self.modulus

    def exchange(self, site: House, place: int, opening: float) -> None:
        name, changed = REGISTER[self.device_class], self.at[place] - hours(self.every_h / 2)
        site.remove(self.key, changed, {name: float(self.register[place - 1])})
        self.another_instrument(place, opening)
        site.install(self.key, self.building, changed, serial=str(self.meter), start={name: opening})

    def states(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Error bits on some days; a register of operating time that every third day of an outage did not count."""
        day = chosen // self.per_day
        lost = np.cumsum(~self.keep & (np.arange(len(self.keep)) // self.per_day % 3 == 0)) * self.every_h
        return {
            "heat_error_flags": np.where(day % 5 == 1, 4.0, 0.0),
            "heat_flow_m3h": 1.0 + self.gauge[chosen],
            "operating_time_h": np.floor(chosen * self.every_h - lost[chosen]),
        }

    def deliver(self, site: House, chosen: np.ndarray) -> None:
        """Readings and births arrive, in the order that is given."""
        for serial in np.unique(self.serial[chosen]).tolist():
            mine = chosen[self.serial[chosen] == serial]
            values = {REGISTER[self.device_class]: self.register[mine]}
            if self.device_class is DeviceClass.HEAT:
                values |= {"heat_volume_m3": self.volume[mine], "flow_temperature_c": self.gauge[mine]}
                values |= self.states(mine)
            else:
                values |= {"light_power_w": self.gauge[mine]}
            site.read(self.key, [self.at[k] for k in mine.tolist()], self.device_class, serial or None, **values)
        for place in chosen.tolist():
            if place in self.births:
                serial, start = self.births[place]
                site.birth(self.key, self.at[place], serial, {REGISTER[self.device_class]: start})


def a_point(site: House, rng: np.random.Generator, building: int, number: int) -> Point:
    """A device of either class, with faults five to eleven days apart."""
    device_class = DeviceClass.LIGHT if number % 3 == 2 else DeviceClass.HEAT
    heat = device_class is DeviceClass.HEAT
    every_h = float(rng.choice([1.0, 1.0, 0.5, 2.0, 24.0]))
    count = int(DAYS * 24 / every_h)
    power_kw = rng.uniform(0.2, 2.0, count - 1) if heat else rng.uniform(0.01, 0.1, count - 1)
    truth = np.concatenate(([0.0], np.cumsum(power_kw * every_h)))
    point = Point(
        key=site.device(f"d{number}", building, device_class, power_kw=40.0 if heat else None),
        building=building,
        device_class=device_class,
        every_h=every_h,
        at=[START + hours(every_h * k) for k in range(count)],
        register=float(rng.choice([0.0, 900.0, 50_000.0])) + truth,
        volume=truth / 3 + 7,
        gauge=np.sin(np.arange(count)) + number,
        keep=np.ones(count, dtype=np.bool_),
        serial=np.full(count, "1" if rng.random() < 0.3 else ""),
    )
    site.connection.execute("UPDATE device SET q_min_m3h = 0.5, q_max_m3h = 1.5 WHERE class = 'heat'")
    place = int(rng.uniform(4, 8) * point.per_day) + 1
    while place < count - 12:
        point.befall(site, rng, str(rng.choice(FAULTS)), place)
        place += int(rng.uniform(5, 11) * point.per_day) + 1
    return point


def deliveries(rng: np.random.Generator, points: list[Point]) -> list[list[tuple[Point, np.ndarray]]]:
    """Chunks of mostly time, some of them late, shuffled or twice; the devices in step or not."""
    chunks: list[list[tuple[Point, np.ndarray]]] = [[] for _ in range(CHUNKS)]
    for point in points:
        places = np.flatnonzero(point.keep)
        count = len(places)
        chunk = np.sort(rng.integers(0, CHUNKS - 4, count))
        late = rng.random(count) < rng.choice([0.0, 0.02])
        chunk[late] += rng.integers(0, 4, int(late.sum()))
        if rng.random() < 0.5:  # some days come late
            first = int(rng.integers(0, count))
            chunk[first : first + max(1, count // 10)] += 3
        if rng.random() < 0.3:  # newest first, as some archives are read
            chunk[: count // 2] = chunk[: count // 2][::-1]
        for number, arriving in enumerate(chunks):
            mine = places[chunk == number]
            if len(mine):
                again = rng.choice(places, 3 if rng.random() < 0.3 else 0)
                arriving.append((point, rng.permutation(np.concatenate((mine, again)))))
    return chunks

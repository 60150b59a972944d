"""Simulated Modbus meters: what a model's registers hold, out of figures that are a function of time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from simulators.wire.modbus_slave import Slave
from simulators.wire.modbus_words import f32, i16, u16, u32

Now = Callable[[], datetime]
"""The present, aware."""


@dataclass(frozen=True, slots=True)
class Heat:
    """What a heat meter measures at an instant.

    Attributes:
        energy_gcal: Heat register. [Gcal]
        volume_m3: Volume register of the flow pipe. [m³]
        return_volume_m3: Volume register of the return pipe. [m³]
        mass_t: Mass register of the flow pipe. [t]
        return_mass_t: Mass register of the return pipe. [t]
        flow_c: Temperature of the flow. [°C]
        return_c: Temperature of the return. [°C]
        flow_m3h: Flow. [m³/h]
        power_kw: Power. [kW]
        outdoor_c: Outdoor temperature. [°C]
    """

    energy_gcal: float
    volume_m3: float
    return_volume_m3: float = 0.0
    mass_t: float = 0.0
    return_mass_t: float = 0.0
    flow_c: float | None = 70.0
    return_c: float | None = 50.0
    flow_m3h: float = 0.0
    power_kw: float = 0.0
    outdoor_c: float | None = None


def kamstrup(unit: int, now: Now, heat: Callable[[datetime], Heat]) -> Slave:
    """A MULTICAL with the default datagram: instants in l/h and kW, t3 and V2 invalid."""

    def instants() -> list[int]:
        figures = heat(now())
        return [
            *f32(figures.flow_m3h * 1000),
            *f32(None),
            *f32(figures.power_kw),
            *f32(figures.flow_c),
            *f32(figures.return_c),
            *f32(None),
            *f32(None),
        ]

    return Slave(unit, holding={0x0000: instants})


@dataclass(frozen=True, slots=True)
class Electricity:
    """What an electricity meter measures at an instant.

    Attributes:
        energy_kwh: Imported energy, a register. [kWh]
        power_w: Power. [W]
        voltage_v: Voltage. [V]
        current_a: Current. [A]
        frequency_hz: Frequency. [Hz]
        power_factor: Power factor. [-]
        reactive_kvarh: Reactive energy, a register. [kvarh]
    """

    energy_kwh: float
    power_w: float
    voltage_v: float = 230.0
    current_a: float = 0.0
    frequency_hz: float = 50.0
    power_factor: float = 1.0
    reactive_kvarh: float = 0.0


_SDM630 = {0x2A: "voltage_v", 0x30: "current_a", 0x34: "power_w", 0x3E: "power_factor", 0x46: "frequency_hz"}
_SDM120 = {0x00: "voltage_v", 0x06: "current_a", 0x0C: "power_w", 0x1E: "power_factor", 0x46: "frequency_hz"}
_SDM = {0x48: "energy_kwh", 0x4C: "reactive_kvarh"}


def sdm(
    unit: int, now: Now, electricity: Callable[[datetime], Electricity], serial: int | None, *, three_phase: bool = True
) -> Slave:
    """An SDM630 or SDM120; the first generation has no serial number to read."""

    def figure(name: str) -> Callable[[], list[int]]:
        return lambda: f32(getattr(electricity(now()), name))

    fields = (_SDM630 if three_phase else _SDM120) | _SDM
    return Slave(
        unit,
        input={address: figure(name) for address, name in fields.items()},
        holding={} if serial is None else {0xFC00: lambda: u32(serial)},
        most=60,
    )


@dataclass(frozen=True, slots=True)
class Climate:
    """What a heating controller measures and aims at.

    Attributes:
        outdoor_c: Sensor S1. [°C]
        flow_c: Sensor S3. [°C]
        return_c: Sensor S5. [°C]
        flow_setpoint_c: What it aims at in the flow. [°C]
        comfort_c: Room temperature that it aims at by day. [°C]
    """

    outdoor_c: float | None
    flow_c: float | None
    return_c: float | None
    flow_setpoint_c: float
    comfort_c: float


def ecl(unit: int, now: Now, climate: Callable[[datetime], Climate], zone_clock: Now | None = None) -> Slave:
    """An ECL 310 with application A266.1; sensors that are not there say 192.00 °C."""

    def sensor(value: float | None) -> list[int]:
        return i16(19200 if value is None else value * 100)

    def sensors() -> list[int]:
        seen = climate(now())
        return [
            *sensor(seen.outdoor_c),
            *sensor(None),
            *sensor(seen.flow_c),
            *sensor(None),
            *sensor(seen.return_c),
            *sensor(None),
        ]

    def clock() -> list[int]:
        at = (zone_clock or now)()
        return [at.hour, at.minute, at.day, at.month, at.year]

    return Slave(
        unit,
        input={
            34: lambda: u16(0x0123),
            2059: lambda: [ord("A"), 266, 1],
            10200: sensors,
            11179: lambda: [*i16(climate(now()).comfort_c * 10), *i16(160)],
            11252: lambda: sensor(climate(now()).flow_setpoint_c),
            64044: clock,
        },
        most=110,
    )


@dataclass(frozen=True, slots=True)
class LightPoint:
    """What a lamp's control gear says.

    Attributes:
        energy_wh: Active energy, a register. [Wh]
        power_w: Active power. [W]
        level: Arc power level, 0..254.
        lamp_on_s: How long the lamp was lit, a register. [s]
        gear_on_s: How long the gear was supplied, a register. [s]
        presence: Whether somebody is there; None without a sensor.
        lamp_failure: Whether the lamp is broken.
        override: Who decides the level, 0..3.
        temperature_c: Temperature of the gear. [°C]
        illuminance_lx: Illuminance at the sensor. [lx]
        answers: Whether the gear answers at all.
    """

    energy_wh: float
    power_w: float
    level: int
    lamp_on_s: int = 0
    gear_on_s: int = 0
    presence: bool | None = None
    lamp_failure: bool = False
    override: int = 0
    temperature_c: int = 35
    illuminance_lx: int | None = None
    answers: bool = True


def dali_gateway(unit: int, now: Now, points: Mapping[int, Callable[[datetime], LightPoint]]) -> Slave:
    """A gateway with light points by short address; it has registers for the addresses that are commissioned only."""

    def contents(point: Callable[[datetime], LightPoint]) -> Callable[[], list[int]]:
        return lambda: light_point_registers(point(now()))

    return Slave(unit, holding={16 * short: contents(point) for short, point in points.items()})


def light_point_registers(point: LightPoint) -> list[int]:
    """The 16 registers of one point: DALI's own values, energy in 0.1 Wh and power in 0.1 W."""
    if not point.answers:
        return [0xFFFF] * 16
    status = 4 * (point.level > 0 and not point.lamp_failure) | 2 * point.lamp_failure
    bank_202 = b"\xff" + round(point.energy_wh * 10).to_bytes(6, "big")
    bank_202 += b"\xff" + round(point.power_w * 10).to_bytes(4, "big")
    return [
        status,
        point.level,
        *(int.from_bytes(bank_202[at : at + 2], "big") for at in range(0, 12, 2)),
        *u32(point.gear_on_s),
        *u32(point.lamp_on_s),
        point.temperature_c + 60,
        0xFFFF if point.presence is None else int(point.presence),
        point.override,
        0xFFFF if point.illuminance_lx is None else point.illuminance_lx,
    ]

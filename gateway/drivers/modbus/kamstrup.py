"""What Kamstrup's Modbus modules HC-003-67 (RTU) and HC-003-82 (TCP) have in common in MULTICAL 403, 603 and 803.

The module's default datagram xx-yy-300 has the instants at the addresses below. It has heat energy, volume and the
info code too, but their addresses were not at hand when this was written: whoever has the data sheet states them as
options (``heat_energy = "holding 0x.... i32 kmp@0x.... @0x...."``), and the integer register is the one to take,
because a 32-bit float carries 24 bits. A register that a meter lacks reads «invalid», which is missing here.

References:
    [1] Kamstrup data sheet 58101758 B1 GB 02.2021, "Modbus RTU – Modbus/KMP TCP/IP, MULTICAL 403, 603, 803", page 3.
    [2] MULTICAL 803 Technical description, page 121: t = 0.00 is a short-circuited sensor, 185.00 °C an open one.
"""

from collections.abc import Mapping

from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.format import F32
from gateway.drivers.modbus.register import Register, Table
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.wire.units import conversion

_SENSOR_FAULTS = frozenset({0.0, 185.0})
_TEMPERATURES = (
    Register(Quantity.FLOW_TEMPERATURE_C, 0x0006, F32, "Cel", faults=_SENSOR_FAULTS),
    Register(Quantity.RETURN_TEMPERATURE_C, 0x0008, F32, "Cel", faults=_SENSOR_FAULTS),
)


def _gauges(options: Mapping[str, str]) -> tuple[Register, ...]:
    """Flow and power, in the units of the meter's display: smaller sizes show l/h and kW, larger ones m³/h and MW."""
    units = (
        (Quantity.HEAT_FLOW_M3H, 0x0000, "flow_unit", options.get("flow_unit", "l/h")),
        (Quantity.HEAT_POWER_KW, 0x0004, "power_unit", options.get("power_unit", "kW")),
    )
    for quantity, _, name, unit in units:
        if conversion(quantity, unit) is None:
            raise ConfigurationError(f"{name}: {quantity} cannot be in {unit!r}")
    return tuple(Register(quantity, address, F32, unit) for quantity, address, _, unit in units)


GOLDENS = (
    Golden(
        {(Table.HOLDING, 0x0000): "4448 8000 7FC0 0000 41C7 999A 42B1 3D71 4247 EB85"},
        "hand-assembled: V1 802 l/h, no V2, 24.95 kW, t1 88.62 °C, t2 49.98 °C as IEEE 754",
        {
            "heat_flow_m3h": 0.802,
            "heat_power_kw": 24.95,
            "flow_temperature_c": 88.62,
            "return_temperature_c": 49.98,
        },
    ),
    Golden(
        {
            (Table.HOLDING, 0x0000): "0000 0000 7FC0 0000 0000 0000 4339 0000 4247 EB85",
            (Table.HOLDING, 0x0100): "0001 E240",
            (Table.HOLDING, 0x0110): "0008 FFFE",
        },
        "hand-assembled: t1 open (185.00 °C), an energy register at a made-up address: 123456 x 10^-2 GJ, KMP unit 8",
        {
            "heat_flow_m3h": 0.0,
            "heat_power_kw": 0.0,
            "return_temperature_c": 49.98,
            "heat_energy_kwh": 342933.3333333333,
        },
        options={"heat_energy": "holding 0x0100 i32 kmp@0x0110 @0x0111"},
    ),
)


def multical(model: str, name: str) -> ModbusProfile:
    """The profile of one of the three meters."""
    return ModbusProfile(
        model=model,
        manual=f"Kamstrup data sheet 58101758 B1 (02.2021), Modbus registers of {name}, default datagram xx-yy-300",
        device_class=DeviceClass.HEAT,
        registers=_TEMPERATURES,
        choose=_gauges,
        options=("flow_unit", "power_unit"),
        cost_battery=True,
        goldens=GOLDENS,
    )

"""Eastron SDM120: single-phase electricity meter."""

from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.register import Table
from gateway.drivers.modbus.sdm import ENERGIES, MOST_REGISTERS, SERIAL, figure
from gateway.line import Framing
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = ModbusProfile(
    model="sdm120",
    manual="Eastron SDM120Modbus Smart Meter Modbus Protocol Implementation V2.4",
    device_class=DeviceClass.ELECTRICITY,
    registers=(
        figure(Quantity.VOLTAGE_V, 0x0000, "V"),
        figure(Quantity.CURRENT_A, 0x0006, "A"),
        figure(Quantity.ACTIVE_POWER_W, 0x000C, "W"),
        figure(Quantity.POWER_FACTOR, 0x001E),
        figure(Quantity.FREQUENCY_HZ, 0x0046, "Hz"),
        *ENERGIES,
    ),
    serial=SERIAL,
    most_registers=MOST_REGISTERS,
    framing=Framing(baud=2400),
    goldens=(
        Golden(
            {
                (Table.INPUT, 0x0000): "4366 3333",
                (Table.INPUT, 0x0006): "3F19 999A",
                (Table.INPUT, 0x000C): "4308 8000",
                (Table.INPUT, 0x001E): "3F7D 70A4",
                (Table.INPUT, 0x0046): "4247 EB85 43B4 91EC",
                (Table.INPUT, 0x004C): "4180 0000",
                (Table.HOLDING, 0xFC00): "0138 9C41",
            },
            "hand-assembled: 230.2 V (the protocol's example), 0.6 A, 136.5 W, 0.99, 49.98 Hz, 361.14 kWh, 16 kvarh",
            {
                "voltage_v": 230.2,
                "current_a": 0.6,
                "active_power_w": 136.5,
                "power_factor": 0.99,
                "frequency_hz": 49.98,
                "active_energy_kwh": 361.14,
                "reactive_energy_kvarh": 16.0,
            },
            serial="20487233",
        ),
    ),
)

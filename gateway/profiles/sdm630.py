"""Eastron SDM630: three-phase electricity meter."""

from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.register import Table
from gateway.drivers.modbus.sdm import ENERGIES, MOST_REGISTERS, SERIAL, figure
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = ModbusProfile(
    model="sdm630",
    manual="Eastron SDM630Modbus Smart Meter Modbus Protocol Implementation V1.8",
    device_class=DeviceClass.ELECTRICITY,
    registers=(
        figure(Quantity.VOLTAGE_V, 0x002A, "V"),  # average line to neutral
        figure(Quantity.CURRENT_A, 0x0030, "A"),  # sum of line currents
        figure(Quantity.ACTIVE_POWER_W, 0x0034, "W"),
        figure(Quantity.POWER_FACTOR, 0x003E),
        figure(Quantity.FREQUENCY_HZ, 0x0046, "Hz"),
        *ENERGIES,
    ),
    serial=SERIAL,
    most_registers=MOST_REGISTERS,
    goldens=(
        Golden(
            {
                (Table.INPUT, 0x002A): "4366 3333",
                (Table.INPUT, 0x0030): "4148 0000",
                (Table.INPUT, 0x0034): "4509 6000",
                (Table.INPUT, 0x003E): "3F73 3333",
                (Table.INPUT, 0x0046): "4248 0000 4640 E6B8",
                (Table.INPUT, 0x004C): "4480 0000",
                (Table.HOLDING, 0xFC00): "0131 2D00",
            },
            "hand-assembled: 230.2 V, 12.5 A, 2198 W, 0.95, 50 Hz, 12345.68 kWh in 24 bits, 1024 kvarh",
            {
                "voltage_v": 230.2,
                "current_a": 12.5,
                "active_power_w": 2198.0,
                "power_factor": 0.95,
                "frequency_hz": 50.0,
                "active_energy_kwh": 12345.68,
                "reactive_energy_kvarh": 1024.0,
            },
            serial="20000000",
        ),
    ),
)

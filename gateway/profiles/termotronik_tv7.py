"""Termotronik TV7 (ТВ7): heat calculator with two heat inputs, Modbus RTU."""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.register import ClockRegisters, Table, Text
from gateway.drivers.modbus.tv7 import CLOCK, Tv7Driver, registers
from teplosvet.domain.quantities import DeviceClass

_MODELS = {0: "01", 2: "03", 3: "04", 4: "04.1", 5: "05"}

PROFILE = ModbusProfile(
    model="termotronik-tv7",
    manual="EnergyTechAudit DeviceReader, Tv7 (register addresses; the maker's protocol description was not at hand)",
    device_class=DeviceClass.HEAT,
    choose=registers,
    options=("input", "energy_unit", "pressure_unit"),
    serial=Text(5, 2, lambda words: str(words[1] << 16 | words[0])),
    firmware=Text(1, 1, lambda words: f"{words[0] >> 8}.{words[0] & 0xFF}"),
    identity=Text(4, 1, lambda words: f"ТВ7-{_MODELS.get(words[0] & 0xFF, '?')}"),
    clock=ClockRegisters(
        CLOCK.address,
        CLOCK.count,
        lambda words: (
            2000 + (words[1] & 0xFF),
            words[0] >> 8,
            words[0] & 0xFF,
            words[1] >> 8,
            words[2] & 0xFF,
            words[2] >> 8,
        ),
    ),
    cost_battery=True,
    # what the meter really has it says itself: its first record is asked for before any other
    archives={Archive.HOUR: timedelta(days=60), Archive.DAY: timedelta(days=365)},
    reads_with=Tv7Driver,
    goldens=(
        Golden(
            {
                (Table.HOLDING, 0): "0007 0201 0500 0000 0003 86A0 0121",
                (
                    Table.HOLDING,
                    0x0D57,
                ): "0000 0000 4800 40C8 0000 0000 0800 40C8 0000 0000 3800 40C8 0000 0000 F800 40C7",
                (Table.HOLDING, 0x0D8B): "0000 0000 4A80 4093",
                (Table.HOLDING, 0x0DD4): "0B18 0E1A 0923",
                (Table.HOLDING, 0x0DD7): "3D71 42B1 EB85 4247",
                (Table.HOLDING, 0x0DEF): "1EB8 3FA5",
                (Table.HOLDING, 0x0E1F): "6042 3D65",
                (Table.HOLDING, 0x0E3D): "0000 C0B0",
            },
            "hand-assembled after DeviceReader's layout: 1234.625 Gcal, V1 12432 m³, M1 12304 t, 24.11.2026 14:35:09",
            {
                "heat_energy_kwh": 1435868.875,
                "heat_volume_m3": 12432.0,
                "flow_mass_t": 12304.0,
                "return_volume_m3": 12400.0,
                "return_mass_t": 12272.0,
                "flow_temperature_c": 88.62,
                "return_temperature_c": 49.98,
                "heat_flow_m3h": 1.29,
                "outdoor_temperature_c": -5.5,
                "heat_power_kw": 65.128,
            },
            serial="18974368",
            clock="2026-11-24T14:35:09",
        ),
    ),
)

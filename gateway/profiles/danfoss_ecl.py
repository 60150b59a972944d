"""Danfoss ECL Comfort 210/310: the weather-compensating controller of a heating substation.

A parameter number PNU is the register PNU - 1. Sensors are those of the heating circuit of the A2xx and A3xx
applications: S1 outdoors, S3 in the flow, S5 in the return; an application that has others is told so by options, such
as ``indoor_temperature = "input 10201 i16 Cel 0.01"`` for a room sensor at S2. The room set-point is the comfort one.
No parameter tells how far a three-point valve is open, so there is none here.

References:
    [1] Danfoss VI.LG.V3.02, "ECL Comfort 210/310, communication description": table 6-4 (clock, PNU 64045..64049),
        page 20 (PNU 35 software version, 2060..2062 application), page 21 (19200 where no room unit is), section 7
        (functions 3 and 4, at most 240 bytes, no numbers that do not exist).
    [2] EnergyTechAudit DeviceReader, Ecl310 (facts only): sensors from PNU 10201 and references of circuit 1 from PNU
        11251, in 0.01 °C; comfort temperature PNU 11180 in 0.1 °C.
    [3] Home Assistant users' map of an ECL 310: S1 at register 10200, comfort temperature at 11179.
"""

from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.format import I16
from gateway.drivers.modbus.register import ClockRegisters, Register, Table, Text
from teplosvet.domain.quantities import DeviceClass, Quantity

_NO_SENSOR = frozenset({19200.0})
"""192.00 °C: nothing is connected there."""


def _sensor(quantity: Quantity, pnu: int) -> Register:
    return Register(quantity, pnu - 1, I16, "Cel", "0.01", Table.INPUT, nulls=_NO_SENSOR)


def _application(words: list[int]) -> str | None:
    prefix, number, sub = words
    return f"ECL {chr(prefix)}{number}.{sub}" if 65 <= prefix <= 90 else None


PROFILE = ModbusProfile(
    model="danfoss-ecl",
    manual="Danfoss VI.LG.V3.02, ECL Comfort 210/310, communication description",
    device_class=DeviceClass.CLIMATE,
    registers=(
        _sensor(Quantity.OUTDOOR_TEMPERATURE_C, 10201),
        _sensor(Quantity.FLOW_TEMPERATURE_C, 10203),
        _sensor(Quantity.RETURN_TEMPERATURE_C, 10205),
        _sensor(Quantity.FLOW_SETPOINT_C, 11253),
        Register(Quantity.INDOOR_SETPOINT_C, 11179, I16, "Cel", "0.1", Table.INPUT),
    ),
    firmware=Text(34, 1, lambda words: f"{words[0] >> 8}.{words[0] & 0xFF:02}", Table.INPUT),
    identity=Text(2059, 3, lambda words: _application(list(words)), Table.INPUT),
    clock=ClockRegisters(64044, 5, lambda words: (words[4], words[3], words[2], words[0], words[1], 0), Table.INPUT),
    most_registers=110,
    goldens=(
        Golden(
            {
                (Table.INPUT, 10200): "FE0C 4B00 1964 4B00 1130",
                (Table.INPUT, 11252): "19C8",
                (Table.INPUT, 11179): "00D7",
                (Table.INPUT, 34): "0101",
                (Table.INPUT, 2059): "0041 010A 0001",
                (Table.INPUT, 64044): "000E 0023 0018 000B 07EA",
            },
            "hand-assembled: -5.00 °C outdoors, no S2 and S4, flow 65.00 of 66.00 °C, return 44.00 °C, room 21.5 °C",
            {
                "outdoor_temperature_c": -5.0,
                "flow_temperature_c": 65.0,
                "return_temperature_c": 44.0,
                "flow_setpoint_c": 66.0,
                "indoor_setpoint_c": 21.5,
            },
            clock="2026-11-24T14:35:00",
        ),
    ),
)

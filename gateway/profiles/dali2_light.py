"""Light points behind a DALI-2 to Modbus gateway, which mirrors what their control gear says.

No standard says how such a gateway lays its registers out, so this is a layout to programme it for, 16 holding
registers a short address from register 0 (option ``base``), every value as the control gear keeps it:

====  =======================================================================================================
at    what
====  =======================================================================================================
0     QUERY STATUS: bit 0 control gear failure, bit 1 lamp failure, bit 2 lamp on; FFFF: no answer
1     QUERY ACTUAL LEVEL 0..254, 255 MASK
2..7  memory bank 202, locations 04h..0Fh: scale and 6 bytes of active energy, scale and 4 bytes of active power
8, 9  memory bank 205, 04h..07h: operating time of the control gear [s]
A, B  memory bank 206, 0Eh..11h: on-time of the lamp, not resettable [s]
C     memory bank 205, 1Bh: temperature of the control gear, from -60 °C upwards
D     occupancy sensor beside it (IEC 62386-303): 0 vacant, 1 occupied; FFFF: none
E     who decides the level: 0 automatic, 1 manual, 2 emergency, 3 test; FFFF: not known
F     illuminance (IEC 62386-304) [lx]; FFFF: none
====  =======================================================================================================

The address of a point is ``unit/short address``. Points are read together, seven in a request, and what was read for
one stands for its neighbours for ten seconds: 60 points take nine requests, or thirteen if the gateway has no registers
for short addresses that nobody uses.
"""

from collections.abc import Mapping

from gateway.drivers.modbus.blocks import Stride
from gateway.drivers.modbus.dali import Masked, Scaled, linear_percent, logarithmic_percent
from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.format import Bit
from gateway.drivers.modbus.register import Register, Table
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass, Quantity

_CURVES = {"logarithmic": logarithmic_percent, "linear": linear_percent}
_STRIDE = Stride(registers=16, points=64, life_s=10.0)


def _point(options: Mapping[str, str]) -> tuple[Register, ...]:
    base, curve = options.get("base", "0"), options.get("dimming_curve", "logarithmic")
    if not base.isdecimal() or int(base) > 0xFFFF - _STRIDE.registers * _STRIDE.points:
        raise ConfigurationError(f"base: expected the first register of short address 0, not {base!r}")
    if int(base) % _STRIDE.registers:
        raise ConfigurationError(f"base: expected a multiple of {_STRIDE.registers}, not {base}")
    if curve not in _CURVES:
        raise ConfigurationError(f"dimming_curve: expected {' or '.join(_CURVES)}, not {curve!r}")
    first = int(base)
    word = Masked(16, tmask=False)
    return (
        Register(Quantity.LAMP_FAILURE, first, Bit(1)),
        Register(Quantity.LIGHT_LEVEL_PERCENT, first + 1, Masked(8, tmask=False), "%", shape=_CURVES[curve]),
        Register(Quantity.LIGHT_ENERGY_KWH, first + 2, Scaled(6), "Wh"),
        Register(Quantity.LIGHT_POWER_W, first + 5, Scaled(4, skip=1), "W"),
        Register(Quantity.GEAR_OPERATING_TIME_H, first + 8, Masked(32), "s"),
        Register(Quantity.LAMP_ON_TIME_H, first + 10, Masked(32), "s"),
        Register(Quantity.LUMINAIRE_TEMPERATURE_C, first + 12, Masked(8, offset=-60), "Cel"),
        Register(Quantity.PRESENCE, first + 13, word),
        Register(Quantity.OVERRIDE_MODE, first + 14, word),
        Register(Quantity.ILLUMINANCE_LX, first + 15, word, "lx"),
    )


PROFILE = ModbusProfile(
    model="dali2-light",
    manual="IEC 62386-102, -252, -253, -303, -304; DiiA Parts 252 and 253 v1.1; the layout is stated in this file",
    device_class=DeviceClass.LIGHT,
    choose=_point,
    options=("base", "dimming_curve"),
    stride=_STRIDE,
    goldens=(
        Golden(
            {
                (Table.HOLDING, 48): "0004 00FE FF00 0000 01E2 40FF 0000 00B5 0036 EE80 0012 4F80 0069 0001 0000 0096",
            },
            "hand-assembled: short address 3, on at 254, 123456 x 0.1 Wh, 181 x 0.1 W, 1000 h, 333.33 h, 45 °C, 150 lx",
            {
                "lamp_failure": 0.0,
                "light_level_percent": 100.0,
                "light_energy_kwh": 12.3456,
                "light_power_w": 18.1,
                "gear_operating_time_h": 1000.0,
                "lamp_on_time_h": 333.3333333333333,
                "luminaire_temperature_c": 45.0,
                "presence": 1.0,
                "override_mode": 0.0,
                "illuminance_lx": 150.0,
            },
            point=3,
        ),
        Golden(
            {
                (Table.HOLDING, 0): "FFFF 00FF 00FF FFFF FFFF FE00 FFFF FFFE FFFF FFFE FFFF FFFF 00FF FFFF FFFF FFFF",
            },
            "hand-assembled: control gear that answers nothing: MASK and TMASK everywhere",
            {},
        ),
        Golden(
            {
                (Table.HOLDING, 16): "0002 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 003C 0000 0001 0000",
            },
            "hand-assembled: short address 1, a failed lamp in manual mode; zeros that are values",
            {
                "lamp_failure": 1.0,
                "light_level_percent": 0.0,
                "light_energy_kwh": 0.0,
                "light_power_w": 0.0,
                "gear_operating_time_h": 0.0,
                "lamp_on_time_h": 0.0,
                "luminaire_temperature_c": 0.0,
                "presence": 0.0,
                "override_mode": 1.0,
                "illuminance_lx": 0.0,
            },
            point=1,
        ),
    ),
)

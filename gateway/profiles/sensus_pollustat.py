"""Sensus PolluStat: a meter of Axis Industries, with floating-point temperatures, flow and power."""

from datetime import datetime

from gateway.drivers.mbus.fields import SONOMETER_FIELDS
from gateway.drivers.mbus.profile import Golden, Match, MbusProfile
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="sensus-pollustat",
    manual="Sensus PolluStat E, M-Bus communication protocol description; telegram in the test frame SEN_Pollustat of "
    "rscada/libmbus (BSD-3-Clause). Its loggers are not described there.",
    device_class=DeviceClass.HEAT,
    fields=SONOMETER_FIELDS,
    matches=(Match("SEN", media=(0x04, 0x0C, 0x0D)),),
    goldens=(
        Golden(
            frame="6871716808047288170100AE4C060D3E000000046D3B0EE714346D0000010134FD170000000404209222F1000424A41A"
            "E70004863B979B00000413BE095E00052EB1D12EBE053EF5B84E40055BB82DF941055F788BF941056300803BBD04BE50"
            "71BBB00004BE58F40200000C7888170100027F10B55D16",
            origin="test frame SEN_Pollustat of rscada/libmbus (BSD-3-Clause); figures as its XML has them, floats to "
            "their 24 bits",
            expected={
                Quantity.HEAT_ENERGY_KWH: 39831,
                Quantity.HEAT_VOLUME_M3: 6162.878,
                Quantity.HEAT_POWER_KW: -0.17072178423404694,
                Quantity.HEAT_FLOW_M3H: 3.230039,
                Quantity.FLOW_TEMPERATURE_C: 31.147324,
                Quantity.RETURN_TEMPERATURE_C: 31.1931,
                Quantity.OPERATING_TIME_H: 15145636 / 3600,
                Quantity.HEAT_ERROR_FLAGS: 0x04000000,
            },
            serial="00011788",
            clock=datetime(2015, 4, 7, 14, 59),  # noqa: DTZ001  # a meter's time has no zone
            remarks=("meter_error",),
        ),
    ),
)

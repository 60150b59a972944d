"""Vzlet TSRV-024 and 024M: heat calculator with three heat systems of up to four pipes.

The heat register stands in no source: 0xC0BE follows from the mass register at 0xC0C6 and its service twin at 0xC0CE,
if the totals of a heat system are laid out as those of a pipe are: heat, water heat, mass. At each contact it is
compared with the hour archive of totals, and left out if they do not agree; programs before 76.30.03 have no such
archive. Not verified either: the depth of the archives (that of TSRV-026 is taken), the register of the serial number
(so there is none), and the check inside a record, which does not come out by any usual rule; the check of the frame
protects the way. TSRV-024M+ (76.30.04) has other records.

Volumes and masses of pipes are archived as amounts in floats, from which no exact register follows: they are read now,
and not from the archives.
"""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.tsrv.driver import TsrvProfile
from gateway.drivers.tsrv.frames import Form
from gateway.drivers.tsrv.spots import Spot
from teplosvet.domain.quantities import Quantity

_SYSTEM, _PIPE = 0xF0, 0x3C
"""How far apart the registers of heat systems and of their pipes are."""

PROFILE = TsrvProfile(
    model="tsrv-024",
    manual=(
        "Vzlet, registers of TSRV-024 and structure of its archives (str_arh_tsrv024, table 1), as read by "
        "github.com/baminmru/TEPLOMER (DrvTSRV024), github.com/howker/mudbus_gate (profiles/tsrv024.yaml) and a "
        "driver of 2015 for three heat systems (namespace Matrix.Poll.Driver.TSRV024)"
    ),
    name="TSRV-024",
    versions=("76.30.02.", "76.30.03."),
    systems=3,
    choices={
        "flow_pipe": lambda _: 1,
        "return_pipe": lambda _: 2,
        "flow_channel": lambda system: 2 * system - 1,
        "return_channel": lambda system: 2 * system,
    },
    registers=(
        Spot(Quantity.HEAT_ENERGY_KWH, 0xC0BE, Form.TOTAL, "Gcal", system_step=24),
        Spot(Quantity.FLOW_MASS_T, 0xC238, Form.TOTAL, "t", 1.0, _SYSTEM, "flow_pipe", _PIPE),
        Spot(Quantity.HEAT_VOLUME_M3, 0xC23C, Form.TOTAL, "m3", 1.0, _SYSTEM, "flow_pipe", _PIPE),
        Spot(Quantity.RETURN_MASS_T, 0xC238, Form.TOTAL, "t", 1.0, _SYSTEM, "return_pipe", _PIPE),
        Spot(Quantity.RETURN_VOLUME_M3, 0xC23C, Form.TOTAL, "m3", 1.0, _SYSTEM, "return_pipe", _PIPE),
        Spot(Quantity.OPERATING_TIME_H, 0x8016, Form.U32, "s", system_step=14),
        Spot(Quantity.HEAT_POWER_KW, 0xC6AC, Form.FLOAT, "Gcal/h", system_step=6),
        Spot(Quantity.FLOW_TEMPERATURE_C, 0xC048, Form.FLOAT, "Cel", choice="flow_channel"),
        Spot(Quantity.RETURN_TEMPERATURE_C, 0xC048, Form.FLOAT, "Cel", choice="return_channel"),
        Spot(Quantity.FLOW_PRESSURE_KPA, 0xC03C, Form.FLOAT, "MPa", choice="flow_channel"),
        Spot(Quantity.RETURN_PRESSURE_KPA, 0xC03C, Form.FLOAT, "MPa", choice="return_channel"),
        Spot(Quantity.HEAT_FLOW_M3H, 0xC05A, Form.FLOAT, "m3/h", choice="flow_channel"),
    ),
    archives={Archive.HOUR: timedelta(hours=898), Archive.DAY: timedelta(days=360)},
    arrays={Archive.HOUR: 0, Archive.DAY: 1},
    total_arrays={Archive.HOUR: 18, Archive.DAY: 19},
    totals_since="76.30.03.",
    record=(
        Spot(Quantity.FLOW_TEMPERATURE_C, 152, Form.I16, "Cel", 0.01, choice="flow_pipe"),
        Spot(Quantity.RETURN_TEMPERATURE_C, 152, Form.I16, "Cel", 0.01, choice="return_pipe"),
        Spot(Quantity.FLOW_PRESSURE_KPA, 160, Form.U16, "MPa", 0.001, choice="flow_pipe"),
        Spot(Quantity.RETURN_PRESSURE_KPA, 160, Form.U16, "MPa", 0.001, choice="return_pipe"),
        Spot(Quantity.HEAT_ERROR_FLAGS, 80, Form.U32, ""),
    ),
    total_record=(Spot(Quantity.HEAT_ENERGY_KWH, 4, Form.TOTAL, "Gcal", system_step=8),),
)

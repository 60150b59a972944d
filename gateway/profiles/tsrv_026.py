"""Vzlet TSRV-026M: heat calculator with one heat system of up to four pipes.

Its registers are known; the layout of its archives (898 hours, 360 days, 48 months) is in no source that was found, so
none are read. Its times of operation are left out, because no source says their unit.
"""

from gateway.drivers.tsrv.driver import TsrvProfile
from gateway.drivers.tsrv.frames import Form
from gateway.drivers.tsrv.spots import Spot
from teplosvet.domain.quantities import Quantity

PROFILE = TsrvProfile(
    model="tsrv-026",
    manual=(
        "Vzlet, «Список ModBus-регистров. Тепловычислитель ВЗЛЕТ ТСРВ, исполнение ТСРВ-026М», as read by a client that "
        "was tried on an instrument (vzljot026-client.js, 2026); depth of archives: askue-spektr.ru, doc 1.4"
    ),
    name="TSRV-026M",
    systems=1,
    choices={"flow_pipe": lambda _: 1, "return_pipe": lambda _: 2},
    registers=(
        Spot(Quantity.HEAT_ENERGY_KWH, 0xC068, Form.TOTAL, "Gcal"),
        Spot(Quantity.FLOW_MASS_T, 0xC0C8, Form.TOTAL, "t", choice="flow_pipe", choice_step=4),
        Spot(Quantity.RETURN_MASS_T, 0xC0C8, Form.TOTAL, "t", choice="return_pipe", choice_step=4),
        Spot(Quantity.HEAT_VOLUME_M3, 0xC0D8, Form.TOTAL, "m3", choice="flow_pipe", choice_step=4),
        Spot(Quantity.RETURN_VOLUME_M3, 0xC0D8, Form.TOTAL, "m3", choice="return_pipe", choice_step=4),
        Spot(Quantity.HEAT_POWER_KW, 0xC132, Form.FLOAT, "Gcal/h"),
        Spot(Quantity.FLOW_TEMPERATURE_C, 0xC080, Form.FLOAT, "Cel", choice="flow_pipe"),
        Spot(Quantity.RETURN_TEMPERATURE_C, 0xC080, Form.FLOAT, "Cel", choice="return_pipe"),
        Spot(Quantity.FLOW_PRESSURE_KPA, 0xC088, Form.FLOAT, "MPa", choice="flow_pipe"),
        Spot(Quantity.RETURN_PRESSURE_KPA, 0xC088, Form.FLOAT, "MPa", choice="return_pipe"),
        Spot(Quantity.HEAT_FLOW_M3H, 0xC090, Form.FLOAT, "m3/h", choice="flow_pipe"),
        Spot(Quantity.HEAT_ERROR_FLAGS, 0x8018, Form.U32, ""),
    ),
    serial=0x8002,
)

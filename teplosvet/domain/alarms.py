"""Alarms: what somebody has to look at now."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class AlarmSeverity(IntEnum):
    """How soon somebody should look."""

    INFO = 1
    """Worth knowing; nothing is lost if nobody looks."""
    WARNING = 2
    """Somebody should look these days."""
    CRITICAL = 3
    """People are cold or values are lost now."""


class AlarmCode(StrEnum):
    """What is wrong; `teplosvet.words.alarms` has a sentence for each in both languages."""

    INGEST_STOPPED = "ingest_stopped"
    ROLLUP_BEHIND = "rollup_behind"
    JOB_FAILED = "job_failed"
    QUARANTINE_GROWING = "quarantine_growing"
    GATEWAY_LOST = "gateway_lost"
    SILENT_DEVICE = "silent_device"
    CLOCK_WRONG = "clock_wrong"
    COMPLETENESS_LOW = "completeness_low"
    LAMPS_FAILED = "lamps_failed"
    LAMPS_BY_DAY = "lamps_by_day"
    METER_FAULT = "meter_fault"
    FLOW_BELOW_RETURN = "flow_below_return"
    HEAT_STOPPED = "heat_stopped"
    ROOM_COLD = "room_cold"
    ROOM_WARM = "room_warm"
    CALIBRATION_DUE = "calibration_due"
    CONSUMPTION_HIGH = "consumption_high"
    SAVING_FADES = "saving_fades"


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When a condition is an alarm.

    Attributes:
        code: What is wrong.
        severity: How soon somebody should look.
        threshold: From where on it is wrong. [unit]
        unit: Unit of the threshold.
        hold_s: How long the condition has to hold before the alarm opens. [s]
        clear_s: How long it has to be gone before the alarm closes. [s]
        every_s: How often it is looked at; what rests on days need not be looked at every minute. [s]
    """

    code: AlarmCode
    severity: AlarmSeverity
    threshold: float
    unit: str
    hold_s: int = 0
    clear_s: int = 0
    every_s: int = 60

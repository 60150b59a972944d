"""A finding: judgement as data, which travels with the result into the act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How much a finding weighs."""

    INFO = 1
    """Worth knowing; the result stands."""
    WARNING = 2
    """Somebody should look; the result stands with its band."""
    REFUSAL = 3
    """No result that could be stood for."""


class FindingCode(StrEnum):
    """What was found. The text after the code is the English message; `{names}` are keys of the finding's data."""

    # registers
    REGISTER_GLITCH = "register_glitch"
    REGISTER_ROLLOVER = "register_rollover"
    REGISTER_RESET = "register_reset"
    REGISTER_DECREASE = "register_decrease"
    REGISTER_JUMP = "register_jump"
    REGISTER_DECIMAL_CHANGE = "register_decimal_change"
    REGISTER_CLOCK_STEP = "register_clock_step"
    METER_EXCHANGE = "meter_exchange"
    OUTAGE = "outage"
    # physics of a meter against itself
    ENERGY_LEVEL_MISMATCH = "energy_level_mismatch"
    HEAT_BALANCE = "heat_balance"
    HEAT_FLOW_WITHOUT_ENERGY = "heat_flow_without_energy"
    HEAT_POWER_EXCEEDED = "heat_power_exceeded"
    HEAT_SENSOR_FAULT = "heat_sensor_fault"
    # days and weather
    LOW_COVERAGE = "low_coverage"
    NEGATIVE_ENERGY = "negative_energy"
    WEATHER_MISSING = "weather_missing"
    EXTRAPOLATED_WEATHER = "extrapolated_weather"
    # baselines and savings
    BASELINE_TOO_SHORT = "baseline_too_short"
    PERIODS_OVERLAP = "periods_overlap"
    BASELINE_POOR_FIT = "baseline_poor_fit"
    CONSTANT_LOAD = "constant_load"
    CONSTANT_TEMPERATURE = "constant_temperature"
    NOT_PROVEN = "not_proven"
    NEGATIVE_SAVING = "negative_saving"
    PERIOD_NOT_OVER = "period_not_over"
    NO_REPORTING_DATA = "no_reporting_data"
    SHARE_ESTIMATED = "share_estimated"
    AUTOCORRELATED = "autocorrelated"
    LAMP_FAILURES = "lamp_failures"
    # usage groups of lighting
    HOURS_NOT_MEASURED = "hours_not_measured"
    STIPULATED = "stipulated"
    SAMPLE_TOO_SMALL = "sample_too_small"
    ILLUMINANCE_FELL = "illuminance_fell"
    # days by a fill rule
    METER_ABNORMAL = "meter_abnormal"
    DAYS_FILLED = "days_filled"
    FILLED_TOO_MUCH = "filled_too_much"
    FILL_NO_LOAD = "fill_no_load"
    FILL_NO_WEATHER = "fill_no_weather"
    FILL_NO_NORMAL_DAYS = "fill_no_normal_days"
    FILL_NO_HEATING = "fill_no_heating"
    # ledger of adjustments
    ADJUSTMENT_PROPOSED = "adjustment_proposed"
    ADJUSTMENT_WITHOUT_BAND = "adjustment_without_band"
    ADJUSTMENT_ABOVE_BASELINE = "adjustment_above_baseline"
    ADJUSTMENT_OUTSIDE_TERM = "adjustment_outside_term"
    ADJUSTMENTS_CONTRADICT = "adjustments_contradict"
    # money
    TARIFF_GAP = "tariff_gap"
    GUARANTEE_ABOVE_BASELINE = "guarantee_above_baseline"
    GUARANTEE_UNKNOWN = "guarantee_unknown"
    OUTSIDE_TERM = "outside_term"
    CAP_REACHED = "cap_reached"
    CALENDAR_UNKNOWN = "calendar_unknown"
    EMISSION_FACTOR_UNKNOWN = "emission_factor_unknown"
    LEVEL_SHIFT = "level_shift"
    SAVING_FADES = "saving_fades"
    RUN_HOURS_DRIFT = "run_hours_drift"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader of the result has to know.

    Attributes:
        code: What was found.
        severity: How much it weighs.
        data: The figures, names with their unit.
    """

    code: FindingCode
    severity: Severity
    data: Mapping[str, str | float | int] = field(default_factory=dict)

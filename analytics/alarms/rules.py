"""The rules as data, a cause before what follows from it; `alarm_override` says what a building wants otherwise."""

from teplosvet.domain.alarms import AlarmCode, AlarmRule, AlarmSeverity

HOUR_S = 3600
DAY_S = 24 * HOUR_S

INFO, WARNING, CRITICAL = AlarmSeverity

RULES: tuple[AlarmRule, ...] = (
    # the platform
    AlarmRule(AlarmCode.INGEST_STOPPED, CRITICAL, 30, "min"),
    AlarmRule(AlarmCode.ROLLUP_BEHIND, WARNING, 20_000, "dirty ranges", hold_s=900, clear_s=300),
    AlarmRule(AlarmCode.JOB_FAILED, WARNING, 60, "min", hold_s=300),
    AlarmRule(AlarmCode.QUARANTINE_GROWING, WARNING, 100, "messages/h", clear_s=HOUR_S),
    # the way of a value
    AlarmRule(AlarmCode.GATEWAY_LOST, CRITICAL, 2, "h"),
    AlarmRule(AlarmCode.SILENT_DEVICE, WARNING, 3, "h"),
    AlarmRule(AlarmCode.CLOCK_WRONG, WARNING, 60, "s", hold_s=HOUR_S, clear_s=HOUR_S),
    AlarmRule(AlarmCode.COMPLETENESS_LOW, WARNING, 0.8, "share of 7 days", every_s=HOUR_S),
    # light
    AlarmRule(AlarmCode.LAMPS_FAILED, WARNING, 1, "lamps", hold_s=HOUR_S, clear_s=HOUR_S),
    AlarmRule(AlarmCode.LAMPS_BY_DAY, WARNING, 4, "h/d", every_s=HOUR_S),
    # heat: the threshold of temperatures leaves room for what a pair of sensors may be off by (EN 1434-1)
    AlarmRule(AlarmCode.METER_FAULT, WARNING, 0, "flags", hold_s=HOUR_S, clear_s=HOUR_S),
    AlarmRule(AlarmCode.FLOW_BELOW_RETURN, WARNING, 1.0, "K", clear_s=HOUR_S),
    # heated while the mean outdoor temperature of days is at most 8 °C (SP 131.13330.2020); see `alarm_rules.sql`
    AlarmRule(AlarmCode.HEAT_STOPPED, CRITICAL, 12, "h"),
    # living rooms in the cold season, permissible 18 to 24 °C (GOST 30494-2011, table 1)
    AlarmRule(AlarmCode.ROOM_COLD, CRITICAL, 18, "Cel", hold_s=3 * HOUR_S, clear_s=HOUR_S),
    AlarmRule(AlarmCode.ROOM_WARM, INFO, 24, "Cel", hold_s=12 * HOUR_S, clear_s=3 * HOUR_S),
    # what pays
    AlarmRule(AlarmCode.CALIBRATION_DUE, INFO, 30, "d", every_s=HOUR_S),
    AlarmRule(AlarmCode.CONSUMPTION_HIGH, WARNING, 0, "kWh/d", every_s=HOUR_S),
    AlarmRule(AlarmCode.SAVING_FADES, WARNING, 0, "share", every_s=HOUR_S),
)

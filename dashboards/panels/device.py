"""Panels of a device."""

from dashboards.panels.panel import Field, Link, Panel, Part, Plot, Threshold, Unit
from dashboards.panels.wording import mark as _

HOURLY = Panel(
    "device-hourly",
    _("Energy by hour"),
    _("Interval energy of the device: metered and estimated apart; a gap is an hour unknown."),
    "device.hourly",
    Plot.TIME_SERIES,
    (
        Field("time", _("Hour"), Part.TIME, Unit.MOMENT),
        Field("metered", _("Metered"), Part.METERED),
        Field("estimated", _("Estimated"), Part.ESTIMATED),
    ),
    width=24,
)
STATE = Panel(
    "device-state",
    _("The chosen quantity by hour"),
    _("Mean of each hour with its lowest and highest reading."),
    "device.state",
    Plot.TIME_SERIES,
    (
        Field("time", _("Hour"), Part.TIME, Unit.MOMENT),
        Field("low", _("Lowest"), Part.LOWER, Unit.OF_QUANTITY),
        Field("mean", _("Mean"), Part.VALUE, Unit.OF_QUANTITY),
        Field("high", _("Highest"), Part.UPPER, Unit.OF_QUANTITY),
    ),
    width=24,
)
LAST_SEEN = Panel(
    "device-last-seen",
    _("Newest reading of the device"),
    _("When it was measured, and how long it took to arrive."),
    "device.last_seen",
    Plot.STAT,
    (
        Field("measured_at", _("Newest reading"), Part.TEXT, Unit.MOMENT),
        Field("lag_s", _("Time on the way"), unit=Unit.SECONDS),
    ),
    thresholds=(Threshold(None, "accent"), Threshold(3600, "attention")),
    height=4,
)
DAYS = Panel(
    "device-days",
    _("How each day is known"),
    _("Whether a day is metered, partly estimated, or nothing was heard."),
    "device.days",
    Plot.STATE_TIMELINE,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("device", _("Device"), Part.CATEGORY, Unit.WORDS),
        Field("state", _("State"), Part.VALUE, Unit.WORDS),
    ),
    height=4,
)
INSTALLATIONS = Panel(
    "device-installations",
    _("Installations of the device"),
    _("Which instrument was in it, from when to when, with its registers."),
    "device.installations",
    Plot.TABLE,
    (
        Field("serial", _("Serial number"), Part.TEXT, Unit.WORDS),
        Field("installed_at", _("Installed"), Part.TEXT, Unit.MOMENT),
        Field("removed_at", _("Removed"), Part.TEXT, Unit.MOMENT),
        Field("start_registers", _("Start registers"), Part.TEXT, Unit.WORDS),
        Field("closing_registers", _("Closing registers"), Part.TEXT, Unit.WORDS),
    ),
)
FINDINGS = Panel(
    "device-findings",
    _("Findings of the device"),
    _("What was found in its registers, or in the meter checked against itself."),
    "device.findings",
    Plot.TABLE,
    (
        Field("found_at", _("When"), Part.TEXT, Unit.MOMENT),
        Field("quantity", _("Quantity"), Part.TEXT, Unit.WORDS),
        Field("code", _("Finding"), Part.TEXT, Unit.WORDS),
        Field("severity", _("Severity"), unit=Unit.COUNT),
        Field("data", _("Figures"), Part.TEXT, Unit.WORDS),
    ),
)
NEWEST = Panel(
    "devices-newest",
    _("Newest installations"),
    _("What was installed last, and whether it has been heard since."),
    "device.newest",
    Plot.TABLE,
    (
        Field("device", _("Device"), Part.TEXT, Unit.WORDS),
        Field("building_title", _("Building"), Part.TEXT, Unit.WORDS),
        Field("class", _("Class"), Part.TEXT, Unit.WORDS),
        Field("serial", _("Serial number"), Part.TEXT, Unit.WORDS),
        Field("installed_at", _("Installed"), Part.TEXT, Unit.MOMENT),
        Field("measured_at", _("Newest reading"), Part.TEXT, Unit.MOMENT),
        Field("state", _("State"), Part.TEXT, Unit.WORDS),
    ),
    width=24,
    height=12,
    link=Link("device", "device", "device"),
)

"""Panels of data quality and of the platform's health."""

from dashboards.panels.panel import Field, Link, Panel, Part, Plot, Threshold, Unit
from dashboards.panels.wording import mark as _

REASONS = Panel(
    "quality-reasons",
    _("Refused messages by reason"),
    _("Messages in quarantine that nobody has replayed yet."),
    "quality.reasons",
    Plot.BAR,
    (
        Field("reason", _("Reason"), Part.CATEGORY, Unit.WORDS),
        Field("messages", _("Messages"), unit=Unit.COUNT),
    ),
)
QUARANTINE = Panel(
    "quality-quarantine",
    _("Newest refused messages"),
    _("Who sent what was refused, and why."),
    "quality.quarantine",
    Plot.TABLE,
    (
        Field("last_at", _("When"), Part.TEXT, Unit.MOMENT),
        Field("publisher", _("Publisher"), Part.TEXT, Unit.WORDS),
        Field("device", _("Device"), Part.TEXT, Unit.WORDS),
        Field("reason", _("Reason"), Part.TEXT, Unit.WORDS),
        Field("detail", _("In detail"), Part.TEXT, Unit.WORDS),
        Field("times", _("Times"), unit=Unit.COUNT),
    ),
)
ESTIMATED = Panel(
    "quality-estimated",
    _("Estimated share of energy"),
    _("How much of each day's energy a rule made instead of a meter."),
    "quality.estimated",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("carrier", _("Carrier"), Part.SERIES, Unit.WORDS),
        Field("estimated", _("Estimated"), unit=Unit.SHARE),
    ),
)
COVERAGE = Panel(
    "quality-coverage",
    _("Buildings with missing readings"),
    _("Mean share of the days that readings cover, the least first; empty when all are whole."),
    "quality.coverage",
    Plot.TABLE,
    (
        Field("building", _("Building code"), Part.TEXT, Unit.WORDS),
        Field("building_title", _("Building"), Part.TEXT, Unit.WORDS),
        Field("carrier", _("Carrier"), Part.TEXT, Unit.WORDS),
        Field("coverage", _("Coverage"), unit=Unit.SHARE),
        Field("unknown_days", _("Days unknown"), unit=Unit.COUNT),
    ),
    thresholds=(Threshold(None, "fault"), Threshold(0.9, "attention"), Threshold(0.99, "accent")),
    link=Link("building", "building", "building"),
    quiet=True,
)
FINDINGS = Panel(
    "quality-findings",
    _("Findings by code"),
    _("What was found in registers of all devices."),
    "quality.findings",
    Plot.BAR,
    (
        Field("code", _("Finding"), Part.CATEGORY, Unit.WORDS),
        Field("findings", _("How many"), unit=Unit.COUNT),
    ),
)
LAG = Panel(
    "platform-lag",
    _("Slowest way of newest readings"),
    _("Greatest time from measurement to database among devices that are heard, by class."),
    "platform.lag",
    Plot.BAR,
    (
        Field("class", _("Class"), Part.CATEGORY, Unit.WORDS),
        Field("lag_s", _("Time on the way"), unit=Unit.SECONDS),
        Field("devices", _("Devices"), Part.TEXT, Unit.COUNT),
    ),
)
NEWEST = Panel(
    "platform-newest",
    _("What was written last"),
    _("When a reading was written last, and how many devices are heard and silent."),
    "platform.newest",
    Plot.STAT,
    (
        Field("received_at", _("Newest reading"), Part.TEXT, Unit.MOMENT),
        Field("heard", _("Devices heard"), unit=Unit.COUNT),
        Field("silent", _("Silent devices"), unit=Unit.COUNT),
    ),
    width=16,
    height=4,
)
PUBLISHERS = Panel(
    "platform-publishers",
    _("Publishers"),
    _("What gateways and devices said of themselves, who is away first."),
    "platform.publishers",
    Plot.TABLE,
    (
        Field("publisher", _("Publisher"), Part.TEXT, Unit.WORDS),
        Field("state", _("State"), Part.TEXT, Unit.WORDS),
        Field("stated_at", _("Since"), Part.TEXT, Unit.MOMENT),
    ),
)
BACKLOG = Panel(
    "platform-backlog",
    _("Rollups that wait"),
    _("Dirty ranges that the rollup job has still to make; it should come back to none in a minute."),
    "platform.backlog",
    Plot.STAT,
    (Field("dirty_ranges", _("Dirty ranges"), unit=Unit.COUNT),),
    thresholds=(Threshold(None, "good"), Threshold(1000, "attention")),
    width=8,
    height=4,
)
RUNS = Panel(
    "platform-runs",
    _("Runs of the fleet"),
    _("Nights in which all contracts were verified; a run without an end was cut off or goes on."),
    "platform.runs",
    Plot.TABLE,
    (
        Field("period_start", _("Period begins"), Part.TEXT, Unit.DAY),
        Field("period_end", _("Period ends"), Part.TEXT, Unit.DAY),
        Field("started_at", _("Begun"), Part.TEXT, Unit.MOMENT),
        Field("ended_at", _("Ended"), Part.TEXT, Unit.MOMENT),
        Field("stated", _("Stated"), unit=Unit.COUNT),
        Field("refused", _("Refused"), unit=Unit.COUNT),
        Field("failed", _("Failed"), unit=Unit.COUNT),
    ),
)

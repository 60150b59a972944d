"""Panels of a building."""

from dashboards.panels.panel import Field, Link, Panel, Part, Plot, Threshold, Unit
from dashboards.panels.wording import mark as _

ENERGY = Panel(
    "building-energy",
    _("Energy of the building by day"),
    _("Metered and estimated energy of the chosen carrier apart; a gap is a day unknown."),
    "building.energy",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("metered_kwh", _("Metered"), Part.METERED),
        Field("estimated_kwh", _("Estimated"), Part.ESTIMATED),
    ),
)
LAST_YEAR = Panel(
    "building-last-year",
    _("Beside a year ago"),
    _("Energy of each day and of the same day a year before, as metered: the weather is not taken out."),
    "building.last_year",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("energy_kwh", _("Energy")),
        Field("a_year_ago_kwh", _("A year ago"), Part.REFERENCE),
    ),
)
HEATING_CURVE = Panel(
    "building-heating-curve",
    _("Heating curve"),
    _("Hours of the heat meter over outdoor temperature: a return that is warmer than its cloud wastes heat."),
    "building.heating_curve",
    Plot.SCATTER,
    (
        Field("outdoor_c", _("Outdoor temperature"), Part.X, Unit.CELSIUS),
        Field("return_c", _("Return"), Part.VALUE, Unit.CELSIUS),
        Field("flow_c", _("Flow"), Part.METERED, Unit.CELSIUS),
    ),
)
LIGHT_LEVELS = Panel(
    "building-light-levels",
    _("Light by level"),
    _("Hours of all luminaires of the chosen entrances at full light, dimmed and off."),
    "building.light_levels",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("full_h", _("Full light"), unit=Unit.HOURS),
        Field("dimmed_h", _("Dimmed"), unit=Unit.HOURS),
        Field("off_h", _("Off"), unit=Unit.HOURS),
    ),
)
LIGHT_BY_ENTRANCE = Panel(
    "building-light-by-entrance",
    _("Lit hours by entrance"),
    _("Mean hours of light of a luminaire by entrance and day: 24 hours mean that its sensor does not switch."),
    "building.light_by_entrance",
    Plot.HEAT_MAP,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("entrance", _("Entrance"), Part.CATEGORY, Unit.WORDS),
        Field("lit_h", _("Lit hours"), unit=Unit.HOURS),
    ),
)
COMPLETENESS = Panel(
    "building-completeness",
    _("Coverage of days by device"),
    _("Share of each day that readings cover; an empty cell is a day without any."),
    "building.completeness",
    Plot.HEAT_MAP,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("device", _("Device"), Part.CATEGORY, Unit.WORDS),
        Field("coverage", _("Coverage"), unit=Unit.SHARE),
    ),
    width=24,
    height=10,
)
DEVICES = Panel(
    "building-devices",
    _("Devices of the building"),
    _("What each said last; what needs somebody stands first."),
    "building.devices",
    Plot.TABLE,
    (
        Field("device", _("Device"), Part.TEXT, Unit.WORDS),
        Field("class", _("Class"), Part.TEXT, Unit.WORDS),
        Field("entrance", _("Entrance"), Part.TEXT, Unit.WORDS),
        Field("floor", _("Floor"), unit=Unit.COUNT),
        Field("serial", _("Serial number"), Part.TEXT, Unit.WORDS),
        Field("measured_at", _("Newest reading"), Part.TEXT, Unit.MOMENT),
        Field("state", _("State"), Part.TEXT, Unit.WORDS),
    ),
    width=24,
    height=10,
    link=Link("device", "device", "device"),
)
FINDINGS = Panel(
    "building-findings",
    _("Findings in registers"),
    _("What was found in registers and meters of the building."),
    "building.findings",
    Plot.TABLE,
    (
        Field("found_at", _("When"), Part.TEXT, Unit.MOMENT),
        Field("device", _("Device"), Part.TEXT, Unit.WORDS),
        Field("quantity", _("Quantity"), Part.TEXT, Unit.WORDS),
        Field("code", _("Finding"), Part.TEXT, Unit.WORDS),
        Field("severity", _("Severity"), unit=Unit.COUNT),
        Field("data", _("Figures"), Part.TEXT, Unit.WORDS),
    ),
)
FAILED_LAMPS = Panel(
    "failed-lamps-now",
    _("Luminaires with a failed lamp"),
    _("Where somebody has to go with a lamp; empty when all are lit."),
    "building.failed_lamps",
    Plot.TABLE,
    (
        Field("device", _("Device"), Part.TEXT, Unit.WORDS),
        Field("building", _("Building code"), Part.TEXT, Unit.WORDS),
        Field("building_title", _("Building"), Part.TEXT, Unit.WORDS),
        Field("entrance", _("Entrance"), Part.TEXT, Unit.WORDS),
        Field("floor", _("Floor"), unit=Unit.COUNT),
        Field("measured_at", _("Newest reading"), Part.TEXT, Unit.MOMENT),
    ),
    thresholds=(Threshold(None, "attention"),),
    link=Link("device", "device", "device"),
    quiet=True,
)

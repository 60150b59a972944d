"""Panels of the fleet."""

from dashboards.panels.panel import WITH_MONEY, Field, Link, Panel, Part, Plot, Threshold, Unit
from dashboards.panels.wording import mark as _

TOTAL = Panel(
    "fleet-total",
    _("Avoided energy of all contracts"),
    _("Sum of the newest statements with its band, if errors of contracts are independent; water is not in it."),
    "fleet.total",
    Plot.STAT,
    (
        Field("avoided_kwh", _("Avoided energy")),
        Field("lower_kwh", _("Lower bound"), Part.LOWER),
        Field("upper_kwh", _("Upper bound"), Part.UPPER),
        Field("proven", _("Proven contracts"), unit=Unit.COUNT),
        Field("contracts", _("Contracts"), unit=Unit.COUNT),
    ),
    width=24,
    height=4,
    audience=WITH_MONEY,
)
SAVINGS = Panel(
    "fleet-savings",
    _("Savings with their bands"),
    _("Each contract's newest avoided energy; a band that touches zero is not proven."),
    "fleet.savings",
    Plot.DOT_BANDS,
    (
        Field("contract", _("Contract code"), Part.TEXT, Unit.WORDS),
        Field("contract_title", _("Contract title"), Part.CATEGORY, Unit.WORDS),
        Field("carrier", _("Carrier"), Part.TEXT, Unit.WORDS),
        Field("lower_kwh", _("Lower bound"), Part.LOWER),
        Field("avoided_energy_kwh", _("Avoided energy")),
        Field("upper_kwh", _("Upper bound"), Part.UPPER),
        Field("verdict", _("Verdict"), Part.TEXT, Unit.WORDS),
    ),
    thresholds=(Threshold(None, "attention"), Threshold(0, "good")),
    height=12,
    audience=WITH_MONEY,
    link=Link("contract", "contract", "contract"),
)
CONTRACTS = Panel(
    "fleet-contracts",
    _("Contracts by lower bound"),
    _("What is surely saved stands first; the share of the guarantee is of the newest period."),
    "fleet.contracts",
    Plot.TABLE,
    (
        Field("contract", _("Contract code"), Part.TEXT, Unit.WORDS),
        Field("contract_title", _("Contract title"), Part.TEXT, Unit.WORDS),
        Field("building_title", _("Building"), Part.TEXT, Unit.WORDS),
        Field("carrier", _("Carrier"), Part.TEXT, Unit.WORDS),
        Field("period_end", _("Period ends"), Part.TEXT, Unit.DAY),
        Field("avoided_energy_kwh", _("Avoided energy")),
        Field("lower_kwh", _("Lower bound"), Part.LOWER),
        Field("upper_kwh", _("Upper bound"), Part.UPPER),
        Field("of_guarantee", _("Share of the guarantee"), unit=Unit.SHARE),
        Field("day_coverage", _("Coverage"), unit=Unit.SHARE),
        Field("verdict", _("Verdict"), Part.TEXT, Unit.WORDS),
    ),
    width=24,
    height=12,
    audience=WITH_MONEY,
    link=Link("contract", "contract", "contract"),
)
ENERGY = Panel(
    "fleet-energy",
    _("Energy of all buildings by day"),
    _("Sum of the buildings by carrier; a day without readings of a building lacks its energy."),
    "fleet.energy",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("carrier", _("Carrier"), Part.SERIES, Unit.WORDS),
        Field("energy_kwh", _("Energy")),
    ),
)
ATTENTION = Panel(
    "fleet-attention",
    _("Buildings that need attention"),
    _("Buildings with silent devices, failed lamps or meters in error; empty when all is well."),
    "fleet.attention",
    Plot.TABLE,
    (
        Field("building", _("Building code"), Part.TEXT, Unit.WORDS),
        Field("building_title", _("Building"), Part.TEXT, Unit.WORDS),
        Field("silent", _("Silent devices"), unit=Unit.COUNT),
        Field("failed_lamps", _("Failed lamps"), unit=Unit.COUNT),
        Field("meter_faults", _("Meters in error"), unit=Unit.COUNT),
        Field("devices", _("Devices in all"), unit=Unit.COUNT),
        Field("last_reading", _("Newest reading"), Part.TEXT, Unit.MOMENT),
    ),
    width=24,
    height=10,
    link=Link("building", "building", "building"),
    quiet=True,
)
HEALTH = Panel(
    "fleet-health",
    _("Health of all devices"),
    _("Devices in all, and those that are silent or report a fault now."),
    "fleet.health",
    Plot.STAT,
    (
        Field("buildings", _("Buildings"), unit=Unit.COUNT),
        Field("devices", _("Devices in all"), unit=Unit.COUNT),
        Field("silent", _("Silent devices"), unit=Unit.COUNT),
        Field("failed_lamps", _("Failed lamps"), unit=Unit.COUNT),
        Field("meter_faults", _("Meters in error"), unit=Unit.COUNT),
    ),
    width=24,
    height=4,
)

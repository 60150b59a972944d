"""Panels of a contract."""

from dashboards.panels.panel import WITH_MONEY, Field, Panel, Part, Plot, Threshold, Unit
from dashboards.panels.wording import mark as _

VERDICT = Panel(
    "contract-verdict",
    _("Avoided energy of the newest period"),
    _("The saving with its band, and what share of the guarantee it is."),
    "contract.verdict",
    Plot.STAT,
    (
        Field("avoided_energy_kwh", _("Avoided energy")),
        Field("lower_kwh", _("Lower bound"), Part.LOWER),
        Field("upper_kwh", _("Upper bound"), Part.UPPER),
        Field("of_guarantee", _("Share of the guarantee"), unit=Unit.SHARE),
    ),
    height=4,
)
MONEY = Panel(
    "contract-money",
    _("What the newest period is worth"),
    _("Value of the avoided energy at the tariff, and what of it is payable to the ESCO."),
    "contract.money",
    Plot.STAT,
    (
        Field("value", _("Value"), unit=Unit.MONEY),
        Field("payable", _("Payable"), unit=Unit.MONEY),
        Field("currency", _("Currency"), Part.TEXT, Unit.WORDS),
    ),
    height=4,
    audience=WITH_MONEY,
)
DAILY = Panel(
    "contract-daily",
    _("Adjusted baseline and metered energy"),
    _("Dashed: what the day would have used without the measure. Estimated stands apart; a gap is a day unknown."),
    "contract.daily",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("adjusted_baseline_kwh", _("Adjusted baseline"), Part.REFERENCE),
        Field("metered_kwh", _("Metered"), Part.METERED),
        Field("estimated_kwh", _("Estimated"), Part.ESTIMATED),
    ),
)
CUMULATIVE = Panel(
    "contract-cumulative",
    _("Saving that adds up"),
    _("Avoided energy since the beginning of the period, its band, and the guarantee."),
    "contract.cumulative",
    Plot.TIME_SERIES,
    (
        Field("time", _("Day"), Part.TIME, Unit.DAY),
        Field("lower_kwh", _("Lower bound"), Part.LOWER),
        Field("saved_kwh", _("Avoided energy")),
        Field("upper_kwh", _("Upper bound"), Part.UPPER),
        Field("guarantee_kwh", _("Guarantee"), Part.REFERENCE),
    ),
)
FIT = Panel(
    "contract-fit",
    _("Baseline fit"),
    _("Days of the baseline period over the independent variable, beside the model."),
    "contract.fit",
    Plot.SCATTER,
    (
        Field("variable", _("Outdoor temperature or dark hours"), Part.X, Unit.OF_QUANTITY),
        Field("metered_kwh", _("Metered"), Part.METERED),
        Field("fitted_kwh", _("Model"), Part.REFERENCE),
    ),
)
STATEMENTS = Panel(
    "contract-statements",
    _("Statements of the contract"),
    _("The newest version of each period."),
    "contract.statements",
    Plot.TABLE,
    (
        Field("period_start", _("Period begins"), Part.TEXT, Unit.DAY),
        Field("period_end", _("Period ends"), Part.TEXT, Unit.DAY),
        Field("version", _("Version"), unit=Unit.COUNT),
        Field("avoided_energy_kwh", _("Avoided energy")),
        Field("lower_kwh", _("Lower bound"), Part.LOWER),
        Field("upper_kwh", _("Upper bound"), Part.UPPER),
        Field("day_coverage", _("Coverage"), unit=Unit.SHARE),
        Field("method", _("Method"), Part.TEXT, Unit.WORDS),
        Field("made_at", _("Made"), Part.TEXT, Unit.MOMENT),
    ),
    width=24,
)
PAID = Panel(
    "contract-paid",
    _("Value and payment by period"),
    _("What each period was worth and what of it is payable; the day is the last of the period."),
    "contract.paid",
    Plot.BAR,
    (
        Field("period", _("Last day"), Part.CATEGORY, Unit.WORDS),
        Field("value", _("Value"), unit=Unit.MONEY),
        Field("payable", _("Payable"), Part.METERED, Unit.MONEY),
    ),
    audience=WITH_MONEY,
)
ACTS = Panel(
    "contract-acts",
    _("Acts of the contract"),
    _("What the parties did with each act."),
    "contract.acts",
    Plot.TABLE,
    (
        Field("contract", _("Contract code"), Part.TEXT, Unit.WORDS),
        Field("period_start", _("Period begins"), Part.TEXT, Unit.DAY),
        Field("period_end", _("Period ends"), Part.TEXT, Unit.DAY),
        Field("number", _("Number"), unit=Unit.COUNT),
        Field("state", _("State"), Part.TEXT, Unit.WORDS),
        Field("at", _("Since"), Part.TEXT, Unit.MOMENT),
        Field("payable", _("Payable"), unit=Unit.MONEY),
        Field("currency", _("Currency"), Part.TEXT, Unit.WORDS),
    ),
    audience=WITH_MONEY,
)
ACT_STATES = Panel(
    "contract-act-states",
    _("Acts by state"),
    _("How many acts wait for whom."),
    "contract.act_states",
    Plot.BAR,
    (
        Field("state", _("State"), Part.CATEGORY, Unit.WORDS),
        Field("acts", _("Acts"), unit=Unit.COUNT),
        Field("payable", _("Payable"), Part.TEXT, Unit.MONEY),
    ),
    audience=WITH_MONEY,
)
FINDINGS = Panel(
    "contract-findings",
    _("What the statement says besides"),
    _("Findings of the newest statement; the most severe first."),
    "contract.findings",
    Plot.TABLE,
    (
        Field("code", _("Finding"), Part.TEXT, Unit.WORDS),
        Field("severity", _("Severity"), unit=Unit.COUNT),
        Field("data", _("Figures"), Part.TEXT, Unit.WORDS),
    ),
)
PROGRESS = Panel(
    "contract-progress",
    _("Return of the investment"),
    _("What all statements pay beside what was invested."),
    "contract.progress",
    Plot.STAT,
    (
        Field("contract", _("Contract code"), Part.TEXT, Unit.WORDS),
        Field("contract_title", _("Contract title"), Part.TEXT, Unit.WORDS),
        Field("investment", _("Investment"), unit=Unit.MONEY),
        Field("payable", _("Payable"), unit=Unit.MONEY),
        Field("returned", _("Returned"), unit=Unit.SHARE),
    ),
    thresholds=(Threshold(None, "accent"), Threshold(1, "good")),
    height=4,
    audience=WITH_MONEY,
)

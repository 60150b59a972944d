"""Every dashboard: one for each person, and one for each thing that people look at."""

from dashboards.panels import building, contract, device, fleet, quality, variables
from dashboards.panels.panel import WITH_MONEY, Dashboard, Panel, Variable
from dashboards.panels.wording import mark as _
from teplosvet.access.principal import Role
from teplosvet.domain.errors import UnknownNameError

PEOPLE, THINGS, SYSTEM = _("People"), _("Buildings and contracts"), _("Platform")
YEAR = "now-365d"

_THINGS = (
    Dashboard(
        "fleet",
        _("Fleet"),
        _("What do all contracts save, and how sure is that?"),
        THINGS,
        (
            (_("All contracts"), (fleet.TOTAL, fleet.SAVINGS, fleet.ENERGY)),
            (_("One by one"), (fleet.CONTRACTS,)),
        ),
        (variables.CARRIER,),
        links=("contract", "building", "quality"),
        audience=WITH_MONEY,
    ),
    Dashboard(
        "building",
        _("Building details"),
        _("Is the house warm, lit and healthy, and what broke?"),
        THINGS,
        (
            (_("Energy"), (building.ENERGY, building.LAST_YEAR)),
            (
                _("Heat and light"),
                (building.HEATING_CURVE, building.LIGHT_BY_ENTRANCE, building.LIGHT_LEVELS, building.FINDINGS),
            ),
            (_("Devices"), (building.COMPLETENESS, building.DEVICES)),
        ),
        (variables.BUILDING, variables.KIND, variables.ENTRANCE),
        links=("fleet", "device", "quality"),
    ),
    Dashboard(
        "contract",
        _("Contract details"),
        _("What was saved, how sure is it, what is it worth?"),
        THINGS,
        (
            (_("Newest period"), (contract.VERDICT, contract.MONEY, contract.DAILY, contract.CUMULATIVE)),
            (_("Why"), (contract.FIT, contract.FINDINGS)),
            (_("Account"), (contract.PROGRESS, contract.PAID, contract.ACTS, contract.STATEMENTS)),
        ),
        (variables.CONTRACT,),
        since=YEAR,
        links=("fleet", "building"),
        audience=WITH_MONEY,
    ),
    Dashboard(
        "device",
        _("Device details"),
        _("Does the device report, and is it right?"),
        THINGS,
        (
            (_("Now"), (device.LAST_SEEN, device.DAYS)),
            (_("Readings"), (device.HOURLY, device.STATE)),
            (_("History"), (device.INSTALLATIONS, device.FINDINGS)),
        ),
        (variables.BUILDING, variables.DEVICE, variables.QUANTITY),
        since="now-7d",
        links=("building", "quality"),
    ),
    Dashboard(
        "quality",
        _("Data quality"),
        _("What is missing, estimated or refused?"),
        SYSTEM,
        (
            (_("Missing"), (quality.COVERAGE, quality.ESTIMATED)),
            (_("Refused messages"), (quality.REASONS, quality.QUARANTINE, quality.FINDINGS)),
        ),
        links=("building", "platform"),
    ),
    Dashboard(
        "platform",
        _("Platform health"),
        _("Do readings arrive, and do jobs keep up?"),
        SYSTEM,
        (
            (_("Now"), (quality.NEWEST, quality.BACKLOG)),
            (_("Ingest and jobs"), (quality.LAG, quality.PUBLISHERS, quality.RUNS, quality.REASONS)),
        ),
        links=("quality",),
    ),
)
_PEOPLE = (
    Dashboard(
        "operator",
        _("For operators"),
        _("Which houses need somebody today?"),
        PEOPLE,
        (
            (_("Today"), (fleet.HEALTH, fleet.ATTENTION)),
            (_("What broke"), (building.FAILED_LAMPS, quality.COVERAGE)),
        ),
        links=("building", "quality"),
    ),
    Dashboard(
        "esco",
        _("For energy service companies"),
        _("What was saved, how sure is it, what am I paid?"),
        PEOPLE,
        (
            (_("Portfolio"), (fleet.TOTAL, fleet.SAVINGS, contract.ACT_STATES)),
            (_("One by one"), (fleet.CONTRACTS,)),
        ),
        (variables.CARRIER,),
        links=("contract", "quality"),
        audience=WITH_MONEY,
    ),
    Dashboard(
        "installer",
        _("For installers"),
        _("Does what I mounted report right?"),
        PEOPLE,
        ((_("Mounted last"), (device.NEWEST,)), (_("Refused messages"), (quality.QUARANTINE, building.FAILED_LAMPS))),
        links=("device", "building"),
    ),
    Dashboard(
        "verifier",
        _("For verifiers"),
        _("What does a statement rest on?"),
        PEOPLE,
        ((_("Statement"), (contract.VERDICT, contract.FINDINGS, contract.DAILY, contract.FIT, contract.STATEMENTS)),),
        (variables.CONTRACT,),
        since=YEAR,
        links=("contract", "quality"),
        audience=frozenset({Role.VERIFIER, Role.ESCO, Role.OPERATOR, Role.ADMINISTRATOR}),
    ),
    Dashboard(
        "administrator",
        _("For administrators"),
        _("Does everything run?"),
        PEOPLE,
        (
            (_("Now"), (quality.NEWEST, quality.BACKLOG, fleet.HEALTH)),
            (_("Ingest and jobs"), (quality.REASONS, quality.PUBLISHERS, quality.RUNS, quality.LAG)),
        ),
        links=("platform", "quality"),
        audience=frozenset({Role.ADMINISTRATOR}),
    ),
    Dashboard(
        "resident",
        _("For residents"),
        _("What does our house save?"),
        PEOPLE,
        ((_("Our house"), (contract.VERDICT, contract.CUMULATIVE, contract.DAILY)),),
        (variables.CONTRACT,),
        since=YEAR,
        links=("contract",),
    ),
)

DASHBOARDS: tuple[Dashboard, ...] = (*_PEOPLE, *_THINGS)
PANELS: dict[str, Panel] = {panel.uid: panel for board in DASHBOARDS for panel in board.panels}


def dashboard(uid: str) -> Dashboard:
    """A dashboard by its uid.

    Raises:
        UnknownNameError: If there is none.
    """
    found = next((each for each in DASHBOARDS if each.uid == uid), None)
    if found is None:
        raise UnknownNameError(uid)
    return found


def panel(uid: str) -> Panel:
    """A panel by its uid.

    Raises:
        UnknownNameError: If there is none.
    """
    if uid not in PANELS:
        raise UnknownNameError(uid)
    return PANELS[uid]


def asked_by(text: str) -> tuple[Variable, ...]:
    """The variables that a statement needs and those that these need, each after what it depends on."""
    named = {each.name for each in variables.ALL if f"${{{each.name}:" in text}
    found: tuple[Variable, ...] = ()
    for each in variables.ALL:
        if each.name in named:
            found = (*found, *(one for one in asked_by(each.text) if one not in found), each)
    return tuple(dict.fromkeys(found))

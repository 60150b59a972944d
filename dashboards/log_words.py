"""What the log of changes says: every action in words, and of its data what a reader needs."""

from datetime import date

from dashboards.panels.wording import mark as _
from dashboards.reader import Reader
from dashboards.role_names import grant_text
from teplosvet.access.audit import Entry
from teplosvet.domain.periods import Period
from teplosvet.words.catalogue import gettext

ACTIONS = {
    "account.added": _("account added"),
    "account.locked": _("account locked"),
    "account.unlocked": _("account unlocked"),
    "act.agreed": _("act agreed"),
    "act.begun": _("act drafted"),
    "act.disputed": _("act disputed"),
    "act.paid": _("act paid"),
    "act.sent": _("act sent"),
    "adjustment.agreed": _("adjustment agreed"),
    "adjustment.proposed": _("adjustment proposed"),
    "adjustment.rejected": _("adjustment rejected"),
    "adjustment.withdrawn": _("adjustment withdrawn"),
    "alarm.acknowledged": _("alarm acknowledged"),
    "alarm.noted": _("note to an alarm"),
    "alarm.override": _("alarm threshold of a building set"),
    "alarm.subscribed": _("alarms subscribed to"),
    "alarm.unsubscribed": _("alarms unsubscribed from"),
    "building.hidden": _("page for residents switched off"),
    "building.owned": _("building given to an organisation"),
    "building.shown": _("page for residents switched on"),
    "contract.owned": _("contract given to an ESCO"),
    "device.credentials": _("broker password of a device shown"),
    "device.exchanged": _("device exchanged"),
    "device.label": _("label of a device made"),
    "device.registered": _("device registered"),
    "device.stocked": _("device taken into stock"),
    "device.withdrawn": _("device withdrawn"),
    "grafana_user.made": _("Grafana user of an organisation made"),
    "installation.photo": _("photo of an installation kept"),
    "labels.printed": _("labels of a building printed"),
    "organisation.added": _("organisation added"),
    "password.changed": _("password changed"),
    "password.reset": _("password reset"),
    "quarantine.replayed": _("refused messages put through again"),
    "role.granted": _("role granted"),
    "role.revoked": _("role revoked"),
    "sessions.ended": _("all sessions ended"),
    "sign_in.failed": _("wrong password"),
    "sign_in.locked_out": _("locked out after wrong passwords"),
    "sign_in.password": _("signed in by password"),
    "sign_in.provider": _("signed in by the provider"),
    "sign_out": _("signed out"),
    "token.added": _("token made"),
    "token.revoked": _("token ended"),
    "weather.kept": _("hours of a weather station added"),
}
"""Every action that is written down."""


def action_name(action: str) -> str:
    """What was done; an action of an older version that nobody words any more stays its code."""
    return gettext(ACTIONS[action]) if action in ACTIONS else action


def details(entry: Entry, reader: Reader) -> str:
    """What belongs to it: a role and where it counts, the serials of an exchange, the period of an act."""
    told = entry.data
    if entry.action.startswith("role."):
        return grant_text(f"{told['role']} {told['scope']}")
    if entry.action == "device.exchanged":
        return f"{told['old']} → {told['new']}"
    if "period" in told:
        start, _slash, end = str(told["period"]).partition("/")
        return reader.period(Period(date.fromisoformat(start), date.fromisoformat(end)))
    named = (told.get(name) for name in ("note", "organisation", "serial", "target"))
    return next((str(value) for value in named if value), "")

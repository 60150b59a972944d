"""What the scripts of the installer's page say; gettext translates when a page is made."""

from dashboards.texts import TEXTS
from teplosvet.domain.device_types import TYPES
from teplosvet.words.catalogue import gettext as _


def texts() -> dict[str, str]:
    """Texts by key in the language that is spoken now."""
    return _form_texts() | _outbox_texts() | _unit_texts() | _names()


def _form_texts() -> dict[str, str]:
    return {
        "choose": _("Choose…"),
        "needed": _("This is needed."),
        "no_number": _("Type the number as the meter shows it, for example 1234.5."),
        "equals": _("= %(value)s kWh"),
        "start_register": _("Start register: %(name)s"),
        "closing_register": _("Register of the old meter at its end: %(name)s"),
        "unit_of": _("Unit of %(name)s"),
        "other_system": _("This code is not a Teplosvet label. Type the name that is printed under our QR code."),
        "no_code": _("No QR code is seen in the picture. Come closer, or type the name on the label."),
        "no_photo": _("This file is not a picture that the phone can read."),
        "phone_full": _(
            "The phone has no room to keep this. Free some space; nothing was lost, the form is as you typed it."
        ),
    }


def _outbox_texts() -> dict[str, str]:
    return {
        "queued": _("Kept on this phone; it is sent when there is a network."),
        "sending": _("%(n)s to send…"),
        "waiting_for_network": _("%(n)s wait for a network. Nothing is lost: they are kept on this phone."),
        "waiting": _("Waiting for the first reading… %(n)s s"),
        "good": _("Done: it reports right."),
        "wrong": _("Not right yet. Mend this:"),
        "check_later": _("Registered. No network now: the check goes on when there is one."),
        "signed_out": _("Sign in again to see the check. What you typed is kept."),
        "refused": _("The server refused it."),
        "sure": _("Throw this registration away? What you typed and its photo are lost."),
    }


def _unit_texts() -> dict[str, str]:
    return {
        "unit.kWh": _("kWh"),
        "unit.MWh": _("MWh"),
        "unit.Gcal": _("Gcal"),
        "unit.GJ": _("GJ"),
        "unit.m3": _("m³"),
        "unit.h": _("h"),
    }


def _names() -> dict[str, str]:
    """Names of registers and classes, as the other pages of the console have them."""
    said = {f"carrier.{each.device_class}" for each in TYPES.values()}
    said |= {f"quantity.{quantity}" for each in TYPES.values() for quantity in each.expected}
    return {key: _(text) for key in sorted(said) if isinstance(text := TEXTS[key], str)}

"""How roles and what they reach are called."""

from teplosvet.access.principal import Role
from teplosvet.words.catalogue import gettext as _


def role_name(role: str) -> str:
    """A role, as people call it."""
    names = {
        Role.OPERATOR: _("operator of buildings"),
        Role.ESCO: _("energy service company"),
        Role.INSTALLER: _("installer"),
        Role.VERIFIER: _("independent verifier"),
        Role.ADMINISTRATOR: _("administrator"),
    }
    return names[Role(role)]


def grant_text(held: str) -> str:
    """What somebody holds, from ``operator organisation:city``."""
    role, _space, scope = held.partition(" ")
    kind, _colon, code = scope.partition(":")
    places = {
        "platform": _("everywhere"),
        "organisation": _("organisation %(code)s") % {"code": code},
        "building": _("building %(code)s") % {"code": code},
        "contract": _("contract %(code)s") % {"code": code},
    }
    return f"{role_name(role)}: {places[kind]}"

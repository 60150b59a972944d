"""The sections of the console, each with who sees it: whoever adds a page appends a line."""

from typing import NamedTuple

from teplosvet.access.principal import Principal, Role


def _(text: str) -> str:
    """Marks a text for the catalogues; the template translates it."""
    return text


class Entry(NamedTuple):
    """A section: its path, its title in English, the roles that see it, and whether it is the platform's alone."""

    path: str
    title: str
    roles: tuple[Role, ...]
    platform: bool = False


ENTRIES = (
    Entry("/", _("Houses"), (Role.OPERATOR, Role.ESCO, Role.INSTALLER, Role.VERIFIER)),
    Entry("/alarms", _("Alarms"), (Role.OPERATOR, Role.ESCO)),
    Entry("/portfolio", _("Contracts and savings"), (Role.ESCO, Role.VERIFIER, Role.OPERATOR)),
    Entry("/dashboards", _("Dashboards"), tuple(Role)),
    Entry("/install", _("Register a device"), (Role.INSTALLER, Role.OPERATOR)),
    Entry("/administration", _("Administration"), (Role.ADMINISTRATOR,), platform=True),
    Entry("/people", _("People"), (Role.ADMINISTRATOR,)),
    Entry("/log", _("Log of changes"), (Role.ADMINISTRATOR,)),
)


def entries_for(person: Principal | None) -> list[Entry]:
    """What somebody may go to; nothing for a page that is for everybody."""
    if person is None:
        return []
    return [entry for entry in ENTRIES if person.may(*entry.roles) and (person.platform or not entry.platform)]

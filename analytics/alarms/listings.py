"""Lists of alarms and of who is told."""

from collections.abc import Mapping
from typing import Any

from teplosvet.access.principal import Role
from teplosvet.api.listing import Listing
from teplosvet.words.alarms import alarm_text
from teplosvet.words.catalogue import speaking


def _text(row: Mapping[str, Any]) -> str:
    return alarm_text(row["code"], row["data"], speaking.get())


_FIELDS = (
    "alarm_id! code! severity! building building_title entrance device opened_at! last_seen! closed_at acknowledged_at"
    " acknowledged_by note data!"
)

OPEN = Listing(
    "alarms",
    "alarm_open",
    "Open alarms",
    "What somebody has to look at now, the newest first. Severity: 1 info, 2 warning, 3 critical.",
    fields=_FIELDS,
    keys="alarm_id",
    newest_first=True,
    filters="building device code severity",
    time="opened_at",
    derived={"text": _text},
)
JOURNAL = Listing(
    "alarm-journal",
    "alarm_journal",
    "All alarms",
    "Every alarm that there ever was, open or closed, the newest first.",
    fields=_FIELDS,
    keys="alarm_id",
    newest_first=True,
    filters="building device code severity",
    time="opened_at",
    one=True,
    derived={"text": _text},
)
NOTES = Listing(
    "alarm-notes",
    "alarm_note_log",
    "Notes on alarms",
    "Who acknowledged what and noted what; entries are only ever added.",
    fields="entry! alarm_id! at! actor! acknowledges! note!",
    keys="entry",
    filters="alarm_id",
    time="at",
)
MAY_ACKNOWLEDGE = (Role.OPERATOR, Role.ESCO, Role.INSTALLER)

"""What problems say to people, in their language."""

from collections.abc import Callable, Mapping
from typing import Any

from teplosvet.words.catalogue import gettext as _

_STATUSES: Mapping[int, Callable[[], str]] = {
    401: lambda: _("Sign in first, or send a token."),
    403: lambda: _("You have no right to this."),
    404: lambda: _("There is nothing at this address."),
    405: lambda: _("This address does not take this method."),
    406: lambda: _("This can be had as JSON, CSV or Parquet, and as nothing else."),
    409: lambda: _("The same request is being answered now; ask again."),
    412: lambda: _("It was changed since you read it: read it again."),
    413: lambda: _("That is larger than what is taken here."),
    415: lambda: _("Send JSON, with the header Content-Type: application/json."),
    500: lambda: _("Something went wrong here. The request id says to us what."),
}


def of_status(status: int) -> str:
    """What an HTTP status means for whoever asked."""
    text = _STATUSES.get(status)
    return _("This cannot be done.") if text is None else text()


_FIELDS: Mapping[str, Callable[[], str]] = {
    "missing": lambda: _("This field is needed."),
    "extra_forbidden": lambda: _("There is no such field here."),
    "json_invalid": lambda: _("This is no JSON."),
    "greater_than_equal": lambda: _("At least %(ge)s."),
    "less_than_equal": lambda: _("At most %(le)s."),
    "string_too_long": lambda: _("At most %(max_length)s characters."),
    "string_too_short": lambda: _("At least %(min_length)s characters."),
    "timezone_aware": lambda: _("A time needs its zone, as in 2026-01-31T12:00:00Z."),
    "enum": lambda: _("One of %(expected)s."),
    "literal_error": lambda: _("One of %(expected)s."),
    "cursor": lambda: _("This is no place in this list: take it from the Link of the page before."),
    "unreachable_target": lambda: _("Alarms cannot be sent there: %(reason)s"),
}
_KINDS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("datetime", lambda: _("Not a time: write it as 2026-01-31T12:00:00Z.")),
    ("date", lambda: _("Not a day: write it as 2026-01-31.")),
    ("time", lambda: _("Not a time of day: write it as 22:00.")),
    ("int", lambda: _("Not a whole number.")),
    ("float", lambda: _("Not a number.")),
    ("bool", lambda: _("Neither true nor false.")),
    ("string", lambda: _("This text cannot be taken.")),
)


def of_field(code: str, context: Mapping[str, Any]) -> str:
    """What is wrong with a field, by the code that pydantic gives it."""
    found = _FIELDS.get(code) or next((text for start, text in _KINDS if code.startswith(start)), None)
    if found is None:
        return _("This value cannot be taken.")
    try:
        return found() % context
    except KeyError:
        return _("This value cannot be taken.")

"""Why a message was refused, in words for pages; programs and the command line keep the code."""

from dashboards.panels.wording import mark as _

REASONS = {
    "not_json": _("the message is no JSON"),
    "not_senml": _("the message is no SenML"),
    "empty_pack": _("the message is empty"),
    "too_large": _("the message is too large"),
    "no_number": _("a value is no number"),
    "unknown_origin": _("sender unknown"),
    "unknown_topic": _("topic unknown"),
    "malformed": _("the message is malformed"),
    "unknown_device": _("device not registered"),
    "foreign_device": _("device of another sender"),
    "unknown_quantity": _("quantity unknown"),
    "unknown_unit": _("unit unknown"),
    "repeated_quantity": _("quantity stated twice"),
    "impossible_serial": _("serial number not possible"),
    "out_of_range": _("value out of range"),
    "not_finite": _("value not finite"),
    "database_refused": _("refused by the database"),
}
"""Words by code; a code that is not here is shown as it is."""

"""What stands between a statement and a better one: days that are not in the sums, days to wait, the guarantee."""

from collections import Counter

from dashboards.reader import Reader
from teplosvet.stored_statement import Statement
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import ngettext


def missing_lines(statement: Statement, reader: Reader) -> list[str]:
    """Each in a sentence, what helps most first."""
    found = []
    for finding in statement.findings:
        days = finding.data.get("more_days")
        if finding.code == "not_proven" and isinstance(days, int):
            found.append(reader.say("lede.more_days", n=days))
    guarantee, lower = statement.guarantee_kwh, statement.lower_kwh
    if guarantee and lower is not None and lower < guarantee:
        short = reader.headline_energy(guarantee - lower, None, statement.carrier)
        found.append(
            _("The lower bound is %(energy)s short of the guarantee: until then it may have been missed.")
            % {"energy": short}
        )
    left_out = Counter(day.left_out for day in statement.reporting_days if not day.used and day.left_out)
    for reason, days in left_out.most_common():
        why = reader.say(f"left_out.{reason}") if reader.knows(f"left_out.{reason}") else reason
        text = ngettext("%(num)s day is not in the sums: %(why)s.", "%(num)s days are not in the sums: %(why)s.", days)
        found.append(text % {"num": reader.number(days), "why": why})
    return found

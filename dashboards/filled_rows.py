"""Days that a fill rule counts, as a statement's page shows them: beside the metered ones and never among them."""

from collections.abc import Callable

from teplosvet.stored_statement import Statement
from teplosvet.words.catalogue import gettext as _


def fill_name(rule: str) -> str:
    """What a fill rule is called."""
    names = {"mean_of_normal_days": _("filled by mean of normal days"), "contract_load": _("filled by contract load")}
    return names.get(rule, rule)


def filled_rows(statement: Statement, energy: Callable[[float | None], str]) -> list[tuple[str, str, str]]:
    """Adjusted baseline and filled energy by rule, and the avoided energy with them; nothing without a filled day."""
    filled = statement.filled
    if filled is None:
        return []
    rows: list[tuple[str, str, str]] = []
    for line in filled.lines:
        name = _("%(rule)s, %(days)s d, not metered") % {"rule": fill_name(line.rule), "days": line.days}
        rows.append((_("adjusted baseline of these days"), energy(line.adjusted_baseline_kwh), "part"))
        rows.append((name, energy(-line.filled_kwh), "part"))
    total = _("avoided energy with filled days, for the settlement")
    return [*rows, (total, energy(filled.total_avoided_energy_kwh), "")]

"""What changed between versions, in the language that is spoken."""

import re
from datetime import date
from decimal import Decimal

import pytest

from analytics.changes import ChangedDay, ChangedEntry, Changes, Part
from analytics.evidence.change_words import change_lines
from teplosvet.domain.adjustments import AdjustmentState
from teplosvet.words.catalogue import speaking
from teplosvet.words.figures import MINUS
from teplosvet.words.language import Language

CHANGES = Changes(
    since=1,
    inputs=("readings", "terms"),
    adjusted_baseline_kwh=1234.5,
    metered_kwh=-12.0,
    avoided_energy_kwh=0.25,
    payable=Decimal("-10.50"),
    currency="RUB",
    changed_days=3,
    days=(ChangedDay(Part.REPORTING, date(2025, 1, 2), None, 5.5, -3.0, -2.0, used_before=False, used=True),),
    ledger=(ChangedEntry(1, "Heated area", None, AdjustmentState.PROPOSED),),
)
ENGLISH = [
    (
        "version 2: 12.0 kWh less metered on 3 days, 1,234.5 kWh more adjusted baseline, 0.250 kWh more avoided energy,"
        " 10.50 RUB less payable since version 1, because readings came in or were corrected and the contract's terms"
        " were changed"
    ),
    "  adjustment No. 1 (Heated area): none → proposed, not in the sums",
    (
        f"  reporting 2025-01-02: metered unknown → 5.500 kWh, independent variable {MINUS}3.000 → {MINUS}2.000,"
        " now used"
    ),
    "  and 2 more days",
]


@pytest.fixture(params=[Language.ENGLISH, Language.RUSSIAN])
def language(request: pytest.FixtureRequest) -> Language:
    return Language(request.param)


def test_the_lines_are_in_the_language_that_is_spoken(language: Language) -> None:
    token = speaking.set(language)
    try:
        found = list(change_lines(2, CHANGES))
    finally:
        speaking.reset(token)
    if language is Language.ENGLISH:
        assert found == ENGLISH
    else:
        assert re.findall(r"[A-Za-z]+", " ".join(found)) == ["RUB", "Heated", "area"]
        assert "за 3 дня" in found[0]
        assert found[-1] == "  и ещё 2 дня"

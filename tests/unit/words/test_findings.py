"""Findings in words: every code in both languages, with the same figures."""

import re
from string import Formatter

import pytest

from teplosvet.domain.findings import FindingCode
from teplosvet.words.findings import FINDINGS, finding_text
from teplosvet.words.language import Language

ENGLISH, RUSSIAN = FINDINGS[Language.ENGLISH], FINDINGS[Language.RUSSIAN]
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def kwh(energy_kwh: float) -> str:
    return f"{energy_kwh:.1f} kWh"


def test_every_code_has_its_sentence_in_both_languages() -> None:
    assert ENGLISH.keys() == RUSSIAN.keys()
    assert {code.value for code in FindingCode} - ENGLISH.keys() == set()
    assert [key for key in ENGLISH if placeholders(ENGLISH[key]) != placeholders(RUSSIAN[key])] == []
    assert [key for key, text in RUSSIAN.items() if not CYRILLIC.search(text)] == []
    assert [key for key, text in ENGLISH.items() if CYRILLIC.search(text)] == []


@pytest.mark.parametrize(
    ("code", "data", "sentence"),
    [
        ("share_estimated", {"estimated_kwh": 12.5}, "Of the metered energy 12.5 kWh is estimated."),
        ("baseline_poor_fit", {"cv_rmse": 0.251}, "CV(RMSE) is 25.1\u00a0%"),
        ("low_coverage", {"used_days": 3, "days": 9, "period": "baseline"}, "Only 3 of 9 days of the baseline period"),
        ("not_proven", {"lower_kwh": -1.0, "upper_kwh": 2.0, "more_days": 7}, "About 7 more days"),
        ("moon_phase", {}, "Finding: moon_phase."),
        ("low_coverage", {}, "Finding: low_coverage."),
    ],
)
def test_sentences_carry_figures_with_units(code: str, data: dict[str, str | float | int], sentence: str) -> None:
    assert sentence in finding_text(code, data, Language.ENGLISH, kwh)


@pytest.mark.parametrize(("language", "figures"), [(Language.ENGLISH, "9.5"), (Language.RUSSIAN, "9,5")])
def test_a_level_shift_says_how_warm_its_days_are_and_one_without_weather_does_not(
    language: Language, figures: str
) -> None:
    data: dict[str, str | float | int] = {"first_day": "2026-04-01", "days": 30, "size_kwh": -4.0, "less_kwh": 4.0}
    plain = finding_text("level_shift", data, language, kwh)
    told = finding_text("level_shift", {**data, "shift_c": 9.5, "others_c": -3.25}, language, kwh)
    assert told.startswith(plain)
    assert figures in told
    assert figures not in plain

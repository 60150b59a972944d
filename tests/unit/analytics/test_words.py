from dataclasses import replace

import numpy as np
import pytest

from analytics.methods import verify
from analytics.words import headline, number
from teplosvet.words.language import Language
from tests.unit.analytics.known_contracts import DAYS, contract, heat_energy, heat_input

NBSP = "\N{NO-BREAK SPACE}"


def test_the_answer_comes_first_with_its_band_in_the_unit_of_the_tariff() -> None:
    inputs = replace(heat_input(heat_energy(0.2)), contract=contract(guarantee_kwh=4000.0))
    statement = replace(verify(inputs), avoided_energy_kwh=47_915.6, lower_kwh=43_380.0, upper_kwh=52_451.3)
    sentence = headline(statement)
    assert sentence.startswith("2024-10-01–2025-04-30: 41.2 ± 3.9 Gcal saved (90 %), 1198 % of the guarantee, payable ")
    assert headline(statement, Language.RUSSIAN).startswith(
        "За 01.10.2024–30.04.2025 сэкономлено 41,2 ± 3,9 Гкал (90 %)"
    )


def test_what_is_not_proven_says_how_many_days_are_missing() -> None:
    sentence = headline(verify(heat_input(heat_energy(0.01, cv=0.15, seed=1))))
    assert "no saving is proven" in sentence
    assert "more days like these would settle it" in sentence
    assert "payable" not in sentence


def test_a_baseline_that_is_too_weak_is_said() -> None:
    sentence = headline(verify(heat_input(heat_energy(0.02, cv=0.15, seed=4))), Language.RUSSIAN)
    assert "экономия не доказана" in sentence
    assert "слаба база" in sentence


def test_a_refusal_states_nothing() -> None:
    assert "nothing can be stated" in headline(verify(heat_input(np.full(len(DAYS), np.nan))))


@pytest.mark.parametrize(
    ("language", "text"), [(Language.ENGLISH, "1,234,567.9"), (Language.RUSSIAN, f"1{NBSP}234{NBSP}567,9")]
)
def test_numbers_are_written_as_the_language_does(language: Language, text: str) -> None:
    assert number(1234567.89, 1, language) == text

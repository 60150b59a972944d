import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from analytics.methods import verify
from analytics.money_words import money_rows
from analytics.statement import Settlement, SettlementLine
from analytics.words import headline, number
from teplosvet.domain.contract_terms import TariffKind
from teplosvet.domain.contracts import TariffUnit
from teplosvet.domain.periods import Period
from teplosvet.words.catalogue import speaking
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


def test_the_money_of_a_statement_speaks_one_language_with_one_shape_of_numbers_and_dates() -> None:
    money = Settlement(
        "RUB",
        Decimal(10),
        Decimal(8),
        "",
        lines=tuple(
            SettlementLine(
                Period.parse(period),
                90,
                Decimal("67966.853"),
                Decimal("2450.10"),
                TariffUnit.GCAL,
                kind,
                True,
                Decimal(5),
            )
            for period, kind in (
                ("2025-10-01/2026-01-01", TariffKind.CURRENT),
                ("2026-01-01/2026-05-01", TariffKind.FIXED),
            )
        ),
        due_on=date(2026, 5, 15),
    )
    token = speaking.set(Language.RUSSIAN)
    try:
        rows = money_rows(money, verify(heat_input(heat_energy(0.2))), Language.RUSSIAN)
    finally:
        speaking.reset(token)
    said = " ".join(f"{name} {value}" for name, value in rows).replace("RUB", "").replace("CO₂", "")
    assert not re.search("[A-Za-z]", said)
    assert "67\u00a0966,853 кВт·ч по 2\u00a0450,10" in said
    assert "01.10.2025–31.12.2025" in said
    assert "15.05.2026" in said

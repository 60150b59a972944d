"""No half-translated page: every text is there in both languages, with the same figures in it."""

import re
from string import Formatter

import pytest

from dashboards.texts import TEXTS
from teplosvet.domain.contracts import Carrier, Method
from teplosvet.domain.findings import Severity
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.words.language import Language
from tests.unit.dashboards.sources import spoken_keys

ENGLISH, RUSSIAN = TEXTS[Language.ENGLISH], TEXTS[Language.RUSSIAN]
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
WITHOUT_WORDS = re.compile(r"[\W\d_]*|CV\(RMSE\)|NMBE|R²")
FORMS = {Language.ENGLISH: 2, Language.RUSSIAN: 3}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def missing_placeholders(one: str, other: str) -> set[str]:
    """Placeholders that not every form of both texts has; `n` apart, because a form may say "one"."""
    forms = [placeholders(form) - {"n"} for text in (one, other) for form in text.split("|")]
    return forms[0].union(*forms) - forms[0].intersection(*forms)


def test_both_languages_have_the_same_texts() -> None:
    assert ENGLISH.keys() == RUSSIAN.keys()


@pytest.mark.parametrize("key", ENGLISH)
def test_a_text_has_the_same_figures_in_both_languages(key: str) -> None:
    assert missing_placeholders(ENGLISH[key], RUSSIAN[key]) == set()


@pytest.mark.parametrize("language", Language)
def test_plurals_have_all_their_forms(language: Language) -> None:
    assert {key for key, text in TEXTS[language].items() if text.count("|") not in {0, FORMS[language] - 1}} == set()


def test_each_text_is_in_its_own_language() -> None:
    words = {key: re.sub(r"\{\w+\}", "", text) for key, text in RUSSIAN.items()}
    assert [key for key, text in words.items() if not CYRILLIC.search(text) and not WITHOUT_WORDS.fullmatch(text)] == []
    assert [key for key, text in ENGLISH.items() if CYRILLIC.search(text)] == []


def test_every_text_that_a_page_says_exists() -> None:
    keys, _ = spoken_keys()
    assert keys - ENGLISH.keys() == set()


def test_every_text_is_said_somewhere() -> None:
    keys, beginnings = spoken_keys()
    assert [key for key in ENGLISH if key not in keys and not key.startswith(beginnings)] == []


def test_what_the_domain_names_has_a_text() -> None:
    wanted = {f"quantity.{quantity.value}" for quantity in Quantity}
    wanted |= {f"carrier.{carrier.value}" for carrier in (*Carrier, *DeviceClass)}
    wanted |= {f"method.{method.value}" for method in Method} | {f"severity.{severity.value}" for severity in Severity}
    assert wanted - ENGLISH.keys() == set()


def test_the_checks_can_fail() -> None:
    assert missing_placeholders("{energy} saved", "сэкономлено") == {"energy"}
    assert missing_placeholders("one|{all}", "{all}") == {"all"}
    keys, _ = spoken_keys('reader.say("no.such.text")')
    assert "no.such.text" in keys - ENGLISH.keys()

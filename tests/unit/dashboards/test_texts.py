"""Every text that a page says by its key exists, and none is left over; the catalogues have a test of their own."""

import re

import pytest

from dashboards.reader import Reader
from dashboards.texts import TEXTS
from teplosvet.domain.contracts import Carrier, Method
from teplosvet.domain.findings import Severity
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.words.catalogue import messages
from teplosvet.words.language import Language
from tests.unit.dashboards.sources import spoken_keys
from tests.unit.dashboards.test_statements import NOW

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
WITHOUT_WORDS = re.compile(r"[\W\d_]*|CV\(RMSE\)|NMBE|R²|CSV|PDF")


def forms(text: str | tuple[str, str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def test_each_text_is_in_its_own_language() -> None:
    words = {
        (key, form): re.sub(r"%\(\w+\)[sd]", "", form)
        for key, each in messages(Language.RUSSIAN).items()
        for form in each
    }
    assert [key for key, text in words.items() if not CYRILLIC.search(text) and not WITHOUT_WORDS.fullmatch(text)] == []
    assert [key for key, text in TEXTS.items() if any(CYRILLIC.search(form) for form in forms(text))] == []


def test_every_text_that_a_page_says_exists() -> None:
    keys, _ = spoken_keys()
    assert keys - TEXTS.keys() == set()


def test_every_text_is_said_somewhere() -> None:
    keys, beginnings = spoken_keys()
    assert [key for key in TEXTS if key not in keys and not key.startswith(beginnings)] == []


def test_what_the_domain_names_has_a_text() -> None:
    wanted = {f"quantity.{quantity.value}" for quantity in Quantity}
    wanted |= {f"carrier.{carrier.value}" for carrier in (*Carrier, *DeviceClass)}
    wanted |= {f"method.{method.value}" for method in Method} | {f"severity.{severity.value}" for severity in Severity}
    assert wanted - TEXTS.keys() == set()


@pytest.mark.parametrize(("n", "said"), [(1, "молчит 1 прибор"), (3, "молчат 3 прибора"), (11, "молчат 11 приборов")])
def test_a_number_chooses_its_plural(n: int, said: str) -> None:
    assert Reader(Language.RUSSIAN, None, NOW).say("state.silent", n=n) == said


def test_the_checks_can_fail() -> None:
    keys, _ = spoken_keys('reader.say("no.such.text")')
    assert "no.such.text" in keys - TEXTS.keys()

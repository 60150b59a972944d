"""What a passport says, in each language: the same keys and placeholders in both, which a test checks."""

from collections.abc import Mapping

from analytics.passport import words_en, words_ru
from teplosvet.words.language import Language

TEXTS: Mapping[Language, Mapping[str, str]] = {Language.ENGLISH: words_en.TEXTS, Language.RUSSIAN: words_ru.TEXTS}

"""What the console says, in each language: the same keys and placeholders in all of them, which a test checks."""

from collections.abc import Mapping

from dashboards.texts import english, russian
from teplosvet.words.language import Language

TEXTS: Mapping[Language, Mapping[str, str]] = {Language.ENGLISH: english.TEXTS, Language.RUSSIAN: russian.TEXTS}

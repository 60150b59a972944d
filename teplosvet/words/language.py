"""The languages that Teplosvet speaks to people."""

from enum import StrEnum


class Language(StrEnum):
    """One of them, by its ISO 639-1 code."""

    ENGLISH = "en"
    RUSSIAN = "ru"

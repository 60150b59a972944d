"""What Teplosvet says to people: gettext catalogues, English in the source, Russian beside it.

Every ``locale/ru/*.po`` is read as it stands, so nobody compiles anything. Each part of the product has a file of its
own; a test compares all of them with the texts that stand in templates and code.
"""

from contextvars import ContextVar
from functools import cache
from importlib.resources import files

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from teplosvet.words.figures import plural_form
from teplosvet.words.language import Language

speaking: ContextVar[Language] = ContextVar("speaking", default=Language.ENGLISH)
"""The language of whoever is answered now."""


@cache
def messages(language: Language) -> dict[str, tuple[str, ...]]:
    """Translations by their English text: one form, or all plural forms. English has none, it is the source."""
    if language is Language.ENGLISH:
        return {}
    folder = files("teplosvet.words").joinpath("locale", language.value)
    found: dict[str, tuple[str, ...]] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".po"):
            with entry.open("rb") as stream:
                found |= _forms(read_po(stream, locale=language.value))
    return found


def _forms(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    return {_key(each): _strings(each) for each in catalogue if each.id and _strings(each) and all(_strings(each))}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def gettext(text: str) -> str:
    """A text in the language that is spoken now."""
    return messages(speaking.get()).get(text, (text,))[0]


def ngettext(one: str, many: str, n: int) -> str:
    """A text that depends on a number, in the language that is spoken now."""
    language = speaking.get()
    forms = messages(language).get(one, (one, many))
    return forms[min(plural_form(n, language), len(forms) - 1)]

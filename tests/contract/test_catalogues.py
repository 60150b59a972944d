"""Every text that people read stands in the Russian catalogue, with the same placeholders, and nothing else does."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

REPOSITORY = Path(__file__).parents[2]
SOURCES = ("teplosvet", "ingest_service", "analytics", "dashboards", "gateway")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
LOCALE = REPOSITORY / "teplosvet" / "words" / "locale" / "ru"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def written() -> Iterator[tuple[str, ...]]:
    """Texts of templates and code, one form or two."""
    options = {"**.html": {"trimmed": "true"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for source in SOURCES:
        for _, _, message, _, _ in extract_from_dir(
            str(REPOSITORY / source), METHODS, options, keywords=keywords, comment_tags=()
        ):
            yield (message,) if isinstance(message, str) else tuple(message)


def translated() -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for file in sorted(LOCALE.glob("*.po")):
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale="ru", abort_invalid=True)
        assert not catalogue.obsolete, f"{file.name} has obsolete texts"
        for each in catalogue:
            if not each.id:
                continue
            assert not each.fuzzy, f"{file.name}: {each.id} is fuzzy"
            key = (each.id,) if isinstance(each.id, str) else tuple(each.id)
            assert key not in found, f"{file.name}: {key} stands twice"
            found[key] = (each.string,) if isinstance(each.string, str) else tuple(each.string)
    return found


def faults(texts: set[tuple[str, ...]], catalogue: dict[tuple[str, ...], tuple[str, ...]]) -> list[str]:
    missing = [f"not translated: {key}" for key in texts - catalogue.keys()]
    dead = [f"nobody says: {key}" for key in catalogue.keys() - texts]
    empty = [f"empty: {key}" for key, forms in catalogue.items() if not all(forms)]
    wanted = {key: set(PLACEHOLDER.findall(key[-1])) for key in catalogue}
    other = [
        f"other placeholders: {key}"
        for key, forms in catalogue.items()
        if any(set(PLACEHOLDER.findall(form)) != wanted[key] for form in forms)
    ]
    return sorted(missing + dead + empty + other)


def test_the_catalogue_is_filled() -> None:
    assert faults(set(written()), translated()) == []


def test_a_fault_is_seen() -> None:
    """Negative control."""
    catalogue = {("Save",): ("",), ("Hello %(name)s",): ("Привет",), ("Gone",): ("Нет",)}
    found = faults({("Save",), ("Hello %(name)s",), ("New",)}, catalogue)
    assert len(found) == 4

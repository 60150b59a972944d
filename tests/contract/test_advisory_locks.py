"""Every advisory lock of the database is one thing's own: a shared number lets one wait for good for another's work."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

QUERIES = Path(__file__).parents[2] / "teplosvet" / "storage" / "queries"
LOCK = re.compile(r"pg_(?:try_)?advisory_(?:xact_)?lock\((\d+)")


def shared(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Numbers that more than one file takes, and the files."""
    taken: dict[str, set[str]] = defaultdict(set)
    for name, text in texts.items():
        for number in LOCK.findall(text):
            taken[number].add(name)
    return {number: names for number, names in taken.items() if len(names) > 1}


def test_no_lock_has_two_owners() -> None:
    texts = {file.name: file.read_text(encoding="utf-8") for file in QUERIES.glob("*.sql")}
    assert sum(len(LOCK.findall(text)) for text in texts.values()) >= 6
    assert shared(texts) == {}


def test_a_shared_number_is_found() -> None:
    """Negative control."""
    texts = {
        "jobs.sql": "SELECT pg_try_advisory_lock(1);",
        "accounts.sql": "SELECT pg_advisory_xact_lock(1);",
        "other.sql": "SELECT pg_advisory_xact_lock(2, %(a)s);",
    }
    assert shared(texts) == {"1": {"jobs.sql", "accounts.sql"}}

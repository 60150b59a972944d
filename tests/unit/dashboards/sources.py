"""Which texts the console's templates and modules say."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

_CALL = re.compile(r"(?:say|knows)\(([^()]*)")
_LITERAL = re.compile(r"""["']([a-z][\w.]*)(["'{])""")
_PUT_TOGETHER = re.compile(r"""f["']((?:[a-z_]+\.)+)\{""")

STATUSES = {"proven", "not_proven", "no_statement"}
"""What `dashboards.contract_line.status_of` says and a template hands on as it is."""


def _sources(folder: Traversable) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".html")):
            yield entry.read_text(encoding="utf-8")


def spoken_keys(*more: str) -> tuple[set[str], tuple[str, ...]]:
    """Keys that stand in a call as they are, and the beginnings of keys that are put together."""
    keys = set(STATUSES)
    beginnings: set[str] = set()
    for text in (*_sources(files("dashboards")), *more):
        for arguments in _CALL.findall(text):
            for literal, end in _LITERAL.findall(arguments):
                (beginnings if end == "{" or literal.endswith(".") else keys).add(literal)
        beginnings |= set(_PUT_TOGETHER.findall(text))
    return keys, tuple(beginnings)

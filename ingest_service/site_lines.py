"""In which line of a site file a field stands: `tomllib` tells it only for syntax."""

import re
from collections.abc import Sequence

_TABLE = re.compile(r"^\s*\[\[?\s*([\w.]+)\s*\]\]?")
_KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line of a field, or of the table that it belongs to, counted from 1.

    Args:
        text: The file.
        path: Names and, for arrays of tables, positions: ``("device", 2, "installation", 0, "serial")``.
    """
    best: int | None = None
    here: list[str | int] = []
    counts: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if table := _TABLE.match(line):
            here = _enter(table[1].split("."), counts, array=line.lstrip().startswith("[["))
            if _starts(path, here) or (path and best is None and _starts(here, path)):
                best = number
        elif (key := _KEY.match(line)) and _starts(path, [*here, key[1]]):
            return number
    return best


def _enter(names: list[str], counts: dict[tuple[str | int, ...], int], *, array: bool) -> list[str | int]:
    """The path of a table header, with the positions of arrays of tables that are open."""
    here: list[str | int] = []
    for depth, name in enumerate(names):
        here.append(name)
        last = depth == len(names) - 1
        if last and array:
            counts[tuple(here)] = counts.get(tuple(here), -1) + 1
        if tuple(here) in counts:
            here.append(counts[tuple(here)])
    return here


def _starts(path: Sequence[str | int], here: Sequence[str | int]) -> bool:
    return list(path[: len(here)]) == list(here)

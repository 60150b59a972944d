"""TOML files that people write: what is wrong is told with its line, which `tomllib` tells only for syntax."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from teplosvet.domain.errors import InvalidFileError

MOST_BYTES = 16_000_000
"""A file that people write is smaller; a device or a disk image given by mistake is not read to its end. [B]"""
_TABLE = re.compile(r"^\s*\[\[?\s*([\w.]+)\s*\]\]?")
_KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InvalidFileError: If it cannot be read, is not UTF-8, or is far too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidFileError(str(path), None, None, f"cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise InvalidFileError(str(path), None, None, f"has more than {MOST_BYTES / 1e6:.0f} MB: is it the right file?")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidFileError(str(path), line, None, "expected UTF-8") from error


def parse(text: str, name: str) -> dict[str, Any]:
    """The tables of a file called `name`.

    Raises:
        InvalidFileError: If it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line = _syntax(str(error), text)
        raise InvalidFileError(name, line, None, message) from error
    except RecursionError as error:
        raise InvalidFileError(name, None, None, "is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise InvalidFileError(name, None, None, f"is no TOML: {error}".partition(";")[0]) from error


def dotted(path: Sequence[str | int]) -> str:
    """A path as people count: positions from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


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


def _syntax(message: str, text: str) -> tuple[str, int]:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if found is None:
        return message, text.count("\n") + 1
    line = int(found[1]) if found[1] else text.count("\n") + 1
    return message[: found.start()], line


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

"""Tables of a TOML file against their declaration, field by field: everything that is wrong is told in one go."""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from teplosvet.domain.errors import InvalidFileError
from teplosvet.toml_lines import dotted, line_of

FieldPath = tuple[str | int, ...]
"""Where a field stands: names of tables and fields, and numbers in arrays."""
T = TypeVar("T", bound=msgspec.Struct)
MOST_TOLD = 100
"""So many problems are told; whoever has more has made one mistake many times."""


class ProblemsError(InvalidFileError):
    """A file has several problems.

    Args:
        problems: All of them, in the order of their lines.
    """

    def __init__(self, problems: Sequence[InvalidFileError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.file, first.line, first.field, first.expected)

    def __str__(self) -> str:
        told = "\n".join(str(problem) for problem in self.problems[:MOST_TOLD])
        more = len(self.problems) - MOST_TOLD
        return f"{told}\nand {more} more" if more > 0 else told


class Tables:
    """Reads tables and collects what is wrong with them.

    Args:
        text: The file.
        name: Its name.
    """

    def __init__(self, text: str, name: str) -> None:
        self._text, self._name = text, name
        self.problems: list[InvalidFileError] = []

    def wrong(self, path: FieldPath, expected: str) -> None:
        """Note a problem of a field; where it stands is looked up for as many as are told."""
        line = line_of(self._text, path) if len(self.problems) < MOST_TOLD else None
        self.problems.append(InvalidFileError(self._name, line, dotted(path), expected))

    def finish(self) -> None:
        """End if there is any problem.

        Raises:
            ProblemsError: With all of them.
        """
        if self.problems:
            told, more = self.problems[:MOST_TOLD], self.problems[MOST_TOLD:]
            raise ProblemsError([*sorted(told, key=lambda problem: problem.line or 0), *more])

    def read(self, kind: type[T], table: object, path: FieldPath) -> T | None:
        """A table as its declaration has it, or None if something in it is wrong."""
        if not isinstance(table, dict):
            self.wrong(path, f"expected a table such as [{'.'.join(str(step) for step in path if step == str(step))}]")
            return None
        before = len(self.problems)
        values: dict[str, Any] = {}
        declared = msgspec.structs.fields(kind)
        for field in declared:
            if field.encode_name in table:
                values[field.name] = self._value(table[field.encode_name], field.type, (*path, field.encode_name))
            elif field.required:
                self.wrong((*path, field.encode_name), "is missing")
        names = [field.encode_name for field in declared]
        for key in table.keys() - set(names):
            self.wrong((*path, key), f"is not known here; there are {', '.join(names)}")
        return kind(**values) if len(self.problems) == before else None

    def several(self, kind: type[T], tables: object, path: FieldPath) -> list[tuple[FieldPath, T]]:
        """An array of tables: those of them that are as declared, with their paths."""
        if not isinstance(tables, list):
            self.wrong(path, f"expected [[{path[-1]}]]")
            return []
        found = (((*path, n), self.read(kind, table, (*path, n))) for n, table in enumerate(tables))
        return [(where, table) for where, table in found if table is not None]

    def _value(self, value: object, kind: Any, path: FieldPath) -> Any:
        try:
            return msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            sentence = str(error).partition(" - at `")[0]
            if "matching regex" in sentence:
                sentence = "expected text without line breaks and control characters"
            if sentence.startswith("Invalid enum value"):
                sentence += f", expected one of {', '.join(_choices(kind))}"
            plain = re.sub(r"`(\w+)`", r"\1", sentence)
            self.wrong(path, plain[0].lower() + plain[1:])
            return None


def _choices(kind: Any) -> list[str]:
    """The words of the enumeration or literal in a type."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(choice.value) for choice in kind]
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return [word for part in get_args(kind) for word in _choices(part)]

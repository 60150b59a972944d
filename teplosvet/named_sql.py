"""SQL by name: every statement of a ``.sql`` file stands under a ``-- name:`` line."""

import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def statements_of(file: Traversable) -> Mapping[str, LiteralString]:
    """All statements of a file by name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a name stands there twice.
    """
    parts = _NAME.split(file.read_text(encoding="utf-8"))[1:]
    names, bodies = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{file.name} names a statement twice")
    # The files are part of the package, hence as literal as a string in the source.
    return {
        name: cast("LiteralString", body.strip().removesuffix(";")) for name, body in zip(names, bodies, strict=True)
    }

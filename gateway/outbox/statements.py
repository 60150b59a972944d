"""The outbox's SQL, by name: every statement stands in `outbox.sql` under a ``-- name:`` line."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements() -> Mapping[str, str]:
    """All statements by name."""
    parts = _NAME.split(files("gateway.outbox").joinpath("outbox.sql").read_text("utf-8"))[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}

"""The `teplosvet` command called in this process, which spares a second of imports each time."""

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from teplosvet.cli import main
from teplosvet.config import settings


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


def caller(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], home: object) -> Call:
    """Calls the command with words and, as keywords, settings; others than these are not set."""

    def called(*words: str, **more: str) -> Said:
        for name in [name for name in os.environ if name.startswith("TEPLOSVET_")]:
            monkeypatch.delenv(name)
        for name, value in {"TEPLOSVET_HOME": str(home), "COLUMNS": "200", **more}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["teplosvet", *words])
        settings.cache_clear()
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        finally:
            settings.cache_clear()
        return Said(code, *capfd.readouterr())

    return called

"""docs/how-to/add-a-meter.md followed to the letter: its files are written, its commands run, the meter is read."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.wire.line_server import LineServer
from simulators.wire.mbus_meter import MbusMeter, Plate
from simulators.wire.mbus_slave import MbusBus
from teplosvet.stack.embedded import EmbeddedBroker

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs/how-to/add-a-meter.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {"python": "meters/acme_heat_5.py", "toml": "gateway.toml"}
LINE_URL, BROKER_URL = "socket://192.0.2.7:4001", "mqtt://192.0.2.10"
PATIENCE_S = 120
ZONE = ZoneInfo("Etc/GMT-3")
PAGE_CLOCK = bytes.fromhex("046D 1E0C4531")
"""5 January 2026, 12:30, type F (EN 13757-3, annex A): a clock that far off would not be well."""


class Acme(MbusMeter):
    """The page's meter: it says what the page's telegram says, with the present time as its clock has it.

    Args:
        telegram: The telegram.
    """

    def __init__(self, telegram: bytes) -> None:
        plate = Plate("12345678", 5, "ACM", version=0x05, medium=0x04)
        super().__init__(plate, lambda _: None, lambda: datetime.now(ZONE))
        self._records = telegram[19:-2]

    def telegrams(self, now: datetime) -> list[bytes]:
        assert self._records.count(PAGE_CLOCK) == 1
        year = now.year % 100
        at = bytes([now.minute, now.hour, now.day | (year & 7) << 5, now.month | year >> 3 << 4])
        return [self._records.replace(PAGE_CLOCK, PAGE_CLOCK[:2] + at)]


def _telegram() -> bytes:
    found = re.search(r"^teplosvet mbus decode ([0-9A-F]+)$", PAGE, re.MULTILINE)
    assert found, "the page decodes a telegram"
    return bytes.fromhex(found[1])


@pytest.fixture
def script(tmp_path: Path, iotcore_broker: EmbeddedBroker) -> Iterator[str]:
    """The page as one shell script, with a simulated line and a broker in place of the page's."""
    parts = ["set -e"]
    for language, text in BLOCKS:
        if language == "sh":
            parts += [f"echo '== {line}'\n{line}" for line in text.strip().splitlines()]
        else:
            parts.append(f"cat > {FILES[language]} <<'PAGE'\n{text}PAGE")
    with LineServer(MbusBus([Acme(_telegram())])) as line:
        yield "\n".join(parts).replace(LINE_URL, line.url).replace(BROKER_URL, iotcore_broker.url)


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    binaries = folder / "bin"
    binaries.mkdir()
    (binaries / "teplosvet").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m teplosvet "$@"\n')
    (binaries / "teplosvet").chmod(0o755)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TEPLOSVET_")}
    work = folder / "work"
    work.mkdir()
    return subprocess.run(
        ["bash"],
        input=script,
        cwd=work,
        env=ours | {"PATH": f"{binaries}:{os.environ['PATH']}", "COLUMNS": "200", "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def _said(output: str, command: str) -> str:
    """What one command of the page printed."""
    return output.split(f"== teplosvet {command}", 1)[1].split("\n== ", 1)[0]


def test_the_page_adds_a_meter(script: str, tmp_path: Path) -> None:
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    scan = _said(done.stdout, "mbus scan")
    assert "12345678.ACM.05.04" in scan
    assert "mbus-heat" in scan, "before there is a file, the general profile is named"
    assert "12345" in _said(done.stdout, "mbus decode")
    assert re.search(r"acme-heat-5\s+well", _said(done.stdout, "gateway models"))
    check = _said(done.stdout, "gateway check")
    values = dict(re.findall(r"^(\w+) +([0-9.]+)(?! +Gcal) ", check, re.MULTILINE))
    assert (values["heat_energy"], values["heat_volume"], values["heat_flow"]) == ("12345.0", "678.9", "0.5")
    assert re.search(r"^heat_energy +10\.6148 +Gcal", check, re.MULTILINE)
    assert "return_temperature" not in values, "150.0 means a broken sensor and is no value"
    assert "return sensor broken" in check


def test_it_notices_a_telegram_that_the_file_gets_wrong(script: str, tmp_path: Path) -> None:
    assert "Quantity.HEAT_VOLUME_M3: 678.90" in script
    done = run(script.replace("Quantity.HEAT_VOLUME_M3: 678.90", "Quantity.HEAT_VOLUME_M3: 67.890"), tmp_path)
    assert done.returncode == 1, done.stdout
    assert "heat_volume_m3 is 678.9 and should be 67.89" in done.stdout


@pytest.mark.parametrize("words", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_file_passes_the_checks_of_the_repository(words: list[str]) -> None:
    text = next(text for language, text in BLOCKS if language == "python")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--stdin-filename", "gateway/profiles/acme_heat_5.py", "-"],
        input=text,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_blocks_are_all_run() -> None:
    assert [language for language, _ in BLOCKS] == ["sh", "sh", "sh", "python", "sh", "toml", "sh"]
    assert PAGE.count("```") == 2 * len(BLOCKS)
    assert all(f"`{name}`" in PAGE for name in FILES.values())

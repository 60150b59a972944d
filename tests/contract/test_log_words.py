"""Every change that is written down has words, and no words are left of a change that nobody makes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from dashboards.log_words import ACTIONS, action_name

REPOSITORY = Path(__file__).parents[2]
SOURCES = ("teplosvet", "ingest_service", "analytics", "dashboards", "gateway")
ACTION = re.compile(r"[a-z_]+\.[a-z_]+|sign_out")


def recorded() -> Iterator[str]:
    """What is said where something is written down, or handed on to be; ``*`` stands for a part that varies."""
    for source in SOURCES:
        for file in sorted((REPOSITORY / source).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name == "record" and len(node.args) >= 4:
                    yield from _said(node.args[2])
                elif name == "begin" and len(node.args) >= 5:
                    yield from _said(node.args[4])


def _said(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _said(node.body)
        yield from _said(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values]
        yield "".join(parts)
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def test_every_recorded_action_has_words() -> None:
    said = set(recorded())
    assert len(said) > 30
    plain = {each for each in said if "*" not in each}
    assert plain <= ACTIONS.keys()
    patterns = [re.compile(re.escape(each).replace(r"\*", "[a-z]+")) for each in said]
    assert [name for name in ACTIONS if not any(each.fullmatch(name) for each in patterns)] == []
    for each in said - plain:
        assert any(re.fullmatch(each.replace("*", "[a-z]+"), name) for name in ACTIONS), each


def test_an_action_of_an_older_version_stays_readable() -> None:
    assert action_name("pump.started") == "pump.started"
    assert all(ACTION.fullmatch(name) for name in ACTIONS)

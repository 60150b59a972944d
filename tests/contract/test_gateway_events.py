"""docs/gateway.md has every event that the gateway can send, each with a sentence for the installer, and no others."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs/gateway.md").read_text("utf-8")
WORD_AT = {"Remark": 0, "event": 2, "Event": 2, "everywhere": 0, "_say": 0, "_event": 0, "_tell": 0, "add": 0}
"""Which argument of a call is the word of an event."""
SAYS_OTHER_THINGS = {"gateway/uplink/session.py": "its words are those of `state`: online, offline"}
SHORTEST_SENTENCE = 15


def words_in(text: str) -> set[str]:
    """The words of events in a module: arguments of the calls above, whether literal or by a name of the module."""
    tree = ast.parse(text)
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {word for node in ast.walk(tree) if isinstance(node, ast.Call) for word in _said(node, named)}


def _said(call: ast.Call, named: dict[str, ast.expr]) -> Iterator[str]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    at = WORD_AT.get(name)
    if at is None or len(call.args) <= at:
        return
    argument = call.args[at]
    if isinstance(argument, ast.Name):
        argument = named.get(argument.id, argument)
    branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    for branch in branches:
        if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
            yield branch.value


def listed(page: str) -> dict[str, str]:
    """Words of the page's list with their sentences."""
    section = page.partition("\n## Events\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z_]+)` \| ([^|]*) \|", section, re.MULTILINE))


def sent(modules: Iterable[Path]) -> set[str]:
    chosen = [module for module in modules if module.relative_to(REPOSITORY).as_posix() not in SAYS_OTHER_THINGS]
    return {word for module in chosen for word in words_in(module.read_text("utf-8"))}


def test_the_list_is_whole() -> None:
    words = sent((REPOSITORY / "gateway").rglob("*.py"))
    assert {"meter_silent", "register_missing", "command_refused", "outbox_lost", "clock_synchronised"} <= words
    assert sorted(words - listed(PAGE).keys()) == []


def test_the_list_has_nothing_that_is_never_sent() -> None:
    assert sorted(listed(PAGE).keys() - sent((REPOSITORY / "gateway").rglob("*.py"))) == []


def test_each_has_a_sentence() -> None:
    sentences = listed(PAGE)
    assert [
        word for word, text in sentences.items() if len(text) < SHORTEST_SENTENCE or not text.endswith((".", "?"))
    ] == []


def test_the_search_can_find_and_the_list_can_fail() -> None:
    module = 'WORD = "c_d"\nRemark("a_b", {})\nx.event(d, at, WORD, {})\nself._say("e" if x else "f")\nsay("g")'
    assert words_in(module) == {"a_b", "c_d", "e", "f"}
    page = "\n## Events\n\n| `a_b` | It is so. | |\n| **x** | | |\n## Other\n| `c` | no |"
    assert listed(page) == {"a_b": "It is so."}

"""A how-to page as a list of steps, and somebody who follows them to the letter.

What a page may say, and what is done with it, in the order of the text:

- a block ```` ```sh ````: every line is a `teplosvet` command, which is run;
- a block ```` ```text ````: lines that the commands before it printed;
- a block with a file name (```` ```csv devices.csv ````): a file, which is written; other blocks are only read;
- `` `teplosvet …` `` in a sentence: a command whose name and options exist (it is not run);
- `` `/address` `` and `` `GET /address` ``: opened in the browser as the person whom the page is for, answers 200;
- ``**label**``: to press, to fill in or to read as a heading, on the address of its paragraph, or the one before.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as TooLateError

from teplosvet.cli import COMMANDS
from tests.command import Call

ITEM = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?: (?P<file>[\w.-]+))?\n(?P<block>.*?)^ *```$"
    r"|\*\*(?P<label>[^*]+)\*\*"
    r"|`(?P<code>[^`]+)`",
    re.MULTILINE | re.DOTALL,
)
PERSON = re.compile(r"\bas `(\w+)`")
ADDRESS = re.compile(r"(?:GET )?(/[a-z0-9/-]*)")
PRESSED_OR_READ = ("button", "link", "heading", "columnheader")


class Step(NamedTuple):
    """One thing that the page tells to do: its kind, what, and the name of a file."""

    kind: str
    what: str
    file: str = ""


class StumbleError(AssertionError):
    """The page says something that is not so."""


def person_of(text: str) -> str | None:
    """The login of the demo that the page is for; None where nobody has to sign in."""
    found = PERSON.search(text)
    return found[1] if found else None


def steps_of(text: str) -> Iterator[Step]:
    """The steps of a page in the order of its text, labels of a sentence after the address beside them."""
    for paragraph in _paragraphs(text):
        steps = [step for item in ITEM.finditer(paragraph) for step in _steps(item)]
        first = next((n for n, step in enumerate(steps) if step.kind == "open"), 0)
        yield from steps[first : first + 1]
        yield from steps[:first]
        yield from steps[first + 1 :]


def _paragraphs(text: str) -> Iterator[str]:
    """Blocks by themselves; elsewhere paragraphs and the points of lists."""
    for part in re.split(r"(^ *```.*?^ *```$)", text, flags=re.MULTILINE | re.DOTALL):
        if part.lstrip().startswith("```"):
            yield part
        else:
            yield from re.split(r"\n\n|\n(?=\d+\. )", part)


def _steps(item: re.Match[str]) -> Iterator[Step]:
    if item["label"]:
        yield Step("label", " ".join(item["label"].split()))
    elif item["code"]:
        code = " ".join(item["code"].split())
        address = ADDRESS.fullmatch(code)
        if address:
            yield Step("open" if code.startswith("/") else "get", address[1])
        elif code.startswith("teplosvet "):
            yield Step("command", code)
    elif item["file"]:
        yield Step("file", item["block"], item["file"])
    elif item["language"] == "sh":
        yield from (Step("run", line.strip()) for line in item["block"].splitlines())
    elif item["language"] == "text":
        yield from (Step("said", line.strip()) for line in item["block"].splitlines())


@dataclass
class Walker:
    """Somebody who follows a page: a folder, a terminal and a browser.

    Attributes:
        folder: Where commands are run and files are written; the present folder, too.
        call: Runs a command.
        database_url: The database that the commands find.
        page: The browser's page.
        url: Address of the console.
        patience_ms: How long a label may take to appear. [ms]
        said: What the last command printed.
    """

    folder: Path
    call: Call
    database_url: str
    page: Page
    url: str
    patience_ms: float = 10_000
    said: str = ""

    def follow(self, text: str) -> list[Step]:
        """Do everything that a page says; answers what was done.

        Raises:
            StumbleError: At the first step that cannot be done.
        """
        done = list(steps_of(text))
        for step in done:
            match step.kind:
                case "run":
                    self._run(step.what)
                case "command":
                    self._know(step.what)
                case "said":
                    _demand(step.what in _lines(self.said), f"no command printed {step.what!r}: {self.said}")
                case "file":
                    (self.folder / step.file).write_text(step.what, "utf-8")
                case "open" | "get":
                    self._open(step)
                case "label":
                    self._find(step.what)
        return done

    def _run(self, line: str) -> None:
        first, *words = shlex.split(line, comments=True)
        _demand(first == "teplosvet", f"no command of ours: {line}")
        globbed = [name for word in words for name in self._glob(word)]
        answer = self.call(*globbed, TEPLOSVET_DATABASE_URL=self.database_url)
        _demand(answer.code == 0, f"{line}: exit {answer.code}\n{answer.out}{answer.err}")
        self.said = answer.out

    def _glob(self, word: str) -> list[str]:
        return sorted(path.name for path in self.folder.glob(word)) if "*" in word else [word]

    def _know(self, text: str) -> None:
        """A command in a sentence: its name and options are those of its help."""
        words = text.split()[1:]
        named = [name for name in COMMANDS if words[: len(name.split())] == name.split()]
        _demand(bool(named), f"there is no command {text}")
        name = max(named, key=len)
        told = self.call(*name.split(), "--help").out
        for option in (word for word in words if word.startswith("--")):
            _demand(bool(re.search(rf"(?<![\w-]){option}(?![\w-])", told)), f"{name} has no option {option}")

    def _open(self, step: Step) -> None:
        if step.kind == "get" or step.what in {"/metrics", "/health"}:
            answered = self.page.context.request.get(self.url + step.what).status
        else:
            response = self.page.goto(self.url + step.what)
            answered = response.status if response else 0
        _demand(answered == 200, f"{step.what} answers {answered}")

    def _find(self, label: str) -> None:
        """Something visible whose name begins with the label, as a count or a panel's title may follow it."""
        name = re.compile(rf"^\W*{re.escape(label)}(?!\w)")
        there: Locator = self.page.get_by_label(name)
        for role in PRESSED_OR_READ:
            there = there.or_(self.page.get_by_role(role, name=name))  # type: ignore[arg-type]  # one of its literals
        for element in ("summary", "label", "legend"):
            there = there.or_(self.page.locator(element).filter(has_text=name))
        try:
            there.filter(visible=True).first.wait_for(timeout=self.patience_ms)
        except TooLateError as error:
            raise StumbleError(f"nothing on {self.page.url} is called {label!r}") from error


def _lines(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines()]


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise StumbleError(otherwise)

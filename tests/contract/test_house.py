"""The house rules that a machine can check; each rule is also shown something that breaks it."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

from teplosvet.domain.quantities import Quantity

REPOSITORY = Path(__file__).parents[2]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40

ZERO_ALLOWED = {
    ("analytics/consumption/returns.py", "max(j - 1 - LOOK_AROUND, 0)"): "an index",
    ("analytics/consumption/returns.py", "max(j - 1, 0)"): "an index",
    (
        "analytics/consumption/returns.py",
        "np.maximum(windows.max(axis=1), 0.0)",
    ): "the greatest rate beside an edge, a limit and no energy; a falling register has none",
    (
        "analytics/degree_days.py",
        "(base_temperature_c - daily_mean_temperature(outdoor_temperature_c, min_coverage)).clip(lower=0.0)",
    ): "the definition of degree days; a missing day stays NaN",
    ("analytics/goodness.py", "np.clip(rho, 0.0, None)"): "a negative autocorrelation must not add to the sample",
    (
        "analytics/savings.py",
        "max(0, int(np.floor(quantile ** 2 * r / divisor)) + 1 - days)",
    ): "days still to wait; none when enough have passed",
    (
        "analytics/autocorrelation.py",
        "np.nan_to_num(residual_rho)",
    ): "stands in during the iteration; the result is NaN again where it was",
    ("analytics/rollup/compute.py", "max(count, 0)"): "a number of days",
    ("ingest_service/worker.py", "max(0.0, self._patience())"): "time still to wait",
    (
        "simulators/house.py",
        "np.clip((INDOOR_C - outdoor_c) / (INDOOR_C - DESIGN_OUTDOOR_C), 0.0, None)",
    ): "physics of a house: it is not heated when it is warmer outside",
    (
        "simulators/house.py",
        "np.clip(np.cos(2 * np.pi * (local % 24 - 13) / 24), 0.0, None)",
    ): "physics: the sun does not shine at night",
    ("simulators/intervals.py", "np.maximum(index, 0)"): "an index",
    ("simulators/publisher.py", "max(room, 0)"): "places left in a queue",
    (
        "simulators/publisher.py",
        "max(self._in_flight_limit - self._session.in_flight, 0)",
    ): "places left in a queue",
}
"""Where a zero may stand for less than nothing: (file, call as `ast.unparse` writes it) -> why it is right there."""

SAYS_NOTHING = re.compile(r"(^|/)(utils?|helpers?|common|managers?|misc|base)(\.py$|/)")
UNFINISHED = re.compile(r"\b(TO[D]O|FI[X]ME|XX[X])\b|raise NotImplement[e]d(Error)?\b")
EXCUSED = re.compile(r"pytest\.(skip|xfail|importorskip)\(|mark\.(skip|skipif|xfail)\b|unittest\.skip|@expectedFailure")
OF_ONE_MACHINE = re.compile(r"(?<![\w.:])/(work|root|farm|home)/\w|[A-Z]:\\Users\\")
SQL = re.compile(
    r"\b(SELECT\s|INSERT INTO\b|DELETE FROM\b|UPDATE \S+ SET\b|COPY \S+ (FROM|TO)\b|TRUNCATE \w"
    r"|(CREATE|ALTER|DROP) (OR REPLACE |TEMP(ORARY)? |UNIQUE )*(TABLE|VIEW|INDEX|SCHEMA|DATABASE|ROLE|EXTENSION)\b)"
)


def _files() -> list[Path]:
    """What is committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [REPOSITORY / name for name in sorted(listed.stdout.split("\0")) if name and (REPOSITORY / name).is_file()]


FILES = _files()
MODULES = [file for file in FILES if file.suffix == ".py"]
PRODUCT = [file for file in MODULES if file.relative_to(REPOSITORY).parts[0] != "tests"]
TESTS = [file for file in MODULES if file.relative_to(REPOSITORY).parts[0] == "tests"]


def _name(file: Path) -> str:
    return file.relative_to(REPOSITORY).as_posix()


def _lines(pattern: re.Pattern[str], text: str) -> list[str]:
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def _docstrings(tree: ast.Module) -> set[int]:
    """The nodes that are docstrings or bare strings that document the line above."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def sql_in(text: str) -> list[str]:
    """String literals that are SQL."""
    tree = ast.parse(text)
    documentation = _docstrings(tree)
    literals = (
        (node.lineno, _text(node)) for node in ast.walk(tree) if id(node) not in documentation and _is_text(node)
    )
    return [f"{line}: {' '.join(literal.split())[:60]}" for line, literal in literals if SQL.search(literal)]


def _is_text(node: ast.AST) -> TypeGuard[ast.JoinedStr | ast.Constant]:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _text(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def zeros_in(text: str) -> list[str]:
    """Calls that turn what is missing, or less than nothing, into zero; an index that is kept in its range is none."""
    tree = ast.parse(text)
    indexes = {
        id(inner) for node in ast.walk(tree) if isinstance(node, ast.Subscript) for inner in ast.walk(node.slice)
    }
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and id(node) not in indexes and _makes_zero(node)
    ]


def _makes_zero(call: ast.Call) -> bool:
    """A clip with an upper bound too keeps an index or a share in its range, and is no concern of ours."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            pass
        case _:
            return False
    if name == "nan_to_num":
        return True
    if name in {"fillna", "fill_null"}:
        return any(_is_zero(value) for value in (*call.args, *(word.value for word in call.keywords)))
    if name == "clip":
        lower, upper = _bounds(call)
        return _is_zero(lower) and _is_none(upper)
    return name in {"max", "maximum", "fmax"} and len(call.args) > 1 and any(_is_zero(value) for value in call.args)


def _bounds(call: ast.Call) -> tuple[ast.expr | None, ast.expr | None]:
    """Lower and upper bound of `series.clip(lower, upper)` or `numpy.clip(array, a_min, a_max)`."""
    words = {word.arg: word.value for word in call.keywords}
    of_numpy = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in {"np", "numpy"}
    positional = [*call.args[1 if of_numpy else 0 :], None, None]
    return (
        next((words[word] for word in ("lower", "a_min", "min") if word in words), positional[0]),
        next((words[word] for word in ("upper", "a_max", "max") if word in words), positional[1]),
    )


def _is_zero(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value in (0, "0")


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def long_functions_in(text: str) -> list[str]:
    """Functions with too many lines below their docstring."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > LONGEST_FUNCTION:
                found.append(f"{node.lineno}: {node.name} has {lines} lines")
    return found


def _each(files: list[Path], check: Callable[[str], list[str]]) -> Iterator[str]:
    for file in files:
        yield from (f"{_name(file)}:{found}" for found in check(file.read_text("utf-8")))


def test_there_is_something_to_check() -> None:
    packages = {file.relative_to(REPOSITORY).parts[0] for file in PRODUCT}
    assert {"teplosvet", "gateway", "ingest_service", "analytics", "dashboards", "simulators"} <= packages


def test_modules_are_short() -> None:
    assert [_name(f) for f in MODULES if len(f.read_text("utf-8").splitlines()) > LONGEST_MODULE] == []


def test_functions_are_short() -> None:
    assert list(_each(MODULES, long_functions_in)) == []


def test_module_names_say_something() -> None:
    assert [_name(file) for file in MODULES if SAYS_NOTHING.search(_name(file))] == []


def test_nothing_is_left_unfinished() -> None:
    assert list(_each(MODULES, lambda text: _lines(UNFINISHED, text))) == []


def test_no_test_is_excused() -> None:
    about_skipping = {Path(__file__), Path(__file__).with_name("test_strictness.py")}
    assert list(_each([f for f in TESTS if f not in about_skipping], lambda text: _lines(EXCUSED, text))) == []


def test_missing_is_never_zero() -> None:
    found = {(_name(file), call) for file in PRODUCT for call in zeros_in(file.read_text("utf-8"))}
    assert sorted(found - ZERO_ALLOWED.keys()) == []


def test_every_exception_is_still_needed() -> None:
    found = {(_name(file), call) for file in PRODUCT for call in zeros_in(file.read_text("utf-8"))}
    assert sorted(ZERO_ALLOWED.keys() - found) == []


def test_sql_lives_in_sql_files() -> None:
    assert list(_each(PRODUCT, sql_in)) == []


def test_no_path_of_one_machine_is_committed() -> None:
    texts = [file for file in FILES if b"\0" not in file.read_bytes()]
    assert list(_each([f for f in texts if f != Path(__file__)], lambda text: _lines(OF_ONE_MACHINE, text))) == []


def test_every_quantity_is_in_the_glossary() -> None:
    glossary = (REPOSITORY / "docs/glossary.md").read_text("utf-8")
    assert [quantity.value for quantity in Quantity if f"`{quantity.value}`" not in glossary] == []


def test_the_verbs_are_the_six_and_screenshots() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    verbs = ["setup", "check", "test", "demo", "up", "down", "screenshots"]
    assert re.findall(r"^([a-z]+):(?!=)", makefile, re.MULTILINE) == verbs
    assert f".PHONY: {' '.join(verbs)}" in makefile.splitlines()


@pytest.mark.parametrize(
    "line",
    [
        "energy.fillna(0)",
        "energy.fillna(value=0.0)",
        "np.nan_to_num(energy)",
        "diff.clip(lower=0)",
        "diff.clip(0)",
        "np.clip(diff, 0, None)",
        "np.clip(diff, a_min=0, a_max=None)",
        "max(0, after - before)",
        "max(after - before, 0.0)",
        "np.maximum(diff, 0)",
    ],
)
def test_the_zero_rule_can_fail(line: str) -> None:
    assert zeros_in(line) == [ast.unparse(ast.parse(line))]


@pytest.mark.parametrize(
    "line",
    [
        "energy.fillna(method)",
        "max(low, high)",
        "np.clip(rho, 0, 0.99)",
        "share.clip(0, 1)",
        "np.maximum(a, b)",
        '"""max(0, base - t)"""',
    ],
)
def test_the_zero_rule_can_pass(line: str) -> None:
    assert zeros_in(line) == []


@pytest.mark.parametrize(
    "line",
    [
        'run("SELECT 1")',
        'run("INSERT INTO reading VALUES (1)")',
        'run(f"UPDATE {table} SET a = 1")',
        'run("""\n  CREATE TABLE reading ()""")',
        'run("COPY stage FROM STDIN (FORMAT binary)")',
    ],
)
def test_the_sql_rule_can_fail(line: str) -> None:
    assert sql_in(line)


@pytest.mark.parametrize(
    "line", ['"""Runs a SELECT on the views."""', 'say("select a building")', 'query("migrate", "lock")']
)
def test_the_sql_rule_can_pass(line: str) -> None:
    assert sql_in(line) == []


def test_the_other_rules_can_fail() -> None:
    assert SAYS_NOTHING.search("teplosvet/wire/utils.py")
    assert SAYS_NOTHING.search("analytics/common/energy.py")
    assert not SAYS_NOTHING.search("teplosvet/wire/database.py")
    assert _lines(UNFINISHED, "# TO" + "DO later")
    assert _lines(EXCUSED, "@pytest.mark.skip")
    assert _lines(OF_ONE_MACHINE, "open('/wor" + "k/main/x')")
    assert not _lines(OF_ONE_MACHINE, "example.org/work/1")
    assert long_functions_in("def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION + 1))

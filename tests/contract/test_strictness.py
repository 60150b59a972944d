"""The test run itself: skipping fails it in CI, and tests of absent reference data are not collected."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

PASSES = "def test_it():\n    pass\n"
SKIPS = "import pytest\ndef test_it():\n    pytest.skip()\n"
SKIPS_THE_MODULE = "import pytest\npytest.skip(allow_module_level=True)\n"
EXPECTS_TO_FAIL = "import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"
PASSES_UNEXPECTEDLY = "import pytest\n@pytest.mark.xfail\ndef test_it():\n    pass\n"


def _run(folder: Path, plugin: str, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_other.py").write_text(PASSES, "utf-8")
    (folder / "test_inner.py").write_text(test, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "TEPLOSVET_SHARED"}}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", plugin, "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(REPOSITORY), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("excused", [SKIPS, SKIPS_THE_MODULE, EXPECTS_TO_FAIL, PASSES_UNEXPECTEDLY])
def test_an_excused_test_fails_the_run_in_ci(tmp_path: Path, excused: str) -> None:
    done = _run(tmp_path, "tests.strictness", excused, CI="true")
    assert done.returncode == 1, done.stdout
    assert "not allowed in CI" in done.stdout
    assert "test_inner.py" in done.stdout


def test_a_run_that_excuses_nothing_passes_in_ci(tmp_path: Path) -> None:
    assert _run(tmp_path, "tests.strictness", PASSES, CI="true").returncode == 0


def test_elsewhere_a_developer_may_skip(tmp_path: Path) -> None:
    assert _run(tmp_path, "tests.strictness", SKIPS).returncode == 0


NEEDS_DATA = """
import pytest
def test_by_fixture(shared_folder):
    assert shared_folder.is_dir()
@pytest.mark.shared
def test_by_mark():
    pass
"""


@pytest.mark.parametrize(("present", "outcome"), [(True, "3 passed"), (False, "1 passed, 2 deselected")])
def test_tests_of_reference_data_need_it_to_be_collected(tmp_path: Path, *, present: bool, outcome: str) -> None:
    shared = tmp_path / "shared"
    if present:
        (shared / "data").mkdir(parents=True)
    tests = tmp_path / "tests"
    tests.mkdir()
    done = _run(tests, "tests.conftest", NEEDS_DATA, CI="true", TEPLOSVET_SHARED=str(shared))
    assert done.returncode == 0, done.stdout
    assert outcome in done.stdout

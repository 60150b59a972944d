"""The main job as a newcomer runs it: six buildings over MQTT, the verified saving beside the true one."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from teplosvet.demo import Outcome

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    file = tmp_path_factory.mktemp("demo") / "demo.json"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEPLOSVET_")}
    arguments = [sys.executable, "-m", "teplosvet", "demo", "--once", "--json", str(file)]
    ended = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return msgspec.json.decode(file.read_bytes(), type=Outcome)


def test_nothing_is_lost_and_nothing_counts_twice(outcome: Outcome) -> None:
    assert outcome.lost == 0
    assert outcome.quarantined == 0
    assert outcome.duplicates > 0, "the faults of the demo send some readings twice"
    assert outcome.published == outcome.stored + outcome.duplicates


def test_the_truth_lies_in_the_band_of_the_retrofitted(outcome: Outcome) -> None:
    retrofitted = [each for each in outcome.contracts if each.retrofitted]
    assert len(retrofitted) == 5
    assert sum(each.in_band for each in retrofitted) >= 4
    assert all(each.proven for each in retrofitted)
    assert all(each.coverage > 0.9 for each in outcome.contracts)


def test_the_band_is_narrow_enough_to_mean_something(outcome: Outcome) -> None:
    for each in outcome.contracts:
        assert each.lower_kwh is not None
        assert each.upper_kwh is not None
        if each.retrofitted:
            assert each.upper_kwh - each.lower_kwh < each.true_avoided_energy_kwh


def test_nothing_is_proven_where_nothing_was_done(outcome: Outcome) -> None:
    placebo = [each for each in outcome.contracts if not each.retrofitted]
    assert len(placebo) == 1
    assert not placebo[0].proven
    assert "not_proven" in placebo[0].findings
    assert placebo[0].payable.startswith("0")


def test_the_embedded_services_have_ended(outcome: Outcome) -> None:
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"teplosvet-demo-" in _read(path)]
    assert not left
    assert outcome.contracts


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

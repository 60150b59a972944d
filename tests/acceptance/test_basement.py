"""Simulated meters on wires, the real gateway, broker and database: a network cut and a power cut leave no hole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def basement(*words: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TEPLOSVET_")}
    return subprocess.run(
        [sys.executable, "-m", "teplosvet", "basement", *words],
        cwd=REPOSITORY,
        env=ours,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_after_both_cuts_every_hour_is_there_once() -> None:
    """Of two M-Bus meters, a VKT-7 and a TSRV every hour; of the light points what their registers say."""
    done = basement("--days", "4", "--cut-days", "2", "--light-points", "12", "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    outcome = json.loads(done.stdout)
    assert (outcome["network_cut_h"], outcome["power_cut_h"], outcome["quarantined"]) == (48, 7, 0)
    assert outcome["unsent_since"] is None
    for each in outcome["devices"]:  # what was read without a network came, too, and not only the archives
        assert each["live_in_cut"] >= 0.7 * each["live_expected_in_cut"] > 0, each
    heat = {each["device"]: each for each in outcome["devices"] if each["device"].startswith("heat")}
    assert {each["model"] for each in heat.values()} == {"danfoss-sonometer-40", "vkt-7", "tsrv-024"}
    for each in heat.values():
        assert (each["hours_there"], each["archive_hours"], each["twice"]) == (96, 96, 0)
        assert 0 < each["live_readings"] < 96
    lamps = [each for each in outcome["devices"] if each["device"].startswith("lamp")]
    assert len(lamps) == 12
    for each in heat.values():
        assert abs(each["consumed_kwh"] - each["register_kwh"]) <= 1.5 * each["step_kwh"], each
    for each in lamps:  # read some moments before it is dated: minutes of a time that passes 9,000 times faster
        assert each["consumed_kwh"] == pytest.approx(each["register_kwh"], rel=0.05), each


def test_a_cut_that_leaves_no_day_is_refused() -> None:
    done = basement("--days", "4", "--cut-days", "3")
    assert done.returncode == 2
    assert "a day before the cut" in " ".join(done.stderr.split())

"""The benchmark of the rollup does what it says, with a few devices."""

import json

import pytest

from analytics.rollup.bench import bench_rollup


def test_it_rolls_up_a_day_of_every_device(capsys: pytest.CaptureFixture[str]) -> None:
    bench_rollup(3, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["edition", "devices", "readings", "seconds", "readings_per_s"]
    assert (told["edition"], told["devices"], told["readings"]) == ("timescaledb-apache", 3, 3 * 1440)

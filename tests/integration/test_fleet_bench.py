"""The benchmark of the fleet does what it says, with a few buildings."""

import json

import pytest

from analytics.fleet.bench import bench_verify


def test_it_verifies_every_building_and_compares_the_fit(capsys: pytest.CaptureFixture[str]) -> None:
    bench_verify(14, 1, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["buildings"], told["statements"], told["again_new"]) == (14, 14, 0)
    assert told["scipy_ratio"] == told["scipy"]["ratio"]
    assert told["scipy"]["missed"] == 0
    assert min(told[name] for name in ("total_s", "read_s", "fit_s", "body_s", "write_s", "rss_mb")) > 0

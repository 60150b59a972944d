"""The benchmark of panels does what it says, with a few houses."""

import json

import pytest

from dashboards.panels.boards import DASHBOARDS
from teplosvet.bench.panels import bench_panels


def test_every_panel_is_asked_and_most_answer_something(capsys: pytest.CaptureFixture[str]) -> None:
    bench_panels(3, 1, plain=True, as_json=True)
    found = json.loads(capsys.readouterr().out)["panels"]
    panels = {f"{board.uid}/{panel.uid}" for board in DASHBOARDS for panel in board.panels}
    assert panels <= {each["panel"] for each in found}
    assert {each["edition"] for each in found} == {"postgresql"}
    assert all(0 < each["p50_ms"] <= each["p95_ms"] and each["cold_p95_ms"] > 0 for each in found)
    without = {each["panel"].partition("/")[2] for each in found if not each["rows"]}
    assert without <= {"fleet-attention", "failed-lamps-now"}

"""The benchmark of alarms does what it says, with a few houses."""

import json

import pytest

from teplosvet.bench.alarms import LISTS, bench_alarms


def test_it_judges_every_house_and_asks_every_list(capsys: pytest.CaptureFixture[str]) -> None:
    bench_alarms(130, 4, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["buildings"], told["devices"]) == (130, 651)
    assert told["opened"] > 0
    assert [each["list"] for each in told["lists"]] == list(LISTS)
    assert next(each["rows"] for each in told["lists"] if each["list"] == "buildings") == 100
    assert min(told["first_s"], told["again_s"], told["minute_s"], *(each["p95_ms"] for each in told["lists"])) > 0

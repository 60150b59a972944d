"""`teplosvet bench mbus`: all three decoders run, and what it is given has to be telegrams."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from gateway.mbus import bench
from gateway.mbus.bench_frames import built_in_frames
from gateway.mbus.telegram import decode
from teplosvet.domain.errors import ConfigurationError, InvalidFileError
from tests.command import caller


def test_the_built_in_telegrams_are_whole() -> None:
    telegrams = [decode(frame) for frame in built_in_frames()]
    assert [telegram.problems for telegram in telegrams] == [()] * len(telegrams)
    assert min(len(telegram.records) for telegram in telegrams) >= 6


def test_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    for number, frame in enumerate(built_in_frames()):
        (tmp_path / f"{number}.hex").write_text(frame.hex(" "))
    call = caller(monkeypatch, capfd, tmp_path)
    said = call("bench", "mbus", "--seconds", "0.05", "--frames", str(tmp_path), "--json")
    found = json.loads(said.out)
    assert (found["frames"], found["missing"]) == (len(built_in_frames()), [])
    assert [each["decoder"] for each in found["decoders"]] == ["teplosvet", "pyMeterBus", "pymbusparser"]
    assert all(each["frames_per_second"] > 0 for each in found["decoders"])
    assert found["decoders"][0]["decoded_share"] == 1


def test_a_library_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.import_module

    def absent(name: str) -> ModuleType:
        if name == "meterbus":
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    bench.bench_mbus(None, 0.01, as_json=False)
    said = capsys.readouterr().out
    assert "pyMeterBus is not installed" in said
    assert "pymbusparser" in said


def test_a_decoder_that_refuses_is_counted() -> None:
    def refuse(frame: bytes) -> object:
        raise KeyError(frame)

    speeds = bench.compare({"teplosvet": decode, "other": refuse}, built_in_frames(), 0.01)
    assert [speed.decoded_share for speed in speeds] == [1, 0]


def test_what_is_no_telegram_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no \.hex file"):
        bench.read_folder(tmp_path)
    (tmp_path / "bad.hex").write_text("68 04")
    with pytest.raises(InvalidFileError, match=r"bad\.hex"):
        bench.read_folder(tmp_path)

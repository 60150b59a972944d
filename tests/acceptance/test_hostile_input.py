"""Commands that are given what they cannot read: one sentence and exit code 2, no traceback, no endless reading."""

import json
from pathlib import Path

import pytest

from tests.command import Call, caller

SENSOR = "tele/plug/SENSOR"
MESSAGE = json.dumps({"Time": "2026-01-01T00:00:00", "ENERGY": {"Total": 1}})


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd, tmp_path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["gateway", "check", "/dev/zero"], "has more than 16 MB: is it the right file?"),
        (["gateway", "run", "/dev/zero"], "has more than 16 MB: is it the right file?"),
        (["gateway", "check", "/"], "cannot be read: Is a directory"),
        (["decode", "--topic", SENSOR, "--payload", "/dev/zero"], "has more than 300 MB: is it the right file?"),
        (["decode", "--messages", "/dev/zero"], "has more than 300 MB: is it the right file?"),
        (["decode", "--topic", "tele/\udcff/SENSOR", "--payload", "message"], "is no topic: it is not UTF-8"),
        (["decode", "--json", "--topic", "tele/\udcff/SENSOR", "--payload", "message"], "is no topic: it is not UTF-8"),
        (["decode", "--messages", "surrogates"], "is no topic: it is not UTF-8"),
        (["mbus", "decode", "00" * 60_000], "no telegram is so long"),
        (["mbus", "decode", "\udcff\udcfe"], "is not hexadecimal"),
        (["mbus", "scan", "socket://127.0.0.1:99999"], "expected /dev/ttyUSB0, socket://host:port"),
        (["mbus", "scan", "socket://["], "expected /dev/ttyUSB0, socket://host:port"),
        (["mbus", "scan", ""], "expected /dev/ttyUSB0, socket://host:port"),
    ],
    ids=lambda value: " ".join(value)[:40].encode("ascii", "replace").decode() if isinstance(value, list) else "",
)
def test_one_sentence(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("message").write_text(MESSAGE, "utf-8")
    Path("surrogates").write_text('{"topic": "tele/\\ud800/SENSOR", "payload": ' + MESSAGE + "}\n", "utf-8")
    said = call(*words)
    assert said.code == 2
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert len(said.err) < 1000


def test_a_payload_that_is_no_text_is_told_and_the_others_are_read(call: Call, tmp_path: Path) -> None:
    lines = [{"topic": SENSOR, "payload": "\ud800"}, {"topic": SENSOR, "payload": json.loads(MESSAGE)}]
    (tmp_path / "both").write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    said = call("decode", "--messages", str(tmp_path / "both"), "--json")
    assert said.code == 1
    bad, good = json.loads(said.out)
    assert "the payload is no JSON" in bad["error"]
    assert good["readings"][0]["value"] == 1

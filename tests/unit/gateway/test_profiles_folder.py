"""Profiles of a folder of one's own, and the command that lists them all."""

import json
from pathlib import Path

import pytest

from gateway.profiles import FOLDER_VARIABLE, models, profile
from teplosvet.domain.errors import ConfigurationError
from tests.command import Call, caller

OWN = """
from gateway.drivers.mbus.profile import Field, Golden, MbusProfile
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="own-heat",
    manual="a manual",
    device_class=DeviceClass.HEAT,
    fields=(Field(Quantity.HEAT_ENERGY_KWH),),
    goldens=(Golden("0406 39300000", "a display", {Quantity.HEAT_ENERGY_KWH: 12345}),),
)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd, tmp_path / "home")


def test_a_file_of_ones_own_is_a_model(folder: Path) -> None:
    before = models()
    (folder / "own_heat.py").write_text(OWN)
    assert set(models()) - set(before) == {"own-heat"}
    assert profile("own-heat").manual == "a manual"


def test_a_changed_file_is_read_anew(folder: Path) -> None:
    file = folder / "own_heat.py"
    file.write_text(OWN)
    profile("own-heat").check_goldens()
    file.write_text(OWN.replace("a manual", "another manual, of another length"))
    assert profile("own-heat").manual.startswith("another manual")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("own_heat.py", "PROFILE = 1", "has no PROFILE"),
        ("own_heat.py", "def", "is no profile: SyntaxError"),
        ("own_heat.py", "raise OSError('no')", "is no profile: OSError: no"),
    ],
)
def test_a_file_that_is_none_has_a_sentence(folder: Path, name: str, text: str, sentence: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(ConfigurationError, match=sentence):
        profile("own-heat")


def test_a_name_that_is_taken_and_a_folder_that_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mbus_heat.py").write_text(OWN)
    with pytest.raises(ConfigurationError, match="give it another"):
        models()
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder / "nowhere"))
    with pytest.raises(ConfigurationError, match="which is no folder"):
        models()


def test_an_unknown_model_is_told_the_others() -> None:
    with pytest.raises(ConfigurationError, match=r"no meter is called 'acme': there are .*mbus-heat"):
        profile("acme")


def test_the_command_lists_models_and_checks_examples(call: Call, tmp_path: Path) -> None:
    said = call("gateway", "models", "--json")
    assert said.code == 0
    listed = {each["model"]: each for each in json.loads(said.out)}
    assert set(listed) == set(models())
    assert not any(each["wrong"] for each in listed.values())
    own = tmp_path / "own"
    own.mkdir()
    (own / "own_heat.py").write_text(OWN.replace("12345", "54321"))
    said = call("gateway", "models", "own-heat", **{FOLDER_VARIABLE: str(own)})
    assert said.code == 1
    assert "heat_energy_kwh is 12345.0 and should be 54321" in " ".join(said.out.split())
    said = call("gateway", "models", "acme")
    assert said.code == 2
    assert "no meter is called 'acme'" in said.err

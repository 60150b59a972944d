"""The configuration file: read whole, and everything that is wrong with it told with line and field, in one go."""

from pathlib import Path

import pytest

from gateway.config.file import read_config
from gateway.config.tables import ProblemsError
from gateway.driver import Archive
from gateway.line import Framing
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.quantities import DeviceClass
from tests.unit.gateway.simulated_meter import HandClock, Instrument, SimulatedProfile

EXAMPLE = Path(__file__).parents[3] / "docs/examples/gateway.toml"

RIGHT = """\
[gateway]
name = "lenina-1"
broker = "mqtts://broker.example.org"
password = "p@ss/word"
zone = "Europe/Moscow"
home = "data"
quota_mb = 200

[home_assistant]

[[line]]
name = "basement"
url = "socket://192.0.2.7:4001"
baud = 2400
parity = "E"
stop_bits = 1

[[line]]
name = "modbus"
url = "/dev/ttyUSB0"

[[meter]]
name = "lenina-1-heat"
line = "basement"
model = "simulated"
address = "a1"
serial = "67001234"
options = { password = "1111", tcp = true }

[[meter]]
name = "lenina-1-power"
line = "modbus"
model = "simulated"
address = "b1"
interval_s = 60
archives = []

[[mqtt]]
name = "controller"
url = "mqtt://192.0.2.8"

[[mqtt.device]]
name = "lamp-1"
identity = "wirenboard:wb-mdm3_57/Channel 1"
class = "light"
"""


@pytest.fixture
def profile() -> SimulatedProfile:
    return SimulatedProfile(HandClock(), {"b1": Instrument(battery=False)})


def wrong(tmp_path: Path, profile: SimulatedProfile, text: str) -> list[str]:
    """What is wrong with a file."""
    file = tmp_path / "gateway.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidFileError) as caught:
        read_config(file, profile.find)
    return str(caught.value).splitlines()


def test_a_right_file(tmp_path: Path, profile: SimulatedProfile) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(RIGHT, "utf-8")
    config = read_config(file, profile.find)
    assert config.broker == "mqtts://lenina-1:p%40ss%2Fword@broker.example.org"
    assert (config.home, config.quota_bytes, config.home_assistant) == (tmp_path / "data", 200_000_000, "homeassistant")
    assert [line.framing for line in config.lines] == [Framing(2400, "E", 8, 1), None]
    heat, power = config.meters
    assert (heat.interval_s, heat.floor_s, heat.daily_reads, heat.archives) == (3600, 300, 96, (Archive.HOUR,))
    assert heat.options == {"password": "1111", "tcp": "true"}
    assert (power.interval_s, power.floor_s, power.daily_reads, power.archives) == (60, 1, None, ())
    (device,) = config.brokers[0].devices
    assert (device.adapter, device.identity) == ("wirenboard", "wb-mdm3_57/Channel 1")
    assert device.device_class is DeviceClass.LIGHT
    assert config.devices == ("lenina-1-heat", "lenina-1-power", "lamp-1")
    assert "p%40ss" not in repr(config)


def test_everything_in_one_go(tmp_path: Path, profile: SimulatedProfile) -> None:
    text = (
        RIGHT.replace('zone = "Europe/Moscow"', 'zone = "Europe/Leningrad"')
        .replace('parity = "E"', 'parity = "X"')
        .replace("baud = 2400", "bauds = 2400")
        .replace('address = "a1"', 'address = "1"')
        .replace('line = "modbus"', 'line = "mod"')
        .replace("wirenboard:", "wirenbord:")
    )
    found = wrong(tmp_path, profile, text)
    assert [problem.split(": ")[:2] for problem in found] == [
        ["gateway.toml:5", "gateway.zone"],
        ["gateway.toml:14", "line.1.bauds"],
        ["gateway.toml:15", "line.1.parity"],
        ["gateway.toml:26", "meter.1.address"],
        ["gateway.toml:32", "meter.2.line"],
        ["gateway.toml:44", "mqtt.1.device.1.identity"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "lenina-1"', 'name = "lenina/1"', "gateway.toml:2: gateway.name: expected 1 to 80 letters"),
        ('name = "lenina-1"', "", "gateway.toml:1: gateway.name: is missing"),
        ("mqtts://broker.example.org", "https://broker", "gateway.toml:3: gateway.broker: expected mqtt://host:port"),
        ("mqtts://broker.example.org", "mqtt://h:99999", "gateway.toml:3: gateway.broker: expected mqtt://host:port"),
        ('password = "p@ss/word"', 'password_env = "NOWHERE_TO_BE_FOUND"', "gateway.password_env: the environment has"),
        ('password = "p@ss/word"', 'password_file = "none"', "gateway.toml:4: gateway.password_file: cannot be read"),
        ("quota_mb = 200", "quota_mb = 0", "gateway.toml:7: gateway.quota_mb: expected float >= 1.0"),
        ("quota_mb = 200", 'quota_mb = "much"', "gateway.toml:7: gateway.quota_mb: expected float, got str"),
        ("stop_bits = 1", "", "gateway.toml:11: line.1: baud, parity and stop_bits belong together"),
        ("socket://192.0.2.7:4001", "socket://192.0.2.7", "gateway.toml:13: line.1.url: expected /dev/ttyUSB0"),
        ("/dev/ttyUSB0", "socket://192.0.2.7:4001", "gateway.toml:20: line.2.url: another line has this port"),
        ('name = "modbus"', 'name = "basement"', "line.2.name: 'basement' stands here a second time"),
        ('name = "lamp-1"', 'name = "lenina-1-heat"', "mqtt.1.device.1.name: 'lenina-1-heat' stands here a second"),
        ('model = "simulated"', 'model = "simulate"', "gateway.toml:25: meter.1.model: no meter is called 'simulate'"),
        ('address = "a1"', "address = 1", "gateway.toml:26: meter.1.address: an address begins with a letter"),
        (
            "interval_s = 60",
            "interval_s = 5\nfloor_s = 9",
            "gateway.toml:35: meter.2.interval_s: expected no less than",
        ),
        ("archives = []", 'archives = ["week"]', "gateway.toml:36: meter.2.archives: invalid enum value 'week'"),
        ("archives = []", 'archives = ["month"]', "gateway.toml:36: meter.2.archives: simulated has no month archive"),
        ("archives = []", "archive_from = 2026-09-01T00:00:00", "meter.2.archive_from: expected a time with a zone"),
        (
            'class = "light"',
            'class = "gas"',
            "mqtt.1.device.1.class: invalid enum value 'gas', expected one of light, heat",
        ),
        ("wirenboard:", "wirenboard-", "gateway.toml:44: mqtt.1.device.1.identity: expected VENDOR:IDENTITY"),
        ("[[mqtt]]", "[[mqtts]]", "mqtts: is not known"),
        ('address = "a1"', 'address = "a1"\ninterval_s = 60', "meter.1.interval_s: a read costs battery"),
        ('address = "a1"', 'address = "a1"\ndaily_reads = 12', "meter.1.daily_reads: an interval of 3600 s needs 24"),
        ("[gateway]", "[gateway", "gateway.toml:1: Expected ']' at the end of a table declaration"),
    ],
)
def test_each_mistake(tmp_path: Path, profile: SimulatedProfile, old: str, new: str, expected: str) -> None:
    found = wrong(tmp_path, profile, RIGHT.replace(old, new, 1))
    assert any(expected in problem for problem in found), found


def test_two_meters_at_one_address(tmp_path: Path, profile: SimulatedProfile) -> None:
    text = RIGHT.replace('line = "modbus"', 'line = "basement"').replace('address = "b1"', 'address = "a1"')
    text = text.replace('options = { password = "1111", tcp = true }\n', "")
    (found,) = wrong(tmp_path, profile, text.replace("interval_s = 60\n", ""))
    assert "another meter of this line has this address" in found


def test_nothing_to_read(tmp_path: Path, profile: SimulatedProfile) -> None:
    (found,) = wrong(tmp_path, profile, RIGHT.partition("[home_assistant]")[0])
    assert "nothing is to be read" in found


def test_tables_that_are_none(tmp_path: Path, profile: SimulatedProfile) -> None:
    found = wrong(tmp_path, profile, "gateway = 5\nline = 6\nmeter = [7]\n[mqtt]\na = 1\n")
    assert len(found) == 4


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError, match="cannot be read"):
        read_config(tmp_path / "none.toml")


def test_problems_are_told_like_one(tmp_path: Path, profile: SimulatedProfile) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(RIGHT.replace("quota_mb = 200", "quota_mb = 0"), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_config(file, profile.find)
    assert (caught.value.line, caught.value.field) == (7, "gateway.quota_mb")


def test_passwords_from_elsewhere(tmp_path: Path, profile: SimulatedProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from-file\n", "utf-8")
    monkeypatch.setenv("GATEWAY_PASSWORD", "from-env")
    file = tmp_path / "gateway.toml"
    for line, secret in (('password_file = "secret"', "from-file"), ('password_env = "GATEWAY_PASSWORD"', "from-env")):
        file.write_text(RIGHT.replace('password = "p@ss/word"', line), "utf-8")
        assert read_config(file, profile.find).broker == f"mqtts://lenina-1:{secret}@broker.example.org"
    file.write_text(RIGHT.replace('password = "p@ss/word"\n', ""), "utf-8")
    assert read_config(file, profile.find).broker == "mqtts://lenina-1@broker.example.org"


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEPLOSVET_BROKER_PASSWORD", "secret")
    config = read_config(EXAMPLE)
    assert [meter.model for meter in config.meters] == ["danfoss-sonometer-40", "vkt-7", "dali2-light"]
    assert config.home == Path("/var/lib/teplosvet-gateway")
    assert config.home_assistant == "homeassistant"


@pytest.mark.parametrize("extra", ["\nflor_s = 1", "", "\nserial = 5"])
def test_zone_and_model_are_told_beside_what_else_is_wrong(
    tmp_path: Path, profile: SimulatedProfile, extra: str
) -> None:
    text = RIGHT.replace('line = "modbus"\nmodel = "simulated"', f'line = "x"\nmodel = "other"\nzone = "Mars"{extra}')
    text = text.replace('zone = "Europe/Moscow"', 'zone = "Europe/Moskau"').replace("quota_mb = 200", "quota_gb = 1")
    fields = {problem.split(": ")[1] for problem in wrong(tmp_path, profile, text)}
    assert {"gateway.zone", "gateway.quota_gb", "meter.2.zone", "meter.2.model"} <= fields
    assert len({"meter.2.flor_s", "meter.2.serial", "meter.2.line"} & fields) == 1


@pytest.mark.parametrize(
    ("model", "address", "known"),
    [
        ("mbus-heat", "1", "baud"),
        ("vkt-7", "1", "input"),
        ("mercury-206", "1", "none"),
        ("mercury-230", "1", "level, password"),
        ("pulsar", "1", "none"),
        ("tsrv-024", "1", "system"),
    ],
)
def test_an_option_that_the_model_does_not_know(tmp_path: Path, model: str, address: str, known: str) -> None:
    old = 'model = "simulated"\naddress = "b1"\n'
    assert old in RIGHT
    new = f'model = "{model}"\naddress = "{address}"\noptions = {{ inputt = 2 }}\n'
    text = RIGHT.replace(old, new).replace("interval_s = 60\n", "")
    text = text.replace('model = "simulated"\naddress = "a1"', 'model = "mbus-heat"\naddress = "7"')
    text = text.replace('options = { password = "1111", tcp = true }', "options = { baud = 300 }")
    file = tmp_path / "gateway.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidFileError) as caught:
        read_config(file)
    (problem,) = str(caught.value).splitlines()
    assert f"meter.2.options: a {model} has no option 'inputt': there are {known}" in problem

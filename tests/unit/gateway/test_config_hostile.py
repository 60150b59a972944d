"""Configurations that nobody should write: each is told with its field, and none ends in a traceback or a wait."""

from pathlib import Path

import pytest

from gateway.clock.clock import VARIABLE, clock_of_environment
from gateway.config.addresses import broker_problem, filter_problem, line_problem
from gateway.config.file import read_config
from gateway.config.tables import MOST_TOLD
from teplosvet.domain.errors import ConfigurationError, InvalidFileError

FILE = """[gateway]
name = "gw"
broker = "mqtt://127.0.0.1"
zone = "Europe/Moscow"
home = "home"
[[line]]
name = "l"
url = "socket://127.0.0.1:9"
[[meter]]
name = "m1"
line = "l"
model = "mbus-heat"
address = "1"
"""
SECOND = FILE[FILE.index("[[meter]]") :].replace("m1", "m2")
BROKER = """
[[mqtt]]
name = "b"
url = "mqtt://127.0.0.1"
[[mqtt.device]]
name = "d1"
identity = "tasmota:plug"
class = "light"
"""
LISTED = BROKER[BROKER.index("[[mqtt.device]]") :].replace("d1", "d2")


def told(folder: Path, text: str | bytes) -> str:
    file = folder / "gateway.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidFileError) as caught:
        read_config(file)
    return str(caught.value)


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "a number of thousands of digits": (FILE.replace('"1"', "9" * 5000), "is no TOML"),
    "another of them": (FILE.replace('"1"', "0x" + "f" * 5000), "meter.1.address: expected int <="),
    "an address without end": (FILE.replace('"1"', '"' + "1" * 10_000 + '"'), "meter.1.address: expected str of len"),
    "reads without a pause": (FILE + "interval_s = 1e-308\n", "meter.1.interval_s: expected float >= 0.01"),
    "a pause that is no number": (FILE + "interval_s = nan\n", "meter.1.interval_s"),
    "an archive of another era": (FILE + "archive_from = 0001-01-01T00:00:00+14:00\n", "archive_from: expected a time"),
    "half a bracket": (FILE.replace("mqtt://127.0.0.1", "mqtt://["), "gateway.broker: expected mqtt://host:port"),
    "half a bracket of a line": (FILE.replace("127.0.0.1:9", "[1"), "line.1.url: expected /dev/ttyUSB0"),
    "letters that look like others": (FILE.replace("127.0.0.1:9", "a\u2100b:9"), "line.1.url: expected"),
    "port 0": (FILE.replace("127.0.0.1:9", "127.0.0.1:0"), "line.1.url: expected"),
    "port 70000": (FILE.replace("127.0.0.1:9", "127.0.0.1:70000"), "line.1.url: expected"),
    "the same address, written otherwise": (FILE + SECOND.replace('"1"', '"01"'), "another meter of this line has"),
    "the same address, once more": (FILE + SECOND.replace('"1"', '"p1"'), "another meter of this line has"),
    "the same device on a broker twice": (FILE + BROKER + LISTED, "mqtt.1.device.2.identity: 'tasmota:plug' is d1 alr"),
    "a filter that is none": (
        FILE + BROKER.replace("[[mqtt.device]]", 'filters = ["a/#/b"]\n[[mqtt.device]]'), "mqtt.1.filters: expected to",
    ),
    "UTF-16": (FILE.encode("utf-16"), "expected UTF-8"),
    "a key twice": (FILE + 'name = "m2"\n', "Cannot overwrite a value"),
    "a password file without end": (
        FILE.replace('home = "home"', 'password_file = "/dev/zero"'), "gateway.password_file: has more than a password",
    ),
    "an empty password file": (
        FILE.replace('home = "home"', 'password_file = "/dev/null"'), "gateway.password_file: is empty",
    ),
}  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", HOSTILE)
def test_is_told_in_a_sentence(tmp_path: Path, what: str) -> None:
    text, sentence = HOSTILE[what]
    assert sentence in told(tmp_path, text)


def test_a_device_instead_of_a_file_is_not_read_to_its_end() -> None:
    with pytest.raises(InvalidFileError, match="has more than 16 MB: is it the right file"):
        read_config(Path("/dev/zero"))


@pytest.mark.timeout(30)
def test_one_mistake_many_times_is_not_told_as_often(tmp_path: Path) -> None:
    many = "".join(SECOND.replace("m2", f"m{n}").replace('"l"', '"none"') for n in range(2, 3002))
    said = told(tmp_path, FILE + many).splitlines()
    assert len(said) == MOST_TOLD + 1
    assert said[0].startswith("gateway.toml:16: meter.2.line: no line is called 'none'")
    assert said[-1] == f"and {3000 - MOST_TOLD} more"


@pytest.mark.timeout(30)
def test_ten_thousand_meters_are_no_problem(tmp_path: Path) -> None:
    many = "".join(SECOND.replace("m2", f"m{n}").replace('"1"', f'"{n:08d}"') for n in range(2, 10_001))
    (tmp_path / "gateway.toml").write_text(FILE + many, "utf-8")
    assert len(read_config(tmp_path / "gateway.toml").meters) == 10_000


def test_addresses_and_filters_that_can_be() -> None:
    assert [line_problem(url) for url in ("/dev/ttyUSB0", "rfc2217://[::1]:4001", "modbus-tcp://meter")] == [None] * 3
    assert [broker_problem(url) for url in ("mqtts://u:p@host", "mqtt://host:1883")] == [None] * 2
    assert [filter_problem(each) for each in ("a/+/b", "#", "+/#", "$share/g/a")] == [None] * 4
    assert filter_problem("a+/b")


@pytest.mark.parametrize(
    "text", ["2026-01-01T00:00:00Z@1@nan", "2026-01-01T00:00:00Z@1@1e300", "9999-12-31T23:59:59Z@1", "0001-01-01Z@1"]
)
def test_a_simulated_clock_beyond_all_years(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ConfigurationError, match=VARIABLE):
        clock_of_environment()

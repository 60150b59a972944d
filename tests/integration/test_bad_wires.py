"""What is wrong on wires, through `teplosvet gateway check` as people start it; each has a sentence and its row."""

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from simulators.wire.line_server import LineServer
from simulators.wire.mbus_slave import Faults, MbusBus
from teplosvet.stack.mosquitto import MosquittoServer, find_mosquitto
from teplosvet.stack.ports import free_port
from teplosvet.stack.process import port_answers
from tests.integration.gateway_child import (
    HEAD,
    LINE,
    METER,
    NOBODY,
    REPOSITORY,
    check,
    command,
    converter,
    heat,
    meter,
)
from tests.integration.ingest_run import eventually

FOREIGN_REQUEST = bytes.fromhex("105B076216")
"""Another master asks the meter with address 7."""


WIRES: dict[str, tuple[Callable[[], MbusBus], str, str]] = {
    "another-address": (lambda: MbusBus([meter()], Faults(address=9)), "1", "the meter with address p9 answered"),
    "wrong-secondary": (lambda: MbusBus([meter()]), "99999999", "no meter on the line wrong-secondary has this second"),
    "second-secondary": (
        lambda: MbusBus([meter()], Faults(identification="20000002")), "10000001", "the meter 20000002 DFS answered",
    ),
    "two-masters": (
        lambda: MbusBus([meter()], Faults(second_master=FOREIGN_REQUEST * 60, half=True)), "1",
        "another master asks meters on this line: only one may, disconnect it",
    ),
    "two-masters-and-an-answer": (
        lambda: MbusBus([meter()], Faults(second_master=FOREIGN_REQUEST)), "1",
        "another master asks meters on this line: disconnect it",
    ),
    "two-meters": (lambda: MbusBus([meter(), meter("10000002")]), "1", "two meters have this address, or the line is"),
    "wrong-checksum": (lambda: MbusBus([meter()], Faults(wrong_checksum=True)), "1", "checksum"),
    "half": (lambda: MbusBus([meter()], Faults(half=True)), "1", "two meters that speak at once"),
    "echo-alone": (lambda: MbusBus([], Faults(echo=True)), "1", "only the converter's echo came back"),
}  # fmt: skip
"""What is wrong on a line, the address that is asked, and what the installer reads."""


def test_each_wrong_wire_has_its_sentence(tmp_path: Path, mosquitto_server: MosquittoServer) -> None:
    with ExitStack() as stack:
        text = HEAD.format(broker=mosquitto_server.url)
        for name, (bus, address, _) in WIRES.items():
            server = stack.enter_context(LineServer(bus()))
            text += LINE.format(name=name, url=server.url, baud=38400)
            text += METER.format(name=name, line=name, model="danfoss-sonometer-40", address=address)
        (tmp_path / "gateway.toml").write_text(text, "utf-8")
        meters, places, _ = check(tmp_path / "gateway.toml")
    wrong = {name: meters[name] for name, (_, _, sentence) in WIRES.items() if sentence not in meters[name]}
    assert wrong == {}
    assert "lets gw in" in places["broker"]
    assert [said for said in meters.values() if not _in_the_table(said)] == []


def _rows() -> list[list[str]]:
    """Each row of the installer's table as the words that a program says, without the gaps between them."""
    table = (REPOSITORY / "docs/how-to/install-a-gateway.md").read_text("utf-8")
    said = re.findall(r"^   \| ([^|]+?) \| [^|]+ \|$", table, re.MULTILINE)[1:]
    return [[part.strip() for part in row.split("…") if part.strip()] for row in said]


def _in_the_table(said: str) -> bool:
    return any(all(part in said for part in row) for row in _rows())


def test_the_installers_table_can_lack_something() -> None:
    assert _in_the_table("heat-1 at p1: the meter with address p9 answered: is that the address which is set?")
    assert not _in_the_table("heat-1: the meter is on fire")


def _listen(master: socket.socket) -> None:
    while master.recv(4096):
        pass


def flood(piece: Callable[[], bytes]) -> Callable[[socket.socket], None]:
    def speak(master: socket.socket) -> None:
        while True:
            master.sendall(piece())

    return speak


def drip(master: socket.socket) -> None:
    """An E5 now and then: never quiet, and never an answer."""
    while True:
        master.sendall(b"\xe5")
        time.sleep(0.03)


def hang_up(master: socket.socket) -> None:
    """Closes after the first byte of an answer."""
    master.recv(1)
    master.sendall(b"\x68")


CONVERTERS: dict[str, tuple[Callable[[socket.socket], None], str]] = {
    "mute": (_listen, "check the wires"),
    "noise": (flood(lambda: os.urandom(65536)), "never quiet"),
    "zeros": (flood(lambda: bytes(65536)), "never quiet"),
    "requests": (flood(lambda: FOREIGN_REQUEST * 10_000), "another master"),
    "drip": (drip, "never quiet"),
    "hang-up": (hang_up, "broke"),
}


MODELS = {"danfoss-sonometer-40": "1", "vkt-7": "1", "tsrv-024": "1", "pulsar": "10000001", "mercury-230": "1",
          "mercury-206": "10000001", "sdm630": "1"}  # fmt: skip


@pytest.mark.timeout(180)
def test_a_converter_that_is_mad_holds_nobody_up(tmp_path: Path, mosquitto_server: MosquittoServer) -> None:
    """Every protocol on every such converter: a sentence each, in bounded time and memory."""
    with ExitStack() as stack:
        text = HEAD.format(broker=mosquitto_server.url)
        for name, (speak, _) in CONVERTERS.items():
            place = stack.enter_context(converter(speak))
            text += LINE.format(name=name, url=f"socket://{place}", baud=38400)
            for model, address in MODELS.items():
                if model.startswith("danfoss") or name in {"noise", "drip"}:
                    text += METER.format(name=f"{name}-{model}", line=name, model=model, address=address)
        (tmp_path / "gateway.toml").write_text(text, "utf-8")
        meters, _, peak_mb = check(tmp_path / "gateway.toml", 120)
    assert all(not said.startswith(" |") for said in meters.values()), meters
    for name, (_, sentence) in CONVERTERS.items():
        assert sentence in meters[f"{name}-danfoss-sonometer-40"]
    assert peak_mb < 150


def test_what_the_broker_does_not_let_the_gateway_hear(tmp_path: Path) -> None:
    """Without the acks nothing is ever forgotten: the installer hears it before he leaves."""
    program, port = find_mosquitto(), free_port()
    assert program is not None
    rights = {"publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True}
    salt = b"twelve bytes"
    hashed = hashlib.pbkdf2_hmac("sha512", b"secret", salt, 101)
    words = {"password": base64.b64encode(hashed).decode(), "salt": base64.b64encode(salt).decode(), "iterations": 101}
    users = [{"username": "gw", **words}]
    (tmp_path / "rights.json").write_text(json.dumps({"defaultACLAccess": rights, "clients": users}), "utf-8")
    (tmp_path / "rights.json").chmod(0o600)
    (tmp_path / "broker.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\nuser root\n"
        f"plugin {_dynamic_security()}\nplugin_opt_config_file {tmp_path / 'rights.json'}\n",
        "utf-8",
    )
    with (
        subprocess.Popen([program, "-c", str(tmp_path / "broker.conf")], stderr=subprocess.DEVNULL) as broker,
        LineServer(MbusBus([meter()])) as server,
    ):
        try:
            eventually(lambda: port_answers(port), wanted=True)
            (tmp_path / "gateway.toml").write_text(
                heat("heat-1", "mbus", server.url, f"mqtt://gw:secret@127.0.0.1:{port}"), "utf-8"
            )
            _, places, _ = check(tmp_path / "gateway.toml")
        finally:
            broker.terminate()
    assert "does not let gw hear teplosvet/v1/gw/ack: give the user its rights" in places["broker"]


def _dynamic_security() -> Path:
    """Mosquitto's plugin for rights, as production has it; Debian puts it among the libraries."""
    (found,) = Path("/usr/lib").glob("*/mosquitto_dynamic_security.so")
    return found


def test_files_of_another_user(tmp_path: Path) -> None:
    """Somebody called `gateway run` as root once: the service cannot write what lies there, and `check` says so."""
    if (dropped := _without_override()) is None:
        pytest.fail("setpriv (util-linux) is missing: run make test once, it installs what is missing", pytrace=False)
    home = tmp_path / "home"
    home.mkdir()
    (home / "outbox.sqlite").touch()
    (home / "outbox.sqlite").chmod(0o400)
    (tmp_path / "gateway.toml").write_text(heat("heat-1", "mbus", "socket://127.0.0.1:9", NOBODY), "utf-8")
    words, environment = command("gateway", "check", str(tmp_path / "gateway.toml"), "--json")
    done = subprocess.run(
        [*dropped, *words], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    (disk,) = (each for each in json.loads(done.stdout)["places"] if each["place"].startswith("disk"))
    assert not disk["ok"]
    assert disk["says"].startswith("outbox.sqlite cannot be written: give them to the user of the gateway (chown -R)")


def _without_override() -> Sequence[str] | None:
    """Words before a command that take root's right to write everywhere from it; none are needed if we are not root."""
    if os.geteuid() != 0:
        return ()
    words = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", "--")
    try:
        done = subprocess.run([*words, "true"], capture_output=True, check=False, timeout=10)
    except OSError:
        return None
    return words if done.returncode == 0 else None

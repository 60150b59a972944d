"""A local Mosquitto: the production broker, for benchmarks and tests on one machine."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.ports import LOOPBACK, free_port
from teplosvet.stack.process import LocalServer, ServerProcess, port_answers

# mosquitto.conf(5) of 2.0. The defaults lose data: 20 messages in flight, 1,000 queued for an absent subscriber, and
# the queue written every 30 minutes only. 0 means no limit. In flight stays below the 65,535 packet identifiers of
# MQTT, because the broker hands them out in turn without looking whether the last holder has acknowledged.
_CONFIGURATION = """\
listener {port} {address}
allow_anonymous {open}
{rights}user {user}
set_tcp_nodelay true

max_inflight_messages 20000
max_queued_messages 0
max_queued_bytes 0
max_packet_size 33554432

persistence true
persistence_location {folder}/
autosave_interval 60

connection_messages false
log_dest stdout
log_type error
log_type warning
log_type notice
"""


class MosquittoServer(LocalServer):
    """A running local broker; stopped, it writes its sessions and queues."""

    __slots__ = ()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"mqtt://{LOOPBACK}:{self.port}"


def find_mosquitto() -> Path | None:
    """The Mosquitto program; Debian puts it where only root's PATH looks."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


@contextmanager
def mosquitto(folder: Path, port: int | None = None, administrator: str | None = None) -> Iterator[MosquittoServer]:
    """A Mosquitto on the loopback address, stopped at the end.

    Args:
        folder: Where it keeps its configuration, log, sessions and queues.
        port: Port to listen on; any free one if None.
        administrator: Password of `admin` of the dynamic-security plugin; everybody may do everything if None.

    Raises:
        ServiceUnavailableError: If Mosquitto or its plugin is not installed or does not start.
    """
    program = find_mosquitto()
    if program is None:
        raise ServiceUnavailableError("Mosquitto is not installed: apt-get install mosquitto")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    configuration = folder / "mosquitto.conf"
    # Started as root it would become the user `mosquitto`, who may not write into the folder.
    user = pwd.getpwuid(os.geteuid()).pw_name
    places = {"port": port, "address": LOOPBACK, "user": user, "folder": folder.absolute()}
    rights = _with_rights(folder, administrator) if administrator else ""
    text = _CONFIGURATION.format(**places, open="false" if administrator else "true", rights=rights)
    configuration.write_text(text, encoding="utf-8")
    process = ServerProcess(
        name="Mosquitto",
        command=(str(program), "-c", str(configuration)),
        ready=lambda: port_answers(port),
        log=folder / "mosquitto.log",
    )
    server = MosquittoServer(port, process)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _with_rights(folder: Path, administrator: str) -> str:
    """Prepare the dynamic-security plugin; its lines of the configuration."""
    found = sorted(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    program = shutil.which("mosquitto_ctrl")
    if not found or program is None:
        raise ServiceUnavailableError("Mosquitto's dynamic-security plugin is not installed: apt-get install mosquitto")
    file = folder.absolute() / "dynamic-security.json"
    if not file.exists():
        command = [program, "dynsec", "init", str(file), "admin", administrator]
        subprocess.run(command, check=True, capture_output=True)
    return f"plugin {found[0]}\nplugin_opt_config_file {file}\n"

"""A line with simulated Modbus slaves, and what a gateway needs to speak with them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gateway.driver import ArchiveRow, Contact, Driver, DriverSettings
from gateway.line import Framing, Line
from gateway.profiles import profile
from simulators.wire.line_server import LineServer
from simulators.wire.modbus_slave import Faults, RtuBus, Slave, TcpBus

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 24, 11, 35, 9, tzinfo=UTC)
FAST = Framing(baud=115200)


def clock() -> datetime:
    return NOW


class Bench:
    """A line with slaves, and what a gateway needs to speak with them; opening and closing one takes a while."""

    def __init__(self, stack: ExitStack, *, tcp: bool) -> None:
        self.bus = TcpBus([]) if tcp else RtuBus([])
        self.server = stack.enter_context(LineServer(self.bus))
        url = self.server.url.replace("socket://", "modbus-tcp://") if tcp else self.server.url
        self.line = Line("test line", url, FAST, slack_s=0.05)
        stack.callback(self.line.close)

    @property
    def faults(self) -> Faults:
        return self.bus.faults

    def driver(self, model: str, address: str, options: Mapping[str, str] | None = None) -> Driver:
        settings = DriverSettings(f"{model} {address}", address, MOSCOW, options or {})
        return profile(model).driver(self.line, settings)


BENCHES: dict[bool, Bench] = {}


@contextmanager
def benches() -> Iterator[None]:
    """Open both, for the tests of a module."""
    with ExitStack() as stack:
        BENCHES.update({tcp: Bench(stack, tcp=tcp) for tcp in (False, True)})
        yield
    BENCHES.clear()


@contextmanager
def bench(*slaves: Slave, tcp: bool = False) -> Iterator[Bench]:
    found = BENCHES[tcp]
    found.bus.slaves = {slave.unit: slave for slave in slaves}
    found.faults.next.clear()
    found.line.failures.clear()
    yield found


def values(contact: Contact | ArchiveRow) -> dict[str, float]:
    return {str(sample.quantity): sample.value for sample in contact.samples}

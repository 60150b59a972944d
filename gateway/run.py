"""The gateway as a whole: a thread for each line, the outbox and its uplink, and a main loop that watches over them."""

import logging
import threading
import time
from contextlib import ExitStack

from gateway import profiles
from gateway.clock import Clock
from gateway.clock.timekeeper import Timekeeper
from gateway.config import GatewayConfig, LineConfig, MeterConfig
from gateway.config.file import FindProfile
from gateway.driver import Driver, DriverSettings
from gateway.line import Line
from gateway.local.listener import LocalListener
from gateway.local.screen import Screen
from gateway.memory import Memory
from gateway.meters.line_worker import LineWorker
from gateway.meters.meter import Meter
from gateway.outbox import Outbox
from gateway.process.alone import alone
from gateway.process.health import Health
from gateway.process.notify import notify, watchdog_s
from gateway.reporter import Data, Reporter
from gateway.uplink import Uplink, UplinkSettings

log = logging.getLogger(__name__)

OUTBOX = "outbox.sqlite"
MEMORY = "memory.sqlite"
TURN_S = 1.0
"""The main loop turns so often. [s]"""
REMEMBER_S = 10.0
"""What the gateway has to know after a restart is written so often. [s]"""
END_S = 5.0
"""How long the lines may take to end what they are in the middle of. [s]"""


def line_of(config: LineConfig, clock: Clock) -> Line:
    """The line that a configuration describes, not opened yet."""
    line = Line(config.name, config.url, config.framing, config.slack_s)
    line.elapsed_s = clock.boot_s
    return line


def driver_of(config: MeterConfig, line: Line, find_profile: FindProfile) -> Driver:
    """The driver of a configured meter."""
    settings = DriverSettings(config.name, config.address, config.zone, config.options)
    return find_profile(config.model).driver(line, settings)


class Gateway:
    """One gateway.

    Args:
        config: What it reads and whom it tells.
        clock: The clock.
        find_profile: Where the models of meters are found.
        uplink: How the uplink behaves, or None for the usual.
    """

    def __init__(
        self,
        config: GatewayConfig,
        clock: Clock,
        find_profile: FindProfile = profiles.profile,
        uplink: UplinkSettings | None = None,
    ) -> None:
        self._config, self._clock, self._find_profile = config, clock, find_profile
        self._uplink_settings = uplink
        self._health = Health()
        self._trouble: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set; everything is on the disk when it returns.

        Raises:
            AlreadyRunningError: If another gateway runs on the same folder.
            ConfigurationError: If the folder cannot be written.
        """
        with ExitStack() as stack:
            stack.enter_context(alone(self._config.home))
            memory = Memory(self._config.home / MEMORY)
            stack.callback(memory.close)
            outbox = Outbox(
                self._config.home / OUTBOX, self._config.quota_bytes, self._clock.now, devices=self._config.devices
            )
            stack.callback(outbox.close)
            self._health.check("the outbox cannot be written", outbox.writable)
            uplink = Uplink(outbox, self._config.broker, self._config.name, self._uplink_settings, self._clock.now)
            screen = Screen(self._config, uplink)
            timekeeper = Timekeeper(self._clock, self._config.name, memory)
            reporter = Reporter(self._config.name, self._config.devices, outbox, screen, memory, timekeeper)
            self._look_at_clock(timekeeper, reporter)
            uplink.start()
            stack.callback(uplink.stop)
            self._health.check("the uplink has ended", lambda: uplink.alive)
            listeners = self._listen(reporter, stack)
            self._start_lines(memory, reporter, stop, stack)
            notify("READY=1", f"STATUS={len(self._config.devices)} devices")
            log.info("the gateway %s reads %d devices", self._config.name, len(self._config.devices))
            self._watch(timekeeper, reporter, memory, listeners, stop)
            notify("STOPPING=1")

    def _start_lines(self, memory: Memory, reporter: Reporter, stop: threading.Event, stack: ExitStack) -> None:
        workers = []
        for config in self._config.lines:
            line = line_of(config, self._clock)
            meters = [
                Meter(each, driver_of(each, line, self._find_profile), memory, reporter, self._clock)
                for each in self._config.meters_on(config.name)
            ]
            worker = LineWorker(line, meters, self._clock, stop, config.deadline_s)
            self._health.watch(worker.progress)
            self._health.check(f"the thread of line {config.name} has ended", worker.is_alive)
            workers.append(worker)
        for worker in workers:
            worker.start()
        stack.callback(_join, workers)

    def _listen(self, reporter: Reporter, stack: ExitStack) -> list[LocalListener]:
        listeners = [
            LocalListener(broker, self._config.name, self._config.zone, reporter, self._clock)
            for broker in self._config.brokers
        ]
        for listener in listeners:
            listener.start()
            stack.callback(listener.stop)
        return listeners

    def _watch(
        self,
        timekeeper: Timekeeper,
        reporter: Reporter,
        memory: Memory,
        listeners: list[LocalListener],
        stop: threading.Event,
    ) -> None:
        watched_s = watchdog_s()
        turn_s = TURN_S if watched_s is None else min(TURN_S, watched_s / 4)
        remembered_at = time.monotonic()
        while not stop.wait(turn_s):
            if time.monotonic() - remembered_at >= REMEMBER_S:
                memory.flush()
                remembered_at = time.monotonic()
            self._look_at_clock(timekeeper, reporter)
            for listener in listeners:
                listener.pass_on()
            self._feed()

    def _feed(self) -> None:
        """Feed the watchdog if everything gets on, and only then."""
        trouble = self._health.trouble()
        if trouble is None:
            notify("WATCHDOG=1")
        elif trouble != self._trouble:
            log.error("the watchdog is fed no more: %s", trouble)
            notify(f"STATUS={trouble}")
        if trouble is None and self._trouble is not None:
            notify(f"STATUS={len(self._config.devices)} devices")
        self._trouble = trouble

    def _look_at_clock(self, timekeeper: Timekeeper, reporter: Reporter) -> None:
        turn = timekeeper.look()
        if turn is not None:
            data: Data = {"set_by_s": round(turn.set_by_s, 1)} if turn.synchronised else {}
            reporter.everywhere("clock_synchronised" if turn.synchronised else "clock_unsynchronised", data)
        reporter.release()


def _join(workers: list[LineWorker]) -> None:
    """Give the lines a while to end; one that hangs is left to the end of the process."""
    deadline = time.monotonic() + END_S
    for worker in workers:
        worker.join(max(deadline - time.monotonic(), 0.01))
        if worker.is_alive():
            log.warning("%s does not end: what it is in the middle of is lost", worker.name)

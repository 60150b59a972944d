"""Modbus meters: a model is a table of registers, and one driver reads them all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.driver import Archive, Contact, Driver, DriverSettings, Profile, Remark, Sample
from gateway.drivers.modbus.blocks import Ask, Round, Stride, gather
from gateway.drivers.modbus.master import ModbusMaster
from gateway.drivers.modbus.register import ClockRegisters, Register, Span, Table, Text, Words, contents, sample, stated
from gateway.errors import RefusedError
from gateway.golden import GoldenError, must_agree
from gateway.line import Framing, Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass

_round = Round()


@dataclass(frozen=True, slots=True)
class Golden:
    """Registers of a meter, and what they have to become.

    Attributes:
        registers: Contents as hexadecimal words, by table and the address of the first.
        origin: Where they come from.
        expected: Values by quantity. [unit of the quantity]
        serial: Serial number.
        clock: The meter's clock, ISO 8601, without a zone.
        options: What the configuration says beside them.
        point: Which point, behind a unit with several.
    """

    registers: Mapping[tuple[Table, int], str]
    origin: str
    expected: Mapping[str, float]
    serial: str | None = None
    clock: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    point: int = 0

    def words(self) -> Words:
        """The registers one by one."""
        return {
            (table, first + n): int(word, 16)
            for (table, first), text in self.registers.items()
            for n, word in enumerate(text.split())
        }


Choice = Callable[[Mapping[str, str]], tuple[Register, ...]]
"""Registers that depend on the options of a meter, such as its heat input. Raises `ConfigurationError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusProfile(Profile):
    """A model of Modbus meter.

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        device_class: What it is.
        registers: Its quantities.
        choose: Further quantities, as the options of a meter say.
        options: Names of the options that `choose` understands.
        serial: Serial number.
        firmware: Firmware version.
        identity: What it says that it is.
        clock: Its clock.
        most_registers: Registers that it gives in one answer.
        gap: Registers that may be read without being needed, see `gateway.drivers.modbus.blocks.plan`.
        wait_s: How long it may take to begin an answer. [s]
        framing: How its bytes travel, unless the line says otherwise.
        stride: If it is one of many points behind one unit.
        cost_battery: Whether reading takes something from its battery.
        archives: How far back its archives reach.
        reads_with: The driver, if it needs more than the table.
        goldens: Registers and what they have to become.
    """

    model: str
    manual: str
    device_class: DeviceClass
    registers: tuple[Register, ...] = ()
    choose: Choice | None = None
    options: tuple[str, ...] = ()
    serial: Text | None = None
    firmware: Text | None = None
    identity: Text | None = None
    clock: ClockRegisters | None = None
    most_registers: int = 125
    gap: int = 0
    wait_s: float = 1.0
    framing: Framing = field(default_factory=Framing)
    stride: Stride | None = None
    cost_battery: bool = False
    archives: Mapping[Archive, timedelta] = field(default_factory=dict)
    reads_with: "type[ModbusDriver] | None" = None
    goldens: tuple[Golden, ...] = field(default=(), repr=False)

    def driver(self, line: Line, settings: DriverSettings) -> "ModbusDriver":
        """A driver for one meter of this model.

        Raises:
            ConfigurationError: If the address or an option cannot be one of this model.
        """
        return (self.reads_with or ModbusDriver)(line, settings, self)

    def table(self, options: Mapping[str, str], point: int = 0) -> tuple[Register, ...]:
        """The registers of one meter: those of the model, those that its options choose, those that they state.

        Raises:
            ConfigurationError: If an option cannot be one of this model.
        """
        registers = {register.quantity: register for register in self.registers}
        chosen = self.choose(options) if self.choose is not None else ()
        added = [_stated(self, name, text) for name, text in options.items() if name not in self.options]
        registers.update({register.quantity: register for register in (*chosen, *added)})
        offset = self.stride.registers * point if self.stride is not None else 0
        return tuple(replace(register, address=register.address + offset) for register in registers.values())

    def place(self, settings: DriverSettings) -> tuple[int, int]:
        """Unit and point of a meter's address.

        Raises:
            ConfigurationError: If it is no address of this model.
        """
        unit, slash, point = settings.address.partition("/")
        points = self.stride.points if self.stride is not None else 0
        right = unit.isdecimal() and 1 <= int(unit) <= 247 and bool(slash) is (points > 0)
        if not right or (points and not (point.isdecimal() and int(point) < points)):
            wanted = f"'unit/point', such as 5/12 (unit 1..247, point 0..{points - 1})" if points else "a unit, 1..247"
            raise ConfigurationError(f"{settings.name}: the address of a {self.model} is {wanted}")
        return int(unit), int(point) if points else 0

    def check_goldens(self) -> None:
        """Read the goldens and compare.

        Raises:
            GoldenError: If a golden does not become what it has to.
        """
        for golden in self.goldens:
            words = golden.words()
            samples, _ = judged(self.table(golden.options, golden.point), words)
            values = {str(found.quantity): found.value for found in samples}
            clock = self.clock.read(words) if self.clock is not None else None
            must_agree(self.model, golden.origin, values, golden.expected, 0.0)
            said = (self.serial.read(words) if self.serial else None, clock.isoformat() if clock else None)
            if said != (golden.serial, golden.clock):
                raise GoldenError(f"{self.model}, {golden.origin}: serial number and clock are {said}")


def _stated(profile: ModbusProfile, name: str, text: str) -> Register:
    register = stated(name, text)
    if register is None:
        known = ", ".join(profile.options) or "none of its own"
        raise ConfigurationError(f"a {profile.model} has no option {name!r}: {known}, or a quantity and its register")
    return register


def judged(registers: Sequence[Register], words: Words) -> tuple[tuple[Sample, ...], tuple[Remark, ...]]:
    """The values of registers, and what a person should know of them."""
    found = [sample(register, words) for register in registers]
    return (
        tuple(one for one in found if isinstance(one, Sample)),
        tuple(one for one in found if isinstance(one, Remark)),
    )


class ModbusDriver(Driver):
    """Speaks with one Modbus meter.

    Args:
        line: The line that it is on.
        settings: What the configuration says of it.
        profile: Its model.

    Raises:
        ConfigurationError: If the address or an option cannot be one of this model.
    """

    def __init__(self, line: Line, settings: DriverSettings, profile: ModbusProfile) -> None:
        super().__init__(line, settings)
        self.archives = profile.archives
        self.reads_cost_battery = profile.cost_battery
        self._profile = profile
        self._unit, self._point = profile.place(settings)
        self._registers = profile.table(settings.options, self._point)
        self._master = ModbusMaster(line, settings.name, self._unit, profile.wait_s)
        self._lacking: set[Span] = set()

    def read(self) -> Contact:
        """Read what the meter shows now."""
        with self.line.owned(usual=self._profile.framing):
            self._master.frames = []
            return self._read(self._registers)

    def _read(self, registers: Sequence[Register]) -> Contact:
        """Read registers, and who the meter is."""
        profile = self._profile
        own = {span for register in registers for span in register.spans()} - self._lacking
        texts = [text for text in (profile.serial, profile.firmware, profile.identity) if text is not None]
        about = {text.span() for text in texts} | ({profile.clock.span()} if profile.clock is not None else set())
        words, lacking = self._words(own | (about - self._lacking))
        remarks = tuple(
            Remark("register_missing", {"table": span.table.name.lower(), "address": span.address}) for span in lacking
        )
        self._lacking.update(lacking)
        if own and all(contents(words, span) is None for span in own):
            self._lacking.clear()
            who = f"{self.settings.name} (unit {self._unit})"
            raise RefusedError(f"{who} has none of the registers of a {profile.model}: is it another model?")
        samples, doubts = judged(registers, words)
        clock = profile.clock.read(words) if profile.clock is not None else None
        return Contact(
            samples,
            serial=profile.serial.read(words) if profile.serial is not None else None,
            meter_clock=None if clock is None else clock.replace(tzinfo=self.settings.zone),
            model=(profile.identity.read(words) if profile.identity is not None else None) or "",
            firmware=(profile.firmware.read(words) if profile.firmware is not None else None) or "",
            remarks=remarks + doubts,
            frames=tuple(self._master.frames),
        )

    def _words(self, spans: set[Span]) -> tuple[Words, list[Span]]:
        profile = self._profile
        if profile.stride is not None:
            return self._words_of_point(profile.stride, spans)
        gathered = gather(self._master.read, spans, profile.most_registers, profile.gap)
        return gathered.words, gathered.lacking

    def _words_of_point(self, stride: Stride, spans: set[Span]) -> tuple[Words, list[Span]]:
        """The registers of one point, read together with its neighbours' and kept for them for a while."""

        def ask(span: Span) -> list[int]:
            return _round.ask(self.line, self._unit, span, stride.life_s, self._master.read)

        return point_words(ask, stride, self._point, spans, self._profile.most_registers)


def point_words(ask: Ask, stride: Stride, point: int, spans: set[Span], most: int) -> tuple[Words, list[Span]]:
    """The registers of one point, out of a block of several points if the gateway gives such blocks."""
    first = min(span.address for span in spans) // stride.registers * stride.registers
    table = next(iter(spans)).table
    group = stride.group(point, first - point * stride.registers, most, table)
    own = Span(table, first, stride.registers)
    together = gather(ask, [group], most)
    if together.lacking:
        together = gather(ask, [own], most)
    if together.lacking:
        together = gather(ask, spans, most)
    return together.words, together.lacking

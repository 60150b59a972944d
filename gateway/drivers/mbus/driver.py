"""Reads a meter over M-Bus: what it shows now, and what its memory holds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Remark, Sample
from gateway.drivers.mbus.archive import MbusArchive, restore
from gateway.drivers.mbus.profile import MbusProfile
from gateway.drivers.mbus.proposal import proposed
from gateway.drivers.mbus.reading import as_cold, clock, error_flags, firmware, named_bits, read_records
from gateway.errors import NoAnswerError, NothingArchivedError, RefusedError
from gateway.line import Framing, Line
from gateway.mbus.address import parse_address
from gateway.mbus.master import USUAL, Answer, Master
from gateway.mbus.telegram import ALARM, APPLICATION_ERROR, Telegram
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity

_COMPLAINTS = frozenset({APPLICATION_ERROR, ALARM})
_BAUD_RATES = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400)


class MbusDriver(Driver):
    """One M-Bus meter.

    Options: ``baud``, if this meter's speed differs from the line's.

    Args:
        line: The line that it is on.
        settings: What the configuration says of it.
        profile: What its records mean.
    """

    options_known = ("baud",)

    def __init__(self, line: Line, settings: DriverSettings, profile: MbusProfile) -> None:
        super().__init__(line, settings)
        self.profile = profile
        self.address = parse_address(settings.address)
        self.reads_cost_battery = profile.battery
        self.archives: Mapping[Archive, timedelta] = {kind: each.depth for kind, each in profile.archives.items()}
        self._framing = _framing(settings)
        # a gateway that was killed while it read an archive left the meter on that data set
        self._left_behind = any(each.subcode is not None for each in profile.archives.values())

    @property
    def place(self) -> str:
        """Its address, written in the same way whoever wrote it."""
        return str(self.address)

    def read(self) -> Contact:
        """Read what the meter shows now."""
        with self.line.owned(self._framing, USUAL):
            master = Master(self.line, self.settings.name, self.address)
            if self._left_behind:
                self._restore(master)
            master.begin()
            answers = list(master.telegrams())
            master.end()
        return self.contact(answers, _remarks_of_line(master))

    def _restore(self, master: Master) -> None:
        """Bring the usual data set back; a lost E5 does not keep the meter from being read, and it is tried again."""
        try:
            restore(master, self.profile)
        except NoAnswerError:
            return
        self._left_behind = False

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read records of an archive, newest first as far as the meter gives them so."""
        logger = self.profile.archives.get(archive)
        if logger is None:
            raise NothingArchivedError(f"{self.settings.name} ({self.profile.model}) keeps no {archive} archive")
        with self.line.owned(self._framing, USUAL):
            master = Master(self.line, self.settings.name, self.address)
            reader = MbusArchive(self.profile, logger, master, self.settings.zone)
            try:
                yield from reader.rows(archive, wanted)
            finally:
                self._left_behind = reader.left_behind
                master.end()

    def contact(self, answers: Sequence[Answer], remarks: Sequence[Remark] = ()) -> Contact:
        """What the telegrams of one read-out say.

        Args:
            answers: The telegrams.
            remarks: What is to be said besides.

        Raises:
            RefusedError: If the meter complains instead of answering.
        """
        first = answers[0].telegram
        if first.ci in _COMPLAINTS:
            says = "; ".join(problem.sentence for problem in first.problems)
            raise RefusedError(f"{self.settings.name}: {says}", answers[0].raw)
        records = [record for answer in answers for record in answer.telegram.records]
        read = read_records(self.profile, records)
        of_cold = as_cold(first.medium, read.samples)
        samples = (*of_cold, *error_flags(self.profile, first.status, of_cold))
        return Contact(
            samples=samples,
            serial=first.identification or None,
            meter_clock=clock(records, self.settings.zone),
            model=_model(first),
            firmware=firmware(records),
            remarks=(*remarks, *read.remarks, *self._remarks(answers, samples)),
            frames=tuple(answer.raw for answer in answers),
        )

    def _remarks(self, answers: Sequence[Answer], samples: Sequence[Sample]) -> Iterator[Remark]:
        first = answers[0].telegram
        flags = next((int(s.value) for s in samples if s.quantity is Quantity.HEAT_ERROR_FLAGS), 0)
        if first.status or flags:
            own = flags if flags != first.status else 0  # the status byte names its bits itself
            says = ", ".join(filter(None, (*first.status_bits, named_bits(self.profile, own))))
            yield Remark("meter_error", {"status": first.status, "flags": flags, "says": says})
        for answer in answers:
            for problem in answer.telegram.problems:
                yield Remark("telegram_problem", {"problem": problem.code.value, "says": problem.sentence})
        if not self.profile.reads(first):
            data = {"profile": self.profile.model, "meter": _model(first), "models": _proposed(first)}
            yield Remark("unexpected_model", data)
        if not samples:
            yield Remark("nothing_measured", {"records": sum(len(a.telegram.records) for a in answers)})


def _remarks_of_line(master: Master) -> list[Remark]:
    remarks = []
    if master.second_master:
        says = "another master asks meters on this line: disconnect it"
        remarks.append(Remark("second_master", {"requests": float(master.second_master), "says": says}))
    if master.stuck:
        remarks.append(
            Remark("stuck_frame_count", {"says": "the meter repeats its telegram: what follows it cannot be read"})
        )
    if master.endless:
        remarks.append(Remark("endless_telegrams", {"says": "the meter promises more telegrams without end"}))
    return remarks


def _model(telegram: Telegram) -> str:
    if not telegram.manufacturer:
        return ""
    version, medium = ("?" if part is None else f"{part:02X}" for part in (telegram.version, telegram.medium))
    return f"{telegram.manufacturer}.{version}.{medium}"


def _proposed(telegram: Telegram) -> str | None:
    """The models that would read such a meter; a broken profile of one's own keeps no other meter from being read."""
    try:
        return ", ".join(proposed(telegram)) or None
    except ConfigurationError:
        return None


def _framing(settings: DriverSettings) -> Framing | None:
    stated = settings.options.get("baud")
    if stated is None:
        return None
    if not stated.isdecimal() or int(stated) not in _BAUD_RATES:
        raise ConfigurationError(f"{settings.name}: baud is {stated!r}, M-Bus has {', '.join(map(str, _BAUD_RATES))}")
    return Framing(baud=int(stated), parity="E")

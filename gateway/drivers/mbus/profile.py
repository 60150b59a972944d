"""The declaration of an M-Bus meter: what its records mean, which of its figures are none, and what it remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from gateway.driver import Archive, Driver, DriverSettings, Profile
from gateway.line import Line
from gateway.mbus.quantity import Function
from gateway.mbus.quantity import MeterQuantity as Q
from gateway.mbus.telegram import Telegram
from teplosvet.domain.quantities import DeviceClass, Quantity

USUAL_WORDS: Mapping[Quantity, tuple[Q, ...]] = {
    Quantity.HEAT_ENERGY_KWH: (Q.ENERGY,),
    Quantity.COOLING_ENERGY_KWH: (Q.ENERGY,),
    Quantity.ACTIVE_ENERGY_KWH: (Q.ENERGY,),
    Quantity.REACTIVE_ENERGY_KVARH: (Q.REACTIVE_ENERGY,),
    Quantity.HEAT_VOLUME_M3: (Q.VOLUME,),
    Quantity.RETURN_VOLUME_M3: (Q.VOLUME,),
    Quantity.WATER_VOLUME_M3: (Q.VOLUME,),
    Quantity.FLOW_MASS_T: (Q.MASS,),
    Quantity.RETURN_MASS_T: (Q.MASS,),
    Quantity.HEAT_POWER_KW: (Q.POWER,),
    Quantity.ACTIVE_POWER_W: (Q.POWER,),
    Quantity.HEAT_FLOW_M3H: (Q.VOLUME_FLOW,),
    Quantity.WATER_FLOW_M3H: (Q.VOLUME_FLOW,),
    Quantity.FLOW_TEMPERATURE_C: (Q.FLOW_TEMPERATURE,),
    Quantity.RETURN_TEMPERATURE_C: (Q.RETURN_TEMPERATURE,),
    Quantity.WATER_TEMPERATURE_C: (Q.FLOW_TEMPERATURE,),
    Quantity.OUTDOOR_TEMPERATURE_C: (Q.EXTERNAL_TEMPERATURE,),
    Quantity.FLOW_PRESSURE_KPA: (Q.PRESSURE,),
    Quantity.OPERATING_TIME_H: (Q.OPERATING_TIME, Q.ON_TIME),
    Quantity.ERROR_TIME_H: (Q.OPERATING_TIME, Q.ON_TIME),
    Quantity.VOLTAGE_V: (Q.VOLTAGE,),
    Quantity.CURRENT_A: (Q.CURRENT,),
    Quantity.FREQUENCY_HZ: (Q.FREQUENCY,),
    Quantity.HEAT_ERROR_FLAGS: (Q.ERROR_FLAGS,),
}
"""The words of EN 13757-3 under which a quantity usually travels, the better one first."""


_NO_MEDIUM = (None, 0x00, 0x0F)
"""Media by which a meter says nothing of what it measures: other and unknown (EN 13757-7:2018, table 13)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A quantity and the record that holds it; the first record that fits counts.

    Attributes:
        quantity: What it becomes.
        word: What the record says, if not one of the quantity's usual words.
        function: Which value of it.
        storage: Storage number.
        tariff: Tariff.
        subunit: Subunit.
        qualifier: Words of a VIFE that the record must have, such as ``only negative contributions``.
        vib: VIF and VIFEs in hex, for a code that only this maker knows.
        unit: Unit of such a record, by its name in `teplosvet.wire.units`.
        nulls: Figures by which this meter says «not available». [unit of the quantity]
    """

    quantity: Quantity
    word: Q | None = None
    function: Function = Function.INSTANTANEOUS
    storage: int = 0
    tariff: int = 0
    subunit: int = 0
    qualifier: str = ""
    vib: str = ""
    unit: str = ""
    nulls: tuple[float, ...] = ()

    @property
    def words(self) -> tuple[Q, ...]:
        """The words that the record may say."""
        return (self.word,) if self.word else USUAL_WORDS.get(self.quantity, ())


class Stamp(Enum):
    """What a meter writes beside an archived value that was taken at midnight after 31 December."""

    NEXT_DAY = "01.01 00:00"
    """The instant itself."""
    SAME_DAY = "31.12 24:00"
    """The day that ended; a date without a time then means its end."""
    EITHER = "either"
    """Not known: the last day of a month is taken as one that ended, any other date as an instant at midnight."""


@dataclass(frozen=True, slots=True)
class Logger:
    """An archive of the meter.

    Attributes:
        depth: How far back it reaches.
        subcode: Data set that an application reset has to choose (CI 50), or None if the usual telegrams hold it.
        storages: Storage numbers that belong to it, first and last; None for all above 0.
        stamp: What its dates mean.
    """

    depth: timedelta
    subcode: int | None = None
    storages: tuple[int, int] | None = None
    stamp: Stamp = Stamp.NEXT_DAY


@dataclass(frozen=True, slots=True)
class Match:
    """By what a meter of a model is recognised; None is any.

    Attributes:
        manufacturer: Three letters.
        versions: Versions (generations) of the model.
        media: Media that it can have.
    """

    manufacturer: str
    versions: tuple[int, ...] | None = None
    media: tuple[int, ...] | None = None

    def fits(self, telegram: Telegram) -> bool:
        """Whether a telegram is one of such a meter."""
        return (
            telegram.manufacturer == self.manufacturer
            and (self.versions is None or telegram.version in self.versions)
            and (self.media is None or telegram.medium in self.media)
        )


@dataclass(frozen=True, slots=True)
class Golden:
    """A telegram and what it has to become.

    Attributes:
        frame: In hex: a whole frame, or its data records alone.
        origin: Where frame and expectation come from; never our own output.
        expected: Values by quantity. [unit of the quantity]
        serial: Serial number that it says.
        clock: The meter's clock as the telegram has it, without a zone.
        remarks: Events that it has to raise.
    """

    frame: str
    origin: str
    expected: Mapping[Quantity, float]
    serial: str | None = None
    clock: datetime | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MbusProfile(Profile):
    """A model of M-Bus meter.

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        device_class: What it measures.
        fields: Which record becomes which quantity.
        matches: By what it is recognised; none for a profile that fits any.
        media: Media of a profile that fits any meter of them.
        impossible: Figures that the meter shows when a sensor is broken. [unit of the quantity]
        status_bits: Names of the bits of its error flags.
        register_modulus: Where its registers start again from zero. [unit of the quantity]
        archives: What it remembers.
        usual_data_set: Sub-code that brings the usual telegrams back after an archive, None for a reset without one.
        battery: Whether every contact takes something from a battery.
        goldens: Telegrams and what they have to become.
    """

    model: str
    manual: str
    device_class: DeviceClass
    fields: tuple[Field, ...]
    matches: tuple[Match, ...] = ()
    media: tuple[int, ...] = ()
    impossible: Mapping[Quantity, tuple[float, ...]] = field(default_factory=dict)
    status_bits: Mapping[int, str] = field(default_factory=dict)
    register_modulus: Mapping[Quantity, float] = field(default_factory=dict)
    archives: Mapping[Archive, Logger] = field(default_factory=dict)
    usual_data_set: int | None = None
    battery: bool = True
    goldens: tuple[Golden, ...] = field(default=(), repr=False)

    def reads(self, telegram: Telegram) -> bool:
        """Whether a telegram can be one of such a meter; one that does not say what it is can be anybody's."""
        if not telegram.manufacturer:
            return True
        if self.matches:
            return any(match.fits(telegram) for match in self.matches)
        return not self.media or telegram.medium in (*self.media, *_NO_MEDIUM)

    def driver(self, line: Line, settings: DriverSettings) -> Driver:
        """A driver for one meter of this model."""
        from gateway.drivers.mbus.driver import MbusDriver  # noqa: PLC0415  # the driver knows profiles

        return MbusDriver(line, settings, self)

    def check_goldens(self) -> None:
        """Decode the telegrams and compare."""
        from gateway.drivers.mbus.golden import check  # noqa: PLC0415  # only tests need it

        for golden in self.goldens:
            check(self, golden)

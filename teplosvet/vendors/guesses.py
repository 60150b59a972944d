"""What names and measures give away of a device that nobody has registered yet; names as they can be written down."""

from collections.abc import Iterable

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.observation import Measure


def squashed(text: str) -> str:
    """A name without what people write differently: ``M-Bus_1`` and ``mbus1`` are the same."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


_OF_CLASS = (
    (DeviceClass.HEAT, {Measure.FLOW_TEMPERATURE, Measure.RETURN_TEMPERATURE, Measure.COOLING_ENERGY}),
    (
        DeviceClass.LIGHT,
        {
            Measure.PRESENCE,
            Measure.PRESENCE_SHARE,
            Measure.MOVEMENTS,
            Measure.ILLUMINANCE,
            Measure.LEVEL,
            Measure.ON_TIME,
            Measure.LAMP_FAILURE,
            Measure.GEAR_TIME,
            Measure.GEAR_TEMPERATURE,
            Measure.OVERRIDE,
        },
    ),
    (DeviceClass.WATER, {Measure.VOLUME, Measure.FLOW}),
    (DeviceClass.ELECTRICITY, {Measure.ENERGY, Measure.POWER, Measure.VOLTAGE, Measure.CURRENT}),
)


def class_of(measures: Iterable[Measure]) -> DeviceClass:
    """What a device probably is that says these."""
    said = set(measures)
    return next((device_class for device_class, tells in _OF_CLASS if tells & said), DeviceClass.CLIMATE)


def printable(name: str) -> str:
    """A name from a message for a sentence: cut short, and without what no screen and no table takes."""
    short = name[:80]
    return short if short.isprintable() else repr(short)

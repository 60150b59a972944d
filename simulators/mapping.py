"""What a column of a file means: `COLUMN=quantity[:unit][:interval]`."""

import math
from dataclasses import dataclass

from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.quantities import DeviceClass, Kind, Quantity, columns_of

KWH_PER_THERM = 29.3001111
"""1 therm (US) = 100,000 Btu(59 °F) = 29.3001111 kWh."""

_WIRE_UNITS = {
    "kWh": ("kWh", "Wh", "MWh", "J", "MJ", "GJ", "Mcal", "Gcal"),
    "kvarh": ("kvarh", "varh"),
    "W": ("W", "kW"),
    "kW": ("kW", "W", "MW", "Gcal/h"),
    "m3": ("m3", "l"),
    "m3/h": ("m3/h", "l/h", "m3/s", "l/s"),
    "Cel": ("Cel", "K"),
    "h": ("h", "min", "s"),
}
"""The units that a device may use on the wire instead of the quantity's own."""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column and what it is published as.

    Attributes:
        column: Name of the column.
        quantity: What it measures.
        unit: Unit on the wire.
        interval: Whether a cell is the energy (or volume) of the interval that starts at its time.
        factor: What a cell is multiplied with before it is published. [unit per unit of the file]
        offset: What is added afterwards. [unit]
    """

    column: str
    quantity: Quantity
    unit: str
    interval: bool
    factor: float = 1.0
    offset: float = 0.0

    def on_wire(self, value: float) -> float:
        """A cell in the unit of the wire; NaN stays NaN. [unit]"""
        return value if math.isnan(value) else value * self.factor + self.offset


def parse_mapping(text: str, device_class: DeviceClass) -> MappedColumn:
    """Read one `--map`.

    The quantity is its name on the wire (`heat_energy`) or in full (`heat_energy_kwh`). Without a unit it is in the
    quantity's own; `therm` and `degF`, which the wire does not know, are converted to kWh and Cel before publishing.

    Args:
        text: `COLUMN=quantity[:unit][:interval]`.
        device_class: Class of the device.

    Raises:
        UnknownNameError: If the text, the quantity or the unit is not known.
    """
    column, equals, rest = text.rpartition("=")
    name, *options = rest.split(":")
    if not equals or not column or not name:
        raise UnknownNameError(f"--map {text}: expected COLUMN=quantity[:unit][:interval]")
    quantity = _quantity(text, name, device_class)
    interval = "interval" in options
    units = [option for option in options if option != "interval"]
    if len(units) > 1:
        raise UnknownNameError(f"--map {text}: expected one unit, got {' and '.join(units)}")
    if interval and quantity.spec.kind is not Kind.COUNTER:
        raise UnknownNameError(f"--map {text}: only a register is made of intervals, {quantity.wire_name} is none")
    return _in_unit(text, column, quantity, units[0] if units else quantity.spec.unit, interval=interval)


def _quantity(text: str, name: str, device_class: DeviceClass) -> Quantity:
    for quantity in columns_of(device_class):
        if name in {quantity.value, quantity.wire_name}:
            return quantity
    known = ", ".join(quantity.wire_name for quantity in columns_of(device_class))
    raise UnknownNameError(f"--map {text}: a device of class {device_class.value} reports {known}")


def _in_unit(text: str, column: str, quantity: Quantity, unit: str, *, interval: bool) -> MappedColumn:
    own = quantity.spec.unit
    if unit == "degF" and own == "Cel":
        return MappedColumn(column, quantity, "Cel", interval, 5 / 9, -32 * 5 / 9)
    if unit == "therm" and own == "kWh":
        return MappedColumn(column, quantity, "kWh", interval, KWH_PER_THERM)
    known = _WIRE_UNITS.get(own, (own,))
    if unit not in known:
        more = {"Cel": ("degF",), "kWh": ("therm",)}.get(own, ())
        raise UnknownNameError(
            f"--map {text}: {quantity.wire_name} is given in {', '.join((*known, *more)) or 'no unit'}"
        )
    return MappedColumn(column, quantity, unit, interval)

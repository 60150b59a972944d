"""Units: converted at this boundary and nowhere else.

Names are those of RFC 8428 and its secondary units of RFC 8798 where they have one (``Cel``, ``kWh``, ``lx``); heat
adds ``Gcal``, ``MWh`` and ``GJ``, volume ``l``. 1 Gcal = 1.163 MWh = 4.1868 GJ (international table calorie).

References:
    RFC 8428, Sensor Measurement Lists, section 12.1; RFC 8798, Additional Units for SenML, section 3.
"""

from dataclasses import dataclass

from teplosvet.domain.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Conversion:
    """``inside = outside * factor + offset``.

    Attributes:
        factor: Units inside per unit outside.
        offset: Added after multiplying. [unit inside]
    """

    factor: float
    offset: float = 0.0

    def apply(self, value: float) -> float:
        """The value in the unit inside."""
        return value * self.factor + self.offset


IDENTITY = Conversion(1.0)

_GJ = 1000 / 3.6
_CONVERSIONS: dict[str, dict[str, Conversion]] = {
    "kWh": {
        "kWh": IDENTITY,
        "Wh": Conversion(1e-3),
        "MWh": Conversion(1e3),
        "J": Conversion(1 / 3.6e6),
        "MJ": Conversion(1 / 3.6),
        "GJ": Conversion(_GJ),
        "Mcal": Conversion(1.163),
        "Gcal": Conversion(1163.0),
    },
    "kvarh": {"kvarh": IDENTITY, "varh": Conversion(1e-3)},
    "W": {"W": IDENTITY, "kW": Conversion(1e3), "mW": Conversion(1e-3)},
    "kW": {
        "kW": IDENTITY,
        "W": Conversion(1e-3),
        "MW": Conversion(1e3),
        "Gcal/h": Conversion(1163.0),
        "MJ/h": Conversion(1 / 3.6),
        "GJ/h": Conversion(_GJ),
    },
    "m3": {"m3": IDENTITY, "l": Conversion(1e-3)},
    "m3/h": {
        "m3/h": IDENTITY,
        "l/h": Conversion(1e-3),
        "m3/min": Conversion(60.0),
        "m3/s": Conversion(3600.0),
        "l/s": Conversion(3.6),
    },
    "t": {"t": IDENTITY, "kg": Conversion(1e-3)},
    "kPa": {
        "kPa": IDENTITY,
        "Pa": Conversion(1e-3),
        "hPa": Conversion(0.1),
        "MPa": Conversion(1e3),
        "bar": Conversion(100.0),
        "mbar": Conversion(0.1),
        "kgf/cm2": Conversion(98.0665),
    },
    "m3*Cel": {"m3*Cel": IDENTITY},
    "Cel": {"Cel": IDENTITY, "K": Conversion(1.0, -273.15)},
    "h": {"h": IDENTITY, "s": Conversion(1 / 3600), "min": Conversion(1 / 60), "d": Conversion(24.0)},
    "%": {"%": IDENTITY, "/": Conversion(100.0)},
    "%RH": {"%RH": IDENTITY, "%": IDENTITY},
    "lx": {"lx": IDENTITY},
    "V": {"V": IDENTITY, "mV": Conversion(1e-3)},
    "A": {"A": IDENTITY, "mA": Conversion(1e-3)},
    "Hz": {"Hz": IDENTITY},
    "": {"": IDENTITY, "/": IDENTITY, "1": IDENTITY},
}

_BY_WIRE_NAME = {name: quantity for quantity in Quantity for name in (quantity.wire_name, quantity.value)}


WIRE_NAMES = frozenset(_BY_WIRE_NAME)
"""Every name that a quantity can have on the wire."""

WIRE_UNITS = frozenset(unit for conversions in _CONVERSIONS.values() for unit in conversions)
"""Every unit that some quantity can travel in."""


def quantity_of(name: str) -> Quantity | None:
    """The quantity of a wire name; its full name with the unit is understood too."""
    return _BY_WIRE_NAME.get(name)


def conversion(quantity: Quantity, unit: str) -> Conversion | None:
    """How a value in `unit` becomes one in the quantity's own, or None if it cannot.

    A quantity with a dimension needs its unit stated: guessing between kWh and Gcal is how money is lost.
    """
    return _CONVERSIONS[quantity.spec.unit].get(unit)


def units_of(quantity: Quantity) -> tuple[str, ...]:
    """The units that the quantity may travel in."""
    return tuple(_CONVERSIONS[quantity.spec.unit])

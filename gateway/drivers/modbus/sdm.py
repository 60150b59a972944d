"""What Eastron's SDM electricity meters have in common.

Figures are 32-bit floats in input registers, high word first; addresses and counts of a request have to be even. The
energy register is the imported energy: the «total» one adds what was exported.

References:
    [1] Eastron SDM630Modbus Smart Meter Modbus Protocol Implementation V1.8, section 1.2 (input registers).
    [2] Eastron SDM120Modbus Smart Meter Modbus Protocol Implementation V2.4, section 1.2.
"""

from gateway.drivers.modbus.format import F32
from gateway.drivers.modbus.register import Register, Table, Text
from teplosvet.domain.quantities import Quantity

MOST_REGISTERS = 60
"""30 figures in one answer, which the strictest of the family gives (SDM630MCT-2T, protocol V1.2)."""


def figure(quantity: Quantity, address: int, unit: str = "") -> Register:
    """One figure."""
    return Register(quantity, address, F32, unit, table=Table.INPUT)


SERIAL = Text(0xFC00, 2, lambda words: str(words[0] << 16 | words[1]))
"""The serial number; meters of the first generations have no such register, and are read all the same."""

ENERGIES = (
    figure(Quantity.ACTIVE_ENERGY_KWH, 0x0048, "kWh"),
    figure(Quantity.REACTIVE_ENERGY_KVARH, 0x004C, "kvarh"),
)

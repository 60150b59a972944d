"""Money for a saving, in decimal arithmetic."""

from decimal import ROUND_HALF_UP, Decimal

from analytics.statement import Settlement
from teplosvet.domain.contracts import Tariff

_HUNDREDTH = Decimal("0.01")

ROUNDING = "avoided energy to 0.001 kWh; value = energy x tariff, payable = value x share, each half up to 0.01"


def settle(avoided_energy_kwh: float, tariff: Tariff, esco_share: Decimal, *, proven: bool) -> Settlement:
    """Value of a saving at a tariff, and the part of it that the ESCO is paid. [currency]

    A saving that is not proven has a value, so that a reader sees what is at stake, but nothing is payable for it.

    Args:
        avoided_energy_kwh: As the statement gives it, rounded to a watt-hour. [kWh]
        tariff: Price of the carrier.
        esco_share: Share of the value. [-]
        proven: Whether the whole band is above zero.
    """
    energy = Decimal(repr(avoided_energy_kwh)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    value = (energy * tariff.price_per_kwh()).quantize(_HUNDREDTH, ROUND_HALF_UP)
    share = (value * esco_share).quantize(_HUNDREDTH, ROUND_HALF_UP)
    payable = share if proven else Decimal("0.00")
    return Settlement(tariff.currency, value, payable, ROUNDING)

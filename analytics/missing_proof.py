"""What is missing to prove a saving, or to decide whether a guarantee is met: days, or a better baseline."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.result import CONFIDENCE
from analytics.savings import Saving, more_days_to_prove
from analytics.uncertainty import t_quantiles
from teplosvet.domain.periods import Period


class Guarantee(StrEnum):
    """How a saving stands to the one that is guaranteed."""

    MET = "met"
    """The whole band lies above it."""
    MISSED = "missed"
    """The whole band lies below it."""
    OPEN = "open"
    """It lies within the band."""


@dataclass(frozen=True, slots=True)
class MissingProof:
    """What is missing; days are further days like those used, at the headline's confidence.

    Attributes:
        days_to_prove: Until the band leaves zero, 0 if it has; None if no number of days is enough. [d]
        guarantee: How the saving stands to the guarantee, None without one or without a band.
        days_to_decide: Until the band leaves the guarantee, 0 if it has; None if no number of days is enough. [d]
    """

    days_to_prove: int | None
    guarantee: Guarantee | None
    days_to_decide: int | None


def missing_proof(
    saving: Saving, period: Period, guarantee_kwh: float | None, meter_error: float, *, proven: bool
) -> MissingProof:
    """What is missing behind a statement.

    A guarantee holds for the whole period, a saving is known for the days used: the guarantee is taken for each day
    alike, ``guarantee / days of the period``, and compared over the days used.

    Args:
        saving: The saving as it stands.
        period: Reporting period.
        guarantee_kwh: What is guaranteed for the period, None if nothing is. [kWh]
        meter_error: Maximum permissible error of the meter. [-]
        proven: Whether the whole band is above zero.
    """
    to_prove = 0 if proven else more_days_to_prove(saving, CONFIDENCE)
    days = int(np.count_nonzero(saving.used))
    half = saving.half_width_kwh(CONFIDENCE, meter_error) if days else np.nan
    if guarantee_kwh is None or not np.isfinite(half):
        return MissingProof(to_prove, None, None)
    distance = saving.avoided_energy_kwh - guarantee_kwh / period.days * days
    if abs(distance) > half:
        return MissingProof(to_prove, Guarantee.MET if distance > 0 else Guarantee.MISSED, 0)
    return MissingProof(to_prove, Guarantee.OPEN, more_days_to_decide(saving, distance, meter_error))


def more_days_to_decide(saving: Saving, distance_kwh: float, meter_error: float) -> int | None:
    """Further days like those used after which the band leaves a guarantee; None if no number is enough. [d]

    With a distance d per day between saving and guarantee, a saving a per day, and the band of
    `savings.more_days_to_prove` with the meter's gain error k a M in quadrature, the band leaves the guarantee at
    ``M = t² r / (d² - t² q - k² a² - w²)``: what the parameters, the meter and the agreed adjustments leave open grows
    as fast as the distance does, so that a saving close to its guarantee may never be decided.

    Args:
        saving: The saving as it stands.
        distance_kwh: Saving less guarantee over the days used. [kWh]
        meter_error: Maximum permissible error of the meter. [-]
    """
    days = int(np.count_nonzero(saving.used))
    student, normal = (float(t_quantiles(CONFIDENCE, f)[0]) for f in (saving.variance.freedom, np.array([1e9])))
    if days == 0 or not np.isfinite(student):
        return None
    q = float(saving.variance.parameters_kwh2[0]) / days**2
    r = float(saving.variance.noise_kwh2[0]) / days
    gain = normal * meter_error / np.sqrt(3) * saving.avoided_energy_kwh / days
    stated = saving.ledger_half_width_kwh(CONFIDENCE) / days
    divisor = (distance_kwh / days) ** 2 - student**2 * q - gain**2 - stated**2
    if divisor <= 0:
        return None
    needed = int(np.floor(student**2 * r / divisor)) + 1
    return needed - days if needed > days else 0

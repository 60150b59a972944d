"""IPMVP option B for lighting: metered energy in both periods, dark hours between them."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats
from analytics.daylight import dark_hours
from analytics.savings import Saving


def lighting_variable(day: Days, latitude_deg: float | None) -> Floats:
    """Independent variable of lighting on each day: its dark hours, or 0 where the latitude is not known. [h]

    With 0 on every day no slope can be fitted and the baseline is the mean.

    Args:
        day: Calendar days.
        latitude_deg: Latitude of the building, north positive. [°]
    """
    return np.zeros(len(day)) if latitude_deg is None else dark_hours(day, latitude_deg)


@dataclass(frozen=True, slots=True)
class PowerAndHours:
    """An avoided energy by its two causes.

    Attributes:
        by_power_kwh: Less power while the lamps were on. [kWh]
        by_hours_kwh: Fewer hours at the old power. [kWh]
    """

    by_power_kwh: float
    by_hours_kwh: float


def power_and_hours(
    baseline_kwh: float, baseline_hours: float, reporting_kwh: float, reporting_hours: float
) -> PowerAndHours | None:
    """Split ``P_b H_b - P_r H_r`` of one usage group into ``(P_b - P_r) H_r`` and ``P_b (H_b - H_r)``. [kWh]

    None where the lamps were never on, so that a mean power does not exist.

    Args:
        baseline_kwh: Energy without the measure over the reporting days. [kWh]
        baseline_hours: Lamp hours that belong to it. [h]
        reporting_kwh: Metered energy of the reporting days. [kWh]
        reporting_hours: Metered lamp hours of the reporting days. [h]

    References:
        IPMVP Core Concepts, EVO 10000-1:2022, option B; FEMP M&V Guidelines 4.0 (2015), section 7, lighting.
    """
    if baseline_hours <= 0 or reporting_hours <= 0:
        return None
    power_before, power_after = baseline_kwh / baseline_hours, reporting_kwh / reporting_hours
    return PowerAndHours(
        by_power_kwh=(power_before - power_after) * reporting_hours,
        by_hours_kwh=power_before * (baseline_hours - reporting_hours),
    )


@dataclass(frozen=True, slots=True)
class LampFailures:
    """Lamps that were out of order on the days that count.

    Attributes:
        share: Lamp-days out of order over all lamp-days. [-]
        energy_kwh: What they would have used by the adjusted baseline: taken off it, because darkness is no saving.
            [kWh]
    """

    share: float
    energy_kwh: float


def lamp_failures(saving: Saving, failed_share: Floats | None) -> LampFailures | None:
    """Failed lamps behind a saving, None if there were none or nobody counted. [kWh]

    Exclusion rule: every point counts with the same part of the adjusted baseline; a point that is out of order leaves
    both sums for the time of its failure, the metered one by itself and the adjusted one by this amount.

    Args:
        saving: The saving with its adjustment.
        failed_share: Share of the points out of order on each day. [-]
    """
    if failed_share is None:
        return None
    counted = failed_share[saving.used & np.isfinite(failed_share)]
    share = float(counted.mean()) if counted.size else 0.0
    agreed = sum(each.total_kwh for each in saving.ledger)
    return LampFailures(share, agreed - float(saving.adjustment_kwh[saving.used].sum())) if share > 0 else None

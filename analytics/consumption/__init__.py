"""Register values become interval energy: one path per register, one amount per bucket, and what each rests on."""

from analytics.consumption.buckets import Buckets, per_bucket
from analytics.consumption.path import EnergyPath, energy_path
from analytics.consumption.rules import CONTEXT_READINGS, CONTEXT_TIME_US, MAX_METERED_INTERVAL_US, Rule
from analytics.consumption.series import Exchange, RegisterProfile, RegisterSeries

__all__ = [
    "CONTEXT_READINGS",
    "CONTEXT_TIME_US",
    "MAX_METERED_INTERVAL_US",
    "Buckets",
    "EnergyPath",
    "Exchange",
    "RegisterProfile",
    "RegisterSeries",
    "Rule",
    "energy_path",
    "per_bucket",
]

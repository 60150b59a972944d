"""Contracts and inputs for tests of statements."""

from decimal import Decimal

import numpy as np

from analytics.arrays import Floats
from analytics.daily import DailySeries, days_of
from analytics.methods import DailyVariable, VerificationInput
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.periods import Period
from tests.unit.analytics.simulated_buildings import LATITUDE_DEG, need, outdoor_temperature, persistent_noise

BASELINE = Period.parse("2023-10-01/2024-05-01")
REPORTING = Period.parse("2024-10-01/2025-05-01")
DAYS = np.concatenate([days_of(BASELINE), days_of(REPORTING)])
FIRST_REPORTING = BASELINE.days
TEMPERATURE = outdoor_temperature(np.random.default_rng(24), DAYS)


def contract(carrier: Carrier = Carrier.HEAT, guarantee_kwh: float | None = None) -> Contract:
    light = carrier is Carrier.LIGHT
    return Contract(
        code="lenina-1",
        title="Lenina 1",
        building="lenina-1",
        carrier=carrier,
        method=Method.LIGHT_OPTION_B if light else Method.CHANGE_POINT_DAILY,
        baseline=BASELINE,
        tariff=Tariff(Decimal("2450.10"), "RUB", TariffUnit.KWH if light else TariffUnit.GCAL),
        esco_share=Decimal("0.8"),
        guarantee_kwh=guarantee_kwh,
    )


def heat_energy(saving: float, cv: float = 0.1, rho: float = 0.5, seed: int = 1) -> Floats:
    wanted = need(TEMPERATURE, light=False)
    noise = cv * wanted.mean() * persistent_noise(np.random.default_rng(seed), 1, len(DAYS), rho)[0]
    return np.where(np.arange(len(DAYS)) < FIRST_REPORTING, wanted, wanted * (1 - saving)) + noise


def heat_input(energy: Floats, temperature: Floats = TEMPERATURE) -> VerificationInput:
    return VerificationInput(
        contract(), REPORTING, DailySeries.metered(DAYS, energy), DailyVariable(DAYS, temperature), LATITUDE_DEG
    )

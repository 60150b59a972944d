"""Known answers of other implementations on the reference series that are kept beside the repository.

Collected only where they are.
"""

import numpy as np
import pytest

from analytics.change_point import fit
from analytics.methods import verify
from analytics.model_kind import ModelKind
from analytics.statement import Statement
from teplosvet.domain.contracts import Carrier
from tests.golden.verification.reference_series import nmecr, opendsm

GAS = ("il-gas-hdd-only", "il-tempF", Carrier.HEAT)
ELECTRICITY = ("il-electricity-cdd-hdd", "il-electricity-cdd-hdd-tempF", Carrier.ELECTRICITY)
REPORTING_YEAR = "2017-01-05/2018-01-05"
ALL_REPORTING = "2017-01-05/2018-02-08"


def r2_of_first_364_days(kind: ModelKind, spoiled: float = 0.0) -> float:
    inputs = nmecr("2012-03-01/2013-03-01", "2014-03-01/2015-03-01")
    assert inputs.outdoor_temperature_c is not None
    energy, temperature = inputs.energy.energy_kwh[:364].copy(), inputs.outdoor_temperature_c.value[:364]
    energy[0] += spoiled
    found = fit(temperature, energy[None], kinds=(kind,))
    return float(1 - found.sse[0] / np.square(energy - energy.mean()).sum())


@pytest.mark.parametrize(
    ("kind", "r2"),
    # origin: nmecr 1.0.17 (R), office data set, SLR and four-parameter model
    [(ModelKind.HEATING_LINE, 0.690890), (ModelKind.BENT_LINE, 0.719744)],
)
def test_nmecr_office_r2(kind: ModelKind, r2: float) -> None:
    assert r2_of_first_364_days(kind) == pytest.approx(r2, abs=1e-5)


def test_nmecr_office_saving_is_near_that_of_nmecr() -> None:
    # origin: nmecr 1.0.17, TOWT on daily data: metered 5,101,762 kWh, adjusted baseline 5,509,903, saving 408,142 kWh.
    # Its reporting year begins a day before its label: these are the days whose metered sum is the published one.
    statement = verify(nmecr("2012-03-01/2013-03-01", "2014-02-28/2015-02-28"))
    assert statement.metered_kwh == pytest.approx(5_101_762, abs=1)
    assert statement.adjusted_baseline_kwh == pytest.approx(5_509_903, rel=0.01)
    assert statement.avoided_energy_kwh == pytest.approx(408_142, rel=0.05)
    assert holds(statement, 408_142)
    assert statement.proven


def holds(statement: Statement, kwh: float) -> bool:
    assert statement.lower_kwh is not None
    assert statement.upper_kwh is not None
    return statement.lower_kwh < kwh < statement.upper_kwh


@pytest.mark.parametrize("sample", [GAS, ELECTRICITY], ids=["gas", "electricity"])
def test_opendsm_true_saving_of_ten_percent_is_found(sample: tuple[str, str, Carrier]) -> None:
    # origin: OpenDSM 1.2.7 sample data, made with a saving of 10 % from 2017 on; its daily model finds 8.2 and 8.9 %
    year = verify(opendsm(*sample, REPORTING_YEAR))
    assert year.fractional_saving is not None
    assert 0.08 <= year.fractional_saving <= 0.09
    for statement in (year, verify(opendsm(*sample, ALL_REPORTING))):
        assert statement.adjusted_baseline_kwh is not None
        assert holds(statement, 0.10 * statement.adjusted_baseline_kwh)
        assert statement.proven


def test_this_suite_can_fail() -> None:
    undone = verify(opendsm(*GAS, REPORTING_YEAR, factor=1 / 0.9))
    assert undone.fractional_saving is not None
    assert abs(undone.fractional_saving) < 0.03
    assert not undone.proven
    assert r2_of_first_364_days(ModelKind.HEATING_LINE, spoiled=500.0) != pytest.approx(0.690890, abs=1e-5)

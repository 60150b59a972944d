"""Water against published values, none of which this code had a part in."""

import numpy as np
import pytest

from analytics.water import density_kg_m3, enthalpy_kj_kg

IAPWS_TABLE_5 = [
    (300.0, 3.0, 0.100215168e-2, 0.115331273e3),
    (300.0, 80.0, 0.971180894e-3, 0.184142828e3),
    (500.0, 3.0, 0.120241800e-2, 0.975542239e3),
]
"""Temperature [K], pressure [MPa], specific volume [m³/kg], enthalpy [kJ/kg]: IAPWS R7-97(2012), table 5."""

SATURATED = [
    (20.0, 0.002339, 0.001002, 83.96),
    (50.0, 0.012349, 0.001012, 209.33),
    (75.0, 0.03858, 0.001026, 313.93),
    (100.0, 0.10135, 0.001044, 419.04),
    (125.0, 0.2321, 0.001065, 524.99),
    (150.0, 0.4758, 0.001091, 632.20),
    (180.0, 1.0021, 0.001127, 763.22),
]
"""Temperature [°C], pressure [MPa], specific volume [m³/kg], enthalpy [kJ/kg] of the saturated liquid: steam tables of
Keenan, Keyes, Hill and Moore (1969), as textbooks reprint them; volumes have four digits."""


@pytest.mark.parametrize(("kelvin", "pressure", "volume", "enthalpy"), IAPWS_TABLE_5)
def test_the_release_s_own_verification_values(kelvin: float, pressure: float, volume: float, enthalpy: float) -> None:
    at = np.array([kelvin - 273.15])
    assert 1 / density_kg_m3(at, pressure)[0] == pytest.approx(volume, rel=5e-9)
    assert enthalpy_kj_kg(at, pressure)[0] == pytest.approx(enthalpy, rel=5e-9)


@pytest.mark.parametrize(("celsius", "pressure", "volume", "enthalpy"), SATURATED)
def test_an_older_steam_table_says_the_same(celsius: float, pressure: float, volume: float, enthalpy: float) -> None:
    at = np.array([celsius])
    assert 1 / density_kg_m3(at, pressure)[0] == pytest.approx(volume, abs=0.6e-6)
    assert enthalpy_kj_kg(at, pressure)[0] == pytest.approx(enthalpy, rel=5e-4)


def test_the_goldens_can_fail() -> None:
    """A kelvin off, and a constant density of 1,000 kg/m³, are both seen."""
    assert enthalpy_kj_kg(np.array([101.0]), 0.10135)[0] != pytest.approx(419.04, rel=5e-4)
    assert pytest.approx(0.001044, abs=0.6e-6) != 0.001


def test_the_pressure_of_the_network_hardly_matters() -> None:
    flow, back = np.array([95.0]), np.array([60.0])
    heat = [density_kg_m3(back, p) * (enthalpy_kj_kg(flow, p) - enthalpy_kj_kg(back, p)) for p in (0.5, 1.0, 1.5)]
    assert heat[0] == pytest.approx(heat[1], rel=1e-3)
    assert heat[2] == pytest.approx(heat[1], rel=1e-3)


def test_what_is_missing_stays_missing() -> None:
    assert np.isnan(density_kg_m3(np.array([np.nan]))).all()
    assert np.isnan(enthalpy_kj_kg(np.array([np.nan]))).all()

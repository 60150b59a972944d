"""Water as a heat carrier: density and specific enthalpy of the liquid."""

import numpy as np

from analytics.arrays import Floats

NETWORK_PRESSURE_MPA = 1.0
"""Pressure in the pipes of a house on district heat; 0.5 MPa more or less changes the heat by 0.1 %. [MPa]"""

_KELVIN = 273.15
_GAS_CONSTANT = 0.461526
_PRESSURE_SCALE_MPA, _TEMPERATURE_SCALE_K = 16.53, 1386.0

_TERMS = np.array(
    [
        *((0, -2, 0.14632971213167), (0, -1, -0.84548187169114), (0, 0, -3.756360367204), (0, 1, 3.3855169168385)),
        *((0, 2, -0.95791963387872), (0, 3, 0.15772038513228), (0, 4, -0.16616417199501e-1)),
        *((0, 5, 0.81214629983568e-3), (1, -9, 0.28319080123804e-3), (1, -7, -0.60706301565874e-3)),
        *((1, -1, -0.18990068218419e-1), (1, 0, -0.32529748770505e-1), (1, 1, -0.21841717175414e-1)),
        *((1, 3, -0.5283835796993e-4), (2, -3, -0.47184321073267e-3), (2, 0, -0.30001780793026e-3)),
        *((2, 1, 0.47661393906987e-4), (2, 3, -0.44141845330846e-5), (2, 17, -0.72694996297594e-15)),
        *((3, -4, -0.31679644845054e-4), (3, 0, -0.28270797985312e-5), (3, 6, -0.85205128120103e-9)),
        *((4, -5, -0.22425281908e-5), (4, -2, -0.65171222895601e-6), (4, 10, -0.14341729937924e-12)),
        *((5, -8, -0.40516996860117e-6), (8, -11, -0.12734301741641e-8), (8, -6, -0.17424871230634e-9)),
        *((21, -29, -0.68762131295531e-18), (23, -31, 0.14478307828521e-19), (29, -38, 0.26335781662795e-22)),
        *((30, -39, -0.11947622640071e-22), (31, -40, 0.18228094581404e-23), (32, -41, -0.93537087292458e-25)),
    ]
)
_I, _J, _N = _TERMS[:, 0], _TERMS[:, 1], _TERMS[:, 2]
"""Exponents and coefficients of the fundamental equation of liquid water: IAPWS R7-97(2012), table 2."""


def density_kg_m3(temperature_c: Floats, pressure_mpa: float = NETWORK_PRESSURE_MPA) -> Floats:
    """Density of liquid water. [kg/m³]

    The inverse of ``v = (R T/p) π γ_π`` of region 1 [1], for 0 °C up to boiling (180 °C at 1 MPa).

    Args:
        temperature_c: Temperature; NaN where unknown. [°C]
        pressure_mpa: Absolute pressure. [MPa]

    References:
        [1] IAPWS R7-97(2012), Industrial Formulation 1997 for the Properties of Water and Steam, section 5.
    """
    kelvin = temperature_c + _KELVIN
    of_pressure = 7.1 - pressure_mpa / _PRESSURE_SCALE_MPA
    coefficients = -_N * _I * of_pressure ** (_I - 1.0)
    volume = _GAS_CONSTANT * kelvin / (1000.0 * _PRESSURE_SCALE_MPA) * _over_temperature(kelvin, coefficients, _J)
    density: Floats = 1.0 / volume
    return density


def enthalpy_kj_kg(temperature_c: Floats, pressure_mpa: float = NETWORK_PRESSURE_MPA) -> Floats:
    """Specific enthalpy of liquid water. [kJ/kg]

    ``h = R T τ γ_τ`` of region 1, for the range of `density_kg_m3`.

    Args:
        temperature_c: Temperature; NaN where unknown. [°C]
        pressure_mpa: Absolute pressure. [MPa]

    References:
        As `density_kg_m3`.
    """
    kelvin = temperature_c + _KELVIN
    of_pressure = 7.1 - pressure_mpa / _PRESSURE_SCALE_MPA
    coefficients = _N * of_pressure**_I * _J
    enthalpy: Floats = _GAS_CONSTANT * _TEMPERATURE_SCALE_K * _over_temperature(kelvin, coefficients, _J - 1.0)
    return enthalpy


def _over_temperature(kelvin: Floats, coefficients: Floats, exponents: Floats) -> Floats:
    """A sum over the terms of the fundamental equation at one pressure. [-]"""
    of_temperature = _TEMPERATURE_SCALE_K / kelvin - 1.222
    total = np.zeros_like(kelvin, dtype=np.float64)
    for coefficient, exponent in zip(coefficients.tolist(), exponents.tolist(), strict=True):
        if coefficient:
            total += coefficient * of_temperature**exponent
    return total

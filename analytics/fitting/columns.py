"""Which column of a file is what, and in which unit: by option, else by name."""

import re
from collections.abc import Sequence
from enum import StrEnum

from teplosvet.domain.errors import InvalidFileError


class EnergyUnit(StrEnum):
    """Units of the energy of a row; kW is its mean power."""

    KWH = "kWh"
    MWH = "MWh"
    GCAL = "Gcal"
    GJ = "GJ"
    KW = "kW"

    @property
    def kwh(self) -> float:
        """Energy of one unit; of mean power, of one unit over an hour. [kWh]"""
        return {"kWh": 1.0, "MWh": 1e3, "Gcal": 1163.0, "GJ": 1e3 / 3.6, "kW": 1.0}[self.value]


class TemperatureUnit(StrEnum):
    """Units of the outdoor temperature."""

    CELSIUS = "C"
    FAHRENHEIT = "F"


TIME_NAMES = ("time", "start", "timestamp", "datetime", "date", "dt", "day", "month", "время", "дата")

_ENERGY = re.compile(r"(?:^|[\W_])(kwh|mwh|gcal|gj|kw|квтч|квт.ч|мвтч|мвт.ч|гкал|гдж|квт)\W*$")
_RUSSIAN = {
    "квтч": "kwh", "квт·ч": "kwh", "квт.ч": "kwh", "квт-ч": "kwh", "квт*ч": "kwh",
    "мвтч": "mwh", "мвт·ч": "mwh", "мвт.ч": "mwh", "мвт-ч": "mwh", "мвт*ч": "mwh",
    "гкал": "gcal", "гдж": "gj", "квт": "kw",
}  # fmt: skip
_TEMPERATURE = re.compile(r"(?:[\W_]|temp|temperature|deg)°?([cf])\W*$")


def time_column(columns: Sequence[str]) -> str:
    """The column with the beginning of each row: one that is called so, else the first."""
    named = [column for column in columns if column.strip().lower() in TIME_NAMES]
    return next(iter([*named, *(column for column in columns if "time" in column.lower())]), columns[0])


def energy_column(
    file: str, columns: Sequence[str], wanted: str | None, unit: EnergyUnit | None
) -> tuple[str, EnergyUnit]:
    """The column of energy and its unit.

    Raises:
        InvalidFileError: If it cannot be told.
    """
    candidates = [column for column in columns if energy_unit_in(column) is not None]
    column = _chosen(file, columns, wanted, candidates, "--energy", "a unit at its end, as in energy_kwh")
    found = unit or energy_unit_in(column)
    if found is None:
        units = ", ".join(EnergyUnit)
        raise InvalidFileError(file, 1, column, f"expected to know its unit: say --energy-unit, one of {units}")
    return column, found


def temperature_column(
    file: str, columns: Sequence[str], wanted: str | None, unit: TemperatureUnit | None
) -> tuple[str, TemperatureUnit] | None:
    """The column of outdoor temperature and its unit; None if there is no such column and none was asked for.

    Raises:
        InvalidFileError: If it cannot be told.
    """
    candidates = [column for column in columns if "temp" in column.lower() or "температур" in column.lower()]
    outdoor = [column for column in candidates if re.search("out|нар|air", column.lower())]
    if wanted is None and not candidates:
        return None
    column = _chosen(file, columns, wanted, outdoor or candidates, "--temperature", "temp in it")
    match = _TEMPERATURE.search(column.lower())
    found = unit or (None if match is None else TemperatureUnit(match[1].upper()))
    if found is None:
        raise InvalidFileError(
            file, 1, column, f"expected to know its unit: say --temperature-unit C or F, or call the column {column}_c"
        )
    return column, found


def energy_unit_in(column: str) -> EnergyUnit | None:
    """The unit that a column's name ends with, None if it does with none."""
    match = _ENERGY.search(column.strip().lower())
    if match is None:
        return None
    name = _RUSSIAN.get(match[1], match[1])
    return next((unit for unit in EnergyUnit if unit.value.lower() == name), None)


def _chosen(
    file: str, columns: Sequence[str], wanted: str | None, candidates: Sequence[str], option: str, sign: str
) -> str:
    known = ", ".join(columns)
    if wanted is not None:
        if wanted not in columns:
            raise InvalidFileError(file, 1, wanted, f"expected a column of this name; there are {known}")
        return wanted
    if len(candidates) != 1:
        raise InvalidFileError(
            file, 1, None, f"expected exactly one column with {sign}: say {option}; there are {known}"
        )
    return candidates[0]

"""The fill rule of a contract in a site file, with its load and temperatures."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import msgspec

from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.fill_terms import USUAL_INDOOR_C, FillRules, FillTerms

_LOAD = re.compile(r"\d{1,9}(\.\d{1,6})?")
_CELSIUS = re.compile(r"-?\d{1,2}(\.\d{1,2})?")


class LoadUnit(StrEnum):
    """Units that a contract states its load in."""

    KW = "kW"
    GCAL_H = "Gcal/h"


_KW = {LoadUnit.KW: Decimal(1), LoadUnit.GCAL_H: Decimal(1163)}


class HeatLoadTable(msgspec.Struct, forbid_unknown_fields=True):
    """Contract load and temperatures of a fill rule."""

    load: str | None = None
    per: LoadUnit = LoadUnit.KW
    design_outdoor_c: str | None = None
    indoor_c: str | None = None
    cut_warm_c: str | None = None
    cut_cold_c: str | None = None


class ErrorOf(Protocol):
    """Makes the error of what was expected at a place of the contract."""

    def __call__(self, expected: str, *steps: str | int) -> InvalidFileError:
        """The error."""


class FillReader:
    """Turns the two entries of a contract into the domain's terms."""

    def __init__(self, error: ErrorOf) -> None:
        self._error = error

    def terms(self, rules: FillRules | None, table: HeatLoadTable | None, *, is_heat: bool) -> FillTerms | None:
        """The terms, None where the contract asks for no rule."""
        if rules is None:
            if table is not None:
                raise self._error("expected only with a `fill_rule`", "heat_load")
            return None
        if not is_heat:
            raise self._error("expected only for heat: the rule knows no other carrier", "fill_rule")
        found = table or HeatLoadTable()
        indoor = self._celsius(found.indoor_c, "indoor_c")
        try:
            return FillTerms(
                rules=rules,
                load_kw=self._load(found),
                design_outdoor_c=self._celsius(found.design_outdoor_c, "design_outdoor_c"),
                indoor_c=USUAL_INDOOR_C if indoor is None else indoor,
                cut_warm_c=self._celsius(found.cut_warm_c, "cut_warm_c"),
                cut_cold_c=self._celsius(found.cut_cold_c, "cut_cold_c"),
            )
        except ValueError as error:
            raise self._error(str(error), "heat_load") from error

    def _load(self, table: HeatLoadTable) -> Decimal | None:
        if table.load is None:
            return None
        if not _LOAD.fullmatch(table.load):
            raise self._error(f'expected a load in quotes such as "0.12", not {table.load!r}', "heat_load", "load")
        return Decimal(table.load) * _KW[table.per]

    def _celsius(self, text: str | None, name: str) -> Decimal | None:
        if text is None:
            return None
        if not _CELSIUS.fullmatch(text):
            raise self._error(f'expected a temperature in quotes such as "-24", not {text!r}', "heat_load", name)
        return Decimal(text)

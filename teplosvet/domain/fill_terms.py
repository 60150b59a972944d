"""Terms by which heat of days without a metered amount is counted for the settlement."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

USUAL_INDOOR_C = Decimal(20)
"""Indoor temperature where the contract names none: living rooms by GOST 30494-2011, as in the ГСОП. [°C]"""


class FillRules(StrEnum):
    """Rules that a contract can ask for."""

    PP1034 = "pp1034"
    """Rules of commercial metering of heat, Decree of the Government of the Russian Federation of 18.11.2013 No. 1034,
    items 115 to 118."""


@dataclass(frozen=True, slots=True)
class FillTerms:
    """What the contract says of days without metered heat.

    Attributes:
        rules: The rules.
        load_kw: Contract load of heating and ventilation, at the design outdoor temperature. [kW]
        design_outdoor_c: Outdoor temperature that the load is stated for. [°C]
        indoor_c: Indoor temperature that it is stated for. [°C]
        cut_warm_c: Above it the temperature graph is cut: a warmer day counts as this temperature. [°C]
        cut_cold_c: Below it the graph is cut: a colder day counts as this temperature. [°C]
    """

    rules: FillRules
    load_kw: Decimal | None = None
    design_outdoor_c: Decimal | None = None
    indoor_c: Decimal = USUAL_INDOOR_C
    cut_warm_c: Decimal | None = None
    cut_cold_c: Decimal | None = None

    def __post_init__(self) -> None:
        if self.load_kw is not None and self.load_kw <= 0:
            raise ValueError("a contract load is above zero")
        if (self.load_kw is None) != (self.design_outdoor_c is None):
            raise ValueError("a contract load and its design outdoor temperature are stated together")
        if self.design_outdoor_c is not None and self.design_outdoor_c >= self.indoor_c:
            raise ValueError("a design outdoor temperature is below the indoor temperature")
        if self.cut_warm_c is not None and self.cut_warm_c >= self.indoor_c:
            raise ValueError("a warm cut of the temperature graph is below the indoor temperature")
        if self.cut_warm_c is not None and self.cut_cold_c is not None and self.cut_cold_c >= self.cut_warm_c:
            raise ValueError("the cold cut of a temperature graph is below the warm one")

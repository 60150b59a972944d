"""The guarantee of a period: a part of what is promised for a year, for a named period or for so many degree days."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from analytics.degree_days import HEATING_LIMIT_C, INDOOR_TEMPERATURE_C
from analytics.statement import ReportingDay
from analytics.tariffs import WATT_HOUR
from teplosvet.domain.contract_terms import Guarantee, Proration
from teplosvet.domain.contracts import Contract
from teplosvet.domain.periods import EARLIEST_YEAR, Period


def guarantee_of(contract: Contract, period: Period, rows: Iterable[ReportingDay]) -> Decimal | None:
    """What is guaranteed for a reporting period. [kWh]

    None where the contract guarantees nothing for it, and where the degree days of one of its days are not known. Days
    outside the contract's term have no guarantee.

    Args:
        contract: The contract.
        period: Reporting period.
        rows: Its days, with the outdoor temperature as their variable.
    """
    guarantee = contract.terms.guarantee
    if guarantee is None:
        return None if contract.guarantee_kwh is None else Decimal(repr(float(contract.guarantee_kwh)))
    shared = _shared(_shared(period, contract.terms.term), guarantee.period)
    if shared is None:
        return None
    if guarantee.proration is Proration.DEGREE_DAYS:
        return _by_degree_days(guarantee, shared, rows)
    return _until(guarantee, shared.end) - _until(guarantee, shared.start)


def is_unknown(contract: Contract, period: Period, guaranteed: Decimal | None) -> bool:
    """Whether something is guaranteed for the period, but how much is not known."""
    guarantee = contract.terms.guarantee
    if guarantee is None or guaranteed is not None:
        return False
    return _shared(_shared(period, contract.terms.term), guarantee.period) is not None


def _until(guarantee: Guarantee, day: date) -> Decimal:
    """What is guaranteed from the beginning up to a day, rounded: differences of it add up to the whole. [kWh]"""
    whole = guarantee.period
    if whole is not None:
        share = Fraction((day - whole.start).days, whole.days)
    else:
        first = date(day.year, 1, 1)
        share = day.year - EARLIEST_YEAR + Fraction((day - first).days, (date(day.year + 1, 1, 1) - first).days)
    return (guarantee.amount_kwh * share.numerator / share.denominator).quantize(WATT_HOUR, ROUND_HALF_UP)


def _by_degree_days(guarantee: Guarantee, shared: Period, rows: Iterable[ReportingDay]) -> Decimal | None:
    if guarantee.degree_days is None:
        return None
    temperatures = {row.day: row.variable for row in rows}
    total = Decimal(0)
    for day in shared:
        temperature = temperatures.get(day)
        if temperature is None:
            return None
        total += degree_days(Decimal(repr(float(temperature))))
    return (guarantee.amount_kwh * total / guarantee.degree_days).quantize(WATT_HOUR, ROUND_HALF_UP)


def degree_days(mean_outdoor_temperature_c: Decimal) -> Decimal:
    """Degree days of one day by Russian practice (ГСОП, SP 50.13330). [K·d]

    20 °C less the mean of a day whose mean is 8 °C at most, none of a warmer day.

    Args:
        mean_outdoor_temperature_c: Mean of the local day. [°C]
    """
    is_heating = mean_outdoor_temperature_c <= Decimal(HEATING_LIMIT_C)
    return Decimal(INDOOR_TEMPERATURE_C) - mean_outdoor_temperature_c if is_heating else Decimal(0)


def _shared(period: Period | None, other: Period | None) -> Period | None:
    """The days that both have; no limit shares all."""
    if period is None or other is None:
        return period
    start, end = max(period.start, other.start), min(period.end, other.end)
    return Period(start, end) if end - start > timedelta(0) else None

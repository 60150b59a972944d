"""Terms of a contract in the registry: read as the domain has them, written whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.range import DateRange

from teplosvet.domain.contract_terms import (
    DatedTariff,
    Guarantee,
    Indexation,
    InvestedMeasure,
    MeasurementOption,
    Party,
    Proration,
    Surplus,
    SurplusRule,
    TariffKind,
    Terms,
)
from teplosvet.domain.fill_terms import FillRules, FillTerms
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]
Cursor = psycopg.Cursor[TupleRow]


def load_terms(source: Connection | Cursor, code: str) -> Terms:
    """The terms of the contract called `code`; plain terms if it has none."""
    return load_all_terms(source, (code,))[code]


def load_all_terms(source: Connection | Cursor, codes: Sequence[str]) -> dict[str, Terms]:
    """The terms of each of the contracts that `codes` name, plain terms where there are none."""
    parties, tariffs, measures = (_rows_of(source, name, codes) for name in ("parties", "tariffs", "measures"))
    terms = _rows_of(source, "terms", codes)
    return {
        code: _terms(terms[code][0], parties[code], tariffs[code], measures[code]) if terms[code] else Terms()
        for code in codes
    }


def _rows_of(source: Connection | Cursor, name: str, codes: Sequence[str]) -> Mapping[str, list[TupleRow]]:
    """Rows of a query by the contract that they are about."""
    found: dict[str, list[TupleRow]] = {code: [] for code in codes}
    for code, *row in source.execute(query("contract_terms", name), {"codes": list(codes)}).fetchall():
        found[code].append(tuple(row))
    return found


def _terms(row: TupleRow, parties: list[TupleRow], tariffs: list[TupleRow], measures: list[TupleRow]) -> Terms:
    sides = {each[0]: Party(*each[1:]) for each in parties}
    guarantee = row[2]
    return Terms(
        customer=sides.get("customer", Party()),
        esco=sides.get("esco", Party()),
        boundary=row[0],
        option=None if row[1] is None else MeasurementOption(row[1]),
        measures=tuple(InvestedMeasure(*each) for each in measures),
        guarantee=None if guarantee is None else Guarantee(guarantee, _period(*row[3:5]), Proration(row[5]), row[6]),
        surplus=Surplus(SurplusRule(row[7]), row[8]),
        cap=row[9],
        term=_period(*row[10:12]),
        tariffs=tuple(DatedTariff(Period(*each[:2]), each[2], TariffKind(each[3])) for each in tariffs),
        indexation=None if row[12] is None else Indexation(row[12], row[13]),
        payment_days=row[14],
        discount_percent=row[15],
        region=row[16],
        fill=None if row[17] is None else FillTerms(FillRules(row[17]), *row[18:23]),
    )


def put_terms(cursor: Cursor, code: str, terms: Terms) -> bool:
    """Make the registry say what `terms` say of the contract called `code`; True if it said anything else."""
    if load_terms(cursor, code) == in_order(terms):
        return False
    for each in ("forget_terms", "forget_parties", "forget_tariffs", "forget_measures"):
        cursor.execute(query("contract_terms", each), {"code": code})
    cursor.execute(query("contract_terms", "put_terms"), {"code": code, **_columns(terms), **_fill_columns(terms.fill)})
    for role, party in (("customer", terms.customer), ("esco", terms.esco)):
        if party != Party():
            values = {"role": role, "legal_name": party.legal_name, "inn": party.inn, "signatory": party.signatory}
            cursor.execute(query("contract_terms", "put_party"), {"code": code, **values})
    for tariff in terms.tariffs:
        priced = {"period": _range(tariff.period), "amount": tariff.amount, "kind": tariff.kind.value}
        cursor.execute(query("contract_terms", "put_tariff"), {"code": code, **priced})
    for place, measure in enumerate(in_order(terms).measures):
        spent = {"place": place, "title": measure.title, "day": measure.day, "investment": measure.investment}
        cursor.execute(query("contract_terms", "put_measure"), {"code": code, **spent})
    return True


def in_order(terms: Terms) -> Terms:
    """The same terms with tariffs in the order of time, in which the registry gives them back."""
    return replace(terms, tariffs=tuple(sorted(terms.tariffs, key=lambda tariff: tariff.period)))


def _columns(terms: Terms) -> dict[str, Any]:
    guarantee, indexation = terms.guarantee, terms.indexation
    plain: dict[str, str | Decimal | int | date | None] = {
        "boundary": terms.boundary,
        "option": None if terms.option is None else terms.option.value,
        "guarantee_kwh": None if guarantee is None else guarantee.amount_kwh,
        "guarantee_proration": (Proration.DAYS if guarantee is None else guarantee.proration).value,
        "guarantee_degree_days": None if guarantee is None else guarantee.degree_days,
        "surplus_rule": terms.surplus.rule.value,
        "surplus_esco_share": terms.surplus.esco_share,
        "cap": terms.cap,
        "indexation_percent": None if indexation is None else indexation.percent,
        "indexation_start": None if indexation is None else indexation.start,
        "payment_days": terms.payment_days,
        "discount_percent": terms.discount_percent,
        "region": terms.region,
    }
    of_days = None if guarantee is None else guarantee.period
    return {**plain, "guarantee_period": _range(of_days), "term": _range(terms.term)}


def _fill_columns(fill: FillTerms | None) -> dict[str, str | Decimal | None]:
    return {
        "fill_rule": None if fill is None else fill.rules.value,
        "fill_load_kw": None if fill is None else fill.load_kw,
        "fill_design_c": None if fill is None else fill.design_outdoor_c,
        "fill_indoor_c": None if fill is None else fill.indoor_c,
        "fill_cut_warm_c": None if fill is None else fill.cut_warm_c,
        "fill_cut_cold_c": None if fill is None else fill.cut_cold_c,
    }


def _period(start: date | None, end: date | None) -> Period | None:
    return None if start is None or end is None else Period(start, end)


def _range(period: Period | None) -> DateRange | None:
    return None if period is None else DateRange(period.start, period.end)

"""The terms of a contract in a site file; what is wrong is told with line and field."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from ingest_service.site_fill import FillReader, HeatLoadTable
from teplosvet.domain.contract_terms import (
    PAYMENT_DAYS,
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
    is_inn,
    overlap,
)
from teplosvet.domain.contracts import Carrier, Method
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.fill_terms import FillRules
from teplosvet.domain.periods import Period

Text = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=500)]
Region = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Place = tuple[str | int, ...]
ErrorAt = Callable[[Place, str], InvalidFileError]

_MOST_PERCENT = 100
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,6})?")


class _PartyTable(msgspec.Struct, forbid_unknown_fields=True):
    legal_name: Text = ""
    inn: Text | None = None
    signatory: Text = ""


class _MeasureTable(msgspec.Struct, forbid_unknown_fields=True):
    title: Text
    day: date
    investment: str


class _DatedTariffTable(msgspec.Struct, forbid_unknown_fields=True):
    period: str
    amount: str
    kind: TariffKind = TariffKind.CURRENT


class _IndexationTable(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    percent: str
    from_: date


class _GuaranteeTable(msgspec.Struct, forbid_unknown_fields=True):
    kwh: str
    period: str | None = None
    proration: Proration = Proration.DAYS
    degree_days: str | None = None


class _SurplusTable(msgspec.Struct, forbid_unknown_fields=True):
    rule: SurplusRule = SurplusRule.SHARED
    esco_share: str | None = None


class TermsTable(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a contract of a site file may say beyond tariff and share."""

    method: Method
    carrier: Carrier
    guarantee_kwh: Annotated[float, msgspec.Meta(gt=0, le=1e12)] | None = None
    investment: str | None = None
    customer_requisites: _PartyTable = msgspec.field(default_factory=_PartyTable)
    esco_requisites: _PartyTable = msgspec.field(default_factory=_PartyTable)
    boundary: Text = ""
    option: MeasurementOption | None = None
    measures: list[_MeasureTable] = []
    guarantee: _GuaranteeTable | None = None
    surplus: _SurplusTable = msgspec.field(default_factory=_SurplusTable)
    cap: str | None = None
    term: str | None = None
    tariffs: list[_DatedTariffTable] = []
    indexation: _IndexationTable | None = None
    payment_days: int | None = None
    discount_percent: str | None = None
    region: Region | None = None
    fill_rule: FillRules | None = None
    heat_load: HeatLoadTable | None = None


class TermsReader:
    """Turns the terms of one contract into the domain's, checking what spans more than one field."""

    def __init__(self, place: Place, error: ErrorAt) -> None:
        self._place = place
        self._error_at = error

    def terms(self, table: TermsTable) -> Terms:
        """The terms, all of which may be missing."""
        days = table.payment_days
        if days is not None and days not in PAYMENT_DAYS:
            raise self._error(
                f"expected {PAYMENT_DAYS[0]} to {PAYMENT_DAYS[-1]} days (Decree No. 636 of 18.08.2010)", "payment_days"
            )
        percent = table.discount_percent
        return Terms(
            customer=self._party(table.customer_requisites, "customer_requisites"),
            esco=self._party(table.esco_requisites, "esco_requisites"),
            boundary=table.boundary,
            option=table.option,
            measures=self._measures(table.measures),
            guarantee=self._guarantee(table),
            surplus=self._surplus(table.surplus),
            cap=self._decimal(table.cap, "cap"),
            term=self._period(table.term, "term"),
            tariffs=self._tariffs(table.tariffs),
            indexation=self._indexation(table.indexation),
            payment_days=days,
            discount_percent=None if percent is None else self._percent(percent, "discount_percent"),
            region=table.region,
            fill=FillReader(self._error).terms(table.fill_rule, table.heat_load, is_heat=table.carrier is Carrier.HEAT),
        )

    def investment(self, table: TermsTable) -> Decimal | None:
        """What was invested in all: the measures' sum where there are measures."""
        stated = self._decimal(table.investment, "investment")
        if not table.measures:
            return stated
        total = sum((each.investment for each in self._measures(table.measures)), Decimal(0))
        if stated is not None and stated != total:
            raise self._error(f"the measures add up to {total}: leave it out, or make them agree", "investment")
        return total

    def _party(self, table: _PartyTable, name: str) -> Party:
        if table.inn is not None and not is_inn(table.inn):
            raise self._error("expected a taxpayer's number of 10 or 12 digits whose check digits fit", name, "inn")
        return Party(table.legal_name, table.inn, table.signatory)

    def _measures(self, tables: list[_MeasureTable]) -> tuple[InvestedMeasure, ...]:
        return tuple(
            InvestedMeasure(each.title, each.day, self._amount(each.investment, "measures", n, "investment"))
            for n, each in enumerate(tables)
        )

    def _guarantee(self, table: TermsTable) -> Guarantee | None:
        found = table.guarantee
        if found is None:
            return None
        if table.guarantee_kwh is not None:
            raise self._error("expected either `guarantee` or `guarantee_kwh`, not both", "guarantee")
        by_degree_days = found.proration is Proration.DEGREE_DAYS
        if by_degree_days and table.method is not Method.CHANGE_POINT_DAILY:
            raise self._error(f"{table.method} knows no degree days: expected proration days", "guarantee", "proration")
        if by_degree_days != (found.degree_days is not None):
            text = "expected with proration degree-days, and only then: how many the guarantee was agreed for"
            raise self._error(text, "guarantee", "degree_days")
        norm = self._decimal(found.degree_days, "guarantee", "degree_days")
        amount = self._amount(found.kwh, "guarantee", "kwh")
        if amount == 0 or norm == 0:
            raise self._error("expected more than 0", "guarantee", "kwh" if amount == 0 else "degree_days")
        return Guarantee(amount, self._period(found.period, "guarantee", "period"), found.proration, norm)

    def _surplus(self, table: _SurplusTable) -> Surplus:
        share = self._decimal(table.esco_share, "surplus", "esco_share")
        if share is not None and table.rule is not SurplusRule.SHARED:
            raise self._error("expected only with the rule shared", "surplus", "esco_share")
        if share is not None and share > 1:
            raise self._error('expected a share from "0" to "1"', "surplus", "esco_share")
        return Surplus(table.rule, share)

    def _tariffs(self, tables: list[_DatedTariffTable]) -> tuple[DatedTariff, ...]:
        found: list[DatedTariff] = []
        for n, each in enumerate(tables):
            period = self._days(each.period, "tariffs", n, "period")
            found.append(DatedTariff(period, self._amount(each.amount, "tariffs", n, "amount"), each.kind))
            if (shared := overlap(found)) is not None:
                raise self._error(f"another tariff holds on {shared} already", "tariffs", n, "period")
        return tuple(found)

    def _indexation(self, table: _IndexationTable | None) -> Indexation | None:
        return None if table is None else Indexation(self._percent(table.percent, "indexation", "percent"), table.from_)

    def _percent(self, text: str, *steps: str | int) -> Decimal:
        value = self._amount(text, *steps)
        if value > _MOST_PERCENT:
            raise self._error(f"expected at most {_MOST_PERCENT} % a year", *steps)
        return value

    def _period(self, text: str | None, *steps: str | int) -> Period | None:
        return None if text is None else self._days(text, *steps)

    def _days(self, text: str, *steps: str | int) -> Period:
        try:
            return Period.parse(text)
        except ValueError as error:
            raise self._error(str(error), *steps) from error

    def _decimal(self, text: str | None, *steps: str | int) -> Decimal | None:
        return None if text is None else self._amount(text, *steps)

    def _amount(self, text: str, *steps: str | int) -> Decimal:
        if not _AMOUNT.fullmatch(text):
            raise self._error(f'expected an amount in quotes such as "2450.10", not {text!r}', *steps)
        return Decimal(text)

    def _error(self, expected: str, *steps: str | int) -> InvalidFileError:
        return self._error_at((*self._place, *steps), expected)

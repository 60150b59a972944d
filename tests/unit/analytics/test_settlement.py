"""What is paid for a saving: worked examples, and what must hold whatever is saved."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.emission_factors import factor_on
from analytics.guarantee import guarantee_of
from analytics.methods import verify
from analytics.money_words import money_rows
from analytics.payment_dates import due_date
from analytics.settlement import Account, Saved, settle
from analytics.stated import StatedPeriod, account, apart
from analytics.statement import ReportingDay, Settlement
from analytics.tariffs import DaySaved, days_saved, index_steps, price_on, spans, split
from teplosvet.domain.contract_terms import (
    DatedTariff,
    Guarantee,
    Indexation,
    Proration,
    Surplus,
    SurplusRule,
    TariffKind,
    Terms,
)
from teplosvet.domain.contracts import Carrier, Contract, Tariff, TariffUnit
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period
from teplosvet.words.language import Language
from tests.unit.analytics.known_contracts import REPORTING, contract, heat_energy, heat_input

PAGE = (Path(__file__).parents[3] / "docs/methods/settlement.md").read_text("utf-8")

WINTER = Period.parse("2025-12-01/2026-02-01")
TERMS = Terms(
    guarantee=Guarantee(Decimal(100_000), Period.parse("2025-10-01/2026-05-01")),
    surplus=Surplus(SurplusRule.SHARED, Decimal("0.5")),
    cap=Decimal("2500000.00"),
    term=Period.parse("2025-07-01/2030-07-01"),
    tariffs=(
        DatedTariff(Period.parse("2025-07-01/2026-01-01"), Decimal("2450.10")),
        DatedTariff(Period.parse("2026-01-01/2026-07-01"), Decimal("2490.94")),
    ),
    payment_days=15,
    region="RU",
)


def with_terms(**changes: Any) -> Contract:
    return replace(contract(), terms=replace(TERMS, **changes))


def winter_days() -> tuple[DaySaved, ...]:
    """Ten Gcal in December, twenty in January."""
    kwh = {12: (Decimal(375), Decimal(380)), 1: (Decimal(750), Decimal(760))}
    return tuple(DaySaved(day, kwh[day.month][day.day == 31]) for day in WINTER)


def saved(period: Period = WINTER, days: tuple[DaySaved, ...] | None = None, **changes: Any) -> Saved:
    guaranteed = guarantee_of(with_terms(), period, ())
    whole = Saved(period, winter_days() if days is None else days, Decimal(150_000), guaranteed, proven=True)
    return replace(whole, **changes)


def settled(
    agreed: Contract, what: Saved, paid: Account | None = None
) -> tuple[Settlement, dict[FindingCode, Finding]]:
    found, findings = settle(agreed, what, Account() if paid is None else paid)
    assert found is not None
    return found, {finding.code: finding for finding in findings}


def test_the_worked_example_of_the_page() -> None:
    """By hand.

    December 11,630 kWh = 10 Gcal at 2,450.10 = 24,501.00; January 23,260 kWh = 20 Gcal at 2,490.94 = 49,818.80; value
    74,319.80. Guarantee: 100,000 x 123/212 = 58,018.868 up to 1 February, 100,000 x 61/212 = 28,773.585 up to
    1 December, between them 29,245.283. Surplus 34,890 - 29,245.283 = 5,644.717 kWh, worth 74,319.80 x 5,644.717 /
    34,890 = 12,023.91. ESCO: (74,319.80 - 12,023.91) x 0.8 + 12,023.91 x 0.5 = 49,836.712 + 6,011.955 = 55,848.67. The
    cap leaves 2,500,000 - 2,470,000 = 30,000.00. 15 days after 31 January 2026 is a Sunday: due on Monday, 16 February.
    34,890 x 0.20196 kg = 7.046 t.
    """
    found, findings = settled(with_terms(), saved(), Account(Decimal("2470000.00"), Decimal("2470000.00")))
    assert [str(line.value) for line in found.lines] == ["24501.00", "49818.80"]
    assert found.value == Decimal("74319.80")
    assert (found.guarantee_kwh, found.surplus_kwh) == (Decimal("29245.283"), Decimal("5644.717"))
    assert (found.surplus_value, found.surplus_payable) == (Decimal("12023.91"), Decimal("6011.96"))
    assert (found.earned, found.payable, found.cap_left) == (Decimal("55848.67"), Decimal("30000.00"), Decimal("0.00"))
    assert found.balance == Decimal("2500000.00")
    assert found.due_on == date(2026, 2, 16)
    assert found.avoided_co2_t == Decimal("7.046")
    assert found.shortfall_kwh is None
    assert set(findings) == {FindingCode.CAP_REACHED}
    printed = ("74,319.80", "29,245.283", "5,644.717", "12,023.91", "6,011.96", "55,848.67", "30,000.00", "7.046")
    assert [figure for figure in printed if figure not in PAGE] == []


def test_the_golden_can_fail() -> None:
    """Negative control: another price, share or guarantee gives other money."""
    right, _ = settled(with_terms(), saved())
    others = (
        with_terms(tariffs=(replace(TERMS.tariffs[0], period=WINTER),)),
        with_terms(surplus=Surplus(SurplusRule.ESCO)),
        replace(with_terms(), esco_share=Decimal("0.7")),
    )
    assert all(settled(other, saved())[0].earned != right.earned for other in others)


def test_a_shortfall_is_worth_the_mean_price_and_pays_no_surplus() -> None:
    """By hand: 23,260 kWh of 30,000 guaranteed; 6,740 missing x 2,490.94 / 1,163 = 14,435.89."""
    january = Period.parse("2026-01-01/2026-02-01")
    days = tuple(each for each in winter_days() if each.day.month == 1)
    found, _ = settled(with_terms(), saved(january, days, guarantee_kwh=Decimal(30_000)))
    assert (found.shortfall_kwh, found.shortfall_value) == (Decimal(6_740), Decimal("14435.89"))
    assert (found.surplus_kwh, found.surplus_payable) == (None, None)
    assert found.payable == (found.value * Decimal("0.8")).quantize(Decimal("0.01"))


def test_days_without_a_tariff_refuse_the_money_and_are_named() -> None:
    gap = with_terms(tariffs=(replace(TERMS.tariffs[0], period=Period.parse("2025-12-03/2026-01-31")),))
    found, findings = settle(gap, saved())
    assert found is None
    (finding,) = findings
    assert (finding.code, finding.severity) == (FindingCode.TARIFF_GAP, Severity.REFUSAL)
    assert finding.data == {"days": 3, "named": "2025-12-01/2025-12-03, 2026-01-31/2026-02-01"}


@pytest.mark.parametrize("changes", [{"proven": False}, {"over": False}])
def test_what_is_not_proven_or_not_over_has_a_value_and_pays_nothing(changes: dict[str, bool]) -> None:
    found, findings = settled(with_terms(), saved(**changes))
    assert found.payable == 0
    assert found.value == Decimal("74319.80")
    assert found.earned == Decimal("55848.67")
    assert found.due_on is None
    assert FindingCode.CAP_REACHED not in findings


def test_a_guarantee_above_the_baseline_pays_nothing() -> None:
    found, findings = settled(with_terms(), saved(guarantee_kwh=Decimal(150_001)))
    assert findings[FindingCode.GUARANTEE_ABOVE_BASELINE].severity is Severity.REFUSAL
    assert (found.payable, found.shortfall_kwh) == (Decimal(0), None)
    assert FindingCode.GUARANTEE_ABOVE_BASELINE not in settled(with_terms(), saved())[1]


def test_days_outside_the_term_have_a_value_and_earn_nothing() -> None:
    """By hand: January alone earns 49,818.80 x 0.8 = 39,855.04 where the guarantee is met to the kilowatt-hour."""
    found, findings = settled(
        with_terms(term=Period.parse("2026-01-01/2030-01-01")), saved(guarantee_kwh=Decimal(23_260))
    )
    assert found.value == Decimal("74319.80")
    assert (found.earned, found.surplus_kwh) == (Decimal("39855.04"), Decimal(0))
    assert findings[FindingCode.OUTSIDE_TERM].data["days"] == 31
    before, _ = settled(with_terms(term=Period.parse("2028-01-01/2030-01-01")), saved())
    assert (before.payable, before.shortfall_kwh) == (Decimal(0), None)


def test_an_unknown_guarantee_refuses_only_where_the_surplus_is_shared_otherwise() -> None:
    unknown = saved(guarantee_kwh=None, guarantee_unknown=True)
    found, findings = settled(with_terms(), unknown)
    assert (findings[FindingCode.GUARANTEE_UNKNOWN].severity, found.payable) == (Severity.REFUSAL, 0)
    found, findings = settled(with_terms(surplus=Surplus()), unknown)
    assert findings[FindingCode.GUARANTEE_UNKNOWN].severity is Severity.WARNING
    assert found.payable == Decimal("59455.84")


def test_an_unknown_region_or_calendar_is_told() -> None:
    found, findings = settled(with_terms(region="LV"), saved())
    assert found.avoided_co2_t is None
    assert findings[FindingCode.EMISSION_FACTOR_UNKNOWN].data == {"region": "LV"}
    late = Period.parse("2026-12-01/2027-01-01")
    tariffs = (DatedTariff(late, Decimal(2500)),)
    days = (DaySaved(date(2026, 12, 1), Decimal(10)),)
    found, findings = settled(with_terms(tariffs=tariffs), saved(late, days))
    assert found.due_on == date(2027, 1, 15)
    assert FindingCode.CALENDAR_UNKNOWN in findings


def test_emission_factors_have_region_date_and_source() -> None:
    peter = factor_on("RU-SPE", Carrier.LIGHT, WINTER.start)
    assert peter is not None
    assert (peter.kg_per_kwh, "2021" in peter.source) == (Decimal("0.359937"), True)
    assert factor_on("RU", Carrier.WATER, WINTER.start) is None
    assert factor_on("RU", Carrier.ELECTRICITY, date(2020, 12, 31)) is None
    assert factor_on("XX", Carrier.HEAT, WINTER.start) is None


@pytest.mark.parametrize(
    ("days", "signed_on", "expected"),
    [
        (15, None, date(2026, 2, 16)),
        (30, date(2026, 2, 5), date(2026, 2, 16)),  # seven working days after the act
        (15, date(2026, 2, 16), date(2026, 2, 16)),  # the act would leave more, the contract does not
        (10, date(2026, 3, 2), date(2026, 3, 12)),  # signed late: 9 March is a day off
    ],
)
def test_due_dates(days: int, signed_on: date | None, expected: date) -> None:
    due = due_date(WINTER, days, signed_on)
    assert (due.day, due.known) == (expected, True)


def test_a_fixed_tariff_is_indexed_and_a_current_one_is_not() -> None:
    """By hand: 2,450.10 x 1.04 = 2,548.104 from 1 July 2026, x 1.04 again = 2,650.02816, rounded to 2,650.0282."""
    indexation = Indexation(Decimal(4), date(2026, 7, 1))
    single = replace(contract(), terms=Terms(indexation=indexation))
    prices = [price_on(single, date(year, month, 30)) for year, month in ((2026, 6), (2026, 7), (2027, 6), (2027, 7))]
    assert [str(price.amount) for price in prices if price] == ["2450.10", "2548.1040", "2548.1040", "2650.0282"]
    current = replace(single, terms=replace(single.terms, tariffs=(DatedTariff(WINTER, Decimal(2)),)))
    before = replace(current.terms, indexation=replace(indexation, start=date(2025, 1, 1)))
    price = price_on(replace(current, terms=before), WINTER.start)
    assert price is not None
    assert (price.amount, price.kind) == (Decimal(2), TariffKind.CURRENT)
    assert index_steps(Indexation(Decimal(4), date(2024, 2, 29)), date(2025, 2, 28)) == 1
    assert index_steps(Indexation(Decimal(4), date(2024, 2, 29)), date(2025, 3, 1)) == 2


def test_the_days_add_up_to_the_statement_to_the_watt_hour() -> None:
    statement = verify(heat_input(heat_energy(0.2)))
    total = sum((day.energy_kwh for day in days_saved(statement.reporting_days)), Decimal(0))
    assert total == Decimal(str(statement.avoided_energy_kwh))
    assert statement.settlement is not None
    assert sum(line.energy_kwh for line in statement.settlement.lines) == total


def test_a_statement_takes_its_guarantee_from_the_terms() -> None:
    inputs = heat_input(heat_energy(0.2))
    agreed = replace(inputs.contract, terms=Terms(guarantee=Guarantee(Decimal(365_000))))
    statement = verify(replace(inputs, contract=agreed))
    assert statement.guarantee_kwh == pytest.approx(365_000 * 92 / 366 + 1000 * 120, abs=0.001)
    unfinished = verify(replace(inputs, known_until=REPORTING.end - timedelta(days=1)))
    assert unfinished.settlement is not None
    assert (unfinished.proven, unfinished.settlement.payable) == (True, 0)


def reporting_day(day: date, temperature_c: float | None) -> ReportingDay:
    return ReportingDay(day, temperature_c, None, None, None, None, used=False, left_out=None)


def test_degree_days_divide_a_guarantee() -> None:
    """By hand: 20 - (-10) = 30, 20 - 8 = 12, none at 8.1 °C; 42 of 4,200 K·d are 1 % of 50,000 kWh."""
    agreed = with_terms(guarantee=Guarantee(Decimal(50_000), None, Proration.DEGREE_DAYS, Decimal(4200)))
    days = Period.parse("2026-01-01/2026-01-04")
    rows = [reporting_day(day, c) for day, c in zip(days, (-10.0, 8.0, 8.1), strict=True)]
    assert guarantee_of(agreed, days, rows) == Decimal("500.000")
    assert guarantee_of(agreed, days, [*rows[:2], reporting_day(date(2026, 1, 3), None)]) is None


def test_a_guarantee_of_other_days_is_none_of_these() -> None:
    assert guarantee_of(with_terms(), Period.parse("2026-05-01/2026-06-01"), ()) is None
    whole = guarantee_of(with_terms(), Period.parse("2025-09-01/2026-06-01"), ())
    assert whole == Decimal(100_000)


def test_the_command_writes_the_surplus_that_page_1_has() -> None:
    """By hand: 133.2487 and 93.6324 Gcal are written 133.249 and 93.632, so between them lie 39.617 and not 39.616."""
    made = verify(heat_input(heat_energy(0.2)))
    settled = made.settlement
    assert settled is not None
    made = replace(made, tariff=Tariff(Decimal(2450), "RUB", TariffUnit.GCAL))
    more, less = Decimal("154968.200"), Decimal("108894.481")
    assert ((more - less) / 1163).quantize(Decimal("0.001")) == Decimal("39.616")
    for name, avoided, guarantee in (("surplus", more, less), ("shortfall", less, more)):
        figures: dict[str, Any] = {"guarantee_kwh": guarantee, f"{name}_kwh": more - less}
        money = replace(settled, **figures)
        rows = dict(money_rows(money, replace(made, avoided_energy_kwh=float(avoided)), Language.ENGLISH))
        assert rows[name].startswith("39.617 Gcal")
    other = replace(settled, guarantee_kwh=less, surplus_kwh=Decimal("1163.6"))
    rows = dict(money_rows(other, replace(made, avoided_energy_kwh=float(more)), Language.ENGLISH))
    assert rows["surplus"].startswith("1.001 Gcal")  # days outside the term: it is no difference of the two


def test_statements_of_the_same_days_count_once() -> None:
    def stated(period: str, payable: str) -> StatedPeriod:
        return StatedPeriod(Period.parse(period), 1, 1.0, True, Settlement("RUB", Decimal(1), Decimal(payable), ""))

    season = stated("2025-10-01/2026-01-01", "30.00")
    months = [stated("2025-10-01/2025-11-01", "10.00"), stated("2026-01-01/2026-02-01", "5.00")]
    counted, left_out = apart([*months, season])
    assert (counted, left_out) == ((season, months[1]), (months[0],))
    assert account([*months, season], Period.parse("2026-02-01/2026-03-01")) == Account(Decimal(35), Decimal(35))
    assert account([*months, season], Period.parse("2025-09-01/2025-10-01")) == Account(Decimal(0), Decimal(35))
    assert account([season], season.period) == Account(Decimal(0), Decimal(0))


ENERGIES = st.lists(st.integers(-50_000, 500_000), min_size=1, max_size=80)


@st.composite
def cut_tariffs(draw: st.DrawFn, days: int) -> tuple[DatedTariff, ...]:
    cuts = sorted({0, days, *draw(st.lists(st.integers(0, days), max_size=6))})
    start = WINTER.start
    return tuple(
        DatedTariff(
            Period(start + timedelta(days=low), start + timedelta(days=high)),
            Decimal(draw(st.integers(0, 500_000))) / 100,
            draw(st.sampled_from(TariffKind)),
        )
        for low, high in pairwise(cuts)
    )


@given(st.data())
def test_a_split_sums_to_the_whole_in_any_order_of_tariffs(data: st.DataObject) -> None:
    energies = data.draw(ENERGIES)
    days = tuple(DaySaved(WINTER.start + timedelta(days=n), Decimal(wh) / 1000) for n, wh in enumerate(energies))
    tariffs = data.draw(cut_tariffs(len(days)))
    agreed = with_terms(tariffs=tariffs, indexation=Indexation(Decimal(5), date(2026, 1, 5)))
    lines = split(agreed, days)
    assert sum(line.energy_kwh for line in lines) == sum(day.energy_kwh for day in days)
    assert sum(line.used_days for line in lines) == len(days)
    found, _ = settled(agreed, saved(Period(WINTER.start, days[-1].day + timedelta(days=1)), days))
    assert found.value == sum(line.value for line in found.lines)
    shuffled = data.draw(st.permutations(tariffs))
    assert split(with_terms(tariffs=tuple(shuffled), indexation=agreed.terms.indexation), days) == lines


@given(
    st.lists(st.integers(0, 900_000), min_size=1, max_size=12),
    st.integers(0, 300_000_000),
    st.randoms(use_true_random=False),
)
def test_the_cap_is_never_exceeded_in_any_order(energies: list[int], kopecks: int, random: Any) -> None:
    cap = Decimal(kopecks) / 100
    agreed = with_terms(cap=cap, tariffs=(), guarantee=None)
    starts = [date(2026 + n // 12, n % 12 + 1, 1) for n in range(len(energies))]
    order = [*range(len(energies)), *range(len(energies))]
    random.shuffle(order)
    stated: dict[int, StatedPeriod] = {}
    for n in order:
        period = Period(starts[n], starts[n] + timedelta(days=28))
        paid = account(stated.values(), period)
        found, _ = settled(
            agreed, saved(period, (DaySaved(period.start, Decimal(energies[n])),), guarantee_kwh=None), paid
        )
        stated[n] = StatedPeriod(period, 1, float(energies[n]), True, found)
        assert sum(each.payable for each in stated.values()) <= cap
        assert found.cap_left is not None
        assert found.cap_left >= 0


@given(st.data())
def test_a_guarantee_over_adjoining_periods_sums_to_the_whole(data: st.DataObject) -> None:
    amount = Decimal(data.draw(st.integers(1, 10**9))) / 1000
    named = data.draw(st.sampled_from([None, Period.parse("2025-10-01/2026-05-01")]))
    agreed = with_terms(guarantee=Guarantee(amount, named), term=None)
    whole = Period.parse("2025-01-01/2027-01-01") if named is None else named
    cuts = sorted({0, whole.days, *data.draw(st.lists(st.integers(0, whole.days), max_size=10))})
    parts = [
        guarantee_of(agreed, Period(whole.start + timedelta(days=low), whole.start + timedelta(days=high)), ())
        for low, high in pairwise(cuts)
    ]
    assert sum(part for part in parts if part is not None) == amount * (2 if named is None else 1)


@given(st.sets(st.integers(0, 40), max_size=20))
def test_spans_name_each_day_once(offsets: set[int]) -> None:
    days = {WINTER.start + timedelta(days=n) for n in offsets}
    named = [day for span in spans(days) for day in span]
    assert named == sorted(days)


def test_plain_contracts_are_settled_as_ever() -> None:
    energy = heat_energy(0.2)
    energy[:3] = np.nan
    found = verify(heat_input(energy)).settlement
    assert found is not None
    assert (found.shortfall_kwh, found.cap_left, found.due_on, found.avoided_co2_t) == (None, None, None, None)
    assert found.earned == found.payable == (found.value * Decimal("0.8")).quantize(Decimal("0.01"))

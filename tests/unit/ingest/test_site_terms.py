"""Terms of contracts in site files: read as they say, and what is wrong is told with line and field."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest_service.site_file import parse_site, read_site
from simulators.scenario import demo_scenario
from teplosvet.domain.contract_terms import (
    PLAIN_TERMS,
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
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.fill_terms import FillRules, FillTerms
from teplosvet.domain.periods import Period
from tests.unit.ingest.test_site_file import RIGHT

EXAMPLE = Path(__file__).parents[3] / "docs/examples/first-house.toml"

TERMS = """\
option = "C"
boundary = "heat meter of the substation"
customer_requisites = { legal_name = "Lenina 1", inn = "7707083893", signatory = "Ivanov" }
guarantee = { kwh = "120000", period = "2025-10-01/2026-05-01" }
surplus = { rule = "shared", esco_share = "0.5" }
cap = "2500000.00"
term = "2025-07-01/2030-07-01"
payment_days = 15
discount_percent = "12"
region = "RU-SPE"
indexation = { percent = "4", from = 2026-07-01 }
tariffs = [
    { period = "2026-01-01/2026-07-01", amount = "2490.94", kind = "fixed" },
    { period = "2025-07-01/2026-01-01", amount = "2450.10" },
]
measures = [{ title = "controller", day = 2025-07-15, investment = "1000.50" }]
"""
FIRST_LINE = RIGHT.count("\n") + 1


def test_terms_are_read_as_they_stand() -> None:
    (contract,) = parse_site(RIGHT + TERMS, "site.toml").contracts
    assert contract.investment == Decimal("1000.50")
    assert contract.terms == Terms(
        customer=Party("Lenina 1", "7707083893", "Ivanov"),
        boundary="heat meter of the substation",
        option=MeasurementOption.C,
        measures=(InvestedMeasure("controller", date(2025, 7, 15), Decimal("1000.50")),),
        guarantee=Guarantee(Decimal(120_000), Period.parse("2025-10-01/2026-05-01"), Proration.DAYS),
        surplus=Surplus(SurplusRule.SHARED, Decimal("0.5")),
        cap=Decimal(2_500_000),
        term=Period.parse("2025-07-01/2030-07-01"),
        tariffs=(
            DatedTariff(Period.parse("2026-01-01/2026-07-01"), Decimal("2490.94"), TariffKind.FIXED),
            DatedTariff(Period.parse("2025-07-01/2026-01-01"), Decimal("2450.10"), TariffKind.CURRENT),
        ),
        indexation=Indexation(Decimal(4), date(2026, 7, 1)),
        payment_days=15,
        discount_percent=Decimal(12),
        region="RU-SPE",
    )


def test_a_contract_without_terms_is_as_before() -> None:
    (contract,) = parse_site(RIGHT, "site.toml").contracts
    assert contract.terms == PLAIN_TERMS


def test_a_surplus_without_a_word_is_shared() -> None:
    (contract,) = parse_site(RIGHT + "payment_days = 5\n", "site.toml").contracts
    assert contract.terms.surplus == Surplus(SurplusRule.SHARED, None)


def test_the_examples_have_terms_that_give_money() -> None:
    contracts = (*read_site(EXAMPLE).contracts, *parse_site(demo_scenario().site_toml, "demo.toml").contracts)
    assert len(contracts) == 7
    for contract in contracts:
        assert contract.terms.guarantee is not None
        assert contract.terms.payment_days == 15
        assert len(contract.terms.tariffs) == 3
        assert contract.investment == contract.terms.measures[0].investment


# what stands in the terms, what stands there instead, the line counted from their first, the field and a word
WRONG = [
    ('option = "C"', 'option = "E"', 0, "option", "expected one of A, B, C, D"),
    ('inn = "7707083893"', 'inn = "7707083894"', 2, "customer_requisites.inn", "check digits"),
    ('kwh = "120000"', 'kwh = "0"', 3, "guarantee.kwh", "more than 0"),
    ('kwh = "120000"', "kwh = 120000", 3, "guarantee.kwh", "expected `str`"),
    ('period = "2025-10-01/2026-05-01"', 'period = "2026-05-01"', 3, "guarantee.period", "FROM/TO"),
    ('kwh = "120000"', 'kwh = "1", proration = "degree-days"', 3, "guarantee.degree_days", "agreed for"),
    ('kwh = "120000"', 'kwh = "1", degree_days = "4500"', 3, "guarantee.degree_days", "only then"),
    ('kwh = "120000"', 'kwh = "1", degree_days = "0", proration = "degree-days"', 3, "guarantee.degree_days", "than 0"),
    ("guarantee = {", "guarantee_kwh = 7\nguarantee = {", 4, "guarantee", "not both"),
    ('esco_share = "0.5"', 'esco_share = "1.5"', 4, "surplus.esco_share", "a share from"),
    ('rule = "shared"', 'rule = "esco"', 4, "surplus.esco_share", "only with the rule shared"),
    ('rule = "shared"', 'rule = "bank"', 4, "surplus.rule", "shared, esco, customer"),
    ('cap = "2500000.00"', 'cap = "-1"', 5, "cap", "'-1'"),
    ('term = "2025-07-01/2030-07-01"', 'term = "2030-07-01/2025-07-01"', 6, "term", "ends after it starts"),
    ("payment_days = 15", "payment_days = 4", 7, "payment_days", "5 to 45"),
    ("payment_days = 15", "payment_days = 46", 7, "payment_days", "5 to 45"),
    ('discount_percent = "12"', 'discount_percent = "101"', 8, "discount_percent", "at most 100"),
    ('region = "RU-SPE"', 'region = "Saint Petersburg"', 9, "region", "expected"),
    ('percent = "4"', 'percent = "1e3"', 10, "indexation.percent", "'1e3'"),
    ("from = 2026-07-01", 'from = "soon"', 10, "indexation.from", "date"),
    ("2025-07-01/2026-01-01", "2025-07-01/2026-01-02", 11, "tariffs.2.period", "another tariff holds on 2026-01-01"),
    ('amount = "2450.10"', 'amount = "much"', 11, "tariffs.2.amount", "'much'"),
    ('kind = "fixed"', 'kind = "free"', 11, "tariffs.1.kind", "fixed, current"),
    ('investment = "1000.50"', 'investment = "?"', 15, "measures.1.investment", "'?'"),
    ("measures = [", 'investment = "7"\nmeasures = [', 15, "investment", "add up to 1000.50"),
    ("measures = [", 'benefit = "7"\nmeasures = [', 15, "benefit", "unknown field"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "field", "word"), WRONG)
def test_a_mistake_is_told_with_line_and_field(right: str, wrong: str, line: int, field: str, word: str) -> None:
    assert right in TERMS
    with pytest.raises(InvalidFileError) as caught:
        parse_site(RIGHT + TERMS.replace(right, wrong, 1), "site.toml")
    error = caught.value
    assert (error.line, error.field) == (FIRST_LINE + line, f"contract.1.{field}")
    assert word in str(error)


def test_degree_days_need_a_method_that_knows_them() -> None:
    dark = RIGHT.replace('carrier = "heat"', 'carrier = "light"').replace("change-point-daily", "light-option-b")
    text = 'guarantee = { kwh = "1", proration = "degree-days", degree_days = "4500" }\n'
    with pytest.raises(InvalidFileError, match=r"guarantee\.proration: light-option-b knows no degree days"):
        parse_site(dark + text, "site.toml")


FILL = """\
fill_rule = "pp1034"
heat_load = { load = "0.1", per = "Gcal/h", design_outdoor_c = "-24", cut_warm_c = "2.5" }
"""


def test_a_fill_rule_is_read_with_its_load_in_kilowatts() -> None:
    (contract,) = parse_site(RIGHT + FILL, "site.toml").contracts
    assert contract.terms.fill == FillTerms(
        FillRules.PP1034, Decimal("116.3"), Decimal(-24), Decimal(20), cut_warm_c=Decimal("2.5")
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('load = "0.1"', 'load = "0"', "above zero"),
        ('load = "0.1"', 'load = "-1"', "expected a load"),
        (', design_outdoor_c = "-24"', "", "stated together"),
        ('"-24"', '"20"', "below the indoor"),
        ('"-24"', '"cold"', "expected a temperature"),
        ('"2.5"', '"25"', "warm cut"),
        ('fill_rule = "pp1034"\n', "", "only with a `fill_rule`"),
        ('"pp1034"', '"mean"', "fill_rule"),
    ],
)
def test_a_wrong_fill_rule_is_told(before: str, after: str, said: str) -> None:
    with pytest.raises(InvalidFileError, match=said):
        parse_site(RIGHT + FILL.replace(before, after), "site.toml")

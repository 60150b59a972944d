"""The console reads a statement as analytics made it, and says what it says."""

import math
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from analytics.statement import Statement as MadeStatement
from dashboards.contract_line import contract_lines, status_of
from dashboards.contract_page import answer, contract_page, lede
from dashboards.findings import finding_text
from dashboards.houses_page import Wanted, houses_page, saved_in_all
from dashboards.money_rows import money_rows
from dashboards.reader import Reader
from dashboards.rows import ContractPlace, ContractVerdict, House, StatementVersion
from dashboards.rows_of_houses import Counts, HeatOfHouse, Saved
from teplosvet import stored_statement
from teplosvet.domain.periods import Period
from teplosvet.plots.adding_up import cumulative_saving
from teplosvet.stored_statement import Finding, SettlementLine, Statement
from teplosvet.words.language import Language
from tests.acceptance import console_site as site

NOTHING_SAVED = Saved(0, 0, None, None)
NOW = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)
EN = Reader(Language.ENGLISH, None, NOW)
RU = Reader(Language.RUSSIAN, None, NOW)


def counted(houses: int, attention: int = 0) -> Counts:
    return Counts(houses, attention, 0, 0, 0, 0, 0, 0, 0)


CODES = tuple(site.SEASONS)
BY_CODE = {each.code: each for each in site.CONTRACTS}
MADE = {code: site.statement(BY_CODE[code], site.SEASONS[code]) for code in CODES}


def read(made: MadeStatement) -> Statement:
    return msgspec.json.decode(msgspec.json.encode(made), type=Statement)


READ = {code: read(made) for code, made in MADE.items()}
HEAT, LIGHT, PLACEBO, REFUSED = CODES[:4]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


def verdict(code: str) -> ContractVerdict:
    return ContractVerdict(code, BY_CODE[code].title, BY_CODE[code].building, BY_CODE[code].carrier.value, READ[code])


def test_what_the_console_reads_analytics_writes() -> None:
    written = {field.name for field in fields(MadeStatement)}
    assert set(stored_statement.Statement.__struct_fields__) - written == set()


@pytest.mark.parametrize("code", CODES)
def test_a_statement_is_read_as_it_was_made(code: str) -> None:
    made = msgspec.json.decode(msgspec.json.encode(MADE[code]))
    assert part_of(msgspec.json.decode(msgspec.json.encode(READ[code])), made)


def part_of(found: object, whole: object) -> bool:
    """Whether everything that was read stands in the whole as well."""
    if isinstance(found, dict) and isinstance(whole, dict):
        return all(name in whole and part_of(value, whole[name]) for name, value in found.items())
    if isinstance(found, list) and isinstance(whole, list):
        return len(found) == len(whole) and all(map(part_of, found, whole))
    return bool(found == whole)


def test_the_comparison_with_what_was_made_can_fail() -> None:
    assert part_of({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}]})
    assert not part_of({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})
    assert not part_of({"a": 1}, {})


@pytest.mark.parametrize("code", CODES)
def test_the_line_that_is_drawn_is_the_model_of_the_statement(code: str) -> None:
    model = READ[code].fit
    assert model is not None
    for day in READ[code].baseline_days:
        if day.variable is not None and day.fitted_kwh is not None:
            assert model.energy_kwh(day.variable) == pytest.approx(day.fitted_kwh, abs=0.05)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"model": "1P"}, [10, 10, 10]),
        ({"model": "2PH", "heating_slope_kwh_per_k": 2.0}, [20, 10, -10]),
        ({"model": "3PH", "heating_slope_kwh_per_k": 2.0, "heating_change_point_c": 5.0}, [30, 20, 10]),
        ({"model": "3PC", "cooling_slope_kwh_per_k": 3.0, "cooling_change_point_c": 5.0}, [10, 10, 25]),
        ({"model": "2PC", "dark_hours_slope_kwh_per_h": 1.5}, [2.5, 10, 25]),
        (
            {
                "model": "5P",
                "heating_slope_kwh_per_k": 2.0,
                "heating_change_point_c": -1.0,
                "cooling_slope_kwh_per_k": 3.0,
                "cooling_change_point_c": 5.0,
            },
            [18, 10, 25],
        ),
    ],
)
def test_models_at_minus_five_zero_and_ten(parameters: dict[str, str | float], expected: list[float]) -> None:
    """Origin: the formulas of ASHRAE RP-1050 by hand, with a base of 10 kWh a day."""
    every = dict.fromkeys(stored_statement.Fit.__struct_fields__) | {"base_kwh": 10.0, "n": 100, "variable": None}
    model = msgspec.convert(every | parameters, stored_statement.Fit)
    assert [model.energy_kwh(variable) for variable in (-5, 0, 10)] == expected


@pytest.mark.parametrize("code", [HEAT, LIGHT, PLACEBO])
def test_the_cumulative_saving_ends_as_the_statement_says(code: str) -> None:
    statement = READ[code]
    rows = cumulative_saving(statement.reporting_days, statement.half_width_kwh)
    counted = [row for row in rows if row.sum_kwh is not None]
    assert len(rows) == statement.days
    assert len(counted) == statement.used_days
    assert counted[-1].sum_kwh == pytest.approx(statement.avoided_energy_kwh, abs=1e-6)
    assert counted[-1].half_width_kwh == pytest.approx(statement.half_width_kwh)
    first = counted[0].half_width_kwh
    assert first is not None
    assert statement.half_width_kwh is not None
    assert 0 < first < statement.half_width_kwh


def test_of_equal_days_the_band_grows_with_the_root() -> None:
    days = [
        stored_statement.ReportingDay(
            date(2026, 1, 1) + timedelta(days=n), 0.0, 10.0, 0.0, 8.0, 0.0, used=True, left_out=None
        )
        for n in range(16)
    ]
    rows = cumulative_saving(days, 4.0)
    assert [rows[n].half_width_kwh for n in (0, 3, 15)] == [pytest.approx(half) for half in (1.0, 2.0, 4.0)]
    assert all(row.half_width_kwh is None for row in cumulative_saving(days, None))
    unknown = cumulative_saving([msgspec.structs.replace(days[0], used=False, left_out="no_energy")], 4.0)
    assert unknown[0].sum_kwh is None


def test_a_proven_saving_in_words() -> None:
    text = plain(lede(READ[HEAT], RU))
    assert text.startswith("С 1 октября 2025 по 30 апреля 2026 сэкономлено ")
    assert "Гкал ± " in text
    assert text.endswith(" гарантии.")
    assert plain(answer(READ[HEAT], RU)).startswith("К оплате ")
    assert " was saved (90 %), which is " in plain(lede(READ[HEAT], EN))


def test_a_saving_that_is_not_proven_in_words() -> None:
    assert status_of(READ[PLACEBO]) == "not_proven"
    assert "экономия не доказана" in lede(READ[PLACEBO], RU)
    assert answer(READ[PLACEBO], RU).endswith("К оплате ничего.")
    more = Finding("not_proven", 2, {"lower_kwh": -1.0, "upper_kwh": 3.0, "more_days": 3})
    assert answer(msgspec.structs.replace(READ[PLACEBO], findings=(more,)), RU).startswith(
        "Чтобы доказать её, нужно примерно ещё 3 таких дня."
    )


def test_a_refusal_in_words() -> None:
    assert status_of(READ[REFUSED]) == "refused"
    assert "nothing can be stated" in lede(READ[REFUSED], EN)
    assert answer(READ[REFUSED], EN) == "The baseline has 6 usable days; 14 are needed."


def test_a_loss_in_words() -> None:
    loss = msgspec.structs.replace(
        READ[HEAT], avoided_energy_kwh=-11_630.0, lower_kwh=-12_793.0, upper_kwh=-10_467.0, proven=False
    )
    assert status_of(loss) == "loss"
    assert "10.0 Gcal ± 1.0 more was used than without the measure" in plain(lede(loss, EN))


def test_a_saving_without_a_band_in_words() -> None:
    bare = msgspec.structs.replace(READ[HEAT], lower_kwh=None, upper_kwh=None, proven=False)
    assert "no band can be told" in lede(bare, EN)
    page = contract_page(_place(), (bare.period,), StatementVersion(1, NOW, "d" * 64, bare), EN)
    assert len(page.plots[1].drawings) == 2


@pytest.mark.parametrize("reader", [EN, RU])
@pytest.mark.parametrize("code", CODES)
def test_every_statement_makes_a_page(code: str, reader: Reader) -> None:
    statement = READ[code]
    found = StatementVersion(1, NOW, "d" * 64, statement)
    page = contract_page(_place(), (statement.period,), found, reader)
    assert [plot.code for plot in page.plots] == ["daily", "cumulative", "fit"]
    assert len(page.cumulative) == statement.days
    drawn = "".join(str(drawing) for plot in page.plots for drawing in plot.drawings)
    assert "nan" not in drawn.replace("nance", "")
    assert all(finding.text for finding in page.findings)
    assert len(page.findings) == len(statement.findings)


@pytest.mark.parametrize("reader", [EN, RU])
@pytest.mark.parametrize("code", CODES)
def test_findings_are_said_and_not_only_named(code: str, reader: Reader) -> None:
    for finding in READ[code].findings:
        assert finding.code not in finding_text(reader, finding, READ[code].carrier)


def test_a_finding_that_the_console_does_not_know_is_shown() -> None:
    assert finding_text(EN, Finding("moon_phase", 2, {}), "heat") == "Finding: moon_phase."
    assert finding_text(EN, Finding("low_coverage", 2, {}), "heat") == "Finding: low_coverage."


def test_findings_carry_their_units() -> None:
    finding = Finding("negative_energy", 2, {"period": "reporting", "days": 3, "energy_kwh": -11_630.0})
    assert plain(finding_text(RU, finding, "heat")) == (
        "Дней с энергией ниже нуля: 3 (всего −10,00 Гкал), отчётный период."
    )
    over = Finding("period_not_over", 1, {"known_until": "2026-04-01", "end": "2026-05-01"})
    assert (
        plain(finding_text(EN, over, "heat"))
        == "The period runs until 1 May 2026; readings are known until 1 Apr 2026."
    )


def test_lines_share_one_axis_and_say_whether_they_are_proven() -> None:
    lines = contract_lines([verdict(code) for code in CODES], EN)
    assert [line.status for line in lines] == ["proven", "proven", "not_proven", "refused", "proven"]
    assert [line.interval is not None for line in lines] == [True, True, True, False, True]
    zeros = {str(line.interval).split('class="zero"')[0][-20:] for line in lines if line.interval is not None}
    assert len(zeros) == 1


def test_the_sum_is_of_proven_savings_with_the_widest_band() -> None:
    energy = sum(READ[code].avoided_energy_kwh or math.nan for code in (HEAT, LIGHT))
    half = sum(READ[code].half_width_kwh or math.nan for code in (HEAT, LIGHT))
    text, has_savings = saved_in_all(Saved(3, 2, energy, half), Reader(Language.ENGLISH, None, NOW))
    place = 10 ** (math.floor(math.log10(energy)) - 2)
    assert has_savings
    assert plain(text) == (
        f"{round(energy / place) * place:,} kWh ± {round(half / place) * place:,} saved, proven in 2 of 3 contracts "
        "(90 %)."
    )
    assert saved_in_all(Saved(1, 0, None, None), RU) == ("Экономия пока не доказана.", False)
    assert not saved_in_all(Saved(0, 0, None, None), RU)[1]


@pytest.mark.parametrize(
    ("devices", "silent", "troubles"),
    [(3, 0, ()), (3, 2, ("молчат 2 прибора",)), (0, 0, ("приборов пока нет",))],
)
def test_a_healthy_house_says_nothing(devices: int, silent: int, troubles: tuple[str, ...]) -> None:
    house = House("a", "A", "", ZoneInfo("Europe/Moscow"), devices, silent, None)
    page = houses_page([house], counted(1), NOTHING_SAVED, {}, {}, Wanted(), RU)
    assert tuple(plain(trouble) for trouble in page.lines[0].troubles) == troubles


def test_the_first_line_counts_the_houses_that_need_attention() -> None:
    page = houses_page([], counted(2, 1), NOTHING_SAVED, {}, {}, Wanted(), EN)
    assert page.lede == "1 of 2 houses needs attention."
    assert houses_page([], counted(0), NOTHING_SAVED, {}, {}, Wanted(), EN).lede == "No houses yet."


def test_heat_of_today_stands_beside_the_model() -> None:
    house = House("a", "A", "", ZoneInfo("Europe/Moscow"), 1, 0, NOW)
    days = ((date(2026, 1, 1), None), (date(2026, 1, 2), 900.0))
    heat = {"a": HeatOfHouse(days, 1000.0)}
    line = houses_page([house], counted(1), NOTHING_SAVED, heat, {"a": 0.25}, Wanted(), EN).lines[0]
    assert (plain(line.against), plain(line.duty)) == ("90 % of the model", "25 %")
    unknown = {"a": HeatOfHouse(((date(2026, 1, 1), 900.0), (date(2026, 1, 2), None)), 1000.0)}
    line = houses_page([house], counted(1), NOTHING_SAVED, unknown, {}, Wanted(), EN).lines[0]
    assert (line.heat, line.against, line.duty) == ("", "", "")


def test_nothing_is_payable_for_what_is_not_proven() -> None:
    settlement = READ[PLACEBO].settlement
    assert settlement is not None
    assert settlement.payable == Decimal(0)


def _place() -> ContractPlace:
    return ContractPlace("c", "C", "b", "B", ZoneInfo("Europe/Moscow"), "heat", "customer", "esco", site.BASELINE)


def test_a_reader_can_add_up_the_money() -> None:
    """By hand: 1 Gcal at 2,450.10, 2 at 2,500.00: 7,450.10; 80 % of 6,450.10 and 50 % of 1,000.00: 5,660.08."""
    found = (msgspec.convert(msgspec.to_builtins(each), Statement, strict=False) for each in MADE.values())
    statement = next(each for each in found if each.settlement is not None)
    assert statement.settlement is not None
    lines = tuple(
        SettlementLine(Period.parse(period), Decimal(kwh), Decimal(price), "Gcal", Decimal(value))
        for period, kwh, price, value in (
            ("2024-10-01/2025-01-01", 1163, "2450.10", "2450.10"),
            ("2025-01-01/2025-05-01", 2326, "2500.00", "5000.00"),
        )
    )
    amounts = {
        "value": "7450.10", "surplus_value": "1000.00", "surplus_payable": "500.00", "earned": "5660.08",
        "payable": "5660.08", "other_payable": "1000.00", "cap_left": "3339.92",
    }  # fmt: skip
    terms = {name: Decimal(amount) for name, amount in amounts.items()}
    money = msgspec.structs.replace(statement.settlement, lines=lines, shortfall_value=None, **terms)
    two = msgspec.structs.replace(statement, settlement=money, carrier="heat")
    told = {row.name: row.value.replace("\u2060", "").replace("\u00a0", " ") for row in money_rows(two, EN)}
    assert [value for value in told.values() if "×" in value] == [
        "1.000000 Gcal × 2,450.10 ₽/Gcal = 2,450.10 ₽",
        "2.000000 Gcal × 2,500.00 ₽/Gcal = 5,000.00 ₽",
    ]
    assert told["ESCO's part within the guarantee"] == "5,160.08 ₽"
    assert told["ESCO's part of what is beyond it, 50\u00a0%"] == "500.00 ₽"
    assert told["Greatest sum of the contract"] == "10,000.00 ₽"
    assert told["Left of the greatest sum"] == "3,339.92 ₽"
    assert "Earned before proof and cap" not in told
    unsure = msgspec.structs.replace(money, surplus_value=Decimal("0.02"), surplus_payable=Decimal("0.01"))
    assert unsure.surplus_share is None

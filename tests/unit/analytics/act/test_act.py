"""The act: sums that add up, the same figures on paper, in the workbook and in JSON, all words in both languages."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from string import Formatter

import msgspec
import openpyxl
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.act.content import Act, compose
from analytics.act.energy import EnergyLine, Role, energy_lines
from analytics.act.pdf import act_json, act_pdf, confidence_text
from analytics.act.pen import Pen, exactly
from analytics.act.plots import plots
from analytics.act.spreadsheet import act_xlsx
from analytics.act.state import ALLOWED, ActState, version_after
from analytics.act.texts import TEXTS
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.errors import ConfigurationError, NotEnoughDataError
from teplosvet.domain.periods import Period
from teplosvet.stored_statement import SettlementLine, Statement
from teplosvet.words.language import Language
from tests.unit.analytics.act.samples import ISSUE, PLACEBO, PROVEN, REFUSED, ZONE, facts, with_adjustment, with_terms

EN, RU = Language.ENGLISH, Language.RUSSIAN
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def gaps(lines: Sequence[EnergyLine]) -> list[str]:
    """Totals that are not the sum of what stands above them, in either column."""
    kwh = amount = Decimal(0)
    wrong = []
    for line in lines:
        if line.role is Role.PART:
            kwh, amount = kwh + line.energy_kwh, amount + line.amount
        elif line.role is Role.LESS:
            kwh, amount = kwh - line.energy_kwh, amount - line.amount
        elif line.role is Role.TOTAL and (kwh, amount) != (line.energy_kwh, line.amount):
            wrong.append(line.code)
    return wrong


def pdf_text(act: Act, statement: Statement, carrier: Carrier = Carrier.HEAT) -> str:
    body = act_pdf(act, plots(statement, Pen(act.language, carrier, ZONE)), confidence_text(statement.confidence))
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    return squeezed("".join(page.extract_text() for page in pages))


def squeezed(text: str) -> str:
    """Without spaces, line ends and hyphens at them: paper breaks lines where it likes."""
    return re.sub(r"[\s\-\u00ad\u2010]+", "", text)


@given(
    st.floats(1, 1e7), st.floats(-1e5, 1e5), st.floats(1, 1e7), st.sampled_from([Carrier.HEAT, Carrier.LIGHT]),
)  # fmt: skip
def test_every_total_is_the_sum_of_its_lines(adjusted: float, failed: float, metered: float, carrier: Carrier) -> None:
    whole = [round(value, 3) for value in (adjusted, failed, metered)]
    avoided = exactly(whole[0]) + exactly(whole[1]) - exactly(whole[2])
    statement = msgspec.structs.replace(
        with_adjustment(PROVEN, whole[1]),
        adjusted_baseline_kwh=whole[0],
        metered_kwh=whole[2],
        avoided_energy_kwh=float(avoided),
    )
    lines = energy_lines(statement, (), Pen(RU, carrier, ZONE))
    assert gaps(lines) == []
    assert all(len(line.amount_text.partition(",")[2]) == 3 for line in lines)


def test_a_wrong_sum_would_be_seen() -> None:
    """Negative control: one watt-hour, or a thousandth of a gigacalorie, in any line of the sum."""
    lines = list(energy_lines(with_adjustment(PROVEN, -12.345), (), Pen(EN, Carrier.HEAT, ZONE)))
    assert gaps(lines) == []
    for n, line in enumerate(lines):
        if line.role is not Role.DETAIL:
            assert gaps([*lines[:n], replace(line, energy_kwh=line.energy_kwh + Decimal("0.001")), *lines[n + 1 :]])
            assert gaps([*lines[:n], replace(line, amount=line.amount + Decimal("0.001")), *lines[n + 1 :]])


def test_the_days_sum_up_to_the_table() -> None:
    act = compose(PROVEN, facts(), ISSUE, EN)
    energy = {line.code: line for line in act.energy}
    assert sum(day.avoided_kwh for day in act.days if day.avoided_kwh is not None) == energy["avoided"].energy_kwh
    assert act.day_sums[2] == energy["adjusted"].energy_text
    assert act.day_sums[4] == energy["metered"].energy_text
    assert act.day_sums[6] == energy["avoided"].energy_text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("statement", [with_adjustment(PROVEN, -12.345), PLACEBO], ids=["proven", "placebo"])
def test_paper_says_everything_that_json_has(statement: Statement, language: Language) -> None:
    act = compose(statement, facts(), ISSUE, language)
    paper = pdf_text(act, statement)
    document = json.loads(act_json(act))
    told = [act.title, act.lede, *act.notices, *act.notes, act.statement_number, act.digest[:32], act.digest[32:]]
    told += [fact.text for fact in (*act.parties, *act.subject, *act.method, act.statement)]
    told += [text for line in document["energy"] for text in (line["label"], line["amount_text"], line["energy_text"])]
    told += [line["text"] for line in document["money"]] + [finding["text"] for finding in document["findings"]]
    told += [cell for name in ("meters", "adjustments", "days") for line in document[name] for cell in line["cells"]]
    told += [text for key, text in TEXTS[language].items() if key in {"head.signatures", "head.annex_c", "plot.fit"}]
    assert [text for text in told if squeezed(text) not in paper] == []


def test_a_figure_of_another_act_is_missed() -> None:
    """Negative control."""
    other = compose(PLACEBO, facts(), ISSUE, EN)
    assert squeezed(other.energy[-3].energy_text) not in pdf_text(compose(PROVEN, facts(), ISSUE, EN), PROVEN)


@pytest.mark.parametrize("carrier", [Carrier.HEAT, Carrier.ELECTRICITY])
def test_the_workbook_has_the_numbers_of_json_as_numbers(carrier: Carrier) -> None:
    act = compose(with_adjustment(PROVEN, -12.345), facts(carrier), ISSUE, EN)
    book = openpyxl.load_workbook(io.BytesIO(act_xlsx(act)))
    assert book.sheetnames == ["Act", "Days", "Baseline", "Findings"]
    sheet = {(row[0].value, row[2].value): row[1].value for row in book["Act"].iter_rows(max_col=3)}
    document = json.loads(act_json(act))
    assert all(sheet[line["label"], act.unit] == line["amount"] for line in document["energy"])
    assert all(sheet[line["label"], act.inner_unit] == line["energy_kwh"] for line in document["energy"])
    assert all(sheet[line["label"], line["unit"]] == line["amount"] for line in document["money"])
    days = list(book["Days"].iter_rows(min_row=2, values_only=True))
    assert [row[6] for row in days] == [day["avoided_kwh"] for day in document["days"]]
    assert len(list(book["Baseline"].iter_rows(min_row=2))) == len(document["baseline_days"])
    assert [row[1] for row in book["Findings"].iter_rows(min_row=2, values_only=True)] == [
        finding["text"] for finding in document["findings"]
    ]


def test_not_proven_is_said_and_pays_nothing() -> None:
    act = compose(PLACEBO, facts(), ISSUE, RU)
    assert "не доказана" in act.lede
    assert act.notices
    assert "К оплате 0,00\u00a0₽" in act.lede
    payable = next(line for line in act.money if line.code == "payable")
    assert payable.amount == Decimal("0.00")


def test_over_a_refused_statement_there_is_no_act() -> None:
    with pytest.raises(NotEnoughDataError, match="usable days"):
        compose(REFUSED, facts(), ISSUE, RU)


def test_guarantee_and_terms_are_shown_where_there_are_any() -> None:
    plain = with_terms(PROVEN, due_on=None, surplus_value=None, shortfall_value=None)
    money = {line.code: line for line in compose(plain, facts(), ISSUE, RU).money}
    avoided = next(line for line in compose(PROVEN, facts(), ISSUE, RU).energy if line.code == "avoided")
    beyond = money.get("surplus") or money["shortfall"]
    assert beyond.amount == abs(avoided.amount - (money["guarantee"].amount or 0))
    assert not {"due", "surplus_value", "shortfall_value"} & money.keys()
    agreed = with_terms(PROVEN, due_on=date(2025, 5, 30), surplus_value=Decimal("12.50"))
    more = {line.code: line.text for line in compose(agreed, facts(), ISSUE, RU).money}
    assert (more["due"], more["surplus_value"]) == ("30.05.2025", "12,50\u00a0₽")
    bare = compose(msgspec.structs.replace(PROVEN, guarantee_kwh=None), facts(), ISSUE, RU)
    assert "guarantee" not in {line.code for line in bare.money}


def test_an_act_over_another_version_than_the_agreed_one_says_so() -> None:
    act = compose(PROVEN, facts(), replace(ISSUE, state=ActState.AGREED, state_version=1), EN)
    assert any("version 1" in notice and "version 2" in notice for notice in act.notices)


def test_plots_are_documents_of_their_own_with_units() -> None:
    drawings = plots(PROVEN, Pen(RU, Carrier.HEAT, ZONE))
    assert drawings.keys() == {"daily", "cumulative", "fit"}
    for drawing in drawings.values():
        assert drawing.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
        assert "var(" not in drawing
        assert "Гкал" in drawing


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_all_words() -> None:
    assert TEXTS[EN].keys() == TEXTS[RU].keys()
    assert [key for key in TEXTS[EN] if placeholders(TEXTS[EN][key]) != placeholders(TEXTS[RU][key])] == []
    assert [key for key, text in TEXTS[EN].items() if CYRILLIC.search(text)] == []
    wordless = {
        "period.days",
        "area.text",
        "statement.text",
        "contract.text",
        "rule.days",
        "left_out.text",
        "model.text",
    }
    said = {key: re.sub(r"\{\w+\}", "", text) for key, text in TEXTS[RU].items() if key not in wordless}
    assert [key for key, text in said.items() if not CYRILLIC.search(text)] == ["blank", "meter.read", "meter.verified"]


def test_every_word_that_the_template_sets_exists() -> None:
    template = files("analytics.act").joinpath("act.typ").read_text(encoding="utf-8")
    wanted = set(re.findall(r'words\.at\("([\w.]+)"\)', template))
    assert len(wanted) > 30
    assert wanted - TEXTS[RU].keys() == set()


@given(st.lists(st.tuples(st.sampled_from(ActState), st.booleans()), max_size=30))
def test_an_act_takes_only_allowed_steps_and_agrees_on_what_was_sent(steps: list[tuple[ActState, bool]]) -> None:
    state, version, newest, sent = ActState.DRAFT, 1, 1, None
    for wanted, verified in steps:
        newest += verified
        allowed = (state, wanted) in ALLOWED and not (state is ActState.DISPUTED and newest == version)
        if not allowed:
            with pytest.raises(ConfigurationError):
                version_after(state, wanted, version, newest)
            continue
        version, before = version_after(state, wanted, version, newest), version
        sent = version if wanted is ActState.SENT else sent
        assert version >= before
        assert version == sent
        state = wanted


def test_nothing_follows_payment_and_nothing_precedes_sending() -> None:
    assert {after for before, after in ALLOWED if before is ActState.DRAFT} == {ActState.SENT}
    assert [after for before, after in ALLOWED if before is ActState.PAID] == []
    assert {before for before, after in ALLOWED if after is ActState.AGREED} == {ActState.SENT}


def test_dated_prices_and_shares_add_up() -> None:
    """Two prices and a surplus: what stands on page 1 makes the value, and what is payable."""
    first, second = Period.parse("2024-10-01/2025-01-01"), Period.parse("2025-01-01/2025-05-01")
    lines = (
        SettlementLine(first, Decimal(1163), Decimal("2450.10"), "Gcal", Decimal("2450.10")),
        SettlementLine(second, Decimal(2326), Decimal("2500.00"), "Gcal", Decimal("5000.00")),
    )
    agreed = with_terms(
        PROVEN,
        lines=lines,
        value=Decimal("7450.10"),
        surplus_value=Decimal("1000.00"),
        surplus_payable=Decimal("500.00"),
        shortfall_value=None,
        earned=Decimal("5660.08"),
        payable=Decimal("5660.08"),
        other_payable=Decimal("1000.00"),
        cap_left=Decimal("3339.92"),
    )
    money = compose(agreed, facts(), ISSUE, RU).money
    assert [line.code for line in money[:6]] == ["line", "line", "value", "share", "within", "surplus_payable"]
    assert sum(line.amount or 0 for line in money if line.code == "line") == Decimal("7450.10")
    named = {line.code: line.amount for line in money}
    assert (named["within"] or 0) + (named["surplus_payable"] or 0) == named["payable"]
    assert "earned" not in named
    labels = {line.code: line.label for line in money}
    assert labels["surplus_payable"] == "Доля исполнителя от экономии сверх гарантии, 50\u00a0%"
    assert (named["cap"], named["cap_left"]) == (10_000, Decimal("3339.92"))
    assert named["cap"] == (named["other_payable"] or 0) + (named["payable"] or 0) + (named["cap_left"] or 0)
    assert "2 500,00" in money[1].label.replace("\u00a0", " ")
    capped = {line.code for line in compose(with_terms(agreed, payable=Decimal("0.00")), facts(), ISSUE, RU).money}
    assert "earned" in capped


def test_annex_a_comes_to_page_1() -> None:
    """By hand: a day of 1,163 kWh that is left out is 1.000 Gcal, and 0.500 Gcal passed at the edges."""
    first, *others = PROVEN.reporting_days
    left = msgspec.structs.replace(first, used=False, left_out="no_metered_energy", metered_kwh=1163.0)
    statement = msgspec.structs.replace(PROVEN, reporting_days=(left, *others))
    metered = next(line.amount for line in compose(statement, facts(), ISSUE, RU).energy if line.code == "metered")
    start = Decimal("100.000")
    for more, rest in ((Decimal("1.000"), ""), (Decimal("1.500"), "остаток 0,500\u00a0Гкал")):
        end = float((start + metered + more) * 1163)
        meter = replace(facts().meters[0], start=float(start * 1163), end=end)
        act = compose(statement, replace(facts(), meters=(meter,)), ISSUE, RU)
        assert "из них сутки, не вошедшие в расчёт: 1,000\u00a0Гкал" in act.registers
        assert rest in act.registers
        assert ("остаток" in act.registers) == bool(rest)
        assert squeezed(act.registers) in pdf_text(act, statement)
    assert compose(statement, facts(), ISSUE, RU).registers == ""  # a register of the second meter was not read

"""Fill rules: recomputed by hand, never metered, whatever is missing."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.act.annexes import day_line
from analytics.act.energy import Role, energy_lines
from analytics.act.pen import Pen
from analytics.arrays import Floats
from analytics.daily import DailySeries
from analytics.digests import statement_body
from analytics.fill_rules import FillDays, FilledDays, FillRule, NotFilled, fill_days
from analytics.filled import MOST_FILLED_SHARE
from analytics.methods import VerificationInput, savings_of, verify
from analytics.statement import Statement
from dashboards.filled_rows import filled_rows
from teplosvet.domain.contract_terms import Terms
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.fill_terms import FillRules, FillTerms
from teplosvet.domain.findings import FindingCode
from teplosvet.stored_statement import Statement as StoredStatement
from teplosvet.words.catalogue import speaking
from teplosvet.words.language import Language
from tests.unit.analytics.known_contracts import DAYS, FIRST_REPORTING, TEMPERATURE, heat_energy, heat_input

PLAIN = FillTerms(FillRules.PP1034)
LOADED = FillTerms(FillRules.PP1034, Decimal(12), Decimal(-24))
"""The known house needs 20 + 10 (15 - t) kWh a day: 410 kWh at -24 °C, 17 kW; a saving of 20 % and a lower load."""
PAGE = (Path(__file__).parents[3] / "docs/methods/fill-rules.md").read_text("utf-8")
JANUARY = FIRST_REPORTING + 92


def inputs(gap: slice, terms: FillTerms | None, saving: float = 0.2, seed: int = 1) -> tuple[VerificationInput, Floats]:
    truth = heat_energy(saving, seed=seed)
    energy = truth.copy()
    energy[gap] = np.nan
    made = heat_input(energy)
    return replace(made, contract=replace(made.contract, terms=Terms(fill=terms))), truth


def stated(gap: slice, terms: FillTerms | None) -> Statement:
    return verify(inputs(gap, terms)[0])


def month(energy: list[float], outdoor: list[float], terms: FillTerms) -> FilledDays:
    kwh = np.array(energy)
    day = np.datetime64("2025-01-01") + np.arange(len(kwh))
    known = np.isfinite(kwh)
    return fill_days(FillDays(day, kwh, known, ~known, np.array(outdoor)), terms)


def test_up_to_fifteen_days_are_filled_by_the_mean_of_normal_days() -> None:
    """(200 + 240) / 2 kWh at a mean of -5 °C, brought to -10 °C by 30 K / 25 K."""
    found = month([200.0, 240.0, np.nan], [-4.0, -6.0, -10.0], PLAIN)
    assert found.energy_kwh[2] == pytest.approx(220.0 * 30 / 25)
    assert found.rule == (None, None, FillRule.MEAN_OF_NORMAL_DAYS)
    assert np.isnan(found.energy_kwh[:2]).all()


@pytest.mark.parametrize(("missing", "rule"), [(15, FillRule.MEAN_OF_NORMAL_DAYS), (16, FillRule.CONTRACT_LOAD)])
def test_the_sixteenth_day_brings_the_contract_load_to_all_of_them(missing: int, rule: FillRule) -> None:
    energy = [220.0] * (31 - missing) + [np.nan] * missing
    found = month(energy, [-2.0] * 31, LOADED)
    assert found.rule[31 - missing :] == (rule,) * missing
    expected = 220.0 if rule is FillRule.MEAN_OF_NORMAL_DAYS else 24 * 12 * 22 / 44
    assert found.energy_kwh[31 - missing :] == pytest.approx(expected)


def test_the_cut_of_the_temperature_graph_counts() -> None:
    cut = replace(PLAIN, cut_warm_c=Decimal(2), cut_cold_c=Decimal(-10))
    found = month([180.0, np.nan, np.nan], [2.0, 9.0, -20.0], cut)
    assert found.energy_kwh[1:] == pytest.approx([180.0, 180.0 * 30 / 18])


@pytest.mark.parametrize(
    ("energy", "outdoor", "terms", "reason"),
    [
        ([200.0, np.nan], [0.0, np.nan], PLAIN, NotFilled.NO_WEATHER),
        ([np.nan, np.nan], [0.0, 0.0], PLAIN, NotFilled.NO_NORMAL_DAYS),
        ([200.0] + [np.nan] * 16, [0.0] * 17, PLAIN, NotFilled.NO_LOAD),
        ([200.0, np.nan], [0.0, 21.0], PLAIN, NotFilled.NO_HEATING),
        ([-200.0, np.nan], [0.0, 0.0], PLAIN, NotFilled.NO_NORMAL_DAYS),
        ([0.0, np.nan], [0.0, 0.0], PLAIN, NotFilled.NO_HEATING),
    ],
)
def test_what_cannot_be_filled_stays_out_with_a_reason(
    energy: list[float], outdoor: list[float], terms: FillTerms, reason: NotFilled
) -> None:
    found = month(energy, outdoor, terms)
    assert found.not_filled[-1] is reason
    assert np.isnan(found.energy_kwh).all()


def test_terms_that_say_no_load_are_refused() -> None:
    for load, design in ((0, -24), (-5, -24), (12, None), (12, 20)):
        with pytest.raises(ValueError, match=r"load|design"):
            FillTerms(FillRules.PP1034, Decimal(load), None if design is None else Decimal(design))


@given(st.lists(st.tuples(st.booleans(), st.floats(-500, 500), st.floats(-35, 25)), min_size=1, max_size=80))
def test_only_wanted_days_are_filled_and_each_is_filled_or_has_a_reason(rows: list[tuple[bool, float, float]]) -> None:
    known = np.array([row[0] for row in rows])
    energy = np.where(known, [row[1] for row in rows], np.nan)
    day = np.datetime64("2024-12-10") + np.arange(len(rows))
    found = fill_days(FillDays(day, energy, known, ~known, np.array([row[2] for row in rows])), LOADED)
    filled = np.isfinite(found.energy_kwh)
    assert not (filled & known).any()
    assert (found.energy_kwh[filled] > 0).all()
    for place, missing in enumerate(~known):
        assert missing == ((found.rule[place] is None) != (found.not_filled[place] is None))
        assert filled[place] == (found.rule[place] is not None)


def test_filled_days_are_never_metered_and_change_no_figure_of_the_metered_ones() -> None:
    gap = slice(JANUARY + 3, JANUARY + 13)
    without, with_rule = stated(gap, None), stated(gap, PLAIN)
    assert without.filled is None
    assert with_rule.filled is not None
    for name in ("metered_kwh", "adjusted_baseline_kwh", "avoided_energy_kwh", "bands", "fit", "used_days", "coverage"):
        assert getattr(with_rule, name) == getattr(without, name)
    filled = [row for row in with_rule.reporting_days if row.fill_rule is not None]
    assert len(filled) == with_rule.filled.days == 10
    assert not any(row.used for row in filled)
    assert all(row.metered_kwh is None and row.left_out is not None for row in filled)


def test_sums_add_up_and_the_settlement_counts_the_total() -> None:
    found = stated(slice(JANUARY + 3, JANUARY + 13), PLAIN)
    assert found.filled is not None
    assert found.avoided_energy_kwh is not None
    assert found.settlement is not None
    rows = [row for row in found.reporting_days if row.fill_rule is not None]
    assert found.filled.filled_kwh == pytest.approx(sum(row.filled_kwh or np.nan for row in rows), abs=1e-6)
    assert found.filled.avoided_energy_kwh == pytest.approx(
        found.filled.adjusted_baseline_kwh - found.filled.filled_kwh, abs=1e-6
    )
    total = found.avoided_energy_kwh + found.filled.avoided_energy_kwh
    assert found.filled.total_avoided_energy_kwh == pytest.approx(total, abs=1e-6)
    assert float(sum(line.energy_kwh for line in found.settlement.lines)) == pytest.approx(total, abs=1e-6)


def test_a_long_outage_without_a_load_is_told_and_stays_out() -> None:
    found = stated(slice(JANUARY + 3, JANUARY + 23), PLAIN)
    assert found.filled is None
    (finding,) = [each for each in found.findings if each.code is FindingCode.FILL_NO_LOAD]
    assert finding.data == {"days": 20}


def test_when_more_than_half_is_filled_nothing_is_payable() -> None:
    gap = slice(FIRST_REPORTING + 95, FIRST_REPORTING + 212)
    found = stated(gap, LOADED)
    assert found.filled is not None
    assert found.filled.days > MOST_FILLED_SHARE * found.days
    assert FindingCode.FILLED_TOO_MUCH in {each.code for each in found.findings}
    assert found.settlement is not None
    assert found.settlement.payable == 0
    paid = stated(slice(JANUARY, JANUARY + 20), LOADED)
    assert paid.settlement is not None
    assert paid.settlement.payable > 0


def test_days_that_readings_may_still_tell_are_not_filled() -> None:
    given_, _ = inputs(slice(JANUARY, None), LOADED)
    until = DAYS[JANUARY + 20].astype(date)
    found = verify(replace(given_, known_until=until))
    assert found.filled is not None
    assert found.filled.days == 20
    assert max(row.day for row in found.reporting_days if row.fill_rule is not None) < until


def test_all_missing_is_refused_and_nothing_is_filled() -> None:
    found = stated(slice(FIRST_REPORTING, None), LOADED)
    assert found.avoided_energy_kwh is None
    assert found.filled is None


def test_without_weather_on_the_day_it_stays_out() -> None:
    gap = slice(JANUARY, JANUARY + 5)
    made, _ = inputs(gap, PLAIN)
    blind = TEMPERATURE.copy()
    blind[JANUARY] = np.nan
    found = verify(replace(made, outdoor_temperature_c=heat_input(made.energy.energy_kwh, blind).outdoor_temperature_c))
    assert found.filled is not None
    assert found.filled.days == 4
    assert FindingCode.FILL_NO_WEATHER in {each.code for each in found.findings}


def test_the_order_in_which_days_became_known_does_not_matter() -> None:
    """The same days give the same statement; a late day turns from filled into metered."""
    gap = slice(JANUARY, JANUARY + 10)
    given_, truth = inputs(gap, PLAIN)
    assert verify(given_) == verify(given_)
    late = given_.energy.energy_kwh.copy()
    late[JANUARY + 4] = truth[JANUARY + 4]
    found = verify(replace(given_, energy=DailySeries.metered(DAYS, late)))
    assert found.filled is not None
    assert found.filled.days == 9
    assert found.reporting_days[JANUARY + 4 - FIRST_REPORTING].used


def test_in_a_batch_the_same_comes_out() -> None:
    gap = slice(JANUARY, JANUARY + 10)
    several = [inputs(gap, terms)[0] for terms in (None, PLAIN, LOADED)]
    alone = [savings_of((each,))[0][1].avoided_energy_kwh for each in several]
    assert [saving.avoided_energy_kwh for _, saving in savings_of(several)] == alone


def shares_of_truth(terms: FillTerms, days: int) -> Floats:
    """Filled over true energy of an outage in January, for 40 houses."""
    found = []
    for seed in range(40):
        given_, truth = inputs(slice(JANUARY + 3, JANUARY + 3 + days), terms, seed=seed)
        filled = verify(given_).filled
        assert filled is not None
        found.append(filled.filled_kwh / truth[JANUARY + 3 : JANUARY + 3 + days].sum())
    return np.array(found)


def test_filled_energy_beside_the_truth_is_as_the_page_says() -> None:
    """The page prints mean and scatter of filled over true energy of 40 houses."""
    printed = re.findall(r"\| ([\d.]+) ± ([\d.]+) \|", PAGE)
    for (mean, scatter), found in zip(printed, (shares_of_truth(PLAIN, 10), shares_of_truth(LOADED, 20)), strict=True):
        assert f"{found.mean():.3f}" == mean
        assert f"{found.std(ddof=1):.3f}" == scatter


def test_the_worked_example_is_recomputed() -> None:
    """By the sums that the page writes out, and by the rule."""
    rows = [line.split(",") for line in PAGE.split("```csv\n")[1].split("```")[0].splitlines()[1:]]
    known = [(float(kwh), float(celsius)) for _, kwh, celsius in rows if kwh]
    mean_kwh = sum(kwh for kwh, _ in known) / len(known)
    mean_c = sum(celsius for _, celsius in known) / len(known)
    by_hand = [mean_kwh * (20 - float(celsius)) / (20 - mean_c) for _, kwh, celsius in rows if not kwh]
    found = month([float(kwh or "nan") for _, kwh, _ in rows], [float(celsius) for *_, celsius in rows], PLAIN)
    told = [float(each) for each in re.findall(r"= \*\*([\d.]+) kWh\*\*", PAGE)]
    assert by_hand == pytest.approx(told[:2], abs=0.05)
    assert found.energy_kwh[np.isfinite(found.energy_kwh)] == pytest.approx(told[:2], abs=0.05)
    load = month([300.0] * 8 + [np.nan] * 20, [-6.0] * 28, LOADED)
    assert load.energy_kwh[-1] == pytest.approx(told[2], abs=0.05)


@pytest.mark.parametrize("language", list(Language))
def test_the_act_adds_up_and_shows_filled_days_apart(language: Language) -> None:
    made = stated(slice(JANUARY + 3, JANUARY + 23), LOADED)
    statement = msgspec.json.decode(statement_body(made), type=StoredStatement)
    pen = Pen(language, Carrier.HEAT, ZoneInfo("Europe/Moscow"))
    lines = energy_lines(statement, (), pen)
    running = running_amount = Decimal(0)
    for line in lines:
        sign = {Role.PART: 1, Role.LESS: -1}.get(line.role, 0)
        running, running_amount = running + sign * line.energy_kwh, running_amount + sign * line.amount
        if line.role is Role.TOTAL:
            assert (line.energy_kwh, line.amount) == (running, running_amount)
    assert [line.code for line in lines][-3:] == ["filled_baseline.contract_load", "filled.contract_load", "total"]
    days = [day_line(row, pen) for row in statement.reporting_days]
    filled = [day for day in days if day.fill_rule is not None]
    assert len(filled) == 20
    assert all(day.avoided_kwh is None and pen.say("fill.contract_load") in day.cells[-1] for day in filled)


@pytest.mark.parametrize("language", list(Language))
def test_the_console_shows_filled_days_on_lines_of_their_own(language: Language) -> None:
    made = stated(slice(JANUARY + 3, JANUARY + 13), PLAIN)
    statement = msgspec.json.decode(statement_body(made), type=StoredStatement)
    speaking.set(language)
    try:
        rows = filled_rows(statement, lambda kwh: f"{kwh:.3f}")
    finally:
        speaking.set(Language.ENGLISH)
    assert made.filled is not None
    assert [value for _, value, _ in rows] == [
        f"{value:.3f}"
        for value in (made.filled.adjusted_baseline_kwh, -made.filled.filled_kwh, made.filled.total_avoided_energy_kwh)
    ]
    assert ("не измерено" if language is Language.RUSSIAN else "not metered") in rows[1][0]

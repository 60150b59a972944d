"""Numbers, dates and languages as people write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.language import preferred_language
from dashboards.reader import Reader
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import Quantity
from teplosvet.words import figures
from teplosvet.words.language import Language
from teplosvet.words.units import EnergyUnit

EN, RU = Language.ENGLISH, Language.RUSSIAN
MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 24, 10, 5, 7, tzinfo=UTC)
SPACE = "\u00a0"


def reader(language: Language = RU, unit: EnergyUnit | None = None) -> Reader:
    return Reader(language, unit, NOW)


def plain(text: str) -> str:
    return text.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("value", "decimals", "english", "russian"),
    [
        (1234.5, 1, "1,234.5", "1 234,5"),
        (12345.67, 2, "12,345.67", "12 345,67"),
        (-0.04, 1, "0.0", "0,0"),
        (-3.9, 1, "−3.9", "−3,9"),
        (0, 0, "0", "0"),
        (999_999.5, 0, "1,000,000", "1 000 000"),
    ],
)
def test_numbers(value: float, decimals: int, english: str, russian: str) -> None:
    """Origin: the way ru-RU and en-GB write numbers in Unicode CLDR, with U+2212 for minus."""
    assert figures.number(value, decimals, EN) == english
    assert plain(figures.number(value, decimals, RU)) == russian


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(Language))
def test_a_written_number_reads_as_itself(value: Decimal, language: Language) -> None:
    text = figures.number(value, 3, language).replace(SPACE, "").replace("−", "-")
    text = text.replace(",", ".") if language is RU else text.replace(",", "")
    assert Decimal(text) == value


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, 2), (1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (14, 2), (21, 0), (22, 1), (111, 2), (112, 2), (121, 0)],
)
def test_russian_plurals(n: int, form: int) -> None:
    """Origin: the sample numbers of the plural rules for ``ru`` in Unicode CLDR."""
    assert figures.plural_form(n, RU) == form


@pytest.mark.parametrize(
    ("energy_kwh", "half_kwh", "unit", "text"),
    [
        (41.23 * 1163, 3.94 * 1163, EnergyUnit.GCAL, "41,2 Гкал ± 3,9"),
        (47_917.0, 4_536.0, EnergyUnit.KWH, "47 900 кВт·ч ± 4 500"),
        (-120.0, 1_518.0, EnergyUnit.KWH, "−120 кВт·ч ± 1 520"),
        (7.0, None, EnergyUnit.KWH, "7,00 кВт·ч"),
        (0.0, None, EnergyUnit.KWH, "0 кВт·ч"),
    ],
)
def test_a_headline_has_three_figures_and_its_band_the_same_decimals(
    energy_kwh: float, half_kwh: float | None, unit: EnergyUnit, text: str
) -> None:
    assert plain(reader(unit=unit).headline_energy(energy_kwh, half_kwh, "heat")) == text


def test_heat_is_in_gigacalories_and_light_in_kilowatt_hours_until_somebody_chooses() -> None:
    assert plain(reader().energy(1163, "heat")) == "1,000 Гкал"
    assert plain(reader().energy(1163, "light")) == "1 163,0 кВт·ч"
    assert plain(reader(unit=EnergyUnit.KWH).energy(1163, "heat")) == "1 163,0 кВт·ч"
    assert plain(reader(unit=EnergyUnit.GCAL).energy(12.5, "water")) == "12,5 м³"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=0.4), "только что"),
        (timedelta(seconds=-5), "только что"),
        (timedelta(seconds=12), "12 с назад"),
        (timedelta(minutes=12), "12 мин назад"),
        (timedelta(hours=23), "23 ч назад"),
        (timedelta(days=1), "23.11.2026 13:05"),
    ],
)
def test_time_is_relative_only_under_a_day(age: timedelta, text: str) -> None:
    assert plain(reader().ago(NOW - age, MOSCOW)) == text


def test_the_exact_time_is_local_and_names_its_zone() -> None:
    assert plain(reader().exact(NOW, MOSCOW)) == "24.11.2026 13:05:07 (Europe/Moscow)"
    assert plain(reader(EN).exact(NOW, MOSCOW)) == "24 Nov 2026 13:05:07 (Europe/Moscow)"


@pytest.mark.parametrize(
    ("period", "russian", "english"),
    [
        ("2026-01-01/2026-02-01", "За январь 2026", "In January 2026"),
        ("2025-12-01/2026-01-01", "За декабрь 2025", "In December 2025"),
        (
            "2025-10-01/2026-05-01",
            "С 1 октября 2025 по 30 апреля 2026",
            "From 1 October 2025 to 30 April 2026",
        ),
        ("2026-02-01/2026-02-28", "С 1 февраля 2026 по 27 февраля 2026", "From 1 February 2026 to 27 February 2026"),
    ],
)
def test_periods_in_words(period: str, russian: str, english: str) -> None:
    assert plain(reader().during(Period.parse(period))) == russian
    assert plain(reader(EN).during(Period.parse(period))) == english


def test_short_periods() -> None:
    assert plain(reader(EN).period(Period(date(2025, 10, 1), date(2026, 5, 1)))) == "Oct 2025 – Apr 2026"
    assert plain(reader(RU).period(Period(date(2025, 10, 2), date(2026, 5, 1)))) == "02.10.2025 – 30.04.2026"


def test_measured_values() -> None:
    assert plain(reader().measured(Quantity.FLOW_TEMPERATURE_C, 62.44)) == "62,4 °C"
    assert plain(reader().measured(Quantity.PRESENCE, 1.0)) == "да"
    assert plain(reader(EN).measured(Quantity.LAMP_FAILURE, 0.0)) == "no"
    assert plain(reader().measured(Quantity.HEAT_ERROR_FLAGS, 18.0)) == "0x12"
    assert plain(reader(EN).measured(Quantity.POWER_FACTOR, 0.97)) == "0.97"


@pytest.mark.parametrize(
    ("chosen", "remembered", "accepted", "language"),
    [
        (None, None, "", EN),
        (None, None, "ru-RU,ru;q=0.9,en-US;q=0.8", RU),
        (None, None, "en;q=0.4, ru;q=0.5", RU),
        (None, None, "fi, de;q=0.9, *;q=0.1", EN),
        (None, None, "ru;q=0", EN),
        (None, None, "ru;q=x;;,,", EN),
        (None, "ru", "en", RU),
        ("en", "ru", "ru", EN),
        ("xx", "<b>", "ru", RU),
    ],
)
def test_the_language_is_chosen_remembered_or_asked_for(
    chosen: str | None, remembered: str | None, accepted: str, language: Language
) -> None:
    assert preferred_language(chosen, remembered, accepted) is language

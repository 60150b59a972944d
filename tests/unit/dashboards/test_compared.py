"""A house is compared by what was metered in it."""

from datetime import UTC, date, datetime, timedelta

from dashboards.house_health import COMPARED_DAYS, Compared, compared
from dashboards.reader import Reader
from dashboards.rows import EnergyRow
from teplosvet.words.language import Language
from teplosvet.words.units import EnergyUnit

END = date(2026, 5, 1)
YEAR = timedelta(days=364)


def days(energy_kwh: float, estimated_kwh: float, end: date) -> list[EnergyRow]:
    return [EnergyRow("heat", end - timedelta(days=n), energy_kwh, estimated_kwh) for n in range(COMPARED_DAYS)]


def beside(rows: list[EnergyRow]) -> Compared | None:
    return compared("heat", rows, {}, "a", Reader(Language.ENGLISH, EnergyUnit.KWH, datetime(2026, 5, 2, tzinfo=UTC)))


def test_metered_days_compare() -> None:
    found = beside(days(60.0, 0.0, END) + days(100.0, 10.0, END - YEAR))
    assert found is not None
    assert found.change == "\u221240\u00a0%"


def test_days_of_an_estimate_compare_with_nothing() -> None:
    found = beside(days(60.0, 60.0, END) + days(100.0, 0.0, END - YEAR))
    assert found is not None
    assert (found.energy, found.year_before, found.change) == ("–", "–", "–")
    then = beside(days(60.0, 0.0, END) + days(100.0, 51.0, END - YEAR))
    assert then is not None
    assert then.change == "–"


def test_a_house_without_a_metered_day_is_not_compared() -> None:
    assert beside(days(60.0, 60.0, END)) is None

"""What happened in a house stands once in its journal."""

from datetime import UTC, datetime, timedelta

from dashboards.house_health import journal_lines
from dashboards.reader import Reader
from dashboards.rows_of_houses import Entry
from teplosvet.words.language import Language

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_gap_of_every_quantity_is_one_line() -> None:
    def gap(at: datetime, quantity: str) -> Entry:
        return Entry("heat-1", at, "event", "power_failure", {"quantity": quantity}, 1)

    earlier = NOW - timedelta(hours=1)
    entries = [gap(NOW, "heat_energy"), gap(NOW, "heat_volume"), gap(earlier, "heat_energy")]
    lines = journal_lines(entries, Reader(Language.ENGLISH, None, NOW))
    assert [(line.at, line.text) for line in lines] == [(NOW, "power failed"), (earlier, "power failed")]

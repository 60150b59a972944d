"""Every query of every dashboard, as Grafana sends it and as the console sends it, against a known answer."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString, cast

import psycopg
import pytest
from psycopg.rows import TupleRow

from dashboards.panels.alerts import ALERTS
from dashboards.panels.boards import PANELS
from dashboards.panels.macros import RangeError, TimeRange, expanded, instant
from dashboards.panels.panel import statement
from dashboards.panels.variables import ALL
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from tests.integration.grafana_macros import UnknownMacroError, expand
from tests.integration.panel_answers import ANSWERS
from tests.integration.panel_site import fill
from tests.servers.community import CommunityServer

START, END = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
CHOSEN = {
    "carrier": ["heat", "light"],
    "building": ["a"],
    "kind": ["heat"],
    "entrance": ["1"],
    "device": ["heat-a"],
    "quantity": ["return_temperature_c"],
    "contract": ["heat-a"],
}
ASKED = sorted({each.sql for each in (*PANELS.values(), *ALL, *ALERTS)})
Connection = psycopg.Connection[TupleRow]


def differs(found: Sequence[tuple[Any, ...]], wanted: Sequence[tuple[Any, ...]]) -> list[str]:
    """What is not as it should be; `...` is anything but nothing."""
    if len(found) != len(wanted):
        return [f"{len(found)} rows and not {len(wanted)}: {found}"]
    cells = (
        (n, got, want)
        for n, (row, known) in enumerate(zip(found, wanted, strict=True))
        for got, want in zip(row, known, strict=True)
    )
    return [f"row {n}: {got!r} and not {want!r}" for n, got, want in cells if not _same(got, want)]


def _same(got: object, want: object) -> bool:
    if want is ...:
        return got is not None
    if isinstance(want, float) or isinstance(got, float):
        return bool(got == pytest.approx(want))
    return got == want


def as_grafana(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    return connection.execute(cast("LiteralString", expand(statement(name), START, END, CHOSEN))).fetchall()


def faults(connection: Connection) -> dict[str, list[str]]:
    found = {name: differs(as_grafana(connection, name), ANSWERS[name]) for name in ASKED}
    return {name: fault for name, fault in found.items() if fault}


@pytest.fixture
def filled(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        fill(connection)
        yield connection


def test_every_query_has_an_answer() -> None:
    assert sorted(ANSWERS) == ASKED


def test_every_query_answers_as_grafana_sends_it(filled: Connection) -> None:
    assert faults(filled) == {}


def test_on_timescale_community_too(community_server: CommunityServer) -> None:
    migrate(community_server.url)
    with connect(community_server.url) as connection:
        fill(connection)
        assert faults(connection) == {}


def test_every_query_answers_the_same_as_the_console_sends_it(filled: Connection) -> None:
    span = TimeRange(datetime.fromisoformat(START), datetime.fromisoformat(END))
    for name in ASKED:
        found = filled.execute(expanded(statement(name), span, CHOSEN)).fetchall()
        assert differs(found, ANSWERS[name]) == [], name


def test_columns_are_as_declared(filled: Connection) -> None:
    for panel in PANELS.values():
        asked = cast("LiteralString", expand(panel.text, START, END, CHOSEN))
        described = filled.execute(asked).description or []
        assert [each.name for each in described] == [each.name for each in panel.fields], panel.uid


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (
            "UPDATE building_energy_daily SET energy_kwh = 101 WHERE day = '2026-01-10' AND carrier = 'heat'",
            "fleet.energy",
        ),
        ("UPDATE latest_reading SET measured_at = now() - INTERVAL '4 hours'", "fleet.health"),
        ("DELETE FROM state_hourly WHERE quantity = 'outdoor_temperature_c'", "building.heating_curve"),
    ],
)
def test_another_database_answers_otherwise(filled: Connection, change: LiteralString, name: str) -> None:
    """Negative control."""
    filled.execute(change)
    assert differs(as_grafana(filled, name), ANSWERS[name])


def test_nobody_sees_what_is_not_visible(filled: Connection) -> None:
    """With no building and no contract visible every panel is empty, or one row without a figure."""
    filled.execute("CREATE OR REPLACE VIEW visible_building AS SELECT id AS building_id FROM building WHERE false")
    filled.execute("CREATE OR REPLACE VIEW visible_contract AS SELECT id AS contract_id FROM contract WHERE false")
    filled.execute("CREATE OR REPLACE VIEW visible_energy_daily AS SELECT * FROM building_energy_daily WHERE false")
    for name in ASKED:
        assert all(cell in {None, 0} for row in as_grafana(filled, name) for cell in row), name


def test_a_macro_that_grafana_does_not_know_is_refused() -> None:
    with pytest.raises(UnknownMacroError):
        expand("SELECT $__nonsense(x)", START, END, {})


@pytest.mark.parametrize(
    "hostile", ["a'; DROP TABLE building; --", "a\\' OR true --", "$__timeFilter(day)", "${building:sqlstring}"]
)
def test_hostile_choices_stay_text(filled: Connection, hostile: str) -> None:
    span = TimeRange(datetime.fromisoformat(START), datetime.fromisoformat(END))
    asked = expanded(statement("building.energy"), span, {**CHOSEN, "building": [hostile]})
    assert filled.execute(asked).fetchall() == []
    assert filled.execute("SELECT count(*) FROM building").fetchone() == (2,)


def test_ranges_are_read() -> None:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    assert instant("now", now) == now
    assert instant("now-30d", now) == datetime(2026, 1, 1, tzinfo=UTC)
    assert instant("2026-01-01T03:00:00+03:00", now) == datetime(2026, 1, 1, tzinfo=UTC)
    for wrong in ("yesterday", "now-30", "2026-01-01T00:00:00", "now-99999999d"):
        with pytest.raises(RangeError):
            instant(wrong, now)

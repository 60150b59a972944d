"""Alarms of simulated houses: each fault raises exactly its own, a healthy house none; they open, hold and close."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from analytics.alarms.evaluation import evaluate
from analytics.alarms.people import override
from analytics.alarms.rules import RULES
from analytics.rollup.job import roll_up
from simulators.faults import FaultPlan
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.domain.alarms import AlarmCode
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.storage.database import connect
from teplosvet.words.alarms import ALARMS, alarm_text
from teplosvet.words.language import Language
from tests.integration.alarm_site import (
    END,
    ILL,
    WELL,
    Change,
    Town,
    last_hours,
    of_house,
    present,
    register,
    silent,
    swapped,
)

HEAT = f"{ILL}-heat"
LAMP = next(each for each in present() if each.building == ILL and each.device_class is DeviceClass.LIGHT)


@pytest.fixture
def town(database: str) -> Iterator[Town]:
    with connect(database) as connection:
        register(connection)
        yield Town(connection)


def test_healthy_houses_raise_no_alarm(town: Town) -> None:
    """Placebo."""
    town.weather()
    town.report({})
    assert town.judge(hours=72) == set()
    assert town.ever() == []


FLOW, RETURN = Quantity.FLOW_TEMPERATURE_C, Quantity.RETURN_TEMPERATURE_C

CASES: dict[str, tuple[dict[str, Change], set[tuple[str, str | None]]]] = {
    "one device is silent": ({HEAT: silent(5)}, {("silent_device", HEAT)}),
    "the gateway is gone": (of_house(ILL, silent(5)), {("gateway_lost", None)}),
    "a lamp fails": (
        {LAMP.device: last_hours(6, Quantity.LAMP_FAILURE, 1.0)},
        {("lamps_failed", LAMP.entrance)},
    ),
    "pipes are exchanged": ({HEAT: swapped(FLOW, RETURN)}, {("flow_below_return", HEAT)}),
    "the meter has an error": ({HEAT: last_hours(6, Quantity.HEAT_ERROR_FLAGS, 4.0)}, {("meter_fault", HEAT)}),
    "no heat": ({HEAT: last_hours(20, Quantity.HEAT_ENERGY_KWH, None)}, {("heat_stopped", HEAT)}),
    "three days are lost": (
        {HEAT: lambda s: s.select((s.times_s < END.timestamp() - 5 * 86400) | (s.times_s > END.timestamp() - 86400))},
        {("completeness_low", None)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_raises_its_alarm_and_no_other(town: Town, case: str) -> None:
    changes, expected = CASES[case]
    town.weather()
    town.report(changes)
    assert town.judge() == expected


PLANS: dict[str, tuple[FaultPlan, float, set[str]]] = {
    "dropouts": (FaultPlan(dropout_per_day=0.3, dropout_h=(2.0, 4.0)), 0.0, set()),
    "twice": (FaultPlan(duplicate=0.3), 0.0, set()),
    "late": (FaultPlan(late_per_day=0.5), 0.0, set()),
    "zeros": (FaultPlan(zero_per_day=0.5), 0.0, set()),
    "a clock ahead": (FaultPlan(skewed=1.0), 150.0, {"clock_wrong"}),
    "a clock a little ahead": (FaultPlan(skewed=1.0), 30.0, set()),
}


@pytest.mark.parametrize("case", PLANS)
def test_the_simulators_faults_raise_what_they_are(town: Town, case: str) -> None:
    """Judged when all has arrived: what was lost for hours, late, twice or zero once is nobody's business then."""
    plan, skew_s, expected = PLANS[case]
    town.weather()
    town.report({}, plan, skew_s)
    assert {rule for rule, _ in town.judge()} == expected


def test_it_must_be_cold_for_heat_to_be_missed(town: Town) -> None:
    town.weather(14.0)
    town.report({HEAT: last_hours(20, Quantity.HEAT_ENERGY_KWH, None)})
    assert town.judge() == set()


@pytest.mark.parametrize(("indoor_c", "expected"), [(15.0, {"room_cold"}), (21.0, set()), (27.0, {"room_warm"})])
def test_rooms(town: Town, indoor_c: float, expected: set[str]) -> None:
    town.weather()
    town.report({})
    row = town.connection.execute("SELECT id FROM building WHERE code = %s", (ILL,)).fetchone()
    assert row is not None
    room = town.house.device("room-1", row[0], DeviceClass.CLIMATE, since=END - timedelta(days=2))
    at = [END - timedelta(hours=n) for n in range(24, -1, -1)]
    town.house.read(room, at, DeviceClass.CLIMATE, indoor_temperature_c=[indoor_c] * len(at))
    assert {rule for rule, _ in town.judge(hours=14)} == expected


def test_light_that_somebody_holds_on(town: Town) -> None:
    town.weather()
    town.report({})
    at = [END - timedelta(minutes=10 * n) for n in range(400, -1, -1)]
    town.house.read(
        town.key(LAMP.device),
        at,
        DeviceClass.LIGHT,
        override_mode=[1.0] * len(at),
        light_level_percent=[100.0] * len(at),
    )
    assert town.judge() == {("lamps_by_day", LAMP.entrance)}


def test_the_platform(town: Town) -> None:
    town.weather()
    town.report({})
    town.connection.execute(
        "INSERT INTO quarantine (first_at, last_at, topic, publisher, payload, digest, reason, detail)"
        " SELECT %s, %s, 't', 'p', '', int4send(n), 'not_json', '' FROM generate_series(1, 150) n",
        (END, END - timedelta(minutes=10)),
    )
    failed_at = END - timedelta(hours=1)
    town.connection.execute("INSERT INTO job_run (job, started_at, error) VALUES ('rollup', %s, 'boom')", (failed_at,))
    assert town.judge() == {("quarantine_growing", None), ("job_failed", None)}


def test_a_verification_that_ends_soon(town: Town) -> None:
    """And one that has ended; verified again, it is no alarm."""
    town.weather()
    town.report({})
    due = "UPDATE installation SET calibration_due = %s WHERE device_id = %s"
    town.connection.execute(due, (END.date() + timedelta(days=31), town.key(f"{WELL}-heat")))
    town.connection.execute(due, (END.date() + timedelta(days=29), town.key(HEAT)))
    assert town.judge() == {("calibration_due", HEAT)}
    town.connection.execute(due, (END.date() - timedelta(days=1), town.key(HEAT)))
    assert town.judge() == {("calibration_due", HEAT)}
    assert (HEAT,) in town.connection.execute("SELECT device FROM calibration_due").fetchall()
    town.connection.execute(due, (END.date() + timedelta(days=999), town.key(HEAT)))
    assert town.judge() == set()


def test_when_ingest_stops_the_houses_are_quiet(town: Town) -> None:
    """The cause is told, not what follows from it."""
    town.weather()
    town.report({})
    town.connection.execute("UPDATE climate_reading SET received_at = measured_at")
    assert town.judge(end=END + timedelta(hours=8)) == {("ingest_stopped", None)}


def test_statements_that_found_something(town: Town) -> None:
    findings = [
        {"code": "level_shift", "severity": 2, "data": {"first_day": "2026-01-02", "size_kwh": 40.5}},
        {"code": "saving_fades", "severity": 2, "data": {}},
    ]
    town.connection.execute(
        "INSERT INTO statement (contract_id, period, version, method, digest, body)"
        " SELECT id, '[2025-10-01,2026-01-10)', 1, 'm', 'd', %s FROM contract WHERE code = %s",
        (Jsonb({"findings": findings}), f"esco-{ILL}"),
    )
    town.weather()
    town.report({})
    assert town.judge() == {("consumption_high", None), ("saving_fades", None)}


def test_an_alarm_opens_once_holds_closes_after_its_time_and_may_open_again(town: Town) -> None:
    town.weather()
    town.report({HEAT: last_hours(6, Quantity.HEAT_ERROR_FLAGS, 4.0)})
    rules = [rule for rule in RULES if rule.code is AlarmCode.METER_FAULT]

    def judged(at: datetime) -> tuple[int, int]:
        return evaluate(town.connection, at, rules)

    roll_up(town.connection)
    assert judged(END) == (0, 0), "it has to hold for an hour"
    assert judged(END + timedelta(minutes=59)) == (0, 0)
    assert judged(END + timedelta(minutes=61)) == (1, 0)
    before = town.connection.execute("SELECT * FROM alarm").fetchall()
    assert judged(END + timedelta(minutes=61)) == (0, 0)
    assert town.connection.execute("SELECT * FROM alarm").fetchall() == before
    good = END + timedelta(minutes=70)
    town.house.read(town.key(HEAT), [good], DeviceClass.HEAT, heat_error_flags=[0.0])
    roll_up(town.connection)
    assert judged(good) == (0, 0), "it has to be gone for an hour"
    assert judged(good + timedelta(minutes=52)) == (0, 1)
    kinds = town.connection.execute("SELECT kind FROM alarm_event ORDER BY id").fetchall()
    assert kinds == [("opened",), ("closed",)]


def test_late_data_close_what_they_explain(town: Town) -> None:
    town.weather()
    town.report({HEAT: silent(5)})
    assert town.judge() == {("silent_device", HEAT)}
    town.house.read(town.key(HEAT), [END - timedelta(minutes=30)], DeviceClass.HEAT, heat_error_flags=[0.0])
    roll_up(town.connection)
    evaluate(town.connection, END + timedelta(minutes=1))
    assert town.open() == set()


def test_a_building_may_want_it_otherwise(town: Town) -> None:
    town.weather()
    town.report({HEAT: silent(5)})
    own = {"hold_s": None, "clear_s": None}
    override(town.connection, COMMAND_LINE, AlarmCode.SILENT_DEVICE, ILL, threshold=12.0, enabled=True, **own)
    assert town.judge() == set()
    override(town.connection, COMMAND_LINE, AlarmCode.SILENT_DEVICE, ILL, threshold=None, enabled=True, **own)
    assert town.judge() == {("silent_device", HEAT)}
    override(town.connection, COMMAND_LINE, AlarmCode.SILENT_DEVICE, ILL, threshold=None, enabled=False, **own)
    assert town.judge() == set()
    override(town.connection, COMMAND_LINE, AlarmCode.SILENT_DEVICE, WELL, threshold=0.0, enabled=True, **own)
    with pytest.raises(AssertionError, match="healthy house"):
        town.judge(end=END + timedelta(minutes=1))


def test_every_rule_has_words_and_a_query() -> None:
    assert {rule.code for rule in RULES} == set(AlarmCode)
    assert ALARMS[Language.ENGLISH].keys() == ALARMS[Language.RUSSIAN].keys()
    for code in AlarmCode:
        assert code.value in ALARMS[Language.ENGLISH]
    text = alarm_text("silent_device", {"last_at": "2026-01-14T07:00:00+00:00"}, Language.RUSSIAN)
    assert text == f"Устройство молчит с {datetime(2026, 1, 14, 7, tzinfo=UTC):%d.%m.%Y}\u00a007:00."
    assert alarm_text("no_such", {}, Language.ENGLISH) == "Alarm «no_such»."

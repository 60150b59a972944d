"""A read costs battery: never more often than the floor and the day's budget allow, whatever happens."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config import MeterConfig
from gateway.memory import Memory
from gateway.meters.budget import ROWS_A_READ, Budget
from gateway.meters.schedule import DEAD_AFTER, Schedule
from tests.unit.gateway.simulated_meter import START

DAY = timedelta(days=1)
FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)


def test_a_restart_gives_nothing_back(memory: Memory, config: MeterConfig) -> None:
    noon = START + timedelta(hours=9)
    Budget(config, memory).spend(noon, config.daily_reads or 0)
    again = Budget(config, memory)
    assert again.spent(noon)
    assert again.archive_rows(noon) == 0
    assert again.earliest(noon) == datetime(2026, 10, 1, 21, tzinfo=UTC)  # midnight in Moscow
    assert not again.spent(noon + DAY)


def test_archives_leave_the_polls_of_the_day(memory: Memory, config: MeterConfig) -> None:
    morning = datetime(2026, 9, 30, 21, tzinfo=UTC)
    budget = Budget(config, memory)
    assert budget.archive_rows(morning) == (96 - 24) * ROWS_A_READ
    budget.spend(morning, 80)
    assert budget.archive_rows(morning) == 0
    assert budget.archive_rows(morning + timedelta(hours=20)) == (96 - 80 - 4) * ROWS_A_READ
    assert Budget(replace(config, daily_reads=None), memory).archive_rows(morning) is None


def test_a_last_read_in_the_future_silences_nobody(memory: Memory, config: MeterConfig) -> None:
    budget = Budget(config, memory)
    budget.spend(datetime(2036, 1, 1, tzinfo=UTC))
    assert budget.earliest(START) == START


@FIXTURES
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 2)), max_size=60))
def test_never_sooner_than_the_floor(memory: Memory, config: MeterConfig, visits: list[tuple[bool, float]]) -> None:
    """Whatever answers and however long it takes, two reads lie a floor apart and a day has its budget."""
    own = replace(config, name=f"m{len(visits)}-{hash(tuple(visits))}", interval_s=900.0, daily_reads=100)
    budget, schedule = Budget(own, memory), Schedule(own, "gw", START)
    now, reads = START, []
    for answered, took_s in visits:
        now = max(schedule.due, now)
        reads.append(now)
        budget.spend(now)
        now += timedelta(seconds=took_s)
        if answered:
            schedule.succeeded(now)
        else:
            schedule.failed(now)
        schedule.not_before(budget.earliest(now))
    pauses = [(b - a).total_seconds() for a, b in itertools.pairwise(reads)]
    assert all(pause >= 0.98 * own.floor_s for pause in pauses)


def test_on_the_beat_for_days(config: MeterConfig, memory: Memory) -> None:
    """An interval of exactly the floor does not drift, although every read begins a blink late."""
    own = replace(config, interval_s=300.0, daily_reads=None)
    budget, schedule = Budget(own, memory), Schedule(own, "gw", START)
    schedule.succeeded(START)
    offset = schedule.due.timestamp() % 300
    for _ in range(1000):
        now = schedule.due + timedelta(milliseconds=40)
        budget.spend(now)
        schedule.succeeded(now + timedelta(seconds=3))
        schedule.not_before(budget.earliest(now + timedelta(seconds=3)))
        assert abs(schedule.due.timestamp() % 300 - offset) < 0.001


def test_houses_are_spread(config: MeterConfig) -> None:
    seconds = set()
    for n in range(200):
        schedule = Schedule(config, f"gw-{n}", START)
        schedule.succeeded(START)
        seconds.add(int(schedule.due.timestamp() % 3600))
    assert min(seconds) >= 15
    assert max(seconds) <= 45
    assert len(seconds) > 20


def test_later_and_later_then_rarely(config: MeterConfig) -> None:
    own = replace(config, interval_s=900.0, floor_s=1.0)
    schedule, now, pauses = Schedule(own, "gw", START), START, []
    for _ in range(DEAD_AFTER + 2):
        schedule.failed(now)
        pauses.append((schedule.due - now).total_seconds())
        now = schedule.due
    assert pauses[:6] == [30, 60, 120, 240, 480, 900]
    assert pauses[-3:] == [3600, 3600, 3600]
    schedule.succeeded(now)
    assert (schedule.due - now).total_seconds() <= 900


def test_a_clock_that_is_set_back_delays_nothing(config: MeterConfig) -> None:
    schedule = Schedule(config, "gw", START)
    schedule.succeeded(START)
    schedule.heed(START)
    earlier = START - timedelta(hours=5)
    schedule.heed(earlier)
    assert schedule.due == earlier


def test_a_broken_memory_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    memory = Memory(path)
    memory.put("heat", "reads", 5)
    memory.close()
    assert Memory(path).get("heat", "reads", int) == 5
    for part in tmp_path.glob("memory.sqlite*"):
        part.write_bytes(b"\x00no database" * 500)
    fresh = Memory(path)
    assert fresh.get("heat", "reads", int) is None
    fresh.put("heat", "reads", 6)
    fresh.close()
    assert (tmp_path / "memory.sqlite.broken").exists()


def test_a_fact_of_another_shape_is_forgotten(memory: Memory) -> None:
    memory.put("heat", "reads", "many")
    assert memory.get("heat", "reads", int) is None


def test_a_memory_that_cannot_be_written_goes_on(memory: Memory) -> None:
    memory.close()
    memory.put("heat", "reads", 7)
    memory.flush()
    assert memory.failing
    assert memory.get("heat", "reads", int) == 7
    assert memory.held_count() == 0
    assert memory.held(5) == []
    assert not memory.hold("boot", 0.0, "event", b"{}")

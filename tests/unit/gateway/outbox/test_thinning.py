"""Over the quota telemetry is thinned, oldest first, and nothing else is; whatever goes is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.outbox import thinning
from gateway.outbox.lanes import Lane
from gateway.outbox.row import Kind
from teplosvet.domain.readings import Origin
from tests.unit.gateway.outbox.speech import START, climate, event, events, heat, minutes, outbox, take_all

QUOTA = 400_000


def test_the_oldest_telemetry_is_thinned_to_one_an_hour(tmp_path: Path) -> None:
    with outbox(tmp_path, QUOTA) as box:
        for minute in range(6000):
            box.put_readings(climate(minute))
        box.flush()
        assert box.pending().disk_bytes <= QUOTA * 1.05
        taken = take_all(box)
    left = minutes(taken, "room-1")
    # the first hours are thinned, of each its last minute stays, and one where a transaction ended; the last are whole
    early = [minute for minute in left if minute < 600]
    assert {59 + 60 * hour for hour in range(10)} <= set(early)
    assert len(early) < 20
    assert left[-600:] == list(range(5400, 6000))
    told = events(taken, "outbox_thinned")
    assert {each.device for each in told} == {"room-1"}
    assert sum(int(str(each.data["rows"])) for each in told) == 6000 - len(left)
    assert told[0].data["from"] == START.isoformat()


def test_registers_events_and_archive_are_never_thinned(tmp_path: Path) -> None:
    """They exceed the quota, which is told once to each device, and stay."""
    with outbox(tmp_path, QUOTA) as box:
        for n in range(1500):
            box.put_readings(heat(n))
            box.put_readings(climate(n))
        for n in range(600):
            box.put_event(event(n))
            box.put_readings(heat(n, "heat-2", Origin.ARCHIVE), live=False)
        box.flush()
        told = box.pending()
        assert told.over_quota
        assert told.disk_bytes > QUOTA
        taken = take_all(box)
    assert len(minutes(taken, "heat-1")) == 1500
    assert len(minutes(taken, "heat-2")) == 600
    assert len(events(taken, "door")) == 600
    assert len(minutes(taken, "room-1")) < 1500
    over = [each.device for each in events(taken, "outbox_over_quota")]
    assert sorted(over) == sorted(set(over))
    assert "heat-1" in over


def test_what_is_on_its_way_is_not_thinned(tmp_path: Path) -> None:
    """It will arrive: to tell of it as lost would be wrong."""
    with outbox(tmp_path, QUOTA) as box:
        for minute in range(600):
            box.put_readings(climate(minute))
        box.divide()
        leased = box.take(Lane.BACKLOG, 100, 1 << 20)
        for minute in range(600, 6000):
            box.put_readings(climate(minute))
        assert box.settle(leased) == 100
        lost = sum(int(str(each.data["rows"])) for each in events(take_all(box), "outbox_thinned"))
        assert lost > 0
        box.rewind()
        assert lost + len(minutes(take_all(box), "room-1")) + 100 == 6000


def test_the_quota_is_kept_without_telling_every_minute(tmp_path: Path) -> None:
    """Thinning makes room for a while: it is not done again for every row."""
    with outbox(tmp_path, QUOTA) as box:
        for minute in range(12_000):
            box.put_readings(climate(minute))
        box.flush()
        assert len(events(take_all(box), "outbox_thinned")) < 60


@settings(max_examples=15, deadline=None)
@given(
    said=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2000)), max_size=300),
    slice_rows=st.integers(1, 400),
)
def test_one_of_every_hour_stays(
    said: list[tuple[int, int]], slice_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However the rows come and are cut: every hour and device that had a row has one, and what went is counted."""
    with pytest.MonkeyPatch.context() as patch, outbox(tmp_path_factory.mktemp("thin"), 1) as box:
        patch.setattr(thinning, "SLICE_ROWS", slice_rows)
        patch.setattr(thinning, "MOST_SLICES", 10_000)
        for device, minute in said:
            box.put_readings(climate(minute, f"room-{device}"))
        box.flush()
        taken = take_all(box)
    readings = [each.row for each in taken if each.row.kind is Kind.READING]
    hours = {(f"room-{device}", minute // 60) for device, minute in said}
    assert {(row.device, round(row.at - START.timestamp()) // 3600) for row in readings} == hours
    lost = sum(int(str(each.data["rows"])) for each in events(taken, "outbox_thinned"))
    assert lost + len(readings) == len(said)
    assert timedelta(0) <= timedelta(seconds=min((row.at for row in readings), default=0))

"""What is put in comes out, once, in the right order, and is there until it is settled."""

import math
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.outbox import Outbox
from gateway.outbox import lanes as lanes_of_outbox
from gateway.outbox.lanes import Lane
from gateway.outbox.row import Kind
from teplosvet.domain.errors import AlreadyRunningError
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.wire import senml
from teplosvet.wire.messages import Birth
from tests.unit.gateway.outbox.speech import LARGE, START, climate, event, heat, minutes, now, outbox, take_all


def test_rows_are_the_wire(tmp_path: Path) -> None:
    """Two devices at one instant are two rows; put one behind the other they are a pack."""
    with outbox(tmp_path) as box:
        box.put_readings([*heat(0), *climate(0)])
        taken = take_all(box)
    assert [(each.row.device, each.row.counters) for each in taken] == [("heat-1", True), ("room-1", False)]
    pack = senml.decode(b'[{"ack":"a-1"},' + b",".join(each.row.body for each in taken) + b"]", "gw")
    assert (pack.ack, pack.problems) == ("a-1", ())
    assert [(each.device, each.at, each.serial, each.values) for each in pack.instants] == [
        ("heat-1", START.timestamp(), "S-1", [1000.0, 20.0, 71.5]),
        ("room-1", START.timestamp(), None, [20.0]),
    ]


def test_archive_rows_say_so(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        assert box.put_readings(heat(0, origin=Origin.ARCHIVE), live=False)
        (taken,) = box.take(Lane.ARCHIVE, 10, 10_000)
    (instant,) = senml.decode(b"[" + taken.row.body + b"]", "gw").instants
    assert instant.origin == Origin.ARCHIVE


def test_what_is_missing_is_not_said(tmp_path: Path) -> None:
    """Not a number is nothing, and never zero."""
    at = START
    with outbox(tmp_path) as box:
        box.put_readings([Reading("d", Quantity.VOLTAGE_V, math.nan, at)])
        box.put_readings([Reading("d", Quantity.VOLTAGE_V, math.inf, at), Reading("d", Quantity.CURRENT_A, 2.0, at)])
        (taken,) = take_all(box)
    assert b"voltage" not in taken.row.body
    assert b"current" in taken.row.body


def test_events_archive_and_births_are_on_disk_at_once(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        assert not box.put_readings(climate(0))
        assert box.pending().in_memory == 1
        assert box.put_event(event(0))  # takes along what waits
        assert box.pending().in_memory == 0
        assert box.put_birth(Birth("heat-1", START.timestamp(), "S-1"))
        assert box.put_readings(heat(0), live=False)


def test_telemetry_is_committed_a_moment_later(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        box.put_readings(climate(0))
        waited = threading.Event()
        for _ in range(100):
            if box.pending().in_memory == 0 or waited.wait(0.05):
                break
        assert box.pending().in_memory == 0


def test_what_leaves_first(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        box.put_readings(climate(0))
        box.put_readings(heat(0), live=False)
        box.put_event(event(0))
        box.put_birth(Birth("heat-1", START.timestamp()))
        kinds = [(each.row.priority.name, each.row.kind) for each in take_all(box)]
    assert kinds == [
        ("EVENT", Kind.EVENT),
        ("EVENT", Kind.BIRTH),
        ("ARCHIVE", Kind.READING),
        ("TELEMETRY", Kind.READING),
    ]


def test_fresh_rows_do_not_wait_behind_the_backlog(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for n in range(5):
            box.put_readings(climate(n))
        box.divide()
        for n in range(5, 7):
            box.put_readings(climate(n))
        box.flush()
        assert minutes(box.take(Lane.FRESH, 10, 10_000), "room-1") == [5, 6]
        assert minutes(box.take(Lane.BACKLOG, 3, 10_000), "room-1") == [0, 1, 2]
        box.divide()  # another connection: nothing is handed out twice
        assert minutes(box.take(Lane.FRESH, 10, 10_000), "room-1") == []
        assert minutes(box.take(Lane.BACKLOG, 10, 10_000), "room-1") == [3, 4]


def test_too_many_fresh_rows_are_backlog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker answers and nobody behind it does."""
    monkeypatch.setattr(lanes_of_outbox, "FRESH_ROWS", 10)
    monkeypatch.setattr(lanes_of_outbox, "FRESH_LEFT", 3)
    with outbox(tmp_path) as box:
        box.divide()
        for n in range(20):
            box.put_readings(climate(n))
        box.flush()
        assert minutes(box.take(Lane.FRESH, 100, 10_000), "room-1") == [17, 18, 19]
        assert minutes(box.take(Lane.BACKLOG, 100, 10_000), "room-1") == list(range(17))


def test_bounds_of_a_pack(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for n in range(10):
            box.put_readings(climate(n))
        box.divide()
        size = len(box.take(Lane.BACKLOG, 1, 1)[0].row.body)  # a single row goes whatever its size
        box.rewind()
        assert len(box.take(Lane.BACKLOG, 100, 3 * (size + 1))) == 3
        assert len(box.take(Lane.BACKLOG, 4, 10_000)) == 4


def test_what_is_not_settled_comes_again(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        for n in range(4):
            box.put_readings(climate(n))
        box.flush()
        first = take_all(box)
        assert take_all(box) == []
        assert box.settle(first[:2]) == 2
        assert box.settle(first[:2]) == 0  # a second ack of the same pack
        box.rewind()
        assert minutes(take_all(box), "room-1") == [2, 3]
    with outbox(tmp_path) as box:
        assert minutes(take_all(box), "room-1") == [2, 3]


def test_numbers_are_never_given_twice(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        box.put_event(event(0))
        (first,) = take_all(box)
        box.settle([first])
    with outbox(tmp_path) as box:
        box.put_event(event(1))
        (second,) = take_all(box)
    assert second.id > first.id


def test_pending_tells(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        box.put_event(event(7))
        box.put_readings(heat(3), live=False)
        box.put_readings(climate(5))
        told = box.pending()
        assert (told.events, told.archive, told.telemetry) == (1, 1, 1)
        assert told.oldest == datetime.fromtimestamp(START.timestamp() + 7, UTC)
        assert told.on_disk
        assert not told.over_quota
        assert 0 < told.disk_bytes < 100_000
        box.settle(take_all(box))
        box.flush()
        box.settle(take_all(box))
        told = box.pending()
        assert (told.events, told.archive, told.telemetry, told.oldest) == (0, 0, 0, None)


def test_two_gateways_cannot_have_it(tmp_path: Path) -> None:
    with outbox(tmp_path), pytest.raises(AlreadyRunningError, match="another gateway"):
        Outbox(tmp_path / "outbox.sqlite", LARGE, now)


def test_many_threads(tmp_path: Path) -> None:
    """Eight lines put in what one uplink takes out."""
    arrived: list[bytes] = []

    def put(line: int) -> None:
        for n in range(200):
            box.put_readings(climate(n, f"room-{line}"))
            if n % 20 == 0:
                box.put_event(event(n, f"room-{line}"))

    with outbox(tmp_path) as box:
        threads = [threading.Thread(target=put, args=(line,)) for line in range(8)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or box.pending().telemetry or box.pending().events:
            for lane in Lane:
                some = box.take(lane, 50, 10_000)
                arrived += [each.row.body for each in some]
                box.settle(some)
            if not any(thread.is_alive() for thread in threads):
                box.flush()
    assert len(arrived) == len(set(arrived)) == 8 * 210


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(0, 2)),
            st.tuples(st.just("take"), st.integers(0, 3)),
            st.tuples(st.just("settle"), st.integers(0, 5)),
            st.tuples(st.sampled_from(["divide", "rewind", "flush", "reopen"]), st.just(0)),
        ),
        max_size=40,
    )
)
def test_nothing_is_lost_or_doubled(steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is done in whatever order: what was put in and not settled is there, once."""
    folder = tmp_path_factory.mktemp("outbox")
    box = Outbox(folder / "outbox.sqlite", LARGE, now)
    put, settled, out = 0, set[bytes](), list[lanes_of_outbox.Taken]()
    for step, n in steps:
        if step == "put" and n == 0:
            box.put_event(event(put))
        elif step == "put":
            box.put_readings(climate(put, f"room-{put}"), live=n == 1)
        elif step == "take":
            taken = box.take(Lane(n), 3, 1000)
            assert not {each.id for each in taken} & {each.id for each in out}
            out += taken
        elif step == "settle":
            assert box.settle(out[:n]) == len(out[:n])
            settled |= {each.row.body for each in out[:n]}
            out = out[n:]
        elif step == "reopen":
            box.close()
            box, out = Outbox(folder / "outbox.sqlite", LARGE, now), []
        else:
            getattr(box, step)()
            out = [] if step == "rewind" else out
        put += step == "put"
    box.rewind()
    box.flush()
    left = [each.row.body for each in take_all(box)]
    assert len(left) == len(set(left)) == put - len(settled)
    assert not settled & set(left)
    box.close()


def test_times_are_kept_exactly(tmp_path: Path) -> None:
    at = START + timedelta(microseconds=123_456)
    with outbox(tmp_path) as box:
        box.put_readings([Reading("d", Quantity.CURRENT_A, 0.1, at)])
        box.flush()
        (taken,) = take_all(box)
    (record,) = msgspec.json.decode(b"[" + taken.row.body + b"]")
    assert (record["bt"], record["v"]) == (at.timestamp(), 0.1)

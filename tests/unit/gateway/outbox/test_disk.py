"""A power cut, a full disk, a disk that is not there, a damaged file: the outbox goes on, and tells."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.outbox import Outbox, disk, reserve
from gateway.outbox.lanes import Taken
from teplosvet.domain.readings import Origin
from tests.unit.gateway.outbox.speech import climate, event, events, heat, minutes, now, outbox, take_all

REPOSITORY = Path(__file__).parents[4]
CHILD = "tests.unit.gateway.outbox.putting"


@contextmanager
def putting(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", CHILD, str(folder), *words], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def numbers(said: list[str], word: str) -> set[int]:
    return {int(line.split()[1]) for line in said if line.startswith(word) and line.endswith(tuple("0123456789"))}


def doors(taken: list[Taken]) -> set[int]:
    return {int(str(each.data["n"])) for each in events(taken, "door")}


def hours(taken: list[Taken]) -> set[int]:
    return {minute // 60 for minute in minutes(taken, "heat-1")}


@pytest.mark.parametrize("lines", [1, 7, 40, 150])
def test_kill_9_loses_nothing_that_was_on_disk(tmp_path: Path, lines: int) -> None:
    """Killed while it writes, three times over: every event and hour whose put said so is there, once."""
    said: list[str] = []
    for _ in range(3):
        with putting(tmp_path) as child:
            assert child.stdout is not None
            said += [child.stdout.readline().strip() for _ in range(lines)]
            child.kill()
            said += child.stdout.read().split("\n")[:-1]  # a last line without its end may be cut
    with outbox(tmp_path) as box:
        taken = take_all(box)
        assert events(taken, "outbox_damaged") == []
    assert len(numbers(said, "door")) >= lines // 2
    assert numbers(said, "door") <= doors(taken)
    assert numbers(said, "hour") <= hours(taken)
    with sqlite3.connect(tmp_path / "outbox.sqlite") as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


def limit(box: Outbox, pages: int) -> None:
    """Let the file grow no further: SQLite then says what it says on a full disk, SQLITE_FULL."""
    reader = box._disk.reader
    assert reader is not None
    reader.store._connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_thinned_and_goes_on(tmp_path: Path) -> None:
    with outbox(tmp_path) as box:
        limit(box, 60)
        for minute in range(6000):
            box.put_readings(climate(minute))
            if minute % 100 == 0:
                assert box.put_event(event(minute))
        assert box.flush()
        assert box.pending().on_disk
        taken = take_all(box)
    assert doors(taken) == set(range(0, 6000, 100))
    left = minutes(taken, "room-1")
    lost = sum(int(str(each.data["rows"])) for each in events(taken, "outbox_thinned"))
    assert lost > 0
    assert len(left) + lost == 6000
    assert {minute // 60 for minute in left} == set(range(100))


def test_a_disk_full_of_registers_is_helped_by_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be thinned: what comes is kept in memory, leaves from there, and returns to the disk when it can."""
    monkeypatch.setattr(disk, "RETRY_S", 0.0)
    with outbox(tmp_path) as box:
        limit(box, 40)
        for n in range(1000):
            box.put_readings(heat(n, origin=Origin.ARCHIVE), live=False)
        told = box.pending()
        assert not told.on_disk
        assert told.in_memory > 100
        assert told.archive == 1000
        assert box.writable()
        first = take_all(box)
        assert hours(first) == set(range(1000))
        assert {each.device for each in events(first, "outbox_not_on_disk")} == {"heat-1"}
        box.rewind()
        limit(box, 100_000)
        assert box.put_event(event(1))
        assert box.pending().in_memory == 0
    with outbox(tmp_path) as box:
        taken = take_all(box)
        assert sorted(hours(taken)) == list(range(1000))
        assert len(events(taken, "outbox_on_disk_again")) == 1


def test_memory_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No disk and no network for long: what is least important goes, and that is told."""
    monkeypatch.setattr(disk, "RETRY_S", 0.0)
    box = Outbox(tmp_path / "outbox.sqlite", 1 << 30, now, memory_bytes=300_000)
    limit(box, 12)
    for n in range(6000):
        box.put_readings(heat(n))
        if n % 500 == 0:
            box.put_event(event(n))
    box.flush()
    reader = box._spill.reader
    assert reader.store.size_bytes() < 400_000
    limit(box, 100_000)
    box.put_event(event(6000))
    box.flush()
    taken = take_all(box)
    lost = sum(int(str(each.data["rows"])) for each in events(taken, "outbox_lost"))
    assert lost > 0
    assert len(minutes(taken, "heat-1")) + lost == 6000
    assert doors(taken) == {*range(0, 6000, 500), 6000}
    box.close()


def test_a_disk_that_cannot_be_written_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only card: readings go out from memory; when it can be written again they go onto it."""
    monkeypatch.setattr(disk, "RETRY_S", 0.0)
    place = tmp_path / "card"
    place.write_text("not a folder")
    box = Outbox(place / "outbox.sqlite", 1 << 30, now, devices=("heat-1",))
    assert not box.put_event(event(1))
    assert box.writable()
    assert not box.pending().on_disk
    taken = take_all(box)
    assert doors(taken) == {1}
    assert len(events(taken, "outbox_not_on_disk")) == 1
    box.rewind()
    place.unlink()
    assert box.put_event(event(2))
    box.close()
    again = Outbox(place / "outbox.sqlite", 1 << 30, now)
    assert doors(take_all(again)) == {1, 2}
    again.close()


@pytest.mark.parametrize("largest", [200_000, 400_000])
def test_files_that_may_not_grow(tmp_path: Path, largest: int) -> None:
    """The system refuses the write itself, of the file or of its log, as a full disk does."""
    with putting(tmp_path, str(largest)) as child:
        assert child.stdout is not None
        said = child.stdout.read().split("\n")[:-1]
        assert child.wait(60) == 0
    assert said[-1].startswith("end ")
    assert said[-1].endswith(" True")
    with outbox(tmp_path) as box:
        taken = take_all(box)
        assert numbers(said, "door") <= doors(taken)
        assert numbers(said, "hour") <= hours(taken)


def test_files_that_may_not_grow_can_be_emptied(tmp_path: Path) -> None:
    """To delete needs room, too: what has arrived is forgotten all the same."""
    with putting(tmp_path, "300000", "drain") as child:
        assert child.stdout is not None
        said = child.stdout.read().split("\n")[:-1]
        assert child.wait(60) == 0
    assert said[-1] == "left 0"
    with outbox(tmp_path) as box:
        assert [each for each in take_all(box) if not each.row.body.startswith(b'{"device"')] == []


def test_the_reserve_is_held_and_given(tmp_path: Path) -> None:
    held = reserve.Reserve(tmp_path / "outbox.reserve")
    held.hold()
    held.hold()
    assert (tmp_path / "outbox.reserve").stat().st_blocks * 512 >= reserve.SIZE
    held.give()
    held.give()
    assert not (tmp_path / "outbox.reserve").exists()
    reserve.Reserve(tmp_path / "nowhere" / "outbox.reserve").hold()


@pytest.mark.parametrize("what", ["header", "middle", "cut", "other"])
def test_a_damaged_file_is_put_aside(tmp_path: Path, what: str) -> None:
    """What can be read of it is saved, the rest is kept aside, every device is told, and it goes on."""
    file = tmp_path / "outbox.sqlite"
    with outbox(tmp_path) as box:
        for n in range(500):
            box.put_readings(heat(n), live=False)
    whole = file.read_bytes()
    damaged = {
        "header": b"\x00" * 100 + whole[100:],
        "middle": whole[: len(whole) // 3] + bytes(8192) + whole[len(whole) // 3 + 8192 :],
        "cut": whole[: len(whole) // 2],
        "other": b"this is no database, it is a text that somebody left here\n" * 200,
    }[what]
    file.write_bytes(damaged)
    box = Outbox(file, 1 << 30, now, devices=("heat-1", "heat-2"))
    taken = take_all(box)  # some damage is only found when the page is read
    box.rewind()
    assert box.put_event(event(1))
    taken = take_all(box)
    told = events(taken, "outbox_damaged")
    assert {each.device for each in told} == {"heat-1", "heat-2"}
    (aside,) = (f for f in tmp_path.glob("outbox.sqlite.damaged-*") if not f.name.endswith(("-wal", "-shm")))
    assert told[0].data["kept_as"] == aside.name
    assert doors(taken) == {1}
    assert told[0].data["rows_saved"] == len(minutes(taken, "heat-1"))
    if what == "middle":
        assert len(minutes(taken, "heat-1")) > 250
    box.close()
    with outbox(tmp_path) as again:  # the new file is whole
        assert doors(take_all(again)) == {1}


def test_of_damaged_files_the_last_is_kept(tmp_path: Path) -> None:
    """They would fill the disk."""
    for _ in range(3):
        (tmp_path / "outbox.sqlite").write_bytes(b"nothing" * 1000)
        with outbox(tmp_path) as box:
            box.put_event(event(1))
    assert len([f for f in tmp_path.glob("*.damaged-*") if not f.name.endswith(("-wal", "-shm"))]) == 1

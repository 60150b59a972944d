"""Packs, their ids, and when they are sent again."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.outbox import Outbox
from gateway.outbox.lanes import Lane
from gateway.uplink import packs, rate
from gateway.uplink.packs import InFlight, Packer, Sent
from gateway.uplink.rate import Allowance
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Reading
from teplosvet.wire import messages, senml
from teplosvet.wire.messages import Birth, Event
from teplosvet.wire.topics import Channel

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """Monotonic time that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (packs, rate):
        monkeypatch.setattr(module, "time", made)
    return made


def sent(ack: str) -> Sent:
    return Sent(ack, Channel.EVENT, b"{}", ())


def test_rows_become_messages(tmp_path: Path) -> None:
    """Readings share a pack; an event and a birth have a message each; every id is another one."""
    box = Outbox(tmp_path / "outbox.sqlite", 1 << 30, lambda: START)
    box.put_readings([Reading(f"lamp-{n}", Quantity.LIGHT_POWER_W, float(n), START) for n in range(3)])
    box.put_event(Event("lamp-1", 1.8e9, "door", {"open": True}, ack="of-somebody"))
    box.put_birth(Birth("lamp-1", 1.8e9, "S-1"))
    taken = [each for lane in Lane for each in box.take(lane, 10, 10_000)]
    box.close()
    readings, event, birth = Packer().pack(taken)
    pack = senml.decode(readings.payload, "gw")
    assert (pack.ack, [each.device for each in pack.instants]) == (readings.ack, ["lamp-0", "lamp-1", "lamp-2"])
    assert messages.decode(event.payload, Event) == Event("lamp-1", 1.8e9, "door", {"open": True}, event.ack)
    assert messages.decode(birth.payload, Birth) == Birth("lamp-1", 1.8e9, "S-1", ack=birth.ack)
    assert [each.channel for each in (readings, event, birth)] == [Channel.READING, Channel.EVENT, Channel.BIRTH]
    again = [each.ack for _ in range(2) for each in Packer().pack(taken)]  # as after a restart
    assert len({readings.ack, event.ack, birth.ack, *again}) == 9


def test_one_is_sent_again_with_growing_pauses(clock: Clock) -> None:
    flight = InFlight(20.0)
    for ack in "abc":
        flight.add(sent(ack))
        clock.now += 1
    assert flight.overdue() is None
    clock.now += 18
    times = []
    for _ in range(40_000):
        overdue = flight.overdue()
        if overdue is not None:
            times.append(clock.now)
            flight.again(overdue)
        clock.now += 1
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] == pytest.approx(20, rel=0.3)
    assert pauses[1] == pytest.approx(40, rel=0.3)
    assert all(pause < 1.3 * packs.LONGEST_SILENCE_S for pause in pauses)
    assert len(times) < 25


def test_an_answer_lets_the_rest_follow(clock: Clock) -> None:
    flight = InFlight(20.0)
    for ack in "abcd":
        flight.add(sent(ack))
    clock.now += 25
    first = flight.overdue()
    assert first is not None
    flight.again(first)
    assert flight.overdue() is None
    assert flight.arrived(first.ack) is first
    assert flight.arrived(first.ack) is None
    second = flight.overdue()
    assert second is not None
    assert len(flight) == 3


def test_the_allowance(clock: Clock) -> None:
    allowed = Allowance(100.0, burst_s=0.5)
    assert allowed.left == 50
    allowed.spend(150)  # a pack may be larger than what is left; then it takes longer to the next
    assert allowed.left == -100
    assert allowed.wait_s == pytest.approx(1.0, abs=0.01)
    clock.now += 1.2
    assert allowed.left == pytest.approx(20)
    assert allowed.wait_s == 0
    clock.now += 100
    assert allowed.left == 50

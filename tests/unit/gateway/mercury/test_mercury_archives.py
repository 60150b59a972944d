"""Archives of three-phase Mercury meters: hours rebuilt from the power profile, days and months as they were kept."""

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from gateway.driver import Archive
from gateway.errors import (
    DecodeError,
    NothingArchivedError,
)
from simulators.wire.mercury_slave import RefusedRequestError, Registers
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.mercury.mercury_meter import NOW, SINCE, driver, hours, meter, registers, requests, values


def test_past_hours_have_the_register_of_their_end() -> None:
    made = driver(meter())
    wanted = hours(200)
    rows = list(made.read_archive(Archive.HOUR, wanted))
    assert [row.at for row in rows] == wanted
    for row in rows:
        active, _, reactive, _ = registers(row.at)
        assert active is not None
        assert reactive is not None
        found = values(row)
        assert found[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(active, abs=1.5)
        assert found[Quantity.REACTIVE_ENERGY_KVARH] * 1000 == pytest.approx(reactive, abs=1.5)
    totals = [values(row)[Quantity.ACTIVE_ENERGY_KWH] for row in rows]
    assert totals == sorted(totals, reverse=True)
    assert len(requests(made)) < 45


def test_sums_do_not_drift() -> None:
    """Pulses are integers: eleven days of half hours differ from the registers by the rounding of one of them."""
    (row,) = driver(meter()).read_archive(Archive.HOUR, [SINCE])
    active = registers(SINCE)[0]
    assert active is not None
    assert values(row)[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(active, abs=1.5)


@pytest.mark.parametrize(
    "pointer",
    [
        lambda address: address.to_bytes(2, "big"),
        lambda address: address.to_bytes(2, "little"),
        lambda address: (address // 16).to_bytes(2, "big"),
        lambda address: (address // 16).to_bytes(2, "little"),
    ],
    ids=["bytes", "bytes, low first", "records", "records, low first"],
)
@pytest.mark.parametrize("unknown", [(), (b"\x05\xc0",)], ids=["newer", "older"])
def test_however_the_meter_writes_addresses(pointer: object, unknown: tuple[bytes, ...]) -> None:
    rows = list(driver(meter(pointer=pointer, unknown=unknown)).read_archive(Archive.HOUR, hours(30)))
    assert all(
        values(row)[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(row.at)[0], abs=2.5) for row in rows
    )
    assert len(rows) == 30


def test_a_meter_that_gives_one_record_at_a_time() -> None:
    slave = meter()
    whole = slave._memory
    slave._memory = lambda memory, first, count: _one_by_one(whole(memory, first, count), count)  # type: ignore[method-assign]
    rows = list(driver(slave).read_archive(Archive.HOUR, hours(40)))
    assert values(rows[-1])[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(rows[-1].at)[0], abs=1.5)


def _one_by_one(data: bytes, count: int) -> bytes:
    if count != 15:
        raise RefusedRequestError(1)
    return data


def test_the_ring_is_read_over_its_seam() -> None:
    """4,096 records are 85 days; after 90 days the oldest are overwritten and the newest stand at the beginning."""
    slave = meter(profile_since=NOW.replace(minute=0, second=0) - timedelta(days=90))
    made = driver(slave)
    wanted = hours(24 * 88)
    rows = list(made.read_archive(Archive.HOUR, wanted))
    assert [row.at for row in rows] == wanted
    full = [row for row in rows if row.samples]
    assert len(full) == 4096 // 2 + 1  # the start of the oldest record is known, too
    oldest = full[-1]
    assert values(oldest)[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(oldest.at)[0], abs=1.5)
    assert all(row.samples for row in rows[: len(full)])


def test_what_was_read_once_is_not_read_again() -> None:
    now = NOW
    slave = meter()
    slave.now = lambda: now
    made = driver(slave)
    assert len(list(made.read_archive(Archive.HOUR, hours(200)))) == 200
    once = len(requests(made))
    for _ in range(30):
        now += timedelta(hours=1)
        newest = now.replace(minute=0, second=0)
        rows = list(made.read_archive(Archive.HOUR, hours(250, newest)))
        assert len(rows) == 250
        for row in rows[::20]:
            assert values(row)[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(row.at)[0], abs=1.5)
    assert len(requests(made)) - once < 30 * 16


def test_hours_without_supply_are_empty_and_the_register_goes_on() -> None:
    off = (datetime(2026, 11, 23, 12, 15, tzinfo=UTC), datetime(2026, 11, 23, 17, 45, tzinfo=UTC))

    def paused(at: datetime) -> Registers:
        """Nothing is used while the meter is off."""
        gone = min(max(at - off[0], timedelta()), off[1] - off[0])
        return registers(at - gone)

    rows = {row.at: row for row in driver(meter(registers=paused, off=(off,))).read_archive(Archive.HOUR, hours(60))}
    empty = sorted(at for at, row in rows.items() if not row.samples)
    assert empty == [datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (13, 14, 15, 16, 17)]
    for at in set(rows) - set(empty):
        assert values(rows[at])[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(paused(at)[0], abs=1.5)


def test_hours_before_the_profile_are_empty() -> None:
    rows = list(driver(meter()).read_archive(Archive.HOUR, hours(24 * 12 + 5)))
    assert [bool(row.samples) for row in rows[-8:]] == [True] * 4 + [False] * 4


def test_what_has_not_ended_by_the_meters_clock_is_not_said_to_be_missing() -> None:
    rows = list(driver(meter()).read_archive(Archive.HOUR, hours(4, datetime(2026, 11, 24, 8, tzinfo=UTC))))
    assert [row.at.hour for row in rows] == [6, 5]


@pytest.mark.parametrize("constant", [500, 2000])
def test_a_wrong_constant_is_noticed_before_a_register_is_wrong(constant: int) -> None:
    made = driver(meter(), constant=str(constant))
    with pytest.raises(DecodeError, match="constant"):
        list(made.read_archive(Archive.HOUR, hours(3)))


def test_a_meter_that_does_not_say_its_constant_needs_the_option() -> None:
    slave = meter(constant=800)
    with pytest.raises(DecodeError, match="set `constant`"):
        list(driver(slave).read_archive(Archive.HOUR, hours(3)))
    rows = list(driver(slave, constant="800").read_archive(Archive.HOUR, hours(3)))
    assert values(rows[0])[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(rows[0].at)[0], abs=1.5)


def test_a_meter_without_profile_says_so() -> None:
    with pytest.raises(NothingArchivedError, match="profile"):
        list(driver(meter(profile_since=NOW)).read_archive(Archive.HOUR, hours(3)))
    with pytest.raises(DecodeError, match="not where the meter says"):
        list(driver(meter(pointer=lambda _: b"\x00\x07")).read_archive(Archive.HOUR, hours(3)))


def test_reading_an_archive_can_be_stopped_at_any_row() -> None:
    made = driver(meter())
    rows = made.read_archive(Archive.HOUR, hours(200))
    assert next(rows).at == hours(1)[0]
    rows.close()  # type: ignore[attr-defined]
    assert requests(made)[-1][1] == 0x02
    assert Quantity.ACTIVE_ENERGY_KWH in values(made.read())


def test_midnight_while_the_anchor_is_read() -> None:
    times = deque([datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC)])
    slave = meter()

    def now() -> datetime:
        return times[0] if len(slave._ends) == 0 else datetime(2026, 11, 23, 21, 0, 5, tzinfo=UTC)

    slave.now = now
    reads = 0
    whole = slave._array

    def array(number: int, tariff: int, at: datetime) -> bytes:
        nonlocal reads
        reads += 1
        times[0] = datetime(2026, 11, 23, 21, 0, 5, tzinfo=UTC)
        return whole(number, tariff, at)

    slave._array = array  # type: ignore[assignment]
    wanted = hours(3, datetime(2026, 11, 23, 21, tzinfo=UTC))
    rows = list(driver(slave).read_archive(Archive.HOUR, wanted))
    assert reads == 4
    for row in rows:
        assert values(row)[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(row.at)[0], abs=1.5)


def test_days_and_months_are_the_registers_that_the_meter_kept() -> None:
    made = driver(meter())
    days = [datetime(2026, 11, day, 21, tzinfo=UTC) for day in (24, 23, 22, 21)]
    rows = list(made.read_archive(Archive.DAY, days))
    assert [(row.at, bool(row.samples)) for row in rows] == [(days[1], True), (days[2], True), (days[3], False)]
    assert values(rows[1])[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(days[2])[0], abs=1.0)
    months = [datetime(2026, 10, 31, 21, tzinfo=UTC), datetime(2026, 9, 30, 21, tzinfo=UTC)]
    old = datetime(2025, 10, 31, 21, tzinfo=UTC)
    rows = list(made.read_archive(Archive.MONTH, [*months, old]))
    assert values(rows[0])[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(months[0])[0], abs=1.0)
    assert values(rows[1])[Quantity.ACTIVE_ENERGY_KWH] * 1000 == pytest.approx(registers(months[1])[0], abs=1.0)
    assert rows[2].samples == ()


def test_an_older_meter_keeps_no_days() -> None:
    with pytest.raises(NothingArchivedError, match="each day"):
        list(
            driver(meter(unknown=(b"\x05\xd0", b"\x05\xc0"))).read_archive(
                Archive.DAY, hours(1, SINCE.replace(hour=21, day=23))
            )
        )

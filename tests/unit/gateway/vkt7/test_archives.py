"""Registers rebuilt from amounts come to what the calculator showed at the end of each hour and day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.driver import Archive
from gateway.drivers.vkt7.book import amounts, less, plus
from gateway.drivers.vkt7.values import Shown
from gateway.errors import NothingArchivedError, RefusedError
from simulators.wire.vkt7_slave import ALL_ELEMENTS, MOSCOW, Vkt7Slave
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.vkt7.house import ALWAYS, BUILT, DAY, HOUR, NOW, heat_steps, hours, house, local, rows_of

HEAT = 12


def _truth(slave: Vkt7Slave, at: datetime) -> int:
    return slave.register(HEAT, at)


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 3, 4, 21, 0, 5, tzinfo=UTC),  # just after midnight in Moscow: no hour of the day has ended
        datetime(2026, 2, 26, 3, 30, tzinfo=UTC),  # the day after the report day
        datetime(2026, 2, 25, 12, 0, tzinfo=UTC),  # on the report day: the total is a month old
    ],
)
def test_every_hour_across_midnights(now: datetime) -> None:
    slave, driver = house(now)
    wanted = hours(now, 75)
    rows = rows_of(driver, Archive.HOUR, wanted)
    assert [row.at for row in rows] == wanted
    assert [heat_steps(row) for row in rows] == [_truth(slave, at) for at in wanted]


def test_other_registers_and_means_come_too() -> None:
    slave, driver = house()
    at = NOW.replace(minute=0, second=0) - 30 * HOUR
    values = {s.quantity: s.value for s in rows_of(driver, Archive.HOUR, [at])[0].samples}
    assert values[Quantity.HEAT_VOLUME_M3] == pytest.approx(slave.register(3, at) / 100, abs=1e-9)
    assert values[Quantity.RETURN_MASS_T] == pytest.approx(slave.register(7, at) / 100, abs=1e-9)
    assert values[Quantity.OPERATING_TIME_H] == slave.register(17, at)
    assert values[Quantity.FLOW_TEMPERATURE_C] == 92.31
    assert values[Quantity.HEAT_QUALITY_FLAGS] == 0
    assert Quantity.HEAT_FLOW_M3H not in values


def test_days_of_a_whole_archive() -> None:
    slave, driver = house()
    midnight = datetime(2026, 3, 5, tzinfo=MOSCOW)
    rows = rows_of(driver, Archive.DAY, [midnight - n * DAY for n in range(100)])
    assert len(rows) == 100
    assert [heat_steps(row) for row in rows] == [_truth(slave, row.at) for row in rows]


def test_an_hour_without_power_and_a_day_without() -> None:
    slave, driver = house()
    cut = local(2026, 3, 4, 13)  # begin, in the calculator's time
    dark = local(2026, 3, 2)
    slave.without_power = {cut} | {dark + n * HOUR for n in range(24)}
    rows = {row.at: row for row in rows_of(driver, Archive.HOUR, hours(NOW, 110))}
    after = cut.replace(tzinfo=MOSCOW) + HOUR
    assert rows[after].samples == ()
    assert heat_steps(rows[after - HOUR]) == heat_steps(rows[after + HOUR]) - (  # type: ignore[operator]
        _truth(slave, after + HOUR) - _truth(slave, after)
    )
    empty = [at for at, row in rows.items() if not row.samples]
    assert len(empty) == 25
    assert all(heat_steps(row) == _truth(slave, at) for at, row in rows.items() if row.samples)
    days = rows_of(driver, Archive.DAY, [datetime(2026, 3, 3, tzinfo=MOSCOW), datetime(2026, 3, 4, tzinfo=MOSCOW)])
    assert [heat_steps(row) for row in days] == [_truth(slave, datetime(2026, 3, 4, tzinfo=MOSCOW)), None]


@pytest.mark.parametrize("at_read", [True, False])
def test_no_record_may_be_said_at_either_request(at_read: bool) -> None:
    slave, driver = house()
    slave.refuses_at_read = at_read
    slave.without_power = {local(2026, 3, 5, 9)}
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 4))
    assert [bool(row.samples) for row in rows] == [True, True, False, True]


@pytest.mark.parametrize("now", [NOW, datetime(2026, 3, 5, 9, 0, 0, tzinfo=UTC)])
def test_without_total_archive_registers_hang_on_what_it_shows_now(now: datetime) -> None:
    """They are too high by what the running hour counted, by less than the next hour holds, and never fall."""
    slave, driver = house(now, report_day=0)
    wanted = hours(now, 60)
    if now.minute > 0:  # a contact shortly after a full hour would know better, so it is waited for a few times
        for _ in range(3):
            with pytest.raises(NothingArchivedError, match="full hour"):
                list(driver.read_archive(Archive.HOUR, wanted))
    running = _truth(slave, now) - _truth(slave, wanted[0])
    rows = rows_of(driver, Archive.HOUR, wanted)
    assert [heat_steps(row) for row in rows] == [_truth(slave, at) + running for at in wanted]
    assert running == 0 or now.minute > 0


def test_a_total_that_does_not_fit_is_not_believed() -> None:
    """As if the total archive meant another instant than we think: then what is shown now decides."""
    slave, driver = house(report_day=25)
    honest = slave.register

    def lying(element: int, at: datetime) -> int:
        return honest(element, at - DAY if slave._value_type == 3 else at)

    slave.register = lying  # type: ignore[method-assign]
    newest = rows_of(driver, Archive.HOUR, hours(NOW, 1))[0]
    running = honest(HEAT, NOW) - honest(HEAT, newest.at)
    assert heat_steps(newest) == honest(HEAT, newest.at) + running


def test_few_bytes_travel_and_what_is_known_is_not_asked_again() -> None:
    slave, driver = house()
    rows_of(driver, Archive.HOUR, hours(NOW, 24))
    first, sent = len(slave.asked), slave.bytes_sent
    rows_of(driver, Archive.HOUR, hours(NOW, 1))
    assert len(slave.asked) - first <= 8
    assert slave.bytes_sent - sent <= 250
    rows_of(driver, Archive.HOUR, hours(NOW - 30 * HOUR, 5))
    per_hour = [request for request in slave.asked[first + 8 :] if request[2:4] == bytes.fromhex("3ffe")]
    assert len(per_hour) <= 14  # five wanted, and the hours between them and the nearer end of their day


def test_the_next_day_is_hung_on_what_is_known() -> None:
    clock = [NOW]
    slave, driver = house(lambda: clock[0])
    rows_of(driver, Archive.HOUR, hours(NOW, 5))
    clock[0] = NOW + DAY
    before = len(slave.asked)
    rows = rows_of(driver, Archive.HOUR, hours(clock[0], 5))
    assert [heat_steps(row) for row in rows] == [_truth(slave, row.at) for row in rows]
    assert len(slave.asked) - before < 50


def test_another_calculator_at_the_same_address_is_noticed() -> None:
    _, driver = house()
    rows_of(driver, Archive.HOUR, hours(NOW, 5))
    other, _ = house(subscriber="00999999")
    honest = other.register
    other.register = lambda element, at: honest(element, at) // 7  # type: ignore[method-assign]
    driver.line._bus = other  # type: ignore[attr-defined]
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 5))
    assert all(heat_steps(row) == other.register(HEAT, row.at) for row in rows)


def test_totals_that_were_set_back_are_noticed_the_next_day() -> None:
    clock = [NOW]
    slave, driver = house(lambda: clock[0])
    rows_of(driver, Archive.HOUR, hours(NOW, 5))
    honest = slave.register
    slave.register = lambda element, at: honest(element, at) - 1000 * (element == HEAT)  # type: ignore[method-assign]
    clock[0] = NOW + DAY
    rows = rows_of(driver, Archive.HOUR, hours(clock[0], 5))
    assert [heat_steps(row) for row in rows] == [slave.register(HEAT, row.at) for row in rows]


def test_a_changed_scheme_is_learned_anew() -> None:
    slave, driver = house()
    changed = local(2026, 3, 4, 11)
    slave.schemes = [(ALWAYS, ALL_ELEMENTS - {4, 7, 10}), (changed, ALL_ELEMENTS)]
    rows = {row.at: row for row in rows_of(driver, Archive.HOUR, hours(NOW, 40))}
    assert len(rows) == 40
    assert all(heat_steps(row) == _truth(slave, at) for at, row in rows.items())
    since = changed.replace(tzinfo=MOSCOW)
    with_return = {at for at, row in rows.items() if Quantity.RETURN_VOLUME_M3 in {s.quantity for s in row.samples}}
    assert with_return == {at for at in rows if at > since}
    assert Quantity.RETURN_VOLUME_M3 in {s.quantity for s in driver.read().samples}  # the old list is forgotten


def test_a_scheme_that_changes_all_the_time_is_refused_and_no_endless_loop() -> None:
    slave, driver = house()
    driver.read()
    answers = iter(range(10_000))
    everything, nothing = list(slave._active()), [99]
    slave._active = lambda: everything if next(answers) % 2 == 0 else nothing  # type: ignore[method-assign]
    slave._size = lambda _: 2  # type: ignore[method-assign]
    with pytest.raises(RefusedError):
        rows_of(driver, Archive.HOUR, hours(NOW, 3))


def test_what_is_before_the_archive_is_said_without_asking() -> None:
    slave, driver = house()
    old = [NOW.replace(minute=0, second=0) - timedelta(hours=1200 + n) for n in range(50)]
    before = len(slave.asked)
    rows = rows_of(driver, Archive.HOUR, old)
    assert [row.at for row in rows] == old
    assert all(row.samples == () for row in rows)
    assert len(slave.asked) - before < 120
    assert rows_of(driver, Archive.DAY, [datetime(2025, 9, 1, tzinfo=MOSCOW)])[0].samples == ()


def test_what_has_not_ended_waits() -> None:
    _, driver = house()
    top = NOW.replace(minute=0, second=0)
    rows = rows_of(driver, Archive.HOUR, [top + HOUR, top + timedelta(minutes=30), top])
    assert [row.at for row in rows] == [top]
    assert rows_of(driver, Archive.DAY, [datetime(2026, 3, 6, tzinfo=MOSCOW)]) == []


def test_quality_of_an_hour_comes_with_it() -> None:
    slave, driver = house()
    slave.about[local(2026, 3, 5, 10)] = (0x50, 4)
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 3))
    flags = [{s.quantity: s.value for s in row.samples}[Quantity.HEAT_ERROR_FLAGS] for row in rows]
    assert flags == [0, 0x04040404, 0]


def test_an_hour_of_which_nothing_can_be_said_ends_what_can_be_known() -> None:
    """The register before it cannot be known from the day's end; the hours behind it can."""
    slave, driver = house()
    slave.about[local(2026, 3, 3, 12)] = (0x0C, 0)
    newest = datetime(2026, 3, 4, 0, tzinfo=MOSCOW)
    rows = rows_of(driver, Archive.HOUR, [newest - n * HOUR for n in range(24)])
    known = [heat_steps(row) for row in rows]
    assert known[:11] == [_truth(slave, row.at) for row in rows[:11]]
    assert known[12:] == [None] * 12
    assert Quantity.FLOW_TEMPERATURE_C in {s.quantity for s in rows[20].samples}


def test_a_calculator_without_history() -> None:
    now = BUILT + timedelta(hours=5, minutes=20)
    slave, driver = house(now)
    rows = rows_of(driver, Archive.HOUR, hours(now, 8))
    running = _truth(slave, now) - _truth(slave, rows[0].at)
    assert [heat_steps(row) for row in rows[:4]] == [_truth(slave, row.at) + running for row in rows[:4]]
    assert [row.samples for row in rows[5:]] == [()] * 3


_REGISTERS = st.dictionaries(st.integers(0, 5), st.one_of(st.none(), st.integers(-(10**9), 10**12)))


@given(_REGISTERS, _REGISTERS)
def test_less_undoes_plus(registers: dict[int, int | None], more: dict[int, int | None]) -> None:
    back = less(plus(registers, more), more)
    assert back == {n: v if more.get(n) is not None else None for n, v in registers.items()}


def test_where_there_is_no_record_nothing_was_counted() -> None:
    assert amounts(None, (1, 2)) == {1: 0, 2: 0}
    assert amounts({1: Shown(5, 0xC0, 0), 2: Shown(None, 4, 0)}, (1, 2, 3)) == {1: 5, 2: None, 3: None}


@settings(max_examples=25, deadline=None)
@given(
    st.datetimes(local(2025, 11, 20), local(2026, 6, 1)),
    st.lists(st.integers(1, 200), max_size=8),
    st.integers(1, 31),
    st.integers(1, 40),
)
def test_registers_are_right_whenever_it_is_read(now: datetime, dark: list[int], report_day: int, count: int) -> None:
    now = now.replace(tzinfo=UTC)
    slave, driver = house(now, report_day=report_day)
    top = now.astimezone(MOSCOW).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    slave.without_power = {top - n * HOUR for n in dark}
    for row in rows_of(driver, Archive.HOUR, hours(now, count)):
        assert heat_steps(row) == (_truth(slave, row.at) if row.samples else None)


def test_bounds_that_no_archive_has_cost_no_thousand_requests() -> None:
    slave, driver = house(report_day=0)
    honest = slave._read
    bounds = bytes((1, 1, 1, 0)) + bytes((5, 3, 99, 12)) + bytes((1, 1, 1, 0))  # from 2001 to 2099
    slave._read = lambda register: bounds if register == 0x3FF6 else honest(register)  # type: ignore[method-assign]
    slave._has_record = lambda: True  # type: ignore[method-assign]
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 3))
    assert [row.samples for row in rows] == [()] * 3
    assert len(slave.asked) < 80


def test_an_empty_scheme_has_no_archive() -> None:
    slave, driver = house()
    slave.schemes = [(ALWAYS, frozenset())]
    assert [row.samples for row in rows_of(driver, Archive.HOUR, hours(NOW, 2))] == [(), ()]


def test_no_record_after_a_changed_scheme() -> None:
    """Refusal 5, and when the new list is read, refusal 3."""
    slave, driver = house()
    changed = local(2026, 3, 5, 10)
    slave.schemes = [(ALWAYS, ALL_ELEMENTS - {4}), (changed, ALL_ELEMENTS)]
    honest, said = slave._data, []

    def data() -> bytes:
        if slave._date == local(2026, 3, 5, 9) and slave._value_type == 0:
            said.append(slave._date)
            if len(said) == 2:
                slave.without_power = {slave._date}
        return honest()

    slave._data = data  # type: ignore[method-assign]
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 4))
    assert [bool(row.samples) for row in rows] == [True, True, False, True]


def test_a_refusal_that_is_none_of_the_archives() -> None:
    slave, driver = house()
    driver.read()
    honest = slave._write

    def write(register: int, payload: bytes) -> None:
        honest(0x1234 if register == 0x3FFB else register, payload)

    slave._write = write  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="element or type"):
        rows_of(driver, Archive.HOUR, hours(NOW, 1))


def test_older_records_of_another_scheme_cost_the_list_once() -> None:
    slave, driver = house()
    slave.schemes = [(ALWAYS, ALL_ELEMENTS - {4}), (local(2026, 3, 5, 11), ALL_ELEMENTS)]
    rows_of(driver, Archive.HOUR, hours(NOW, 30))
    before = len(slave.asked)
    rows_of(driver, Archive.HOUR, hours(NOW - 40 * HOUR, 10))
    lists = [request for request in slave.asked[before:] if request[2:4] == bytes.fromhex("3ffc")]
    assert len(lists) == 2


def test_where_the_day_archive_ends_registers_end() -> None:
    """Hours that the day archive does not reach any more have their means, and no register that would be a guess."""
    slave, driver = house(days_kept=3, report_day=4)
    rows = rows_of(driver, Archive.HOUR, [NOW.replace(minute=0, second=0) - n * HOUR for n in (1, 2, 300)])
    assert [heat_steps(row) for row in rows] == [_truth(slave, rows[0].at), _truth(slave, rows[1].at), None]
    assert rows[2].samples


def test_a_report_day_that_the_day_archive_does_not_reach() -> None:
    slave, driver = house(days_kept=3, report_day=25)
    row = rows_of(driver, Archive.HOUR, hours(NOW, 1))[0]
    assert heat_steps(row) == _truth(slave, row.at) + _truth(slave, NOW) - _truth(slave, row.at)


@pytest.mark.parametrize("refused", [0x3FF6, 0x3FFD])
def test_an_old_calculator_that_tells_no_bounds_or_has_no_total_archive(refused: int) -> None:
    slave, driver = house()
    read, write = slave._read, slave._write
    slave._read = lambda register: read(0 if register == refused else register)  # type: ignore[method-assign]
    slave._write = lambda register, payload: write(  # type: ignore[method-assign]
        0 if register == refused and payload[0] == 3 else register, payload
    )
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 30))
    running = 0 if refused == 0x3FF6 else _truth(slave, NOW) - _truth(slave, rows[0].at)
    assert [heat_steps(row) for row in rows] == [_truth(slave, row.at) + running for row in rows]


def test_no_bounds_and_no_clock() -> None:
    slave, driver = house()
    read = slave._read
    told = {0x3FF6: 0, 0x3FFB: 0x3FF9}
    slave._read = lambda register: read(told.get(register, register))[: 4 if register == 0x3FFB else None]  # type: ignore[method-assign]
    with pytest.raises(RefusedError):
        rows_of(driver, Archive.HOUR, hours(NOW, 1))

"""One rule of consumption after the other, on series that are small enough to see through."""

import numpy as np
import pytest

from analytics.consumption import Exchange, RegisterProfile, RegisterSeries, Rule, energy_path
from tests.unit.analytics.consumption.faults import HOUR_US, START_US, Meter, meter

STEP_US = HOUR_US // 4


def codes(point: Meter, profile: RegisterProfile | None = None) -> list[str]:
    path = energy_path(point.series(), tuple(point.exchanges), profile or point.profile())
    return [finding.code.value for finding in path.findings]


def total(point: Meter, profile: RegisterProfile | None = None) -> float:
    return energy_path(point.series(), tuple(point.exchanges), profile or point.profile()).total


def plain(register: list[float], step_us: int = STEP_US) -> RegisterSeries:
    at = START_US + step_us * np.arange(len(register), dtype=np.int64)
    return RegisterSeries(at, np.array(register), np.full(len(register), -1, dtype=np.int32))


def test_no_reading_and_one_reading_are_no_consumption() -> None:
    for register in ([], [5.0], [float("nan"), 5.0]):
        path = energy_path(plain(register))
        assert np.isnan(path.total)
        assert len(path.rule) == 0


def test_a_missing_value_is_no_reading() -> None:
    path = energy_path(plain([10.0, float("nan"), 12.0]))
    assert path.total == 2.0
    assert len(path.at_us) == 2


def test_the_first_arrival_wins_an_instant() -> None:
    at = np.array([0, 1, 1, 2], dtype=np.int64) * STEP_US
    serial = np.full(4, -1, dtype=np.int32)
    late_first = RegisterSeries(at, np.array([10.0, 11.0, 11.5, 12.0]), serial, np.array([0, 3, 1, 2], dtype=np.int64))
    np.testing.assert_array_equal(energy_path(late_first).cumulative, [0.0, 1.5, 2.0])


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        RegisterSeries(np.zeros(2, dtype=np.int64), np.zeros(3), np.zeros(2, dtype=np.int32))


@pytest.mark.parametrize("step_kwh", [1.0, 100.0, 116.3])
@pytest.mark.parametrize("greatest_rate_per_h", [None, 6.0])
def test_a_coarse_register_is_not_a_series_of_jumps(step_kwh: float, greatest_rate_per_h: float | None) -> None:
    """A heat meter that counts in 0.1 MWh or 0.1 Gcal stands still for a day and then grows by all of it at once."""
    point = meter(count=1_500, resolution=step_kwh, start=12_000.0)
    path = energy_path(point.series(), (), point.profile(greatest_rate_per_h))
    assert not path.findings
    assert path.total == pytest.approx(point.true_total, abs=step_kwh)


@pytest.mark.parametrize("kwh_per_h", [0.0004, 0.02])
def test_a_lamp_is_metered(kwh_per_h: float) -> None:
    point = meter("lamp", count=800, kwh_per_h=kwh_per_h, start=0.0, resolution=0.001)
    assert codes(point) == []
    assert total(point) == pytest.approx(point.true_total, abs=0.002)


def test_a_huge_register_is_metered_to_the_last_digit() -> None:
    point = meter("random", start=1e9, kwh_per_h=4.0)
    assert total(point) == point.series().register[-1] - point.series().register[0]


@pytest.mark.parametrize("idle", [50, 500, 2_000])
@pytest.mark.parametrize("busy", [5, 50])
def test_a_device_that_idled_for_weeks_may_start(idle: int, busy: int) -> None:
    register = np.concatenate((np.full(idle, 700.0), 700.0 + 80.0 * np.arange(1, busy + 1)))
    path = energy_path(plain(register.tolist()))
    assert not path.findings
    assert path.total == 80.0 * busy


def test_a_standby_load_before_a_season_is_not_a_limit() -> None:
    """Summer at 1 kW, then the first winter day at 300 kW."""
    power = np.concatenate((np.full(29 * 96, 1.0), np.full(96, 300.0)))
    register = 41_000.0 + np.concatenate(([0.0], np.cumsum(power / 4)))
    path = energy_path(plain(register.tolist()))
    assert not path.findings
    assert path.total == pytest.approx(power.sum() / 4)


@pytest.mark.parametrize("hour", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("off_min", [0, 40, -40, 300, -300])
@pytest.mark.parametrize("new", [0.0, 61_234.0])
def test_a_recorded_exchange_is_metered_wherever_it_was_stated(hour: float, off_min: int, new: float) -> None:
    point = meter()
    point.exchange(int(point.at_us[95] + hour * STEP_US), new, off_us=off_min * 60_000_000)
    path = energy_path(point.series(), tuple(point.exchanges))
    assert path.total == pytest.approx(192.0)
    assert not path.rule.any()
    assert [finding.code.value for finding in path.findings] == ["meter_exchange"]


@pytest.mark.parametrize("known", ["closing", "opening"])
@pytest.mark.parametrize("hidden", [0, 24])
def test_one_known_register_is_metered_and_the_other_side_estimated(known: str, hidden: int) -> None:
    point = meter()
    point.exchange(int(point.at_us[95] + 0.4 * STEP_US), 61_234.0)
    if hidden:
        point.outage(84, hidden)
    record = point.exchanges[0]
    closing = record.closing if known == "closing" else None
    opening = record.opening if known == "opening" else None
    path = energy_path(point.series(), (Exchange(record.at_us, closing, opening),))
    assert path.total == pytest.approx(192.0)
    assert sorted(set(path.rule.tolist())) == [Rule.METERED, Rule.RATE_ESTIMATE]
    assert record.at_us in path.at_us


def test_a_stated_exchange_inside_an_outage_bends_the_line() -> None:
    """Closing and opening registers are readings at the stated time."""
    power = np.where(np.arange(192) < 96, 1.0, 3.0)
    point = Meter(START_US + STEP_US * np.arange(193, dtype=np.int64), np.concatenate(([0.0], np.cumsum(power))), 900.0)
    point.exchange(int(point.at_us[96]) - 1, 0.0)
    point.outage(84, 24)
    path = energy_path(point.series(), tuple(point.exchanges))
    place = int(np.searchsorted(path.at_us, point.exchanges[0].at_us))
    assert path.cumulative[place] == pytest.approx(96.0, abs=1e-3)
    assert path.total == pytest.approx(point.true_total)


def test_registers_that_cannot_be_are_not_used() -> None:
    point = meter()
    point.exchange(int(point.at_us[95]) + STEP_US // 2, 61_234.0)
    typo = Exchange(point.exchanges[0].at_us, 5_009.0, 61_234.0)
    path = energy_path(point.series(), (typo,))
    assert path.total == pytest.approx(192.0)
    assert path.rule.max() == Rule.RATE_ESTIMATE
    assert [finding.data.get("note") for finding in path.findings] == ["the stated registers do not fit the readings"]


def test_a_record_of_an_exchange_that_never_was_changes_nothing() -> None:
    point = meter("random")
    path = energy_path(point.series(), (Exchange(int(point.at_us[95]) + 1),))
    assert path.total == pytest.approx(point.true_total)
    assert not path.findings


def test_the_record_of_the_first_installation_changes_nothing() -> None:
    point = meter("random")
    record = Exchange(int(point.at_us[0]), None, float(point.series().register[0]))
    assert energy_path(point.series(), (record,)).total == pytest.approx(point.true_total)


@pytest.mark.parametrize("share", [1.0, 0.3, 0.1])
@pytest.mark.parametrize("new", [0.0, 61_234.0, 50_110.0])
def test_a_serial_number_on_some_rows_tells_an_exchange(share: float, new: float) -> None:
    point = meter()
    point.exchange(int(point.at_us[95]) + STEP_US // 2, new, recorded=False, told_share=share)
    assert total(point) == pytest.approx(192.0, abs=0.05)
    assert codes(point) == ["meter_exchange"]


def test_a_serial_number_misread_once_is_dropped() -> None:
    series = plain([50_000.0 + k for k in range(60)])
    serial = np.zeros(60, dtype=np.int32)
    serial[30] = 1
    path = energy_path(RegisterSeries(series.at_us, series.register, serial))
    assert path.total == 59.0
    assert not path.rule.any()


@pytest.mark.parametrize("modulus", [100_000.0, None])
@pytest.mark.parametrize("hidden", [0, 24])
def test_rollover(modulus: float | None, hidden: int) -> None:
    point = meter(start=50_000.0)
    point.roll_over_at(96, 100_000.0)
    if hidden:
        point.outage(84, hidden)
    path = energy_path(point.series(), (), RegisterProfile(modulus=modulus))
    assert path.total == pytest.approx(192.0)
    assert path.rule.max() == (Rule.METERED if modulus else Rule.ROLLOVER_INFERRED)
    assert "register_rollover" in [finding.code.value for finding in path.findings]


def test_a_reset_far_from_the_modulus_is_no_rollover() -> None:
    point = meter()
    point.reset(96)
    assert codes(point, RegisterProfile(modulus=100_000.0)) == ["register_reset"]


@pytest.mark.parametrize("values", [[0.0], [999_999.0], [0.0, 0.0], [0.0, 999_999.0, 3.0], [60_000.0] * 4])
@pytest.mark.parametrize("place", [0, 1, 50, 96])
@pytest.mark.parametrize("rate", [None, 8.0])
def test_wrong_readings_are_dropped(values: list[float], place: int, rate: float | None) -> None:
    if place == 0:
        values = values[:1]
    point = meter()
    point.glitch(place, values)
    path = energy_path(point.series(), (), point.profile(rate))
    missing = float(len(values)) if place == 0 else 0.0
    assert path.total == pytest.approx(192.0 - missing)
    assert [finding.code.value for finding in path.findings][:1] == ["register_glitch"]


@pytest.mark.parametrize("hours", [3, 12, 23])
@pytest.mark.parametrize("stuck", [0.0, 999_999.0])
def test_an_excursion_that_returns_is_dropped_however_many_readings_it_has(hours: int, stuck: float) -> None:
    point = meter(count=385)
    point.glitch(96, [stuck] * (4 * hours))
    assert total(point) == pytest.approx(384.0)


@pytest.mark.parametrize("by", [1, -1, 2, -2, 3, -3])
@pytest.mark.parametrize("hidden", [0, 24])
def test_a_moved_decimal_point_is_followed(by: int, hidden: int) -> None:
    point = meter()
    point.move_decimal(96, by)
    if hidden:
        point.outage(84, hidden)
    path = energy_path(point.series())
    assert path.total == pytest.approx(192.0)
    assert path.shift[-1] == by
    assert Rule.DECIMAL_CHANGE in path.rule


def test_a_decimal_point_that_moves_back_is_followed() -> None:
    point = meter()
    point.move_decimal(60, 1)
    point.move_decimal(130, -1)
    path = energy_path(point.series())
    assert path.total == pytest.approx(192.0)
    assert path.shift[-1] == 0


def test_a_window_after_a_decimal_change_continues_with_its_exponent() -> None:
    point = meter()
    point.move_decimal(0, 1)
    assert energy_path(point.series(), start_shift=1).total == pytest.approx(192.0)


def test_a_lost_digit_does_not_lose_energy() -> None:
    point = meter(resolution=1.0)
    point.move_decimal(96, -1)
    assert total(point) == pytest.approx(192.0, abs=10.0)


def test_a_break_without_any_rate_is_unknown_and_not_zero() -> None:
    series = plain([50_000.0, 3.0])
    path = energy_path(RegisterSeries(series.at_us, series.register, np.array([0, 1], dtype=np.int32)))
    assert path.rule.tolist() == [Rule.UNKNOWN]
    assert np.isnan(path.total)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("value", [0.0, 99_999.0])
def test_an_anomaly_at_the_end_is_pending_until_later_data_tells(count: int, value: float) -> None:
    register = [50_000.0 + k for k in range(40)]
    pending = energy_path(plain(register + [value] * count))
    assert pending.total == 39.0
    assert not pending.findings
    returned = energy_path(plain(register + [value] * count + [50_040.0 + count + k for k in range(20)]))
    assert returned.total == 59.0 + count
    assert [finding.code.value for finding in returned.findings][:1] == ["register_glitch"]
    stayed = energy_path(plain(register + [value + k for k in range(count + 20)]))
    assert stayed.total == pytest.approx(39.0 + 1.0 + 19.0 + count)
    assert [finding.code.value for finding in stayed.findings] == ["register_jump" if value else "register_reset"]


@pytest.mark.parametrize("back_min", [60, 65, 30, 58])
@pytest.mark.parametrize("step_min", [1, 5, 15])
def test_a_clock_put_back_counts_nothing_twice(back_min: int, step_min: int) -> None:
    point = meter("random", count=400, step_min=step_min)
    at = point.at_us.copy()
    at[200:] -= back_min * 60_000_000
    series = RegisterSeries(at, point.series().register, point.serial)
    path = energy_path(series)
    assert path.total == pytest.approx(point.true_total)
    assert [finding.code.value for finding in path.findings] == ["register_clock_step"]


def test_late_delivery_is_no_clock_step() -> None:
    point = meter("lamp", count=400)
    series = point.series()
    order = np.concatenate((np.arange(100), np.arange(140, 400), np.arange(100, 140)))
    late = RegisterSeries(series.at_us[order], series.register[order], series.serial[order])
    assert energy_path(late).findings == ()


def test_a_clock_put_back_is_possible_under_a_tight_limit() -> None:
    """The first interval after the hour that went by twice holds more than an interval's worth."""
    point = meter()
    at = point.at_us.copy()
    at[97:] -= HOUR_US
    path = energy_path(RegisterSeries(at, point.series().register, point.serial), (), point.profile(4.0))
    assert path.total == pytest.approx(192.0)
    assert not path.rule.any()


def test_a_register_that_grows_back_through_old_values_is_an_epoch_and_no_excursion() -> None:
    """Two resets within a day: after the second, the register goes on as after the first."""
    point = meter(kwh_per_h=12.5, start=1_234.5)
    point.reset(60)
    point.reset(110)
    path = energy_path(point.series())
    assert path.total == pytest.approx(point.true_total)
    assert [finding.code.value for finding in path.findings] == ["register_reset", "register_reset"]

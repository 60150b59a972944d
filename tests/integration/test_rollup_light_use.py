"""Days of light points and derived energy in the database: late, twice, in parts, beside a register and without one."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from analytics.rollup.answer import Step, consumption_of
from analytics.rollup.job import roll_up
from simulators.light import LedTrack
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.quantities import DeviceClass, Quantity
from tests.integration.rollup_site import House, house, unlike
from tests.unit.analytics.led_points import (
    DAY_S,
    START_S,
    Readings,
    days_s,
    led_point,
    polled,
    spoken,
    topic_by_topic,
    truth,
)

START = datetime.fromtimestamp(START_S, UTC)
FIRST_DAY = "2024-12-27"
DAYS = 4
"""Days that are read, of which the last one is not known to its end."""

MISMATCH = FindingCode.ENERGY_LEVEL_MISMATCH.value


@pytest.fixture(scope="module")
def track() -> LedTrack:
    return led_point()


def first_days(source: Readings) -> Readings:
    return source.where(source.at_s < START_S + DAYS * DAY_S)


def deliver(site: House, device: int, source: Readings, places: Sequence[int] | np.ndarray | None = None) -> None:
    chosen = np.arange(len(source.at_s)) if places is None else np.asarray(places)
    at = [datetime.fromtimestamp(each, UTC) for each in source.at_s[chosen].tolist()]
    told = {q.value: v[chosen] for q, v in source.values.items() if not np.isnan(v[chosen]).all()}
    site.read(device, at, DeviceClass.LIGHT, None, **told)


def point(site: House, name: str = "l", power_kw: float | None = 0.1) -> int:
    building = site.building(f"b-{name}")
    return site.device(name, building, DeviceClass.LIGHT, since=START, power_kw=power_kw)


def dirty_all(site: House, device: int, source: Readings) -> None:
    first, last = (datetime.fromtimestamp(float(each), UTC) for each in (source.at_s[0], source.at_s[-1]))
    site.dirty(device, first, last)


def known_days(site: House, device: int) -> np.ndarray:
    """Covered, off, dimmed, full, present, events, failed, override, energy by level of each day, NaN where NULL."""
    rows = {key[1]: row for key, row in site.rows("light_use_daily").items() if key[0] == device}
    return np.array([rows[day] for day in sorted(rows, key=str)], dtype=np.float64).T


def without_register(source: Readings) -> Readings:
    return source.only(*(q for q in source.values if q is not Quantity.LIGHT_ENERGY_KWH))


def test_days_are_the_truth_whichever_the_source(database: str, track: LedTrack) -> None:
    true = truth(track, days_s(DAYS - 1))
    sources = {"polled": polled(track), "spoken": spoken(track), "topics": topic_by_topic(spoken(track, 3600.0))}
    with house(database) as site:
        devices = {name: point(site, name) for name in sources}
        for name, source in sources.items():
            deliver(site, devices[name], first_days(source))
        roll_up(site.connection)
        for name, device in devices.items():
            whole = known_days(site, device)[:, : DAYS - 1]
            within = 600 if name == "polled" else 1
            np.testing.assert_allclose(whole[0], DAY_S, atol=1)
            for row, quantity in ((1, "off_s"), (2, "dimmed_s"), (3, "full_s"), (4, "present_s")):
                np.testing.assert_allclose(whole[row], true[quantity], atol=within, err_msg=f"{name} {quantity}")
            np.testing.assert_allclose(whole[5], true["presence_events"], atol=within // 200)
            assert (whole[6] == 0).all()
            assert np.isnan(whole[7]).all()
            np.testing.assert_allclose(whole[8], true["energy_by_level_kwh"], rtol=0.06)
        assert {key[3] for key in site.rows("register_finding")} <= {"outage"}


def test_parts_that_arrive_in_any_order_make_the_same(database: str, track: LedTrack) -> None:
    rng = np.random.default_rng(5)
    with house(database) as site:
        told = {
            point(site, "metered"): first_days(polled(track, 300.0)),
            point(site, "power"): first_days(without_register(polled(track, 300.0))),
            point(site, "spoken"): first_days(without_register(spoken(track, 7200.0))),
        }
        for part in range(6):
            for device, source in told.items():
                mine = np.flatnonzero((source.at_s // 20_000 % 6 == part) | (rng.random(len(source.at_s)) < 0.03))
                deliver(site, device, source, rng.permutation(mine))
            roll_up(site.connection)
        found = site.everything()
        assert "derived" in {row[3] for row in found["consumption_hourly"].values()}
        assert found["light_use_daily"]
        for device, source in told.items():
            dirty_all(site, device, source)
        roll_up(site.connection)
        assert unlike(found, site.everything())[:10] == []
        site.forget_rollups()
        for device, source in told.items():
            dirty_all(site, device, source)
        roll_up(site.connection)
        assert unlike(found, site.everything())[:10] == []


def test_energy_without_a_register_is_derived_and_estimated(database: str, track: LedTrack) -> None:
    true_kwh = truth(track, days_s(DAYS - 1))["energy_by_level_kwh"]
    with house(database) as site:
        device = point(site)
        deliver(site, device, first_days(without_register(polled(track))))
        roll_up(site.connection)
        days = site.days(device, "light_energy_kwh")
        rows = [days[day] for day in sorted(days)][: DAYS - 1]
        np.testing.assert_allclose([float(str(row[0])) for row in rows], true_kwh, rtol=0.06)
        assert all(row[0] == row[1] for row in days.values())
        assert {row[4] for row in days.values()} == {"derived"}
        hourly = site.hourly(device, "light_energy_kwh").values()
        assert {row[3] for row in hourly} == {"derived"}
        assert sum(float(str(row[0])) for row in hourly) == pytest.approx(
            sum(float(str(row[0])) for row in days.values())
        )
        (building,) = {key[0] for key in site.rows("building_energy_daily")}
        assert isinstance(building, int)
        energy = site.energy(building)[FIRST_DAY]
        assert energy[0] == energy[1] == pytest.approx(float(str(rows[0][0])))


def test_an_outage_lacks_in_derived_energy_until_its_readings_come_late(database: str, track: LedTrack) -> None:
    source = first_days(without_register(polled(track)))
    away = (source.at_s >= START_S + 1.4 * DAY_S) & (source.at_s < START_S + 1.6 * DAY_S)
    with house(database) as site:
        device = point(site)
        deliver(site, device, source, np.flatnonzero(~away))
        roll_up(site.connection)
        with_outage = site.days(device, "light_energy_kwh")["2024-12-28"]
        assert with_outage[2] == pytest.approx(0.8 * DAY_S, abs=61)
        (building,) = {key[0] for key in site.rows("building_energy_daily")}
        assert isinstance(building, int)
        assert site.energy(building)["2024-12-28"][0] is None
        deliver(site, device, source, np.flatnonzero(away)[::-1])
        roll_up(site.connection)
        assert site.days(device, "light_energy_kwh")["2024-12-28"][2] == DAY_S
        assert site.energy(building)["2024-12-28"][0] is not None


def test_a_register_takes_over_and_keeps_what_it_reaches_into(database: str, track: LedTrack) -> None:
    """The first three days have power alone, then a register begins; an older reading of it comes late."""
    source = first_days(polled(track, 300.0))
    register = source.values[Quantity.LIGHT_ENERGY_KWH]
    begins = START_S + 3.25 * DAY_S
    early = np.flatnonzero((source.at_s > START_S + 1.5 * DAY_S) & (source.at_s < begins))[:1]
    late_value = register[early].copy()
    register[source.at_s < begins] = np.nan
    with house(database) as site:
        device = point(site)
        for part in np.array_split(np.arange(len(source.at_s)), 8):
            deliver(site, device, source, part)
            roll_up(site.connection)
        rules = {day: row[4] for day, row in sorted(site.days(device, "light_energy_kwh").items())}
        assert list(rules.values()) == ["derived", "derived", "derived", "metered"]
        morning = [row[3] for at, row in site.hourly(device, "light_energy_kwh").items() if at.timestamp() < begins]
        assert set(morning[-6:]) == {"derived"}
        register[early] = late_value
        deliver(site, device, source, early)
        roll_up(site.connection)
        days = site.days(device, "light_energy_kwh")
        rules = {day: row[4] for day, row in sorted(days.items())}
        assert next(iter(rules.values())) == "derived"
        assert "derived" not in list(rules.values())[1:]
        found = site.everything()
        site.forget_rollups()
        dirty_all(site, device, source)
        roll_up(site.connection)
        assert unlike(found, site.everything())[:10] == []


def test_a_register_between_whose_readings_lie_weeks_is_never_replaced_by_derived_energy(
    database: str, track: LedTrack
) -> None:
    source = polled(track, 300.0)
    register = source.values[Quantity.LIGHT_ENERGY_KWH]
    hidden = np.ones(len(register), dtype=np.bool_)
    hidden[[0, -1]] = False
    register[hidden] = np.nan
    with house(database) as site:
        device = point(site)
        deliver(site, device, source, [0, len(register) - 1])
        roll_up(site.connection)
        for part in np.array_split(np.arange(1, len(register) - 1), 9):
            deliver(site, device, source, part)
            roll_up(site.connection)
        rules = {row[4] for row in site.days(device, "light_energy_kwh").values()}
        assert rules == {"interpolated"}


def test_a_direct_question_is_answered_out_of_power(database: str, track: LedTrack) -> None:
    with house(database) as site:
        device = point(site)
        deliver(site, device, first_days(without_register(polled(track))))
        roll_up(site.connection)
        span = (START, datetime.fromtimestamp(START_S + 2 * DAY_S, UTC))
        answer = consumption_of(site.connection, "l", span, Step.DAY)
        days = site.days(device, "light_energy_kwh")
        for interval, day in zip(answer.intervals, sorted(days), strict=False):
            assert (interval.amount, interval.covered_s) == (pytest.approx(days[day][0]), DAY_S)
            assert (interval.estimated, interval.rule) == (interval.amount, "derived")
        nothing = consumption_of(site.connection, "l", span, Step.TOTAL, Quantity.LAMP_ON_TIME_H)
        assert [(each.amount, each.rule) for each in nothing.intervals] == [(None, "unknown")]


def test_electricity_without_a_register_is_derived_too(database: str) -> None:
    with house(database) as site:
        device = site.device("pump", site.building(), DeviceClass.ELECTRICITY, since=START, power_kw=20.0)
        at_s = START_S + 60.0 * np.arange(2880)
        at = [datetime.fromtimestamp(each, UTC) for each in at_s.tolist()]
        site.read(device, at, DeviceClass.ELECTRICITY, None, active_power_w=np.full(2880, 1500.0))
        roll_up(site.connection)
        day = site.days(device, "active_energy_kwh")[FIRST_DAY]
        assert day == (pytest.approx(36.0), pytest.approx(36.0), 86400, 86400, "derived")


@pytest.mark.parametrize(("factor", "severity"), [(1.0, None), (0.5, Severity.INFO), (10.0, Severity.WARNING)])
def test_a_register_of_another_scale_is_found_against_hours_and_power(
    database: str, track: LedTrack, factor: float, severity: Severity | None
) -> None:
    source = first_days(polled(track))
    source.values[Quantity.LIGHT_ENERGY_KWH][:] = 100 + factor * source.values[Quantity.LIGHT_ENERGY_KWH]
    with house(database) as site:
        device = point(site)
        site.birth(device, START, "1", {})
        site.connection.execute(
            "UPDATE device_birth SET resolutions = %s", (Jsonb({Quantity.LIGHT_ENERGY_KWH.value: 0.001}),)
        )
        for _ in range(2):
            deliver(site, device, source)
            roll_up(site.connection)
            found = site.rows("register_finding")
            codes = {key[3] for key in found}
            assert codes == (set() if severity is None else {MISMATCH})
            assert {row[0] for row in found.values()} == (set() if severity is None else {int(severity)})


def test_the_finding_goes_when_the_register_is_put_right(database: str, track: LedTrack) -> None:
    source = first_days(polled(track))
    register = source.values[Quantity.LIGHT_ENERGY_KWH]
    right = register.copy()
    register[:] = 10 * register
    with house(database) as site:
        device = point(site)
        deliver(site, device, source)
        roll_up(site.connection)
        assert {key[3] for key in site.rows("register_finding")} == {MISMATCH}
        parts = [[datetime.fromtimestamp(each, UTC) for each in source.at_s.tolist()], right.tolist(), device]
        site.connection.execute(
            "UPDATE light_reading r SET light_energy_kwh = u.value"
            " FROM unnest(%s::timestamptz[], %s::float8[]) AS u (at, value) WHERE measured_at = at AND device_id = %s",
            parts,
        )
        site.dirty_whole(device)
        roll_up(site.connection)
        assert site.rows("register_finding") == {}


def test_the_view_names_place_and_registers(database: str, track: LedTrack) -> None:
    with house(database) as site:
        deliver(site, point(site), first_days(polled(track)))
        roll_up(site.connection)
        row = site.connection.execute(
            "SELECT building, device, day::text, full_s, presence_events, energy_kwh, energy_rule FROM light_use"
            " ORDER BY day LIMIT 1"
        ).fetchone()
        assert row is not None
        assert row[:3] == ("b-l", "l", FIRST_DAY)
        assert row[5] == pytest.approx(truth(track, days_s(1))["energy_by_level_kwh"][0], rel=0.01)
        assert row[6] == "metered"

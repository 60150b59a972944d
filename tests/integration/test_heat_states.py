"""Clocks of heat meters in the database: each state, late and in parts; what a fill rule makes of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import psycopg
import pytest
from psycopg.types.range import DateRange

from analytics.evidence.bundle_file import write_bundle
from analytics.evidence.commands import verdict_of
from analytics.evidence.gather import load_bundle
from analytics.rollup.job import roll_up
from analytics.savings import LeftOut
from analytics.statement import Statement
from analytics.verification import verify_contract
from teplosvet.domain.contract_terms import Terms
from teplosvet.domain.fill_terms import FillRules, FillTerms
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.contract_terms import put_terms
from tests.integration.rollup_site import House, house, unlike

SINCE = datetime(2024, 9, 30, 21, tzinfo=UTC)
"""Midnight in Moscow."""
BASELINE = Period.parse("2024-10-01/2025-01-01")
REPORTING = Period.parse("2025-01-01/2025-02-01")
HOURS = 24 * (BASELINE.days + REPORTING.days) + 3
AT = [SINCE + timedelta(hours=n) for n in range(HOURS)]
CLOCKS = ("normal", "below_range", "above_range", "low_dt", "fault", "no_power", "covered")


def place(day: str, hour: int = 0) -> int:
    return (datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=3 - hour) - SINCE) // timedelta(hours=1)


class Meter:
    """A heat meter that is read every hour, and each of whose abnormal states comes on a day of its own."""

    def __init__(self, site: House) -> None:
        self.site = site
        building = site.building("lenina-1")
        site.connection.execute("UPDATE building SET weather = 'sky', latitude = 59.94")
        outdoor = -3.0 + 6.0 * np.sin(np.arange(HOURS) / 90.0)
        site.read(site.device("sky", None, DeviceClass.CLIMATE), AT, DeviceClass.CLIMATE, outdoor_temperature_c=outdoor)
        self.device = site.device("meter", building, since=SINCE)
        used = np.where(np.arange(HOURS) < 24 * BASELINE.days, 1.0, 0.7)
        power = used * 0.3 * (20.0 - outdoor) * (1.0 + 0.05 * np.cos(np.arange(HOURS) * 1.7))
        n = np.arange(HOURS, dtype=float)
        self.values = {
            "heat_energy_kwh": np.round(np.cumsum(power), 3),
            "operating_time_h": n + 500.0,
            "heat_flow_m3h": np.full(HOURS, 0.3),
            "flow_temperature_c": np.full(HOURS, 70.0),
            "return_temperature_c": np.full(HOURS, 50.0),
            "heat_error_flags": np.zeros(HOURS),
        }
        self.silent = range(place("2025-01-20", 6), place("2025-01-20", 16))
        for name, value, day in (
            ("heat_flow_m3h", 0.01, "2025-01-08"),
            ("heat_flow_m3h", 5.0, "2025-01-11"),
            ("return_temperature_c", 69.0, "2025-01-14"),
            ("heat_error_flags", 4.0, "2025-01-17"),
        ):
            self.values[name][place(day, 5) : place(day, 11)] = value
        self.values["operating_time_h"][self.silent.stop :] -= len(self.silent)
        self.values["heat_flow_m3h"][place("2025-01-23", 5) : place("2025-01-23", 7)] = 0.01  # two hours, which may be
        site.connection.execute(
            "INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount,"
            " tariff_currency, tariff_per, esco_share)"
            " VALUES ('c', 'C', %s, 'heat', 'change-point-daily', %s, 5.5, 'RUB', 'kWh', 0.8)",
            (building, DateRange(BASELINE.start, BASELINE.end)),
        )

    def limit(self) -> None:
        self.site.connection.execute(
            "UPDATE device SET q_min_m3h = 0.03, q_max_m3h = 3, dt_min_k = 3 WHERE name = 'meter'"
        )

    def hear(self, hours: range | list[int]) -> None:
        heard = [n for n in hours if n not in self.silent]
        values = {name: values[heard] for name, values in self.values.items()}
        self.site.read(self.device, [AT[n] for n in heard], DeviceClass.HEAT, "1", **values)

    def day(self, day: str) -> dict[str, float | None]:
        """Hours of each clock."""
        row = self.site.rows("heat_state_daily")[self.device, date.fromisoformat(day)]
        return {name: None if s is None else s / 3600 for name, s in zip(CLOCKS, row, strict=True)}  # type: ignore[operator]

    def verified(self, fill: FillTerms | None) -> Statement:
        with self.site.connection.cursor() as cursor:
            put_terms(cursor, "c", Terms(fill=fill))
        return verify_contract(self.site.connection, "c", REPORTING)


FILL = FillTerms(FillRules.PP1034, Decimal(9), Decimal(-24))
WELL = {"normal": 24.0, **dict.fromkeys(CLOCKS[1:-1], 0.0), "covered": 24.0}


@pytest.fixture
def meter(database: str) -> Iterator[Meter]:
    with house(database) as site:
        yield Meter(site)


def test_each_state_is_a_clock_of_its_day(meter: Meter) -> None:
    meter.limit()
    meter.hear(range(HOURS))
    roll_up(meter.site.connection)
    assert meter.day("2025-01-07") == WELL
    for day, clock in (("08", "below_range"), ("11", "above_range"), ("14", "low_dt"), ("17", "fault")):
        assert meter.day(f"2025-01-{day}") == {**WELL, "normal": 18.0, clock: 6.0}, day
    lost = meter.day("2025-01-20")
    assert lost["no_power"] == pytest.approx(10, abs=1)
    assert lost["covered"] == lost["normal"] + lost["no_power"]  # type: ignore[operator]
    seen = meter.site.connection.execute(
        "SELECT building, device, fault_s FROM heat_state WHERE day = '2025-01-17'"
    ).fetchall()
    assert seen == [("lenina-1", "meter", 6 * 3600)]


def test_without_limits_their_clocks_are_unknown(meter: Meter) -> None:
    meter.hear(range(HOURS))
    roll_up(meter.site.connection)
    assert meter.day("2025-01-08") == {
        **dict.fromkeys(("normal", "below_range", "above_range", "low_dt")), "fault": 0, "no_power": 0, "covered": 24,
    }  # fmt: skip
    meter.limit()
    meter.site.dirty_whole(meter.device)  # as `site apply` does when what is known of a device changes
    roll_up(meter.site.connection)
    assert meter.day("2025-01-08")["below_range"] == 6


def test_late_readings_and_parts_give_the_same_clocks(meter: Meter) -> None:
    meter.limit()
    meter.hear(range(HOURS))
    roll_up(meter.site.connection)
    whole = meter.site.everything()
    meter.site.connection.execute("DELETE FROM heat_reading")
    meter.site.forget_rollups()
    parts = np.array_split(np.arange(HOURS), 12)
    rng = np.random.default_rng(5)
    for part in rng.permutation(len(parts)).tolist():
        meter.hear(parts[part].tolist())
        roll_up(meter.site.connection)
    found = meter.site.everything()
    only = {"heat_state_daily"}
    assert [line for line in unlike(found, whole) if line.split()[0] in only] == []
    meter.site.dirty(meter.device, AT[place("2025-01-11", 7)], AT[place("2025-01-11", 8)])
    roll_up(meter.site.connection)
    assert meter.site.rows("heat_state_daily") == whole["heat_state_daily"]


def test_abnormal_days_are_filled_with_their_reason(meter: Meter, tmp_path: Path) -> None:
    meter.hear(range(HOURS))
    roll_up(meter.site.connection)
    before = meter.verified(FILL)
    without = meter.verified(None)
    assert before.filled is not None
    assert [str(row.day) for row in before.reporting_days if not row.used] == ["2025-01-17", "2025-01-20"]
    meter.limit()
    meter.site.dirty_whole(meter.device)
    roll_up(meter.site.connection)
    found = meter.verified(FILL)
    assert {str(row.day): row.left_out for row in found.reporting_days if not row.used} == {
        "2025-01-08": LeftOut.BELOW_RANGE,
        "2025-01-11": LeftOut.ABOVE_RANGE,
        "2025-01-14": LeftOut.LOW_DT,
        "2025-01-17": LeftOut.METER_FAULT,
        "2025-01-20": LeftOut.NO_POWER,
    }
    assert found.filled is not None
    assert found.filled.days == 5
    told = {each.code: each.data for each in found.findings}
    assert told[FindingCode.METER_ABNORMAL] == {
        "days": 5, "baseline_days": 0, "hours": 2.4, "below_range_days": 1, "above_range_days": 1, "low_dt_days": 1,
        "meter_fault_days": 1, "no_power_days": 1,
    }  # fmt: skip
    path = tmp_path / "bundle.zip"
    bundle = load_bundle(meter.site.connection, "c", REPORTING)
    write_bundle(path, bundle)
    assert verdict_of(path).verdict == "equal"
    assert bundle.heat_states is not None
    calm = replace(
        bundle.heat_states, seconds=bundle.heat_states.seconds * 0.1
    )  # it can fail: other clocks, other days
    write_bundle(path, replace(bundle, heat_states=calm))
    assert verdict_of(path).verdict == "different"
    assert meter.verified(None) == without  # without a fill rule the clocks are not even asked


def test_a_clock_longer_than_what_is_covered_is_refused(meter: Meter) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        meter.site.connection.execute(
            "INSERT INTO heat_state_daily (device_id, day, fault_s, covered_s) VALUES (%s, '2025-01-01', 20, 10)",
            (meter.device,),
        )

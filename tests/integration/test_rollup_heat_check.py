"""Heat meters checked against themselves in the database: nothing at a clean house, each fault while it lasts."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from analytics.rollup.heat import CODES_OF_HEAT
from analytics.rollup.job import roll_up
from simulators.heat_meter import KWH_PER_UNIT, HeatMeter
from simulators.house import House as Building
from simulators.house import boundary, simulate
from simulators.weather import outdoor_temperature_c
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.quantities import Quantity
from tests.integration.rollup_site import House, house, unlike

FIRST_HOUR = int(datetime(2024, 9, 30, 21, tzinfo=UTC).timestamp() // 3600)
SEASON_DAYS = 200

Values = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def season() -> tuple[list[datetime], Values]:
    """A heating season of an apartment house, read every half hour."""
    hours = np.arange(FIRST_HOUR, FIRST_HOUR + 24 * SEASON_DAYS)
    building = Building("test", 5.0, 400.0, gains_kw=36.0, hot_water_kw=70.0)
    track = simulate(building, boundary(building, 4, hours, outdoor_temperature_c(4, hours)), None)
    times_s = 3600.0 * FIRST_HOUR + 1800.0 * np.arange(48 * SEASON_DAYS + 1)
    series = HeatMeter("1", start_energy=5214.4).read("d", track, times_s[0], times_s)
    values = {column.quantity.value: column.values for column in series.columns}
    values[Quantity.HEAT_ENERGY_KWH.value] = values[Quantity.HEAT_ENERGY_KWH.value] * KWH_PER_UNIT["Gcal"]
    return [datetime.fromtimestamp(each, UTC) for each in times_s.tolist()], values


def days(season: tuple[list[datetime], Values], first: int, count: int) -> tuple[list[datetime], Values]:
    span = slice(48 * first, 48 * (first + count) + 1)
    return season[0][span], {name: values[span].copy() for name, values in season[1].items()}


def meter(site: House, at: datetime, power_kw: float | None = 900.0) -> int:
    return site.device("d", site.building(), since=at, power_kw=power_kw)


def of_heat(site: House) -> Counter[tuple[str, int]]:
    """Codes of heat meters' checks with their severity."""
    found = site.rows("register_finding").items()
    return Counter((str(key[3]), int(str(row[0]))) for key, row in found if key[3] in CODES_OF_HEAT)


WARNED = int(Severity.WARNING)


def test_a_clean_season_gives_no_finding(database: str, season: tuple[list[datetime], Values]) -> None:
    at, values = season
    with house(database) as site:
        site.read(meter(site, at[0]), at, **values)
        roll_up(site.connection)
        assert site.rows("register_finding") == {}
        assert len(site.days(1)) >= SEASON_DAYS


def test_a_volume_that_is_ten_times_too_much_is_found_for_as_long_as_it_is(
    database: str, season: tuple[list[datetime], Values]
) -> None:
    """As a wrong pulse weight shows: the register grows ten times too fast from the fourth day to the eighth."""
    at, values = days(season, 60, 12)
    volume = values["heat_volume_m3"]
    grown = np.diff(volume)
    grown[48 * 3 : 48 * 8] *= 10
    values["heat_volume_m3"] = volume[0] + np.concatenate(([0.0], np.cumsum(grown)))
    with house(database) as site:
        site.read(meter(site, at[0]), at, **values)
        roll_up(site.connection)
        assert of_heat(site) == {(FindingCode.HEAT_BALANCE.value, WARNED): 5 * 24}
        starts = {key[2] for key in site.rows("register_finding")}
        assert starts == {each for each in at[48 * 3 : 48 * 8] if each.minute == 0}


def test_swapped_sensors_and_a_still_register_are_found(database: str, season: tuple[list[datetime], Values]) -> None:
    at, values = days(season, 90, 6)
    energy = values["heat_energy_kwh"]
    energy[48 * 2 : 48 * 3] = energy[48 * 2]
    energy[48 * 3 :] -= energy[48 * 3] - energy[48 * 2]
    flow, back = values["flow_temperature_c"].copy(), values["return_temperature_c"].copy()
    swapped = slice(48 * 4, 48 * 5)
    values["flow_temperature_c"][swapped], values["return_temperature_c"][swapped] = back[swapped], flow[swapped]
    with house(database) as site:
        site.read(meter(site, at[0]), at, **values)
        roll_up(site.connection)
        found = of_heat(site)
        assert found[FindingCode.HEAT_FLOW_WITHOUT_ENERGY.value, WARNED] == 24
        assert found[FindingCode.HEAT_SENSOR_FAULT.value, WARNED] >= 23  # the last hour sees the sensors put right
        assert sum(found.values()) <= 50  # the hours beside the swap may look odd


def test_a_power_above_what_is_stated_is_found(database: str, season: tuple[list[datetime], Values]) -> None:
    at, values = days(season, 100, 3)
    limit = float(np.quantile(values["heat_power_kw"], 0.8))
    with house(database) as site:
        site.read(meter(site, at[0], limit), at, **values)
        roll_up(site.connection)
        codes = {code for code, _ in of_heat(site)}
        assert codes == {FindingCode.HEAT_POWER_EXCEEDED.value}
        told = site.connection.execute("SELECT building, device, (data ->> 'power_kw')::float8 FROM device_finding")
        assert {(row[0], row[1], row[2] > limit) for row in told} == {("lenina-1", "d", True)}


def test_the_stated_resolution_counts(database: str, season: tuple[list[datetime], Values]) -> None:
    """Without it the register of whole Gcal would have to be told by its values, which a day hardly shows."""
    at, values = days(season, 30, 2)
    gcal = np.floor(values["heat_energy_kwh"] / 1163.0)
    values["heat_energy_kwh"] = gcal * 1163.0
    with house(database) as site:
        device = meter(site, at[0], 5000.0)
        site.birth(device, at[0], "1", {})
        site.connection.execute(
            "UPDATE device_birth SET resolutions = %s",
            (Jsonb({"heat_energy_kwh": 1163.0, "heat_volume_m3": 0.01, "flow_temperature_c": 0.01}),),
        )
        site.read(device, at, **values)
        roll_up(site.connection)
        assert of_heat(site) == {}
        site.connection.execute("UPDATE device_birth SET resolutions = %s", (Jsonb({"heat_energy_kwh": 1.0}),))
        site.dirty(device, at[0], at[-1])
        roll_up(site.connection)
        assert of_heat(site)


def test_in_parts_late_and_again_it_is_the_same(database: str, season: tuple[list[datetime], Values]) -> None:
    at, values = days(season, 60, 14)
    volume = values["heat_volume_m3"]
    grown = np.diff(volume)
    grown[48 * 5 : 48 * 7] *= 10
    values["heat_volume_m3"] = volume[0] + np.concatenate(([0.0], np.cumsum(grown)))
    rng = np.random.default_rng(2)
    part = np.minimum(np.arange(len(at)) // 100 + (rng.random(len(at)) < 0.2) * rng.integers(0, 3, len(at)), 6)
    with house(database) as site:
        device = meter(site, at[0])
        for number in range(7):
            mine = rng.permutation(np.flatnonzero(part == number))
            site.read(device, [at[k] for k in mine.tolist()], **{name: each[mine] for name, each in values.items()})
            roll_up(site.connection)
        found = site.everything()
        assert of_heat(site)[FindingCode.HEAT_BALANCE.value, WARNED] == 48
        for _ in range(2):
            site.dirty(device, at[0], at[-1])
            roll_up(site.connection)
            assert unlike(found, site.everything())[:5] == []
        site.forget_rollups()
        site.dirty(device, at[0], at[-1])
        roll_up(site.connection)
        assert unlike(found, site.everything())[:5] == []

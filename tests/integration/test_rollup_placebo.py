"""Nothing is wrong with the demo's houses: no check says that anything is, before the retrofit and after it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from analytics.rollup.job import roll_up
from analytics.rollup.store import CHECKS
from simulators.fleet import Fleet, Installed
from simulators.scenario import demo_scenario
from simulators.series import DeviceSeries
from teplosvet.domain.quantities import DeviceClass
from teplosvet.wire.units import conversion
from tests.integration.rollup_site import House, house


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return demo_scenario().fleet


@pytest.mark.parametrize(
    ("first_day", "days", "every_s"),
    [("2024-11-20", 12, 900.0), ("2025-12-10", 12, 900.0), ("2026-01-18", 12, 3600.0), ("2025-12-20", 2, 60.0)],
)
def test_the_demo_houses_agree_with_themselves(
    database: str, fleet: Fleet, first_day: str, days: int, every_s: float
) -> None:
    start_s = datetime.fromisoformat(first_day).replace(tzinfo=UTC).timestamp() - 3 * 3600
    times_s = np.arange(start_s, start_s + 86_400 * days + 1, every_s)
    with house(database) as site:
        buildings: dict[str, int] = {}
        for installations in fleet.by_device().values():
            device = _register(site, buildings, installations[0])
            for installed in installations:
                _deliver(site, device, installed, installed.read(times_s))
        roll_up(site.connection)
        assert {key[3] for key in site.rows("register_finding")} & set(CHECKS) == set()
        assert len({key[0] for key in site.rows("light_use_daily")}) > 30
        assert len({key[0] for key in site.rows("consumption_daily")}) > 30


def _register(site: House, buildings: dict[str, int], one: Installed) -> int:
    if one.building not in buildings:
        buildings[one.building] = site.building(one.building)
    since = datetime.fromtimestamp(one.from_s, UTC)
    device = site.device(
        one.device, buildings[one.building], one.device_class, since=since, power_kw=one.greatest_power_kw
    )
    if one.modulus_kwh is not None:
        site.modulus(device, one.energy.value, one.modulus_kwh)
    return device


def _deliver(site: House, device: int, installed: Installed, series: DeviceSeries) -> None:
    values: dict[str, np.ndarray] = {}
    for column in series.columns:
        convert = conversion(column.quantity, column.unit)
        assert convert is not None
        values[column.quantity.value] = np.array([convert.apply(value) for value in column.values.tolist()])
    at = [datetime.fromtimestamp(each, UTC) for each in series.times_s.tolist()]
    assert installed.device_class in {DeviceClass.LIGHT, DeviceClass.HEAT}
    site.read(device, at, installed.device_class, installed.serial, **values)

"""The shell of persistence on a real database."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from analytics.persistence_command import load_persistence
from analytics.verification import Connection
from teplosvet.domain.errors import NotEnoughDataError, UnknownNameError
from teplosvet.domain.findings import FindingCode
from teplosvet.storage.database import connect
from tests.integration.test_verification import register, store_energy, store_hours
from tests.unit.analytics.known_contracts import DAYS, FIRST_REPORTING, REPORTING, TEMPERATURE, heat_energy


@pytest.fixture
def store(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def test_a_heat_contract_has_its_year_and_an_unknown_one_is_refused(store: Connection) -> None:
    house = register(store, "heat", "change-point-daily")
    store_energy(store, house, "heat", heat_energy(0.2))
    store_hours(store, "sky", "outdoor_temperature_c", TEMPERATURE, frozenset())
    found = load_persistence(store, "lenina-1", REPORTING.start)
    assert found.years[0].period.start == REPORTING.start
    assert found.years[0].days == REPORTING.days
    assert not found.years[0].whole
    assert found.years[0].fractional_saving == pytest.approx(0.2, abs=0.05)
    assert json.dumps([each.sum_kwh for each in found.cusum])
    with pytest.raises(UnknownNameError):
        load_persistence(store, "nowhere")
    with pytest.raises(NotEnoughDataError, match="nothing is over yet"):
        load_persistence(store, "lenina-1", REPORTING.end.replace(year=2999))


def test_lamps_that_burn_longer_again_are_found(store: Connection) -> None:
    house = register(store, "light", "light-option-b")
    since = np.arange(len(DAYS)) - FIRST_REPORTING
    hours = np.where(since < 0, 20.0, 5.0 + 0.03 * since)
    store_energy(store, house, "light", 2.0 * hours)
    store.execute(
        "INSERT INTO installation (device_id, building_id, serial, installed_at)"
        " SELECT id, %s, '1', '2023-01-01' FROM device WHERE name = 'lamp'",
        (house,),
    )
    with store.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO light_use_daily (device_id, day, covered_s, off_s)"
            " SELECT id, %s, 86400, %s FROM device WHERE name = 'lamp'",
            [(day, 3600 * (24 - float(hour))) for day, hour in zip(DAYS.tolist(), hours, strict=True)],
        )
    found = load_persistence(store, "lenina-1", REPORTING.start)
    assert found.run_hours is not None
    assert found.run_hours.from_h == pytest.approx(5.0, abs=0.3)
    assert FindingCode.RUN_HOURS_DRIFT in {finding.code for finding in found.findings}

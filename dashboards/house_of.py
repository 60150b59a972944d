"""Loads what the page of a house shows."""

from datetime import timedelta

from dashboards import rows, rows_of_houses
from dashboards.building_page import DAYS_SHOWN, BuildingPage, Health, building_page
from dashboards.house_health import COMPARED_DAYS, COMPLETENESS_DAYS
from dashboards.reader import Reader

CURVE_DAYS = 120
JOURNAL_ROWS = 20


def house_of(connection: rows.Connection, code: str, reader: Reader) -> BuildingPage:
    """Everything that the page of a house shows.

    Raises:
        UnknownNameError: If there is no such house.
    """
    house, energy = rows.house(connection, code), rows.energy(connection, code, DAYS_SHOWN)
    ends = {row.carrier: row.day for row in energy if row.energy_kwh is not None}
    now = reader.now
    health = Health(
        rows_of_houses.outdoor_days(connection, code, now - timedelta(days=DAYS_SHOWN)),
        rows_of_houses.curve(connection, code, now - timedelta(days=CURVE_DAYS)),
        rows_of_houses.light_levels(connection, code, now - timedelta(days=7)),
        rows_of_houses.completeness(connection, code, (now - timedelta(days=COMPLETENESS_DAYS + 1)).date()),
        rows_of_houses.comfort(connection, code, now - timedelta(days=1)),
        rows_of_houses.journal(connection, code, JOURNAL_ROWS),
        {carrier: rows_of_houses.similar(connection, carrier, end, COMPARED_DAYS) for carrier, end in ends.items()},
    )
    devices, entrances = rows.devices(connection, code), rows.entrances(connection, code)
    return building_page(house, devices, entrances, energy, rows.verdicts(connection, code), health, reader)

"""Three houses of two operators, three contracts of two ESCOs, and an account for every role."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ingest_service.site_apply import apply_site
from teplosvet.access import accounts
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.domain.buildings import Building, Site
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.devices import Device, Installation
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.database import connect
from tests.acceptance.console_site import season, statement, write_statement

ZONE = ZoneInfo("Europe/Moscow")
PASSWORD = "correct horse battery"
CLASSES = (DeviceClass.HEAT, DeviceClass.LIGHT)
HOUSES = ("a", "b", "c")

PEOPLE = {
    "operator": (Role.OPERATOR, "organisation:city"),
    "esco": (Role.ESCO, "organisation:saver"),
    "installer": (Role.INSTALLER, "organisation:city"),
    "verifier": (Role.VERIFIER, "contract:a-heat"),
    "administrator": (Role.ADMINISTRATOR, "organisation:city"),
    "platform": (Role.ADMINISTRATOR, "platform"),
}


def _contract(code: str, building: str, carrier: Carrier) -> Contract:
    period = Period(date(2024, 10, 1), date(2025, 5, 1))
    tariff = Tariff(Decimal(5), "RUB", TariffUnit.KWH)
    method = Method.LIGHT_OPTION_B if carrier is Carrier.LIGHT else Method.CHANGE_POINT_DAILY
    return Contract(code, code, building, carrier, method, period, tariff, Decimal("0.8"))


def _device(house: str, kind: DeviceClass) -> Device:
    place = Installation(house, f"SN-{house}-{kind}", datetime(2024, 9, 1, tzinfo=UTC))
    return Device(f"{house}-{kind}-1", kind, "gateway", "demo", installations=(place,))


SITE = Site(
    "world",
    "World",
    tuple(Building(house, f"House {house}", ZONE) for house in HOUSES),
    tuple(_device(house, kind) for house in HOUSES for kind in CLASSES),
    (
        _contract("a-heat", "a", Carrier.HEAT),
        _contract("b-light", "b", Carrier.LIGHT),
        _contract("c-heat", "c", Carrier.HEAT),
    ),
)

READINGS = """
    INSERT INTO latest_reading (device_id, measured_at, received_at, quantities)
    SELECT id, now(), now(), '{}' FROM device;
    INSERT INTO building_energy_daily (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
    SELECT b.id, c.carrier, '2026-01-01', 10, 0, 1, 1
    FROM building b CROSS JOIN (VALUES ('heat'), ('light')) c (carrier);
    INSERT INTO consumption_hourly (device_id, quantity, hour, amount, estimated, covered_s, rule)
    SELECT id, class || '_energy_kwh', '2026-01-01', 1, 0, 3600, 'measured' FROM device;
    INSERT INTO device_event (device_id, happened_at, event, data) SELECT id, now(), 'started', '{}' FROM device
"""


def populate(url: str) -> None:
    """Write the world; everybody has the same password, that stays."""
    with connect(url) as connection:
        apply_site(connection, SITE)
        for insert in READINGS.split(";"):
            connection.execute(insert.encode())
        for contract in SITE.contracts:
            write_statement(connection, statement(contract, season(1, contract.carrier, 0.2)), 1)
        for code in ("city", "village", "saver", "other"):
            accounts.add_organisation(connection, COMMAND_LINE, code, code.title())
        owners = {"building:a": "city", "building:b": "city", "building:c": "village"}
        owners |= {"contract:a-heat": "saver", "contract:b-light": "other", "contract:c-heat": "other"}
        for what, organisation in owners.items():
            accounts.own(connection, COMMAND_LINE, Scope.parse(what), organisation)
        for login, (role, scope) in PEOPLE.items():
            home = "" if login == "platform" else "saver" if login in {"esco", "verifier"} else "city"
            accounts.add_account(connection, COMMAND_LINE, login, login, organisation=home, password=PASSWORD)
            accounts.grant(connection, COMMAND_LINE, login, role, Scope.parse(scope))

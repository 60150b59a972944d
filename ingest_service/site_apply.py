"""Applying a site to the registry: idempotent, all or nothing, and telling what changed."""

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from ingest_service.site_installations import as_row, put_installations
from teplosvet.domain.buildings import Building, Site
from teplosvet.domain.contracts import Contract
from teplosvet.domain.devices import Device
from teplosvet.domain.errors import ConfigurationError
from teplosvet.storage.contract_terms import put_terms
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Change:
    """Something that applying a site has changed.

    Attributes:
        what: ``added`` or ``changed``.
        noun: site, building, device or contract.
        name: Its code or name.
    """

    what: str
    noun: str
    name: str


def apply_site(connection: psycopg.Connection[TupleRow], site: Site) -> list[Change]:
    """Make the registry say what the site says, in one transaction; applying it again changes nothing.

    What is in the registry and not in the site stays: readings hang on it.

    Raises:
        ConfigurationError: If the site contradicts what readings already hang on.
    """
    changes: list[Change] = []
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(query("registry", "lock"))
        what = _difference(
            cursor.execute(query("registry", "find_site"), {"name": site.name}).fetchone(), (site.title,)
        )
        if what:
            changes.append(Change(what, "site", site.name))
        row = cursor.execute(query("registry", "site"), {"name": site.name, "title": site.title}).fetchone()
        site_id = int(row[0]) if row else 0
        if _put_sources(cursor, site, site_id) and not changes:
            changes.append(Change("changed", "site", site.name))
        for building in site.buildings:
            changes += _building(cursor, building, site_id)
        for device in site.devices:
            changes += _device(cursor, device)
        for contract in site.contracts:
            changes += _contract(cursor, contract)
    return changes


def _building(cursor: psycopg.Cursor[TupleRow], building: Building, site_id: int) -> list[Change]:
    wanted = {
        "site_id": site_id,
        "title": building.title,
        "zone": building.zone.key,
        "address": building.address,
        "latitude": building.latitude,
        "longitude": building.longitude,
        "floor_area_m2": building.floor_area_m2,
        "weather": building.weather,
    }
    found = cursor.execute(query("registry", "find_building"), {"code": building.code}).fetchone()
    if found is not None and found[0] != site_id:
        raise ConfigurationError(f"the building {building.code} belongs to another site")
    what = _difference(found, tuple(wanted.values()))
    if what:
        cursor.execute(query("registry", "building"), {"code": building.code, **wanted})
    if found is not None and found[2] != building.zone.key:
        for statement in ("forget_days_of_devices", "forget_days_of_building", "mark_building_history"):
            cursor.execute(query("registry", statement), {"code": building.code})
    for name in building.entrances:
        cursor.execute(query("registry", "entrance"), {"building": building.code, "name": name})
        if cursor.rowcount and not what:
            what = "changed"
    return [Change(what, "building", building.code)] if what else []


def _device(cursor: psycopg.Cursor[TupleRow], device: Device) -> list[Change]:
    wanted = {
        "class": device.device_class.value,
        "publisher": device.publisher,
        "model": device.model,
        "greatest_power_kw": device.greatest_power_kw,
        **asdict(device.limits),
    }
    moduli = {str(quantity): float(modulus) for quantity, modulus in device.modulus.items()}
    found = cursor.execute(query("registry", "find_device"), {"name": device.name}).fetchone()
    if found is not None and found[0] != device.device_class:
        raise ConfigurationError(
            f"the device {device.name} is registered as {found[0]}: a {device.device_class} device needs another name"
        )
    installed = cursor.execute(query("registry", "installations"), {"name": device.name}).fetchall()
    what = _difference(found, (*wanted.values(), moduli))
    if what:
        cursor.execute(query("registry", "device"), {"name": device.name, **wanted})
        cursor.execute(query("registry", "forget_moduli"), {"name": device.name})
        for quantity, modulus in moduli.items():
            values = {"name": device.name, "quantity": quantity, "modulus": modulus}
            cursor.execute(query("registry", "modulus"), values)
    if [tuple(row) for row in installed] != [as_row(each) for each in device.installations]:
        what = what or "changed"
        for code in {row[0] for row in installed}:  # a building that the device leaves has other days without it
            cursor.execute(query("registry", "forget_days_of_building"), {"code": code})
            cursor.execute(query("registry", "mark_building_history"), {"code": code})
        put_installations(cursor, device)
    if _put_identities(cursor, device):
        what = what or "changed"
    if what:  # one that is added makes days unknown that were known without it
        cursor.execute(query("registry", "mark_whole_history"), {"name": device.name})
    return [Change(what, "device", device.name)] if what else []


def _put_sources(cursor: psycopg.Cursor[TupleRow], site: Site, site_id: int) -> bool:
    """Say where else to listen; True if that is anything new."""
    found = cursor.execute(query("registry", "site_sources"), {"site_id": site_id}).fetchall()
    if sorted(tuple(row) for row in found) == sorted(site.sources):
        return False
    cursor.execute(query("registry", "forget_sources"), {"site_id": site_id})
    for adapter, wanted in site.sources:
        cursor.execute(query("registry", "source"), {"site_id": site_id, "adapter": adapter, "filter": wanted})
    return True


def _put_identities(cursor: psycopg.Cursor[TupleRow], device: Device) -> bool:
    """Bind a device to its names in other makers' messages; True if that is anything new."""
    quantities = {measure: str(quantity) for measure, quantity in device.measures.items()}
    wanted = [(each.adapter, each.name, quantities) for each in sorted(device.identities)]
    found = cursor.execute(query("registry", "identities"), {"name": device.name}).fetchall()
    if sorted(tuple(row)[:2] for row in found) == [row[:2] for row in wanted] and all(
        row[2] == quantities for row in found
    ):
        return False
    cursor.execute(query("registry", "forget_identities"), {"name": device.name})
    for adapter, identity, _ in wanted:
        names = {"adapter": adapter, "identity": identity}
        owner = cursor.execute(query("registry", "identity_owner"), names).fetchone()
        if owner is not None:
            raise ConfigurationError(f"{adapter}:{identity} is the device {owner[0]}: take it away from that one first")
        cursor.execute(query("registry", "identity"), {**names, "name": device.name, "quantities": Jsonb(quantities)})
        cursor.execute(query("registry", "not_unbound"), names)
    return True


def _contract(cursor: psycopg.Cursor[TupleRow], contract: Contract) -> list[Change]:
    wanted: dict[str, Any] = {
        "building": contract.building,
        "title": contract.title,
        "carrier": contract.carrier.value,
        "method": contract.method.value,
        "baseline_start": contract.baseline.start,
        "baseline_end": contract.baseline.end,
        "tariff_amount": contract.tariff.amount,
        "tariff_currency": contract.tariff.currency,
        "tariff_per": contract.tariff.per.value,
        "esco_share": contract.esco_share,
        "guarantee_kwh": contract.guarantee_kwh,
        "customer": contract.customer,
        "esco": contract.esco,
        "investment": contract.investment,
    }
    found = cursor.execute(query("registry", "find_contract"), {"code": contract.code}).fetchone()
    what = _difference(found, tuple(wanted.values()))
    if what:
        cursor.execute(query("registry", "contract"), {"code": contract.code, **wanted})
    if put_terms(cursor, contract.code, contract.terms):
        what = what or "changed"
    return [Change(what, "contract", contract.code)] if what else []


def _difference(found: TupleRow | None, wanted: tuple[object, ...]) -> str:
    if found is None:
        return "added"
    return "" if tuple(found) == wanted else "changed"

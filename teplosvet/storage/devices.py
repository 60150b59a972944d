"""Registering a device that speaks for itself, where a whole site file would be too much."""

import psycopg
from psycopg.rows import TupleRow

from teplosvet.domain.devices import NAME_RULE, is_name
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.queries import query


def ensure_device(
    connection: psycopg.Connection[TupleRow], name: str, device_class: DeviceClass, publisher: str
) -> bool:
    """Register a device without a place, unless it is registered; True if it was not.

    Raises:
        ConfigurationError: If the name cannot be one, or it is registered as another class or for another publisher.
    """
    for word in (name, publisher):
        if not is_name(word):
            raise ConfigurationError(f"{word[:40]!r} is no name: expected {NAME_RULE}")
    values = {"name": name, "class": device_class.value, "publisher": publisher}
    added = connection.execute(query("registry", "ensure_device"), values).rowcount == 1
    found = connection.execute(query("registry", "find_device"), {"name": name}).fetchone()
    if found is not None and found[0] != device_class:
        raise ConfigurationError(f"the device {name} is registered as {found[0]}, not as {device_class}")
    if found is not None and found[1] != publisher:
        raise ConfigurationError(f"for the device {name} speaks {found[1]}: say --publisher {found[1]}")
    return added

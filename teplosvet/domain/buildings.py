"""Sites and buildings."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from teplosvet.domain.contracts import Contract
from teplosvet.domain.devices import Device


@dataclass(frozen=True, slots=True)
class Building:
    """A house whose days are local days of its zone.

    Attributes:
        code: Short name, unique.
        title: The name that people use.
        zone: Time zone of its calendar days.
        address: Postal address.
        latitude: North positive. [°]
        longitude: East positive. [°]
        floor_area_m2: Heated floor area, or None. [m²]
        entrances: Names of its entrances (staircases).
        weather: Name of the climate device with its outdoor temperature, or None.
    """

    code: str
    title: str
    zone: ZoneInfo
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    floor_area_m2: float | None = None
    entrances: tuple[str, ...] = ()
    weather: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that one site file describes.

    Attributes:
        name: Short name, unique.
        title: The name that people use.
        buildings: Its buildings.
        devices: Devices with their installations.
        contracts: Energy service contracts.
        sources: Adapter and topic filter where other makers' devices publish beside their usual topics.
    """

    name: str
    title: str
    buildings: tuple[Building, ...]
    devices: tuple[Device, ...]
    contracts: tuple[Contract, ...]
    sources: tuple[tuple[str, str], ...] = ()

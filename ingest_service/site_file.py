"""Site files: TOML with buildings, devices, installations and contracts; what is wrong is told with line and field."""

import re
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ingest_service.site_terms import TermsReader, TermsTable
from teplosvet.domain.buildings import Building, Site
from teplosvet.domain.contract_terms import MeasurementOption, Proration, SurplusRule, TariffKind
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.devices import NAME_RULE, Device, Identity, Installation, is_name
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.heat_limits import HeatLimits
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass, Kind, Quantity
from teplosvet.toml_lines import dotted, line_of, parse, read_text
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Measure

_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,6})?")
_YEARS = range(1900, 2200)

Text = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=500)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=64)]
Bound = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=500)]
Floor = Annotated[int, msgspec.Meta(ge=-99, le=999)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e12)]
Bits = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _SiteTable(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    zone: str
    title: Text = ""
    latitude: float | None = None
    longitude: float | None = None


class _BuildingTable(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    title: Text = ""
    address: Text = ""
    zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    floor_area_m2: Positive | None = None
    entrances: list[Word] = []
    weather: str | None = None


class _InstallationTable(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    building: str
    serial: Word
    from_: datetime
    to: datetime | None = None
    entrance: str | None = None
    floor: Floor | None = None
    start_registers: dict[Quantity, float] = {}
    closing_registers: dict[Quantity, float] = {}


class _DeviceTable(msgspec.Struct, forbid_unknown_fields=True, rename={"class_": "class"}):
    name: str
    class_: DeviceClass
    model: Text = ""
    publisher: str | None = None
    greatest_power_kw: Positive | None = None
    q_min_m3h: Positive | None = None
    q_max_m3h: Positive | None = None
    dt_min_k: Positive | None = None
    fault_bits: Bits | None = None
    modulus: dict[Quantity, Positive] = {}
    identities: list[Bound] = []
    measures: dict[Measure, Quantity] = {}
    installation: list[_InstallationTable] = []


class _TariffTable(msgspec.Struct, forbid_unknown_fields=True):
    amount: str
    currency: Word
    per: TariffUnit


class _ContractTable(TermsTable, forbid_unknown_fields=True):
    code: str
    building: str
    carrier: Carrier
    baseline: str
    tariff: _TariffTable
    esco_share: str
    title: Text = ""
    customer: Text = ""
    esco: Text = ""


class _SourceTable(msgspec.Struct, forbid_unknown_fields=True):
    adapter: str
    filter: Word


class _File(msgspec.Struct, forbid_unknown_fields=True):
    site: _SiteTable
    building: list[_BuildingTable] = []
    device: list[_DeviceTable] = []
    contract: list[_ContractTable] = []
    source: list[_SourceTable] = []


def read_site(path: Path) -> Site:
    """Read a site file.

    Raises:
        InvalidFileError: With file, line, field and what was expected, at the first thing that is wrong.
    """
    return parse_site(read_text(path), path.name)


def parse_site(text: str, name: str) -> Site:
    """Read the text of a site file called `name`; see `read_site`."""
    tables = parse(text, name)
    try:
        file = msgspec.convert(tables, _File, strict=True)
    except msgspec.ValidationError as error:
        message, path = _path(str(error))
        raise InvalidFileError(name, line_of(text, path), dotted(path), message) from error
    return _Reader(text, name).site(file)


class _Reader:
    """Turns tables into the domain's types, checking what spans more than one field."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name

    def site(self, file: _File) -> Site:
        zone = self._zone(file.site.zone, ("site", "zone"))
        self._named(file.site.name, ("site", "name"))
        buildings = tuple(self._building(table, n, zone) for n, table in enumerate(file.building))
        self._unique([table.code for table in file.building], "building", "code")
        self._unique([table.name for table in file.device], "device", "name")
        self._unique([table.code for table in file.contract], "contract", "code")
        codes = {building.code: building for building in buildings}
        devices = tuple(self._device(table, n, codes) for n, table in enumerate(file.device))
        climate = {device.name for device in devices if device.device_class is DeviceClass.CLIMATE}
        for n, building in enumerate(buildings):
            if building.weather is not None and building.weather not in climate:
                raise self._error(("building", n, "weather"), f"no climate device is called {building.weather!r}")
        contracts = tuple(self._contract(table, n, codes) for n, table in enumerate(file.contract))
        self._bound_once(file.device)
        sources = tuple(self._source(table, n) for n, table in enumerate(file.source))
        return Site(file.site.name, file.site.title or file.site.name, buildings, devices, contracts, sources)

    def _building(self, table: _BuildingTable, n: int, zone: ZoneInfo) -> Building:
        self._named(table.code, ("building", n, "code"))
        self._unique(table.entrances, "building", n, "entrances")
        return Building(
            code=table.code,
            title=table.title or table.code,
            zone=zone if table.zone is None else self._zone(table.zone, ("building", n, "zone")),
            address=table.address,
            latitude=self._within(table.latitude, -90, 90, ("building", n, "latitude")),
            longitude=self._within(table.longitude, -180, 180, ("building", n, "longitude")),
            floor_area_m2=table.floor_area_m2,
            entrances=tuple(table.entrances),
            weather=table.weather,
        )

    def _device(self, table: _DeviceTable, n: int, buildings: dict[str, Building]) -> Device:
        self._named(table.name, ("device", n, "name"))
        publisher = table.publisher or table.name
        self._named(publisher, ("device", n, "publisher"))
        self._registers(table.modulus, table.class_, ("device", n, "modulus"))
        installations = [
            self._installation(each, ("device", n, "installation", m), table.class_, buildings)
            for m, each in enumerate(table.installation)
        ]
        for m, (before, after) in enumerate(pairwise(installations), start=1):
            if before.removed_at is None or before.removed_at > after.installed_at:
                raise self._error(
                    ("device", n, "installation", m, "from"),
                    "installations of a device stand in order of time and do not overlap: the one before ends "
                    + (f"{before.removed_at}" if before.removed_at else "never (it has no `to`)"),
                )
        return Device(
            table.name,
            table.class_,
            publisher,
            table.model,
            table.greatest_power_kw,
            table.modulus,
            tuple(installations),
            tuple(self._identity(name, n) for name in table.identities),
            {str(measure): quantity for measure, quantity in table.measures.items()},
            self._limits(table, n),
        )

    def _limits(self, table: _DeviceTable, n: int) -> HeatLimits:
        limits = HeatLimits(table.q_min_m3h, table.q_max_m3h, table.dt_min_k, table.fault_bits)
        stated = [name for name, value in asdict(limits).items() if value is not None]
        if stated and table.class_ is not DeviceClass.HEAT:
            raise self._error(("device", n, stated[0]), "only a heat meter has it")
        if limits.q_min_m3h is not None and limits.q_max_m3h is not None and limits.q_min_m3h >= limits.q_max_m3h:
            raise self._error(("device", n, "q_min_m3h"), f"expected less than q_max_m3h, {limits.q_max_m3h}")
        return limits

    def _bound_once(self, tables: list[_DeviceTable]) -> None:
        owners: dict[str, str] = {}
        for n, table in enumerate(tables):
            for name in table.identities:
                if name in owners:
                    raise self._error(("device", n, "identities"), f"{name!r} is {owners[name]} already")
                owners[name] = table.name

    def _identity(self, text: str, n: int) -> Identity:
        adapter, _, name = text.partition(":")
        if adapter not in adapters() or not name:
            raise self._error(
                ("device", n, "identities"),
                f'expected "format:name" with one of {", ".join(adapters())}, not {text!r}',
            )
        return Identity(adapter, name)

    def _source(self, table: _SourceTable, n: int) -> tuple[str, str]:
        if table.adapter not in adapters():
            raise self._error(("source", n, "adapter"), f"expected one of {', '.join(adapters())}")
        levels = table.filter.split("/")
        misplaced = any(level not in {"+", "#"} and set(level) & {"+", "#"} for level in levels) or "#" in levels[:-1]
        if misplaced or levels[0].startswith("$"):
            raise self._error(("source", n, "filter"), "expected an MQTT topic filter such as home/+/tele/SENSOR")
        return table.adapter, table.filter

    def _installation(
        self, table: _InstallationTable, path: tuple[str | int, ...], kind: DeviceClass, buildings: dict[str, Building]
    ) -> Installation:
        building = buildings.get(table.building)
        if building is None:
            raise self._error((*path, "building"), f"no building of this file has the code {table.building!r}")
        if table.entrance is not None and table.entrance not in building.entrances:
            raise self._error((*path, "entrance"), f"{building.code} has no entrance {table.entrance!r}")
        for field, instant in (("from", table.from_), ("to", table.to)):
            if instant is not None and instant.tzinfo is None:
                raise self._error((*path, field), "expected a time with a zone such as 2025-09-01T10:00:00+03:00")
            if instant is not None and instant.year not in _YEARS:
                raise self._error((*path, field), f"expected a year from {_YEARS[0]} to {_YEARS[-1]}")
        if table.to is not None and table.to <= table.from_:
            raise self._error((*path, "to"), "expected a time after `from`")
        self._registers(table.start_registers, kind, (*path, "start_registers"))
        self._registers(table.closing_registers, kind, (*path, "closing_registers"))
        return Installation(
            table.building,
            table.serial,
            table.from_,
            table.to,
            table.entrance,
            table.floor,
            table.start_registers,
            table.closing_registers,
        )

    def _contract(self, table: _ContractTable, n: int, buildings: dict[str, Building]) -> Contract:
        self._named(table.code, ("contract", n, "code"))
        if table.building not in buildings:
            raise self._error(("contract", n, "building"), f"no building of this file has the code {table.building!r}")
        try:
            baseline = Period.parse(table.baseline)
        except ValueError as error:
            raise self._error(("contract", n, "baseline"), str(error)) from error
        terms = TermsReader(("contract", n), self._error)
        return Contract(
            code=table.code,
            title=table.title or table.code,
            building=table.building,
            carrier=table.carrier,
            method=table.method,
            baseline=baseline,
            tariff=Tariff(
                self._decimal(table.tariff.amount, ("contract", n, "tariff")), table.tariff.currency, table.tariff.per
            ),
            esco_share=self._share(table.esco_share, ("contract", n, "esco_share")),
            guarantee_kwh=table.guarantee_kwh,
            customer=table.customer,
            esco=table.esco,
            investment=terms.investment(table),
            terms=terms.terms(table),
        )

    def _registers(self, registers: dict[Quantity, float], kind: DeviceClass, path: tuple[str | int, ...]) -> None:
        for quantity, value in registers.items():
            spec = quantity.spec
            if spec.device_class is not kind or spec.kind is not Kind.COUNTER:
                raise self._error(path, f"{quantity} is no register of a {kind} device")
            if not spec.low <= value <= spec.high:
                raise self._error(path, f"{quantity} is within {spec.low:g} .. {spec.high:g} {spec.unit}")

    def _zone(self, name: str, path: tuple[str | int, ...]) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self._error(path, f"expected a time zone such as Europe/Moscow, not {name!r}") from error

    def _named(self, name: str, path: tuple[str | int, ...]) -> None:
        if not is_name(name):
            raise self._error(path, f"expected {NAME_RULE}")

    def _unique(self, names: list[str], *path: str | int) -> None:
        seen: set[str] = set()
        for n, name in enumerate(names):
            if name in seen:
                here = path if path[-1] == "entrances" else (path[0], n, *path[1:])
                raise self._error(here, f"{name!r} stands here a second time")
            seen.add(name)

    def _within(self, value: float | None, low: float, high: float, path: tuple[str | int, ...]) -> float | None:
        if value is not None and not low <= value <= high:
            raise self._error(path, f"expected {low:g} to {high:g} degrees")
        return value

    def _decimal(self, text: str, path: tuple[str | int, ...]) -> Decimal:
        if not _AMOUNT.fullmatch(text):
            raise self._error(path, f'expected an amount in quotes such as "2450.10", not {text!r}')
        return Decimal(text)

    def _share(self, text: str, path: tuple[str | int, ...]) -> Decimal:
        value = self._decimal(text, path)
        if value > 1:
            raise self._error(path, 'expected a share from "0" to "1"')
        return value

    def _error(self, path: tuple[str | int, ...], expected: str) -> InvalidFileError:
        return InvalidFileError(self._name, line_of(self._text, path), dotted(path), expected)


def _path(message: str) -> tuple[str, tuple[str | int, ...]]:
    """Split msgspec's «.. - at `$.device[0].class`» into sentence and path."""
    sentence, _, where = message.partition(" - at `")
    if "matching regex" in sentence:
        sentence = "expected text without line breaks and control characters"
    steps: list[str | int] = [
        int(index) if index else key for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", where.rstrip("`"))
    ]
    if sentence.startswith("Invalid enum value") and steps and (choices := _CHOICES.get(str(steps[-1]))):
        sentence += f": expected one of {', '.join(choice.value for choice in choices)}"
    missing = re.search(r"(?:missing required|unknown) field `(\w+)`", sentence)
    if missing and "unknown" in sentence:
        steps.append(missing[1])
    return sentence[0].lower() + sentence[1:], tuple(steps)


_CHOICES: dict[str, type[StrEnum]] = {
    "class": DeviceClass,
    "carrier": Carrier,
    "method": Method,
    "per": TariffUnit,
    "option": MeasurementOption,
    "kind": TariffKind,
    "proration": Proration,
    "rule": SurplusRule,
}

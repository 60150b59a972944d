"""The gateway's configuration file, read whole: every problem with line and field, all of them in one go."""

import math
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from gateway import profiles
from gateway.config import GatewayConfig, LineConfig, LocalBroker, LocalDevice, MeterConfig
from gateway.config.addresses import broker_problem, filter_problem, line_problem
from gateway.config.tables import FieldPath, Tables
from gateway.driver import Archive, Driver, DriverSettings, Profile
from gateway.line import Framing, Line
from teplosvet.domain.devices import NAME_RULE, is_name
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.toml_lines import parse, read_text
from teplosvet.vendors.makers import adapters

BATTERY_FLOOR_S = 300.0
"""Least pause between two reads of a meter that lives on a battery. [s]"""
BATTERY_INTERVAL_S = 3600.0
"""How often such a meter is read unless the file says otherwise. [s]"""
MAINS_INTERVAL_S = 300.0
"""How often any other is. [s]"""
ARCHIVE_READS = 48
"""Reads a day that such a meter gives for its archives and for repeats, beside two for every interval. [1/d]"""
EARLIEST, LATEST = 2000, 2100
"""Years between which an archive may begin."""
DEFAULT_HOME = "/var/lib/teplosvet-gateway"
DEFAULT_QUOTA_MB = 1000

FindProfile = Callable[[str], Profile]

Word = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=500)]
Seconds = Annotated[float, msgspec.Meta(ge=0.01, le=7 * 86_400)]
Short = Annotated[str, msgspec.Meta(max_length=100)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
Option = Annotated[str, msgspec.Meta(max_length=500)] | Whole | float | bool
MOST_SECRET_BYTES = 65_535
"""What MQTT allows a password to have (MQTT 3.1.1, 3.1.3.5). [B]"""


class _GatewayTable(msgspec.Struct):
    name: str
    broker: Word
    zone: Short
    home: Word = DEFAULT_HOME
    quota_mb: Annotated[float, msgspec.Meta(ge=1, le=1e6)] = DEFAULT_QUOTA_MB
    password: str | None = None
    password_file: Word | None = None
    password_env: Word | None = None


class _HomeAssistantTable(msgspec.Struct):
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[^#+\x00-\x1f/]+(/[^#+\x00-\x1f/]+)*$")] = "homeassistant"


class _LineTable(msgspec.Struct):
    name: str
    url: Word
    baud: Annotated[int, msgspec.Meta(ge=50, le=4_000_000)] | None = None
    parity: Literal["N", "E", "O"] | None = None
    data_bits: Literal[7, 8] = 8
    stop_bits: Literal[1, 2] | None = None
    slack_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0.5
    deadline_s: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 180.0


class _MeterTable(msgspec.Struct):
    name: str
    line: str
    model: Short
    address: Short | Whole
    zone: Short | None = None
    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    interval_s: Seconds | None = None
    floor_s: Seconds | None = None
    daily_reads: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    archives: list[Archive] | None = None
    archive_from: datetime | None = None
    options: dict[str, Option] = {}


class _DeviceTable(msgspec.Struct, rename={"class_": "class"}):
    name: str
    identity: Word
    class_: DeviceClass


class _BrokerTable(msgspec.Struct):
    name: str
    url: Word
    filters: list[Word] = []
    device: list[dict[str, Any]] = []


def read_config(path: Path, find_profile: FindProfile = profiles.profile) -> GatewayConfig:
    """Read a configuration.

    Args:
        path: The file.
        find_profile: Where the models of meters are found.

    Raises:
        InvalidFileError: With file, line, field and what was expected; a `ProblemsError` tells all that is wrong.
    """
    text = read_text(path)
    return _Reader(text, path, find_profile).config(parse(text, path.name))


class _Reader:
    """Turns tables into the configuration, checking what spans more than one field."""

    def __init__(self, text: str, path: Path, find_profile: FindProfile) -> None:
        self._tables = Tables(text, path.name)
        self._wrong = self._tables.wrong
        self._folder = path.absolute().parent
        self._find_profile = find_profile
        self._names: set[str] = set()

    def config(self, file: dict[str, Any]) -> GatewayConfig:
        for key in file.keys() - {"gateway", "home_assistant", "line", "meter", "mqtt"}:
            self._wrong((key,), "is not known; there are gateway, home_assistant, line, meter and mqtt")
        gateway = self._tables.read(_GatewayTable, file.get("gateway", {}), ("gateway",))
        zone = self._zone(gateway.zone, ("gateway", "zone")) if gateway else None
        if gateway is None:
            self._zone_and_model(file.get("gateway"), ("gateway",))
        assistant = None
        if "home_assistant" in file:
            assistant = self._tables.read(_HomeAssistantTable, file["home_assistant"], ("home_assistant",))
        lines = self._lines(self._tables.several(_LineTable, file.get("line", []), ("line",)))
        for name in _names(file.get("line")) - lines.keys():
            # A line that is wrong is told once, and its meters are looked at all the same.
            lines[name] = LineConfig(name, "", None, 0.0, 0.0)
        tables = self._tables.several(_MeterTable, file.get("meter", []), ("meter",))
        meters = self._meters(tables, lines, zone)
        read = {path for path, _ in tables}
        for n, table in enumerate(_list(file.get("meter"))):
            if ("meter", n) not in read:
                self._zone_and_model(table, ("meter", n))
        brokers = self._brokers(self._tables.several(_BrokerTable, file.get("mqtt", []), ("mqtt",)))
        if not self._tables.problems and not meters and not any(broker.devices for broker in brokers):
            self._wrong(("gateway",), "nothing is to be read: expected a [[meter]] or an [[mqtt.device]]")
        broker = self._broker_url(gateway) if gateway else ""
        self._tables.finish()
        assert gateway is not None  # noqa: S101  # finish() would have raised
        assert zone is not None  # noqa: S101
        return GatewayConfig(
            name=gateway.name,
            broker=broker,
            home=self._folder / gateway.home,
            zone=zone,
            quota_bytes=int(gateway.quota_mb * 1e6),
            home_assistant=assistant.prefix if assistant else None,
            lines=tuple(line for line in lines.values() if any(meter.line == line.name for meter in meters)),
            meters=tuple(meters),
            brokers=tuple(brokers),
        )

    def _lines(self, tables: list[tuple[FieldPath, _LineTable]]) -> dict[str, LineConfig]:
        found: dict[str, LineConfig] = {}
        for path, table in tables:
            self._named(table.name, path)
            if table.name in found:
                self._wrong((*path, "name"), f"{table.name!r} stands here a second time")
            if problem := line_problem(table.url):
                self._wrong((*path, "url"), problem)
            if table.url in {line.url for line in found.values()}:
                self._wrong((*path, "url"), "another line has this port, and a port has one owner")
            framing = self._framing(table, path)
            found[table.name] = LineConfig(table.name, table.url, framing, table.slack_s, table.deadline_s)
        return found

    def _framing(self, table: _LineTable, path: FieldPath) -> Framing | None:
        baud, parity, stop_bits = table.baud, table.parity, table.stop_bits
        if baud is not None and parity is not None and stop_bits is not None:
            return Framing(baud, parity, table.data_bits, stop_bits)
        if baud is not None or parity is not None or stop_bits is not None:
            self._wrong(path, "baud, parity and stop_bits belong together: state all or none of them")
        return None

    def _meters(
        self, tables: list[tuple[FieldPath, _MeterTable]], lines: dict[str, LineConfig], zone: ZoneInfo | None
    ) -> list[MeterConfig]:
        places: set[tuple[str, ...]] = set()
        found = []
        for path, table in tables:
            self._device(table.name, path)
            own = zone if table.zone is None else self._zone(table.zone, (*path, "zone"))
            line = lines.get(table.line)
            if line is None:
                known = ", ".join(lines) or "none"
                self._wrong((*path, "line"), f"no line is called {table.line!r}: there are {known}")
                self._driver(table, path, LineConfig(table.line, "", None, 0.0, 0.0), own)
            elif driver := self._driver(table, path, line, own):
                place = (table.line, table.model, driver.place, repr(sorted(table.options.items())))
                if place in places:
                    self._wrong((*path, "address"), "another meter of this line has this address")
                places.add(place)
                if own is not None:
                    found.append(self._meter(table, path, driver, own))
        return found

    def _zone_and_model(self, table: object, path: FieldPath) -> None:
        """Tell what is wrong with zone and model of a table in which something else is wrong already."""
        if not isinstance(table, dict):
            return
        if isinstance(zone := table.get("zone"), str):
            self._zone(zone, (*path, "zone"))
        if isinstance(model := table.get("model"), str):
            self._profile(model, path)

    def _profile(self, model: str, path: FieldPath) -> Profile | None:
        try:
            return self._find_profile(model)
        except ConfigurationError as error:
            self._wrong((*path, "model"), str(error))
            return None

    def _driver(self, table: _MeterTable, path: FieldPath, line: LineConfig, zone: ZoneInfo | None) -> Driver | None:
        """The meter's driver, made to see whether its address and options can be."""
        profile = self._profile(table.model, path)
        if profile is None:
            return None
        try:
            driver = profile.driver(Line(line.name, line.url, line.framing), _settings(table, zone))
        except ConfigurationError as error:
            self._wrong((*path, "options" if "option" in str(error) else "address"), str(error))
            return None
        if driver.options_known is not None:
            known = ", ".join(driver.options_known) or "none"
            for name in sorted(table.options.keys() - set(driver.options_known)):
                self._wrong((*path, "options"), f"a {table.model} has no option {name!r}: there are {known}")
        return driver

    def _meter(self, table: _MeterTable, path: FieldPath, driver: Driver, zone: ZoneInfo) -> MeterConfig:
        battery = driver.reads_cost_battery
        interval_s = table.interval_s or (BATTERY_INTERVAL_S if battery else MAINS_INTERVAL_S)
        floor_s = table.floor_s or min(interval_s, BATTERY_FLOOR_S if battery else 1.0)
        if table.floor_s is None and battery and interval_s < BATTERY_FLOOR_S:
            expected = f"a read costs battery: expected {BATTERY_FLOOR_S:.0f} s or more, unless floor_s allows less"
            self._wrong((*path, "interval_s"), expected)
        elif interval_s < floor_s:
            self._wrong((*path, "interval_s"), f"expected no less than floor_s, {floor_s:g} s")
        polls = math.ceil(86_400 / interval_s)
        daily_reads = table.daily_reads or (2 * polls + ARCHIVE_READS if battery else None)
        if daily_reads is not None and daily_reads < polls:
            self._wrong((*path, "daily_reads"), f"an interval of {interval_s:g} s needs {polls} reads a day")
        for archive in set(table.archives or ()) - driver.archives.keys():
            kept = ", ".join(driver.archives) or "none"
            self._wrong(
                (*path, "archives"), f"{table.model} has no {archive} archive that can be read: there is {kept}"
            )
        since = table.archive_from
        if since is not None and (since.tzinfo is None or not EARLIEST <= since.year < LATEST):
            self._wrong((*path, "archive_from"), "expected a time with a zone such as 2026-09-01T00:00:00+03:00")
        archives = [Archive.HOUR] if table.archives is None else table.archives
        return MeterConfig(
            name=table.name,
            line=table.line,
            model=table.model,
            address=str(table.address),
            zone=zone,
            serial=table.serial,
            interval_s=interval_s,
            floor_s=floor_s,
            daily_reads=daily_reads,
            archives=tuple(archive for archive in archives if archive in driver.archives),
            archive_from=table.archive_from,
            options=_settings(table, zone).options,
        )

    def _brokers(self, tables: list[tuple[FieldPath, _BrokerTable]]) -> list[LocalBroker]:
        found = []
        for path, table in tables:
            self._named(table.name, path)
            if problem := broker_problem(table.url):
                self._wrong((*path, "url"), problem)
            for problem in filter(None, map(filter_problem, table.filters)):
                self._wrong((*path, "filters"), problem)
            devices = self._tables.several(_DeviceTable, table.device, (*path, "device"))
            found.append(LocalBroker(table.name, table.url, tuple(table.filters), tuple(self._local(devices))))
        return found

    def _local(self, tables: list[tuple[FieldPath, _DeviceTable]]) -> Iterable[LocalDevice]:
        owners: dict[str, str] = {}
        for path, table in tables:
            self._device(table.name, path)
            adapter, _, identity = table.identity.partition(":")
            if not identity:
                self._wrong((*path, "identity"), "expected VENDOR:IDENTITY such as wirenboard:wb-mdm3_57")
            elif adapter not in adapters():
                known = ", ".join(sorted(adapters()))
                self._wrong((*path, "identity"), f"no vendor's adapter is called {adapter!r}: there are {known}")
            elif (owner := owners.setdefault(table.identity, table.name)) != table.name:
                self._wrong((*path, "identity"), f"{table.identity!r} is {owner} already")
            yield LocalDevice(table.name, adapter, identity, table.class_)

    def _device(self, name: str, path: FieldPath) -> None:
        self._named(name, path)
        if name in self._names:
            self._wrong((*path, "name"), f"{name!r} stands here a second time")
        self._names.add(name)

    def _named(self, name: str, path: FieldPath) -> None:
        if not is_name(name):
            self._wrong((*path, "name"), f"expected {NAME_RULE}")

    def _zone(self, name: str, path: FieldPath) -> ZoneInfo | None:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._wrong(path, f"expected a time zone such as Europe/Moscow, not {name!r}")
            return None

    def _broker_url(self, table: _GatewayTable) -> str:
        """The broker's URL with who we are and what proves it."""
        self._named(table.name, ("gateway",))
        if problem := broker_problem(table.broker):
            self._wrong(("gateway", "broker"), problem)
            return ""
        parts = urlsplit(table.broker)
        if sum(each is not None for each in (table.password, table.password_file, table.password_env)) > 1:
            self._wrong(("gateway",), "expected one of password, password_file and password_env")
        password = self._password(table)
        user = parts.username or quote(table.name, safe="")
        secret = parts.password if password is None else quote(password, safe="")
        place = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{user}{f':{secret}' if secret else ''}@{place}"

    def _password(self, table: _GatewayTable) -> str | None:
        if table.password_file is not None:
            try:
                with (self._folder / table.password_file).open("rb") as file:
                    secret = file.read(MOST_SECRET_BYTES + 1).decode().strip()
            except (OSError, UnicodeDecodeError) as error:
                self._wrong(("gateway", "password_file"), f"cannot be read: {error}")
                return None
            if not secret or len(secret.encode()) > MOST_SECRET_BYTES:
                expected = "is empty" if not secret else "has more than a password may have"
                self._wrong(("gateway", "password_file"), f"{expected}: is it the right file?")
            return secret
        if table.password_env is not None:
            if table.password_env in os.environ:
                return os.environ[table.password_env]
            self._wrong(("gateway", "password_env"), f"the environment has no {table.password_env}")
        return table.password


def _list(tables: object) -> list[Any]:
    return tables if isinstance(tables, list) else []


def _names(tables: object) -> set[str]:
    """The names in an array of tables, whatever else is in it."""
    names = (table.get("name") for table in _list(tables) if isinstance(table, dict))
    return {name for name in names if isinstance(name, str)}


def _settings(table: _MeterTable, zone: ZoneInfo | None) -> DriverSettings:
    options = {name: _word(value) for name, value in table.options.items()}
    return DriverSettings(table.name, str(table.address), zone or ZoneInfo("UTC"), options)


def _word(value: Option) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

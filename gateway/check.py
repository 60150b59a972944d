"""Talks to everything that is configured once, for the installer who stands in the basement."""

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.clock import Clock
from gateway.config import GatewayConfig, MeterConfig
from gateway.config.file import FindProfile
from gateway.driver import Contact
from gateway.errors import DeviceError
from gateway.line import Line
from gateway.meters.contact import SKEW_REMARKED_S, SKEW_WARNED_S, possible, same_serial, skew_s
from gateway.run import driver_of, line_of
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.wire.topics import Channel, topic

BROKER_S = 10.0
"""How long a broker may take to let us in. [s]"""
HALF_HOUR_S = 1800.0
MOST_HALF_HOURS = 52
"""Zones lie 26 h apart at most, from UTC-12 to UTC+14."""
ROOM_BYTES = 50_000_000
"""The disk needs this beside the outbox's quota. [B]"""


class Shown(msgspec.Struct):
    """One value as it is shown.

    Attributes:
        quantity: What, by its wire name.
        value: How much. [unit]
        unit: Its unit.
        resolution: The least step of the meter's figure, if it is known. [unit]
    """

    quantity: str
    value: float
    unit: str
    resolution: float | None = None


class MeterResult(msgspec.Struct, kw_only=True):
    """What one meter said.

    Attributes:
        meter: Name of the device.
        line: Its line.
        model: Its profile.
        address: Its address.
        ok: Whether it can be read and is the one that was expected.
        serial: Its serial number.
        says: Model and firmware in its own words.
        clock_offset_s: By how much its clock is ahead of ours, if it says one. [s]
        values: Its values.
        remarks: What a person should know.
        problem: What is wrong and what can be done, or None.
        took_s: How long it took. [s]
    """

    meter: str
    line: str
    model: str
    address: str
    ok: bool
    serial: str | None = None
    says: str = ""
    clock_offset_s: float | None = None
    values: list[Shown] = []
    remarks: list[str] = []
    problem: str | None = None
    took_s: float = 0.0


class PlaceResult(msgspec.Struct, kw_only=True):
    """What was found of a broker or the disk.

    Attributes:
        place: What was looked at.
        ok: Whether it is as it has to be.
        says: What was found, in a sentence.
    """

    place: str
    ok: bool
    says: str


def check_meters(config: GatewayConfig, clock: Clock, find_profile: FindProfile) -> Iterator[MeterResult]:
    """Read every meter once, line by line."""
    for at in config.lines:
        line = line_of(at, clock)
        try:
            for meter in config.meters_on(at.name):
                yield _check_meter(meter, line, clock, find_profile)
        finally:
            line.close()


def _check_meter(meter: MeterConfig, line: Line, clock: Clock, find_profile: FindProfile) -> MeterResult:
    began = time.monotonic()
    begun = clock.now()
    result = MeterResult(meter=meter.name, line=meter.line, model=meter.model, address=meter.address, ok=False)
    try:
        contact = driver_of(meter, line, find_profile).read()
    except DeviceError as error:
        result.problem = str(error)
        if error.raw:
            result.remarks = [f"bytes that came: {error.raw[:64].hex(' ')}"]
    else:
        ahead_s = None if contact.meter_clock is None else skew_s(contact.meter_clock, begun, clock.now())
        _fill(result, meter, contact, ahead_s)
    result.took_s = round(time.monotonic() - began, 3)
    return result


def _fill(result: MeterResult, meter: MeterConfig, contact: Contact, ahead_s: float | None) -> None:
    samples, remarks = possible(contact.samples)
    result.serial, result.says = contact.serial, f"{contact.model} {contact.firmware}".strip()
    result.clock_offset_s = None if ahead_s is None else round(ahead_s, 1)
    result.values = [
        Shown(each.quantity.wire_name, each.value, each.quantity.spec.unit, each.resolution) for each in samples
    ]
    result.remarks = [_sentence(remark.event, remark.data) for remark in (*contact.remarks, *remarks)]
    if ahead_s is not None and SKEW_REMARKED_S < abs(ahead_s) <= SKEW_WARNED_S:
        result.remarks.append(f"its clock is {abs(ahead_s):.0f} s {_way(ahead_s)}: off")
    result.problem = "; ".join(_problems(meter, contact, ahead_s, anything=bool(samples))) or None
    result.ok = result.problem is None


def _problems(meter: MeterConfig, contact: Contact, ahead_s: float | None, *, anything: bool) -> Iterator[str]:
    """All that is wrong with what a meter said, so that nobody has to look once more for each."""
    if meter.serial is not None and contact.serial is not None and not same_serial(contact.serial, meter.serial):
        yield f"expected the meter {meter.serial} and met {contact.serial}: check the address, or correct the file"
    unexpected = next((remark.data for remark in contact.remarks if remark.event == "unexpected_model"), None)
    if unexpected is not None:
        better = unexpected.get("models")
        advice = f"set model = {' or '.join(_quoted(str(better)))}" if better else "no model reads it yet"
        yield f"the meter is a {contact.model}, not a {meter.model}: {advice}"
    elif not anything:
        yield "it answers and says no value that can be used: check the model in the file"
    if ahead_s is not None and abs(ahead_s) > SKEW_WARNED_S:
        yield _clock_problem(ahead_s)


def _quoted(names: str) -> Iterator[str]:
    return (f'"{name}"' for name in names.split(", "))


def _way(ahead_s: float) -> str:
    return "ahead" if ahead_s > 0 else "behind"


def _clock_problem(ahead_s: float) -> str:
    """What a clock that is far off means: by whole or half hours it is right, and read in a wrong zone."""
    half_hours = round(ahead_s / HALF_HOUR_S)
    if 1 <= abs(half_hours) <= MOST_HALF_HOURS and abs(ahead_s - half_hours * HALF_HOUR_S) <= SKEW_WARNED_S:
        return (
            f"its clock is {abs(half_hours) / 2:g} h {_way(ahead_s)}: check `zone` in the file; Etc/GMT-3 is Moscow, "
            "Etc/GMT+3 is west of Greenwich"
        )
    return f"its clock is {abs(ahead_s):.0f} s {_way(ahead_s)}: far off, tell the supplier of heat"


def _sentence(event: str, data: Mapping[str, object]) -> str:
    said = ", ".join(f"{name} {value}" for name, value in data.items() if value is not None)
    return f"{event.replace('_', ' ')}{f': {said}' if said else ''}"


def check_places(config: GatewayConfig) -> Iterator[PlaceResult]:
    """Look at the brokers and the disk."""
    yield check_disk(config.home, config.quota_bytes)
    acks = topic(config.name, Channel.ACK)
    yield check_broker("broker", config.broker, f"{config.name}-check", acks)
    for broker in config.brokers:
        yield check_broker(f"local broker {broker.name}", broker.url, f"{config.name}-check")


def check_disk(home: Path, quota_bytes: int) -> PlaceResult:
    """Whether the outbox can be written and has room."""
    place = f"disk at {home}"
    try:
        with tempfile.TemporaryDirectory(dir=home, prefix="check-") as folder:
            file = sqlite3.connect(Path(folder) / "check.sqlite")
            try:
                file.execute("PRAGMA user_version = 1")
            finally:
                file.close()
        free = shutil.disk_usage(home).free
        used = sum(each.stat().st_size for each in home.glob("outbox.sqlite*"))
        foreign = [each.name for each in sorted(home.iterdir()) if not os.access(each, os.R_OK | os.W_OK)]
    except (OSError, sqlite3.Error) as error:
        return PlaceResult(place=place, ok=False, says=f"cannot be written: {error}")
    if foreign:
        says = f"{', '.join(foreign[:5])} cannot be written: give them to the user of the gateway (chown -R)"
        return PlaceResult(place=place, ok=False, says=says)
    needed = quota_bytes - used + ROOM_BYTES
    if free < needed:
        says = f"{free / 1e6:.0f} MB are free and {needed / 1e6:.0f} MB are needed: free some, or lower quota_mb"
        return PlaceResult(place=place, ok=False, says=says)
    return PlaceResult(place=place, ok=True, says=f"{free / 1e6:.0f} MB are free")


def check_broker(place: str, url: str, client_id: str, listens: str | None = None) -> PlaceResult:
    """Whether a broker lets us in, and lets us hear what we have to."""
    address = BrokerAddress.parse(url)
    answered = threading.Event()
    answer: list[Any] = []

    def connected(client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        answer.append(reason)
        if listens is None or reason.is_failure:
            answered.set()
        else:
            client.subscribe(listens, 1)

    def subscribed(_client: mqtt.Client, _data: Any, _mid: Any, reasons: Any, _more: Any) -> None:
        answer.extend(reasons)
        answered.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True)
    client.on_connect, client.on_subscribe = connected, subscribed
    where = f"{address.host}:{address.port}"
    try:
        address.introduce(client)
        client.connect(address.host, address.port, keepalive=30)
    except (OSError, ValueError) as error:
        says = f"{where} cannot be reached: {error}: check the network, the address and the certificates"
        return PlaceResult(place=place, ok=False, says=says)
    client.loop_start()
    try:
        if not answered.wait(BROKER_S):
            return PlaceResult(place=place, ok=False, says=f"{where} does not speak MQTT: check address and port")
    finally:
        client.disconnect()
        client.loop_stop()
    if answer[0].is_failure:
        who = address.user or "nobody"
        return PlaceResult(place=place, ok=False, says=f"{where} refuses {who}: {answer[0]}: check name and password")
    if answer[-1].is_failure:
        says = f"{where} does not let {address.user or 'us'} hear {listens}: give the user its rights at the broker"
        return PlaceResult(place=place, ok=False, says=says)
    return PlaceResult(place=place, ok=True, says=f"{where} lets {address.user or 'us'} in")

"""Devices that speak to a broker in the basement: heard there, dated by their arrival there, sent on by the outbox."""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.clock import Clock
from gateway.config import LocalBroker, LocalDevice
from gateway.driver import Remark, Sample
from gateway.meters.contact import possible
from gateway.remarks import Remarks
from gateway.reporter import Reporter
from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import Kind, Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Observation, quantity_for
from teplosvet.wire.messages import Birth
from teplosvet.wire.units import conversion

log = logging.getLogger(__name__)

GATHER = timedelta(seconds=2)
"""What a device says within so long without a time of its own is one instant: some vendors send a topic a value."""
LONGEST_PAUSE_S = 60


class _Instant:
    """Values of one device that belong to one instant."""

    def __init__(self, at: datetime, serial: str | None, origin: Origin = Origin.LIVE) -> None:
        self.at, self.serial, self.origin = at, serial, origin
        self.values: dict[Quantity, float] = {}


class _Heard:
    """What is known of one device.

    Args:
        config: What the configuration says of it.
        reporter: Who is told.
    """

    def __init__(self, config: LocalDevice, reporter: Reporter) -> None:
        self.config = config
        self.remarks = Remarks(config.name, reporter)
        self.open: _Instant | None = None
        self.last: tuple[dict[Quantity, float], datetime] | None = None
        self.latest: dict[Quantity, float] = {}

    def values_of(self, observation: Observation) -> dict[Quantity, float]:
        """The values in the units of their quantities; what does not fit the quantity's unit is left out."""
        found: dict[Quantity, float] = {}
        for value in observation.values:
            quantity = quantity_for(value.measure, self.config.device_class)
            convert = conversion(quantity, value.unit)
            if convert is not None:
                found[quantity] = convert.apply(value.value)
        return found


class LocalListener:
    """Listens to one broker.

    Args:
        config: The broker and its devices.
        publisher: Name of the gateway.
        zone: Zone of devices that speak local time.
        reporter: Who is told.
        clock: The clock.
    """

    def __init__(self, config: LocalBroker, publisher: str, zone: Any, reporter: Reporter, clock: Clock) -> None:
        self._config, self._zone, self._reporter, self._clock = config, zone, reporter, clock
        self._lock = threading.Lock()
        self._devices = {(each.adapter, each.identity): _Heard(each, reporter) for each in config.devices}
        self._adapters = {name: adapters()[name] for name in sorted({each.adapter for each in config.devices})}
        self._sessions = {name: adapter.session() for name, adapter in self._adapters.items()}
        self._lost = False
        self._address = BrokerAddress.parse(config.url)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, f"{publisher}-{config.name}", clean_session=True)
        self._address.introduce(self._client)
        self._client.reconnect_delay_set(1, LONGEST_PAUSE_S)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._message

    def start(self) -> None:
        """Begin to listen; a broker that is not there is tried again."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=30)
        self._client.loop_start()

    def stop(self) -> None:
        """Listen no more, and pass on what was heard."""
        self._client.disconnect()
        self._client.loop_stop()
        self.pass_on(all_of_it=True)

    def pass_on(self, *, all_of_it: bool = False) -> None:
        """Pass on the instants to which nothing more can belong."""
        now = self._clock.now()
        with self._lock:
            for heard in self._devices.values():
                if heard.open is not None and (all_of_it or not now - GATHER < heard.open.at <= now):
                    self._close(heard)

    def hear(self, topic: str, payload: bytes, *, retained: bool = False) -> None:
        """Take a message."""
        for name, adapter in self._adapters.items():
            if not adapter.speaks(topic, payload):
                continue
            try:
                observations = self._sessions[name].decode(topic, payload, retained=retained)
            except MessageError as error:
                log.info("%s: %s", topic, error)
                return
            with self._lock:
                for observation in observations:
                    self._take(name, observation, adapter.repeats_within_s)
            for asked, question in self._sessions[name].asks(self._clock.now().timestamp()):
                self._client.publish(asked, question, qos=1)
            return

    def _take(self, adapter: str, observation: Observation, repeats_within_s: float) -> None:
        heard = self._devices.get((adapter, observation.identity))
        if heard is None:
            return
        values, now = heard.values_of(observation), self._clock.now()
        for reason, detail in observation.problems:
            heard.remarks.make(Remark("message_not_understood", {"reason": reason, "sentence": detail}), now)
        if not values or self._repeats(heard, values, now, repeats_within_s):
            return
        own = observation.at
        if own is not None:
            self._close(heard)
            at = own if own.tzinfo else own.replace(tzinfo=self._zone)
            heard.open = _Instant(at, observation.serial, observation.origin)
        elif heard.open is None or values.keys() & heard.open.values.keys() or now - heard.open.at >= GATHER:
            self._close(heard)
            heard.open = _Instant(now, observation.serial)
        if heard.open is not None:
            heard.open.values |= values
        if own is not None:
            self._close(heard)

    def _repeats(self, heard: _Heard, values: dict[Quantity, float], now: datetime, within_s: float) -> bool:
        before, heard.last = heard.last, (values, now)
        return before is not None and before[0] == values and (now - before[1]).total_seconds() < within_s

    def _close(self, heard: _Heard) -> None:
        """Say what a device said at one instant."""
        instant, heard.open = heard.open, None
        if instant is None:
            return
        name, at = heard.config.name, instant.at.astimezone(self._clock.now().tzinfo)
        samples, remarks = possible(Sample(quantity, value) for quantity, value in instant.values.items())
        if instant.origin is Origin.ARCHIVE:
            self._reporter.archive(
                [Reading(name, e.quantity, e.value, at, Origin.ARCHIVE, instant.serial) for e in samples]
            )
            return
        news = any(each.quantity not in heard.latest for each in samples)
        heard.latest |= {each.quantity: each.value for each in samples}
        if news:
            self._reporter.birth(_birth(heard, instant.serial, at))
        readings = [Reading(name, e.quantity, e.value, at, serial=instant.serial) for e in samples]
        self._reporter.readings(readings, heard.latest)
        for remark in remarks:
            heard.remarks.make(remark, at)

    def _connected(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if reason.is_failure:
            log.warning("the broker %s refuses us: %s", self._config.name, reason)
            return
        wanted = self._config.filters or [each for one in self._adapters.values() for each in one.filters]
        client.subscribe([(each, 0) for each in wanted])
        if self._lost:
            self._say("local_broker_back")
        self._lost = False

    def _disconnected(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if reason.is_failure and not self._lost:
            self._lost = True
            self._say("local_broker_lost")

    def _say(self, word: str) -> None:
        for heard in self._devices.values():
            self._reporter.event(heard.config.name, self._clock.now(), word, {"broker": self._config.name})

    def _message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            self.hear(message.topic, bytes(message.payload), retained=message.retain)
        except UnicodeDecodeError:
            log.info("a message on a topic that is no text is passed over (MQTT 3.1.1, 1.5.3)")
        except Exception:
            # paho ends its thread at an exception, and with it every other device of this broker
            log.exception("%s: a defect", message.topic)


def _birth(heard: _Heard, serial: str | None, at: datetime) -> Birth:
    """What a device tells of itself, as far as it is known: a topic a value, it is known little by little."""
    return Birth(
        device=heard.config.name,
        at=at.timestamp(),
        serial=serial,
        model=heard.config.adapter,
        units={quantity.wire_name: quantity.spec.unit for quantity in heard.latest},
        registers={q.wire_name: value for q, value in heard.latest.items() if q.spec.kind is Kind.COUNTER},
    )

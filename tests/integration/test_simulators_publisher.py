"""The publisher against real brokers: everything arrives, and with confirmation exactly what arrived is confirmed."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from simulators.publisher import Publisher
from simulators.senml import Message, topic
from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.stack.mosquitto import MosquittoServer


class Ingest:
    """A subscriber that acknowledges as ingest does, after it has noted a pack."""

    def __init__(self, url: str) -> None:
        self.seen: Counter[str] = Counter()
        self.states: list[str] = []
        self.ignore: Callable[[str], bool] = lambda _name: False
        self.quarantine: dict[str, str] = {}
        self.ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="ingest", clean_session=False)
        self.client.max_inflight_messages_set(1000)
        self.client.on_connect = lambda client, *_: client.subscribe([("teplosvet/v1/+/+", 1)])
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self._note
        self.client.reconnect_delay_set(0.1, 0.3)
        parts = urlsplit(url)
        self.client.connect(parts.hostname or "", parts.port or 0)
        self.client.loop_start()
        assert self.ready.wait(5)

    def _note(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        root, kind = message.topic.rsplit("/", 1)
        if kind == "state" and message.payload:
            self.states.append(json.loads(message.payload)["state"])
        if kind != "reading":
            return
        head = json.loads(message.payload)[0]
        self.seen[head["n"]] += 1
        ack = head.get("ack")
        if ack and not self.ignore(head["n"]):
            answer: dict[str, object] = {"ids": [ack]}
            if reason := self.quarantine.get(head["n"]):
                answer["quarantined"] = {ack: reason}
            client.publish(f"{root}/ack", json.dumps(answer), qos=1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def ingest(url: str) -> Iterator[Ingest]:
    one = Ingest(url)
    try:
        yield one
    finally:
        one.close()


def packs(count: int, name: str = "gw-test") -> list[Message]:
    return [
        Message(topic(name, "reading"), b'[{"n":"d/%d","bt":1730000000,"v":1,"u":"kWh"}]' % n) for n in range(count)
    ]


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_all_is_delivered_once_and_confirmed(broker_url: str) -> None:
    progress: list[int] = []
    with ingest(broker_url) as subscriber, Publisher(broker_url, "gw-test", speaks_for=("gw-other",)) as publisher:
        messages = [one for pair in zip(packs(1500), packs(1500, "gw-other"), strict=True) for one in pair]
        report = publisher.publish(messages, confirm=True, on_progress=progress.append)
    assert (report.published, report.confirmed, report.quarantined, report.resent) == (3000, 3000, 0, 0)
    assert subscriber.seen == Counter({f"d/{n}": 2 for n in range(1500)})
    assert progress == sorted(progress)
    assert progress[-1] == 3000


def test_without_confirmation_the_broker_has_it_all(broker_url: str) -> None:
    with ingest(broker_url) as subscriber:
        with Publisher(broker_url, "gw-test") as publisher:
            report = publisher.publish(iter(packs(5000)))
        until(lambda: subscriber.seen.total() == 5000)
    assert (report.published, report.confirmed) == (5000, 0)
    assert set(subscriber.seen.values()) == {1}


def test_a_pack_that_is_not_confirmed_is_sent_again(broker_url: str) -> None:
    with ingest(broker_url) as subscriber, Publisher(broker_url, "gw-test", resend_after_s=0.5) as publisher:
        subscriber.ignore = lambda name: name in {"d/3", "d/7"} and subscriber.seen[name] == 1
        report = publisher.publish(packs(50), confirm=True)
    assert (report.published, report.confirmed, report.resent) == (50, 50, 2)
    assert {name for name, count in subscriber.seen.items() if count == 2} == {"d/3", "d/7"}


def test_quarantine_is_told_with_its_reason(broker_url: str) -> None:
    with ingest(broker_url) as subscriber, Publisher(broker_url, "gw-test") as publisher:
        subscriber.quarantine = {"d/3": "device_unknown", "d/4": "device_unknown"}
        report = publisher.publish(packs(10), confirm=True)
    assert (report.confirmed, report.quarantined, report.reasons) == (10, 2, ("device_unknown",))


def test_silence_of_ingest_is_an_error_and_not_a_wait_for_ever(broker_url: str) -> None:
    with (
        pytest.raises(ServiceUnavailableError, match="ingest has confirmed nothing"),
        Publisher(broker_url, "gw-test", patience_s=1.0) as publisher,
    ):
        publisher.publish(packs(10), confirm=True)


def test_state_is_retained_and_the_last_will_tells_of_a_death(broker_url: str) -> None:
    with Publisher(broker_url, "gw-test"), ingest(broker_url) as late:
        until(lambda: late.states == ["online"])
    with ingest(broker_url) as subscriber:
        dying = Publisher(broker_url, "gw-dying")
        dying.__enter__()
        until(lambda: "online" in subscriber.states[-1:])
        assert dying._session._socket is not None
        dying._session._socket.close()
        until(lambda: subscriber.states[-1] == "offline")


def test_a_rate_is_kept(mosquitto_server: MosquittoServer) -> None:
    with Publisher(mosquitto_server.url, "gw-test") as publisher:
        report = publisher.publish(packs(60), rate_per_s=60)
    assert 0.8 < report.seconds < 2.5


def test_a_broker_that_is_killed_loses_nothing(mosquitto_server: MosquittoServer) -> None:
    """Killed and started again three times while packs are on their way, without what it had not yet written."""
    stop = threading.Event()

    def trouble() -> None:
        while not stop.wait(0.4):
            mosquitto_server.kill()
            mosquitto_server.start()

    with ingest(mosquitto_server.url) as subscriber:
        thread = threading.Timer(0.3, trouble)
        with Publisher(mosquitto_server.url, "gw-test", resend_after_s=1.0) as publisher:
            thread.start()
            timer = threading.Timer(2.0, stop.set)
            timer.start()
            report = publisher.publish(packs(6000), confirm=True, rate_per_s=2500)
            thread.join()
            timer.join()
    assert (report.published, report.confirmed) == (6000, 6000)
    assert set(subscriber.seen) == {f"d/{n}" for n in range(6000)}


def test_no_broker_is_one_sentence_at_once() -> None:
    with (
        pytest.raises(ServiceUnavailableError, match=r"no MQTT broker takes us at 127\.0\.0\.1:9"),
        Publisher("mqtt://127.0.0.1:9", "gw-test"),
    ):
        pass


def test_a_wrong_url_says_what_was_expected() -> None:
    with pytest.raises(ConfigurationError, match="expected a broker such as mqtt://host:1883"):
        Publisher("http://127.0.0.1", "gw-test")

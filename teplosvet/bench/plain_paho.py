"""The variant that the tap is measured against: the same worker with paho-mqtt as it comes.

Run as a process, ``python -m teplosvet.bench.plain_paho``, as ``teplosvet ingest`` is.
"""

import signal
from collections.abc import Sequence
from typing import cast

import paho.mqtt.client as mqtt

from ingest_service.subscriber import Subscriber, own_topics
from ingest_service.tap import Message, TapClient
from ingest_service.worker import Worker, spare_the_collector
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.stack.running import database_url, mqtt_url
from teplosvet.stack.supervisor import mark_ready


class _PlainClient(TapClient):
    """Without the tap: paho reads its own socket and calls back for every message."""

    _create_socket = mqtt.Client._create_socket  # type: ignore[assignment]  # noqa: SLF001


class PlainSubscriber(Subscriber):
    """Every message through paho's callback, every acknowledgement through paho's `ack`."""

    client_type = _PlainClient

    _heard = False

    def read(self) -> None:
        """Take what has come: paho reads a packet a call, and is called again as long as it finds one."""
        self._client.on_message = self._on_message
        for _ in range(1000):
            self._heard = False
            if self._client.socket() is None or self._client.loop_read() != mqtt.MQTT_ERR_SUCCESS or not self._heard:
                return

    def acknowledge(self, generation: int, mids: Sequence[int]) -> None:
        """Acknowledge messages of connection `generation`, one by one."""
        if generation == self.generation:
            for mid in mids:
                self._client.ack(mid, 1)

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._heard = True
        payload = bytes(message.payload)
        one = Message(message.topic.encode(), payload, message.qos, message.mid, retain=message.retain)
        cast("TapClient", client).take([one])


def main() -> None:
    """Run one worker until a signal comes."""
    worker = Worker(database_url(), PlainSubscriber(BrokerAddress.parse(mqtt_url()), *own_topics(0, 1)))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    spare_the_collector()
    worker.run(on_ready=lambda: mark_ready("ingest 0"))


if __name__ == "__main__":
    main()

"""The worker that listens to vendors' own topics, in a process of its own: what strangers send delays nobody else."""

import time

from ingest_service.bindings import Bindings
from ingest_service.committer import Batch
from ingest_service.registry import REREAD_S
from ingest_service.subscriber import Subscriber
from ingest_service.tap import Message
from ingest_service.vendor_listener import News, VendorListener
from ingest_service.worker import Worker
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.vendors.makers import adapters

CLIENT_ID = "teplosvet-vendors"
APART_S = 1e-5
"""No two messages arrive at the same instant. [s]"""


class VendorWorker(Worker):
    """As any worker, and reads the messages when they come.

    Args:
        database_url: Where readings go.
        broker: Where the vendors' messages come from.
    """

    def __init__(self, database_url: str, broker: BrokerAddress) -> None:
        self._listener = VendorListener(adapters())
        self._bindings = Bindings()
        self._looked_at = time.monotonic()
        self._arrived_s = time.time()
        super().__init__(database_url, Subscriber(broker, CLIENT_ID, self._listener.filters), bindings=self._bindings)

    def _turn(self, *, reading: bool) -> None:
        super()._turn(reading=reading)
        if self._listener.listen(self._bindings.sources):
            self._subscriber.follow(self._listener.filters)
        if time.monotonic() - self._looked_at > REREAD_S and not self._committer.full:
            self._looked_at = time.monotonic()
            self._committer.take(Batch(self._subscriber.generation, []))  # so that the registry is reread in silence

    def _take(self, messages: list[Message]) -> None:
        super()._take([self._read(message) for message in messages])
        for topic, payload in self._listener.asks(self._arrived_s):
            self._subscriber.publish(topic, payload)

    def _read(self, message: Message) -> Message:
        # what comes in one piece came one after the other, and the later one may say the contrary of the earlier
        self._arrived_s = arrived_s = max(time.time(), self._arrived_s + APART_S)
        topic = message.topic.decode(errors="replace")
        news = self._listener.hear(topic, message.payload, arrived_s, retained=message.retain)
        return message._replace(news=news or News("", arrived_s))

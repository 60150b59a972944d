"""Messages of our own topics into admission: each channel has one decoder."""

from ingest_service.admission import Admission
from ingest_service.bindings import Bindings
from ingest_service.tap import Message
from ingest_service.vendor_news import Unbound, admit
from teplosvet.domain.errors import MessageError
from teplosvet.wire import messages, senml
from teplosvet.wire.topics import Channel, parse_topic

LARGEST_PACK = 1024 * 1024
"""A pack larger than this is refused unread. [B]"""


class Decoders:
    """Decodes the messages of one batch into its admission.

    Attributes:
        births: Device key and birth, admitted.
        events: Device key and event, admitted.
        states: Publisher and state.
        acks: Publisher, id and message index of every ack asked for.
        unbound: Who was heard on a vendor's topics and is bound to no device.
    """

    def __init__(self, admission: Admission, bindings: Bindings | None = None) -> None:
        self._admission = admission
        self._bindings = bindings or Bindings()
        self._topics: dict[bytes, tuple[str, Channel]] = {}
        self.births: list[tuple[int, messages.Birth]] = []
        self.events: list[tuple[int, messages.Event]] = []
        self.states: list[tuple[str, messages.State]] = []
        self.acks: list[tuple[str, str, int]] = []
        self.unbound: list[Unbound] = []

    def decode(self, index: int, message: Message) -> None:
        """Decode one message; what it cannot be is refused."""
        known = self._topics.get(message.topic)
        if known is not None and known[1] is Channel.READING and len(message.payload) <= LARGEST_PACK:
            usual = senml.decode_usual(message.payload)
            if usual is not None:
                self._admission.add(index, usual, known[0])
                return
        if message.news is not None:
            self.unbound += admit(message.news, index, self._admission, self._bindings)
        else:
            self._decode_any(index, message)

    def _decode_any(self, index: int, message: Message) -> None:
        try:
            publisher, channel = self._topic(message.topic)
        except MessageError as error:
            self._admission.refuse(index, error.reason, error.detail)
            return
        try:
            _check_size(message.payload)
            if channel is Channel.READING:
                self._reading(index, message, publisher)
            elif message.payload:  # an empty retained state only clears it
                self._other(index, message.payload, publisher, channel)
        except MessageError as error:
            self._admission.refuse(index, error.reason, error.detail)
            if channel is Channel.READING and (ack := senml.ack_asked(message.payload)) is not None:
                self.acks.append((publisher, ack, index))

    def publisher(self, message: Message) -> str:
        """Who published a message; empty if its topic is none of ours."""
        try:
            return self._topic(message.topic)[0]
        except MessageError:
            return ""

    def _topic(self, topic: bytes) -> tuple[str, Channel]:
        found = self._topics.get(topic)
        if found is None:
            try:
                found = self._topics[topic] = parse_topic(topic.decode())
            except ValueError as error:
                raise MessageError("unknown_topic", str(error)) from error
        return found

    def _reading(self, index: int, message: Message, publisher: str) -> None:
        pack = senml.decode(message.payload, publisher)
        self._ask(publisher, pack.ack, index)
        for reason, detail in pack.problems:
            self._admission.refuse(index, reason, detail)
        for instant in pack.instants:
            self._admission.add(index, instant, publisher)

    def _other(self, index: int, payload: bytes, publisher: str, channel: Channel) -> None:
        if channel is Channel.STATE:
            state = messages.decode(payload, messages.State)
            self._timely(state.at)
            self.states.append((publisher, state))
        elif channel is Channel.BIRTH:
            birth = messages.decode(payload, messages.Birth)
            self._ask(publisher, birth.ack, index)
            self._timely(birth.at)
            if entry := self._admission.device(index, birth.device, publisher):
                self.births.append((entry.id, birth))
        elif channel is Channel.EVENT:
            event = messages.decode(payload, messages.Event)
            self._ask(publisher, event.ack, index)
            self._timely(event.at)
            if entry := self._admission.device(index, event.device, publisher):
                self.events.append((entry.id, event))
        else:  # acks and commands are for publishers
            raise MessageError("unknown_topic", f"nobody tells us anything by {channel}")

    def _ask(self, publisher: str, ack: str | None, index: int) -> None:
        if ack is not None:
            self.acks.append((publisher, ack, index))

    def _timely(self, at: float) -> None:
        if problem := self._admission.time_problem(at):
            raise MessageError(*problem)


def _check_size(payload: bytes) -> None:
    if len(payload) > LARGEST_PACK:
        raise MessageError("too_large", f"{len(payload)} bytes, at most {LARGEST_PACK} are read")

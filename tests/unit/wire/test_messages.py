"""Births, events, states, acks and topics."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import Quantity
from teplosvet.wire import messages
from teplosvet.wire.messages import Ack, Birth, Event, State
from teplosvet.wire.topics import FROM_PUBLISHERS, Channel, parse_topic, subscription, topic


def test_a_birth_tells_start_registers_in_our_units() -> None:
    birth = messages.decode(
        b'{"device":"d","at":1767225600,"model":"TV7","units":{"heat_energy":"Gcal","heat_volume":"l"},'
        b'"registers":{"heat_energy":2,"heat_volume":1500,"unheard_of":1,"flow_temperature":70}}',
        Birth,
    )
    assert birth.start_registers() == {Quantity.HEAT_ENERGY_KWH: 2326.0, Quantity.HEAT_VOLUME_M3: 1.5}


@pytest.mark.parametrize("value", [-1.0, 1e300, 1e308])
def test_an_impossible_start_register_is_left_out(value: float) -> None:
    birth = Birth("d", 1.0, units={"heat_energy": "Gcal"}, registers={"heat_energy": value})
    assert birth.start_registers() == {}


@pytest.mark.parametrize(
    ("payload", "kind", "reason"),
    [
        (b"", Birth, "not_json"),
        (b"{", Event, "not_json"),
        (b'{"state":"online\xff","at":1}', State, "not_json"),
        (b"[]", State, "malformed"),
        (b'{"device":"d"}', Birth, "malformed"),
        (b'{"device":"d","at":"2026-01-01T00:00:00"}', Birth, "malformed"),
        (b'{"device":"d","at":1,"registers":{"heat_energy":"7"}}', Birth, "malformed"),
        (b'{"device":"d","at":1,"serial":""}', Birth, "malformed"),
        (b'{"device":"d","at":1,"serial":"' + b"9" * 65 + b'"}', Birth, "malformed"),
        (b'{"device":"d","at":1,"event":"' + b"x" * 201 + b'"}', Event, "malformed"),
        (b'{"device":"d","at":1,"event":"e","data":{"deep":[[1]]}}', Event, "malformed"),
        (b'{"device":"d","at":1,"event":"e","other":' + b"[" * 100_000 + b"}", Event, "not_json"),
        (b'{"state":"asleep","at":1767225600}', State, "malformed"),
    ],
)
def test_what_is_no_message_is_refused(payload: bytes, kind: type[msgspec.Struct], reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        messages.decode(payload, kind)
    assert caught.value.reason == reason


def test_messages_of_devices_are_read() -> None:
    event = messages.decode(b'{"device":"d","at":1.5,"event":"door","data":{"open":true,"n":2,"x":null}}', Event)
    assert event == Event("d", 1.5, "door", {"open": True, "n": 2, "x": None})
    assert messages.decode(b'{"state":"offline","at":2}', State) == State("offline", 2.0)


def test_an_ack_names_what_was_refused() -> None:
    assert msgspec.json.encode(Ack(["gw7-000123"], {})) == b'{"ids":["gw7-000123"]}'
    whole = msgspec.json.encode(Ack(["a", "b"], {"b": "unknown_unit"}))
    assert msgspec.json.decode(whole) == {"ids": ["a", "b"], "quarantined": {"b": "unknown_unit"}}


def test_a_time_is_utc() -> None:
    assert messages.instant(1767225600) == datetime(2026, 1, 1, tzinfo=UTC)


@given(publisher=st.from_regex(r"[A-Za-z0-9а-я._ -]{1,80}", fullmatch=True), channel=st.sampled_from(Channel))
def test_a_topic_is_read_as_it_is_made(publisher: str, channel: Channel) -> None:
    assert parse_topic(topic(publisher, channel)) == (publisher, channel)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "teplosvet/v1/gw",
        "teplosvet/v1//reading",
        "teplosvet/v1/gw/reading/x",
        "teplosvet/v1/gw/unheard",
        "teplosvet/v2/gw/reading",
        "other/v1/gw/reading",
        "teplosvet/v1/+/reading",
        "teplosvet/v1/#/reading",
        "teplosvet/v1/g\x00w/reading",
        "teplosvet/v1/" + "g" * 201 + "/reading",
    ],
)
def test_other_topics_are_none_of_ours(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_topic(text)


def test_subscriptions() -> None:
    assert [subscription(channel) for channel in FROM_PUBLISHERS] == [
        "teplosvet/v1/+/reading",
        "teplosvet/v1/+/event",
        "teplosvet/v1/+/birth",
        "teplosvet/v1/+/state",
    ]
    assert subscription(Channel.READING, "ingest") == "$share/ingest/teplosvet/v1/+/reading"

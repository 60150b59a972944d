"""One batch, one transaction, on both editions: what is admitted is read back, once, whatever comes beside it."""

import json
import math
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import TupleRow

from ingest_service.admission import Rows
from ingest_service.committer import write_or_split
from ingest_service.copy_rows import LEADING, encode
from ingest_service.registry import Registry
from ingest_service.tap import Message
from ingest_service.writer import Outcome, Writer
from teplosvet.domain.quantities import DeviceClass, columns_of
from teplosvet.storage.database import connect
from tests.integration.ingest_run import empty, light, pack, refused, register, rows

AT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""


@pytest.fixture
def database(module_database: str) -> Iterator[str]:
    yield module_database
    empty(module_database)


@pytest.fixture
def writer(database: str) -> Iterator[Writer]:
    register(database, ("heat-1", "heat", "gw"), ("lamp-1", "light", "gw"), ("lamp-2", "light", "gw"))
    with connect(database) as connection:
        yield Writer(connection, Registry())


def reading(payload: bytes, publisher: str = "gw") -> Message:
    return Message(f"teplosvet/v1/{publisher}/reading".encode(), payload, 1, 1, retain=False)


def write(writer: Writer, *payloads: bytes) -> Outcome:
    return write_or_split(writer, [reading(payload) for payload in payloads])


def heat(at: float = AT, **values: float | None) -> dict[str, object]:
    """A record of heat energy [kWh] or volume [m3] of heat-1."""
    ((name, value),) = values.items()
    return {"bn": "heat-1/", "bt": at, "n": name, "u": "kWh" if name == "heat_energy" else "m3", "v": value}


def energy(database: str) -> list[tuple[object, ...]]:
    return rows(
        database, "SELECT heat_energy_kwh, heat_volume_m3, archive, serial FROM heat_reading ORDER BY measured_at"
    )


def test_a_reading_twice_is_stored_once(database: str, writer: Writer) -> None:
    payload = pack(heat(heat_energy=5.0))
    assert (write(writer, payload).stored, write(writer, payload).duplicates) == (1, 1)
    outcome = write(writer, payload, payload, payload)
    assert (outcome.stored, outcome.duplicates) == (0, 3)
    assert energy(database) == [(5.0, None, False, None)]


def test_what_comes_again_in_one_batch_is_stored_once(database: str, writer: Writer) -> None:
    payload = pack(heat(heat_energy=5.0))
    outcome = write(writer, payload, pack(heat(AT - 60, heat_energy=4.0)), payload)
    assert (outcome.stored, outcome.duplicates) == (2, 1)
    assert energy(database) == [(4.0, None, False, None), (5.0, None, False, None)]


def test_what_is_missing_is_filled_and_nothing_overwritten(database: str, writer: Writer) -> None:
    write(writer, pack(heat(heat_energy=5.0)))
    write(writer, pack(heat(heat_volume=7.0), {"n": "serial", "vs": "S-1"}))
    write(writer, pack(heat(heat_energy=6.0), {"n": "serial", "vs": "S-2"}))
    assert energy(database) == [(5.0, 7.0, False, "S-1")]


def test_what_is_missing_is_filled_within_a_batch(database: str, writer: Writer) -> None:
    write(writer, pack(heat(heat_energy=5.0)), pack(heat(heat_volume=7.0)), pack(heat(heat_energy=6.0)))
    assert energy(database) == [(5.0, 7.0, False, None)]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("archive_first", [True, False])
def test_the_archive_wins_over_live(database: str, writer: Writer, together: bool, archive_first: bool) -> None:
    live = pack(heat(heat_energy=5.0), heat(heat_volume=7.0))
    archive = pack({**heat(heat_energy=5.5), "bo": "archive"})
    packs = [archive, live] if archive_first else [live, archive]
    for batch in [packs] if together else [[each] for each in packs]:
        write(writer, *batch)
    assert energy(database) == [(5.5, 7.0, True, None)]


def test_a_bad_message_costs_nothing_of_its_batch(database: str, writer: Writer) -> None:
    good = [light("lamp-1", AT + n, float(n)) for n in range(5)]
    bad = [b"{", pack(heat(heat_energy=-1.0)), pack({**heat(heat_energy=1.0), "bn": "nobody/"}), b"\x00\xff"]
    outcome = write(writer, *(each for pair in zip(good, [*bad, b""], strict=True) for each in pair))
    assert (outcome.stored, sum(outcome.refused.values())) == (5, 5)
    assert refused(database) == {"not_json": 2, "not_senml": 1, "out_of_range": 1, "unknown_device": 1}


def test_the_same_refused_message_is_kept_once_and_counted(database: str, writer: Writer) -> None:
    for _ in range(3):
        write(writer, b"[{", b"[{")
    ((times, payload, topic, publisher),) = rows(database, "SELECT times, payload, topic, publisher FROM quarantine")
    assert (times, payload, topic, publisher) == (6, b"[{", "teplosvet/v1/gw/reading", "gw")


def test_a_message_with_two_faults_is_kept_under_both(database: str, writer: Writer) -> None:
    outcome = write(writer, pack(heat(heat_energy=-1.0), {"n": "warmth", "v": 1}, heat(heat_volume=3.0)))
    assert refused(database) == {"out_of_range": 1, "unknown_quantity": 1}
    assert (sum(outcome.refused.values()), energy(database)) == (1, [(None, 3.0, False, None)])


# what PostgreSQL itself refuses: NUL in jsonb and text, an index entry that is too large for a page
POISON = {
    "NUL in an event": ("event", b'{"device":"heat-1","at":1767225600,"event":"e","data":{"a":"\\u0000"}}'),
    "NUL in a birth": ("birth", b'{"device":"heat-1","at":1767225600,"model":"\\u0000"}'),
    "NUL in the event's word": ("event", b'{"device":"heat-1","at":1767225600,"event":"\\u0000"}'),
}


@pytest.mark.parametrize("poison", POISON)
def test_what_the_database_refuses_goes_to_quarantine_alone(database: str, writer: Writer, poison: str) -> None:
    channel, payload = POISON[poison]
    batch = [reading(light("lamp-1", AT + n, float(n))) for n in range(7)]
    batch.insert(3, Message(f"teplosvet/v1/gw/{channel}".encode(), payload, 1, 1, retain=False))
    outcome = write_or_split(writer, batch)
    assert (outcome.stored, outcome.refused) == (7, {"database_refused": 1})
    assert refused(database) == {"database_refused": 1}
    assert write(writer, light("lamp-1", AT + 9, 9.0)).stored == 1


def test_rows_of_an_earlier_batch_do_not_come_back_after_a_refusal(database: str, writer: Writer) -> None:
    """A rollback undoes the emptying of the stage: an instant of the batch before must not meet itself there."""
    write(writer, light("lamp-1", AT, 1.0))
    poison = Message(b"teplosvet/v1/gw/birth", POISON["NUL in a birth"][1], 1, 1, retain=False)
    outcome = write_or_split(writer, [reading(light("lamp-1", AT, 1.0)), poison, reading(light("lamp-2", AT, 1.0))])
    assert (outcome.stored, outcome.duplicates, outcome.refused) == (1, 1, {"database_refused": 1})


@pytest.mark.parametrize("name", ["e" * 100_000, "\x00", "nobody\x00", "\u2028" * 300])
def test_any_device_name_is_merely_unknown(database: str, writer: Writer, name: str) -> None:
    assert write(writer, pack({**heat(heat_energy=1.0), "bn": f"{name}/"})).refused == {"unknown_device": 1}


@pytest.mark.parametrize(
    "topic",
    [
        b"teplosvet/v1/" + os.urandom(30_000).hex().encode() + b"/state",
        b"teplosvet/v1/a\x00b/state",
        b"teplosvet/v1/\xff/state",
        b"teplosvet/v1/+/reading",
        b"teplosvet/v1/gw/command",
    ],
    ids=["long", "NUL", "no UTF-8", "wildcard", "command"],
)
def test_any_topic_is_stored_or_refused(database: str, writer: Writer, topic: bytes) -> None:
    state = Message(topic, b'{"state":"online","at":1767225600}', 1, 1, retain=True)
    write_or_split(writer, [state, reading(light("lamp-1", AT, 1.0))])
    assert refused(database) == {"unknown_topic": 1}
    assert len(rows(database, "SELECT FROM light_reading")) == 1


def test_a_device_that_was_registered_a_moment_ago_is_found(database: str, writer: Writer) -> None:
    late = pack({"bn": "late/", "bt": AT, "n": "water_volume", "u": "m3", "v": 1.0})
    assert write(writer, late).refused == {"unknown_device": 1}
    register(database, ("late", "water", "gw"))
    assert write(writer, late).stored == 1


def test_a_device_that_another_publisher_speaks_for_now_is_his_at_once(database: str, writer: Writer) -> None:
    register(database, ("heat-1", "heat", "other"))
    payload = pack(heat(heat_energy=1.0))
    register(database, ("heat-1", "heat", "gw"))
    assert write(writer, payload).stored == 1
    register(database, ("heat-1", "heat", "new-gw"))
    assert write_or_split(writer, [reading(payload.replace(b"1.0", b"2.0"), "new-gw")]).refused == {}


def test_a_commit_marks_what_the_rollup_has_to_make_again(database: str, writer: Writer) -> None:
    write(writer, light("lamp-1", AT + 60, 2.0), light("lamp-1", AT, 1.0), light("lamp-2", AT + 30.5, 1.0))
    ids = dict(rows(database, "SELECT name, id FROM device"))
    us = int(AT * 1e6)
    assert rows(database, "SELECT device_ids, from_us, to_us FROM dirty_range WHERE from_us[1] > 0") == [
        ([ids["lamp-1"], ids["lamp-2"]], [us, us + 30_500_000], [us + 60_000_000, us + 30_500_000])
    ]


def test_other_quantities_births_events_and_states_are_stored_once(database: str, writer: Writer) -> None:
    voltage = {"n": "voltage", "u": "V", "v": 229.5}
    batch = [reading(pack(heat(heat_energy=5.0), voltage))]
    batch += [
        Message(f"teplosvet/v1/gw/{channel}".encode(), json.dumps(body).encode(), 1, 1, retain=False)
        for channel, body in (
            ("birth", {"device": "heat-1", "at": AT, "serial": "S", "units": {"heat_energy": "Gcal"},
                       "registers": {"heat_energy": 1}}),
            ("event", {"device": "heat-1", "at": AT, "event": "door", "data": {"open": True}}),
            ("state", {"state": "online", "at": AT}),
            ("state", {"state": "offline", "at": AT - 60}),
        )
    ]  # fmt: skip
    for _ in range(2):
        assert write_or_split(writer, batch).refused == {}
    assert rows(database, "SELECT quantity, value FROM other_reading") == [("voltage_v", 229.5)]
    assert rows(database, "SELECT serial, registers FROM device_birth") == [("S", {"heat_energy_kwh": 1163.0})]
    assert rows(database, "SELECT event, data FROM device_event") == [("door", {"open": True})]
    assert rows(database, "SELECT publisher, state FROM publisher_state") == [("gw", "online")]


serials = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=64)
floats = st.floats(allow_nan=False, allow_infinity=False) | st.just(math.nan)


@st.composite
def some_rows(draw: st.DrawFn) -> Rows:
    device_class = draw(st.sampled_from(DeviceClass))
    keys = draw(
        st.lists(st.tuples(st.integers(1, 2**31 - 1), st.integers(0, 4 * 10**15)), min_size=1, max_size=12, unique=True)
    )
    width = len(columns_of(device_class))
    return Rows(
        device_class,
        np.array([device for device, _ in keys], dtype=np.int32),
        np.array([at for _, at in keys], dtype=np.int64),
        np.array([draw(st.booleans()) for _ in keys], dtype=np.bool_),
        [draw(serials) for _ in keys],
        np.array([[draw(floats) for _ in range(width)] for _ in keys]),
    )


def copied(connection: psycopg.Connection[TupleRow], rows: Rows) -> list[TupleRow]:
    """What PostgreSQL makes of the stream; nothing of it stays."""
    table = sql.Identifier(f"{rows.device_class}_reading")
    columns = sql.SQL(", ").join(map(sql.Identifier, (*LEADING, *columns_of(rows.device_class))))
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(table, columns)) as copy:
            copy.write(encode(rows))
        return cursor.execute(sql.SQL("SELECT {} FROM {}").format(columns, table)).fetchall()


def test_what_is_copied_is_what_was_admitted(database: str) -> None:
    with connect(database) as connection:

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(sent=some_rows())
        def copies(sent: Rows) -> None:
            expected = {
                (
                    int(sent.device_ids[n]),
                    int(sent.at_us[n]),
                    bool(sent.archive[n]),
                    sent.serials[n],
                    *(None if math.isnan(value) else value for value in sent.values[n].tolist()),
                )
                for n in range(len(sent.device_ids))
            }
            got = copied(connection, sent)
            assert len(got) == len(expected)
            assert {(row[0], _us(row[1]), *row[2:]) for row in got} == expected

        copies()


def _us(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

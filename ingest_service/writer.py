"""One batch, one transaction: rows, births, events, states, quarantine and the dirty ranges of the rollup."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from ingest_service.admission import Admission, Admitted, Rows
from ingest_service.bindings import Bindings
from ingest_service.copy_rows import LEADING, encode
from ingest_service.decoders import Decoders
from ingest_service.fold import folded
from ingest_service.registry import Registry
from ingest_service.tap import Message
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of
from teplosvet.storage.queries import query
from teplosvet.wire import messages as wire

UNBOUND_BYTES = 4096
"""Of the last message of somebody who is not registered so much is kept. [B]"""
LONGEST_IDENTITY = 450
"""Letters of an identity that are kept: it has to be bound as it is listed."""
UNBOUND_KEPT = 10_000
"""So many strangers are remembered, those that were heard last: whoever invents names must not fill the disk."""
MERGES_AFTER_DUPLICATE = 20
"""After a duplicate so many batches go through the stage: duplicates come in crowds, and a COPY that fails is dear."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch.

    Attributes:
        stored: Rows that are new or gained something.
        duplicates: Rows of which everything was there already.
        refused: Count of messages by the reason of their refusal.
        nulls: Values that said «not available».
        acks: Ids to acknowledge, by publisher.
        quarantined: Reason by id, of those to acknowledge of which something was refused, by publisher.
    """

    stored: int = 0
    duplicates: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    nulls: int = 0
    acks: dict[str, list[str]] = field(default_factory=dict)
    quarantined: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Count another outcome into this one."""
        self.stored += other.stored
        self.duplicates += other.duplicates
        self.nulls += other.nulls
        for reason, times in other.refused.items():
            self.refused[reason] = self.refused.get(reason, 0) + times
        for publisher, ids in other.acks.items():
            self.acks.setdefault(publisher, []).extend(ids)
        for publisher, reasons in other.quarantined.items():
            self.quarantined.setdefault(publisher, {}).update(reasons)


class Writer:
    """Writes batches through one connection.

    Args:
        connection: A connection of its own, not in autocommit.
        registry: The devices.
        bindings: Who vendors' names stand for.
    """

    def __init__(
        self, connection: psycopg.Connection[TupleRow], registry: Registry, bindings: Bindings | None = None
    ) -> None:
        self._connection = connection
        self._registry = registry
        self._bindings = bindings or Bindings()
        self._staged: set[DeviceClass] = set()
        self._merges_left = 0

    def write(self, batch: Sequence[Message]) -> Outcome:
        """Write a batch and commit; nothing of it is there when this raises.

        Raises:
            psycopg.Error: If the database does not take it.
        """
        try:
            with self._connection.transaction():
                self._registry.refresh(self._connection)
                if not batch or any(message.news for message in batch):
                    self._bindings.refresh(self._connection)
                admitted, decoders = self._judge(batch)
                # it may have been registered a moment ago: look once more before anything goes to quarantine
                if admitted.doubtful and self._registry.look_up(self._connection, admitted.doubtful):
                    admitted, decoders = self._judge(batch)
                strangers = {(each.adapter, each.identity) for each in decoders.unbound}
                if strangers and self._bindings.look_up(self._connection, strangers):
                    admitted, decoders = self._judge(batch)
                return self._store(batch, admitted, decoders)
        except (psycopg.Error, ValueError, OverflowError):
            self._staged.clear()  # what was created in the transaction is gone with it
            raise

    def refuse(self, message: Message, reason: str, detail: str) -> Outcome:
        """Put one message into quarantine, whole, and commit.

        Raises:
            psycopg.Error: If the database does not take even that.
        """
        admission = Admission({}, datetime.now(UTC).timestamp())
        admission.refuse(0, reason, detail)
        with self._connection.transaction():
            return self._store([message], admission.result, Decoders(admission))

    def _judge(self, batch: Sequence[Message]) -> tuple[Admitted, Decoders]:
        admission = Admission(self._registry.entries, datetime.now(UTC).timestamp())
        decoders = Decoders(admission, self._bindings)
        for index, message in enumerate(batch):
            decoders.decode(index, message)
        return admission.judge(), decoders

    def _store(self, batch: Sequence[Message], admitted: Admitted, decoders: Decoders) -> Outcome:
        outcome = Outcome(nulls=admitted.nulls)
        for rows in admitted.rows:
            written = sum(self._put(part) for part in folded(rows))
            outcome.stored += written
            outcome.duplicates += len(rows.device_ids) - written
        with self._connection.cursor() as cursor:
            _store_others(cursor, admitted, decoders)
            _note_unbound(cursor, batch, decoders)
            _quarantine(cursor, batch, admitted, decoders)
            _mark_dirty(cursor, admitted.rows, decoders)
        reasons: dict[int, str] = {}
        for refusal in admitted.refusals:
            reasons.setdefault(refusal.message, refusal.reason)
        for reason in reasons.values():
            outcome.refused[reason] = outcome.refused.get(reason, 0) + 1
        for publisher, ack, index in decoders.acks:
            outcome.acks.setdefault(publisher, []).append(ack)
            if index in reasons:
                outcome.quarantined.setdefault(publisher, {})[ack] = reasons[index]
        return outcome

    def _put(self, rows: Rows) -> int:
        """Rows into their table: straight while all of them are new, else through the stage; how many changed it."""
        rows, columns = _narrowed(rows)
        device_class, stream, statements = rows.device_class, encode(rows), _compose(rows.device_class, columns)
        if self._merges_left == 0:
            try:
                with self._connection.transaction(), self._connection.cursor() as cursor:
                    with cursor.copy(statements.insert) as copy:
                        copy.write(stream)
                    return len(rows.device_ids)
            except psycopg.errors.UniqueViolation:
                self._merges_left = MERGES_AFTER_DUPLICATE
        self._merges_left -= 1
        return self._merge(statements, device_class, stream)

    def _merge(self, statements: "_Statements", device_class: DeviceClass, stream: bytes) -> int:
        with self._connection.cursor() as cursor:
            if device_class not in self._staged:
                cursor.execute(statements.create)
                self._staged.add(device_class)
            cursor.execute(statements.clear)  # also after a rollback, which brings back the rows of an earlier batch
            with cursor.copy(statements.copy) as copy:
                copy.write(stream)
            cursor.execute(statements.merge)
            return cursor.rowcount


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: sql.Composed
    create: sql.Composed
    copy: sql.Composed
    merge: sql.Composed
    clear: sql.Composed


def _narrowed(rows: Rows) -> tuple[Rows, tuple[Quantity, ...]]:
    """The rows with the columns that any of them has a value of: most devices report a part of what their class can."""
    there = np.flatnonzero(~np.isnan(rows.values).all(axis=0))
    columns = columns_of(rows.device_class)
    return replace(rows, values=rows.values[:, there]), tuple(columns[n] for n in there.tolist())


@lru_cache(maxsize=256)
def _compose(device_class: DeviceClass, quantities: tuple[Quantity, ...]) -> _Statements:
    table, stage = sql.Identifier(f"{device_class}_reading"), sql.Identifier(f"stage_{device_class}")
    filled = [sql.Identifier(name) for name in ("serial", *quantities)]
    columns = sql.SQL(", ").join([*(sql.Identifier(name) for name in LEADING[:3]), *filled])
    return _Statements(
        insert=query("ingest", "copy", table=table, columns=columns),
        create=query("ingest", "create_stage", stage=stage, table=table),
        copy=query("ingest", "copy", table=stage, columns=columns),
        merge=query(
            "ingest",
            "merge",
            table=table,
            stage=stage,
            columns=columns,
            fills=sql.SQL(", ").join([query("ingest", "fill", column=column) for column in filled]),
            changes=sql.SQL(" OR ").join([query("ingest", "change", column=column) for column in filled]),
        ),
        clear=query("ingest", "clear_stage", stage=stage),
    )


def _store_others(cursor: psycopg.Cursor[TupleRow], admitted: Admitted, decoders: Decoders) -> None:
    if admitted.others:
        cursor.executemany(
            query("ingest", "other_reading"),
            [
                {
                    "device_id": o.device_id,
                    "quantity": o.quantity,
                    "at_s": o.at_s,
                    "archive": o.archive,
                    "value": o.value,
                }
                for o in admitted.others
            ],
        )
    for device_id, birth in decoders.births:
        registers = {str(quantity): value for quantity, value in birth.start_registers().items()}
        cursor.execute(
            query("ingest", "birth"),
            {
                "device_id": device_id,
                "at": wire.instant(birth.at),
                "serial": birth.serial,
                "model": birth.model,
                "firmware": birth.firmware,
                "registers": Jsonb(registers),
                "resolutions": Jsonb({str(quantity): step for quantity, step in birth.least_steps().items()}),
            },
        )
    for device_id, event in decoders.events:
        values = {"device_id": device_id, "at": wire.instant(event.at), "event": event.event, "data": Jsonb(event.data)}
        cursor.execute(query("ingest", "event"), values)
    for publisher, state in decoders.states:
        values = {"publisher": publisher, "state": state.state, "at": wire.instant(state.at)}
        cursor.execute(query("ingest", "state"), values)


def _note_unbound(cursor: psycopg.Cursor[TupleRow], batch: Sequence[Message], decoders: Decoders) -> None:
    """Remember who was heard and is not registered: the last message of each, and how many there were."""
    heard = Counter((each.adapter, each.identity) for each in decoders.unbound)
    last = {(each.adapter, each.identity): batch[each.message] for each in decoders.unbound}
    for (adapter, identity), message in sorted(last.items()):
        values = {
            "adapter": adapter,
            "identity": identity[:LONGEST_IDENTITY].replace("\x00", ""),
            "times": heard[adapter, identity],
            "topic": message.topic.decode(errors="replace").replace("\x00", ""),
            "payload": message.payload[:UNBOUND_BYTES],
        }
        cursor.execute(query("ingest", "unbound"), values)
    if last:
        cursor.execute(query("ingest", "forget_unbound"), {"most": UNBOUND_KEPT})


def _quarantine(
    cursor: psycopg.Cursor[TupleRow], batch: Sequence[Message], admitted: Admitted, decoders: Decoders
) -> None:
    kept: dict[tuple[int, str], tuple[str, str | None]] = {}
    for refusal in admitted.refusals:
        kept.setdefault((refusal.message, refusal.reason), (refusal.detail, refusal.device))
    for (index, reason), (detail, device) in kept.items():
        message = batch[index]
        cursor.execute(
            query("ingest", "quarantine"),
            {
                "topic": message.topic.decode(errors="replace").replace("\x00", "\\0"),
                "publisher": decoders.publisher(message),
                "payload": message.payload,
                "digest": hashlib.sha256(message.topic + b"\x00" + message.payload).digest(),
                "reason": reason,
                "detail": detail.replace("\x00", "\\0")[:500],
                "device": None if device is None else device.replace("\x00", "\\0"),
            },
        )


def _mark_dirty(cursor: psycopg.Cursor[TupleRow], rows: Sequence[Rows], decoders: Decoders) -> None:
    births = [(key, round(birth.at * 1e6)) for key, birth in decoders.births]
    ids = np.concatenate([*(part.device_ids for part in rows), np.array([key for key, _ in births], dtype=np.int32)])
    at = np.concatenate([*(part.at_us for part in rows), np.array([us for _, us in births], dtype=np.int64)])
    if not len(ids):
        return
    order = np.lexsort((at, ids))
    ids, at = ids[order], at[order]
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    ends = np.r_[starts[1:], len(ids)] - 1
    values = {"device_ids": ids[starts].tolist(), "from_us": at[starts].tolist(), "to_us": at[ends].tolist()}
    cursor.execute(query("ingest", "mark_dirty"), values)

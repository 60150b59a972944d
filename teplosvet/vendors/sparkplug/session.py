"""Reads the messages of edge nodes: what their births say is remembered, for data go by alias."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite, isnan
from typing import NamedTuple

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.domain.readings import Origin
from teplosvet.vendors.adapter import Session
from teplosvet.vendors.guesses import printable
from teplosvet.vendors.observation import Measure, Observation, Value
from teplosvet.vendors.sparkplug.metrics import Meaning, device_class_of, is_serial, meaning_of
from teplosvet.vendors.sparkplug.payload import Metric, Payload, number_of, read_payload, rebirth_wanted, time_of
from teplosvet.vendors.topic_pattern import LONGEST_IDENTITY, TopicPattern
from teplosvet.vendors.values import number, truth

NODES_REMEMBERED = 5_000
METRICS_REMEMBERED = 20_000
"""Metrics of one birth that are remembered: more is a defect of its edge node."""

ASKED_EVERY = 100
"""A node that is not understood is asked for its birth again after so many of its messages."""

NODE_TOPIC = TopicPattern("spBv1.0/{group}/{kind}/{node}")
DEVICE_TOPIC = TopicPattern("spBv1.0/{group}/{kind}/{node}/{device}")
STATE_TOPICS = (TopicPattern("spBv1.0/STATE/{host}"), TopicPattern("STATE/{host}"))
NODE_KINDS = frozenset({"NBIRTH", "NDEATH", "NDATA", "NCMD"})
DEVICE_KINDS = frozenset({"DBIRTH", "DDEATH", "DDATA", "DCMD"})

_GOOD = 192
"""The value of the property Quality of a value that is good; 0 is bad, 500 stale (Sparkplug 3.0.0, 6.4.10)."""
_ROW = 256
"""After 255 the row of numbers starts again with 0."""
_SWITCHES = (Measure.PRESENCE, Measure.LAMP_FAILURE)


class Known(NamedTuple):
    """What a birth said of a metric.

    Attributes:
        name: Its name.
        datatype: Its type.
        meaning: What it is, or None if it is none of ours.
        identity: Whose it is.
    """

    name: str
    datatype: int
    meaning: Meaning | None
    identity: str


@dataclass(slots=True)
class Birth:
    """What a birth said.

    Attributes:
        by_name: Its metrics.
        alias: Their names by alias.
        classes: What the things of it probably are, by identity.
        serials: Serial numbers that are told, by identity.
    """

    by_name: dict[str, Known] = field(default_factory=dict)
    alias: dict[int, str] = field(default_factory=dict)
    classes: dict[str, DeviceClass] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)

    def known(self, metric: Metric) -> Known | None:
        """What the birth said of a metric, or None if it did not speak of it."""
        name = metric.name or (self.alias.get(metric.alias, "") if metric.alias is not None else "")
        return self.by_name.get(name)


@dataclass(slots=True)
class Node:
    """An edge node.

    Attributes:
        births: Births by identity: its own and those of its devices.
        seq: Number of its last message, None before there was one.
        life: Number of its life (``bdSeq``), which its death repeats.
    """

    births: dict[str, Birth] = field(default_factory=dict)
    seq: int | None = None
    life: float | None = None


class SparkplugSession(Session):
    """Reads messages in their order."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._notes: list[str] = []
        self._strangers: dict[str, int] = {}
        self._wanted: list[str] = []

    def decode(self, topic: str, payload: bytes, *, retained: bool = False) -> tuple[Observation, ...]:
        """What a birth or data say; what the broker had kept is learnt and no reading."""
        self._notes = []
        levels = NODE_TOPIC.match(topic) or DEVICE_TOPIC.match(topic)
        if any(pattern.match(topic) is not None for pattern in STATE_TOPICS):
            self._notes.append("a state of a host: it says nothing that is measured")
            return ()
        kind = levels["kind"] if levels is not None else ""
        if levels is None or kind not in (DEVICE_KINDS if "device" in levels else NODE_KINDS):
            raise MessageError("unknown_topic", f"no topic of Sparkplug B: {topic[:200]!r}")
        if kind in ("NCMD", "DCMD"):
            self._notes.append("a command: it says nothing that is measured")
            return ()
        if not payload:
            self._notes.append("the message is empty: it clears what the broker had kept")
            return ()
        node_id = f"{levels['group']}/{levels['node']}"
        identity = f"{node_id}/{levels['device']}" if "device" in levels else node_id
        found = self._hear(kind, node_id, identity, read_payload(payload))
        if retained and kind not in ("NDEATH", "DDEATH"):
            self._notes.append("the broker had kept the message: its values are old, whatever they look like")
            return ()
        return found

    def asks(self, now_s: float) -> tuple[tuple[str, bytes], ...]:
        """The command to be born again, to every edge node that spoke before its birth was heard."""
        wanted, self._wanted = self._wanted, []
        if not wanted:
            return ()
        command = rebirth_wanted(now_s)
        topics = (f"spBv1.0/{group}/NCMD/{node}" for group, _, node in (each.partition("/") for each in wanted))
        return tuple((topic, command) for topic in topics)

    def passed_over(self) -> tuple[str, ...]:
        """What of the last message became no value and why."""
        return tuple(self._notes)

    def _hear(self, kind: str, node_id: str, identity: str, payload: Payload) -> tuple[Observation, ...]:
        if kind == "NDEATH":
            self._end(node_id, payload)
            return ()
        node = self._node(kind, node_id, payload)
        problems = list(_missed(node, payload.seq))
        if kind == "DDEATH":
            node.births.pop(identity, None)
            self._notes.append("a death: it says nothing that is measured")
            return _with(problems, identity, [])
        if kind in ("NBIRTH", "DBIRTH"):
            self._strangers.pop(node_id, None)
            node.births[identity] = _birth(identity, payload, self._notes)
        birth = node.births.get(identity)
        if birth is None:
            self._want_birth(node_id)
            detail = f"{identity} spoke before its birth was heard: ask its edge node for it (Node Control/Rebirth)"
            return _with([("no_birth", detail), *problems], identity, [])
        return _with(problems, identity, list(self._observe(birth, payload, problems)))

    def _want_birth(self, node_id: str) -> None:
        """Ask at the first message that cannot be understood, and again after every hundred that still cannot."""
        if len(self._strangers) >= NODES_REMEMBERED:
            self._strangers.clear()
        heard = self._strangers[node_id] = self._strangers.get(node_id, 0) + 1
        if heard % ASKED_EVERY == 1:
            self._wanted.append(node_id)

    def _node(self, kind: str, node_id: str, payload: Payload) -> Node:
        """The edge node that speaks; its birth begins a new life of it, and forgets its devices."""
        node = self._nodes.get(node_id)
        if node is not None and kind != "NBIRTH":
            return node
        if node is None and len(self._nodes) >= NODES_REMEMBERED:
            self._nodes.clear()
        node = self._nodes[node_id] = Node(life=_life(payload))
        return node

    def _end(self, node_id: str, payload: Payload) -> None:
        """A death forgets the node, unless it is of an earlier life and only came late."""
        node, life = self._nodes.get(node_id), _life(payload)
        if node is not None and life is not None and node.life is not None and life != node.life:
            self._notes.append("a death of an earlier life: the edge node has been born again since")
            return
        self._nodes.pop(node_id, None)
        self._notes.append("a death: it says nothing that is measured")

    def _observe(self, birth: Birth, payload: Payload, problems: list[tuple[str, str]]) -> Iterator[Observation]:
        found: dict[tuple[str, datetime | None, Origin], dict[Measure, Value]] = {}
        for metric in payload.metrics:
            known = birth.known(metric)
            if known is None:
                problems.append(("unknown_alias", f"the birth did not speak of the metric {_called(metric)}"))
                continue
            try:
                value = self._value(metric, known)
                at = time_of(payload.at_ms if metric.at_ms is None else metric.at_ms)
            except ValueError as error:
                problems.append(("no_number", f"{printable(known.name)}: {error}"))
                continue
            if value is not None:
                origin = Origin.ARCHIVE if metric.is_historical else Origin.LIVE
                found.setdefault((known.identity, at, origin), {}).setdefault(value.measure, value)
        for (identity, at, origin), values in found.items():
            yield Observation(
                identity=identity,
                at=at,
                values=tuple(values.values()),
                device_class=birth.classes[identity],
                origin=origin,
                serial=birth.serials.get(identity),
            )

    def _value(self, metric: Metric, known: Known) -> Value | None:
        """The value of a metric, None if it is missing, not to be stored or none of ours."""
        meaning, name = known.meaning, printable(known.name)
        if meaning is None or metric.raw is None or metric.is_transient:
            if name and name != "bdSeq":
                self._notes.append(f"{name}: {'missing' if meaning is not None else 'none of ours'}")
            return None
        if metric.properties.get("quality", _GOOD) != _GOOD:
            self._notes.append(f"{name}: its quality is not good")
            return None
        raw = number_of(metric.raw, metric.datatype or known.datatype)
        if raw is None:
            raise ValueError("its type is none of a number")
        if meaning.said is None:
            raise ValueError(
                f"{printable(meaning.unit_text[:20]) or 'nothing'} is no unit of {meaning.measure}: see engUnit"
            )
        if meaning.usual:
            self._notes.append(f"{name}: no unit is told: {meaning.unit_text} is the usual one")
        if isinstance(raw, float) and isnan(raw):
            return None
        found = truth(_whole(raw)) if meaning.measure in _SWITCHES else number(float(raw))
        if found is None:
            return None
        amount = found * meaning.said.factor + meaning.said.offset
        if not isfinite(amount):
            raise ValueError("the number is beyond all bounds")
        return Value(meaning.measure, amount, meaning.said.unit)


def _whole(raw: float | bool) -> float | bool | int:
    return int(raw) if isinstance(raw, float) and raw in (0.0, 1.0) else raw


def _called(metric: Metric) -> str:
    return printable(metric.name) if metric.name else f"with the alias {metric.alias}"


def _life(payload: Payload) -> float | None:
    """The number of a life, which birth and death share."""
    found = next((each for each in payload.metrics if each.name == "bdSeq"), None)
    return found.raw if found is not None and isinstance(found.raw, int | float) else None


def _missed(node: Node, seq: int | None) -> Iterator[tuple[str, str]]:
    """Whether messages of the row are missing."""
    if seq is None:
        return
    if node.seq is not None and seq != (expected := (node.seq + 1) % _ROW):
        yield (
            "seq_gap",
            f"message {seq} came instead of {expected}: {(seq - expected) % _ROW} are missing or out of order",
        )
    node.seq = seq % _ROW


def _birth(identity: str, payload: Payload, notes: list[str]) -> Birth:
    """What a birth says; several things in one birth that measure the same have an identity each, by their folders."""
    if len(payload.metrics) > METRICS_REMEMBERED:
        raise MessageError("malformed", f"a birth with more than {METRICS_REMEMBERED} metrics")
    birth = Birth()
    taken: set[tuple[str, Measure]] = set()
    named = {metric.name: metric for metric in payload.metrics if metric.name}
    meanings = {name: meaning_of(name, _unit(metric)) for name, metric in named.items()}
    folders = {(each.measure, each.folder) for each in meanings.values() if each is not None}
    several = any(number > 1 for number in Counter(measure for measure, _ in folders).values())
    for name, metric in named.items():
        meaning = meanings[name]
        whose = f"{identity}/{meaning.folder}" if several and meaning is not None and meaning.folder else identity
        if meaning is not None:
            if (whose, meaning.measure) in taken:
                notes.append(f"{printable(name)}: another metric already says the {meaning.measure}")
                meaning = None
            elif not whose.isprintable() or len(whose) > LONGEST_IDENTITY:
                notes.append(f"{printable(name)}: its folder cannot be the name of a device")
                meaning = None
            else:
                taken.add((whose, meaning.measure))
        birth.by_name[name] = Known(name, metric.datatype, meaning, whose)
        if metric.alias is not None:
            birth.alias[metric.alias] = name
        if is_serial(name) and isinstance(metric.raw, str) and metric.raw.isprintable() and 0 < len(metric.raw) <= 64:
            folder = name.rpartition("/")[0]
            birth.serials.setdefault(f"{identity}/{folder}" if several and folder else identity, metric.raw)
    for whose in {known.identity for known in birth.by_name.values()}:
        said = {k.name: k.meaning.measure for k in birth.by_name.values() if k.identity == whose and k.meaning}
        birth.classes[whose] = device_class_of(said, whose)
    return birth


def _unit(metric: Metric) -> str | None:
    unit = metric.properties.get("engunit")
    return unit if isinstance(unit, str) and unit.strip() else None


def _with(
    problems: Iterable[tuple[str, str]], identity: str, observations: list[Observation]
) -> tuple[Observation, ...]:
    """The observations, and the problems as one more that has no values."""
    if told := tuple(problems):
        observations.append(Observation(identity, None, (), DeviceClass.ELECTRICITY, problems=told))
    return tuple(observations)

"""Mosquitto's dynamic-security plugin over its control topic: a role and a client for each publisher.

Mosquitto 2.0 writes its whole file after every command, so a grant costs two commands and time in proportion to the
file: what all publishers have in common is one shared role, and their own roles are as short as they can be.
"""

import json
import threading
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.wire.topics import PREFIX, Channel, topic

CONTROL = "$CONTROL/dynamic-security/v1"
RESPONSE = f"{CONTROL}/response"
PATIENCE_S = 5.0
"""How long the broker may take to answer. [s]"""

AT_ONCE = 8
"""So many requests go in one message: the broker does nothing else while it works on one."""

ROLE = "publisher-"
"""What the roles that we make begin with; others are none of our business."""

SHARED_ROLE = "publishers"
"""What every publisher has beside its own role."""

VENDORS_ROLE = "vendors"
"""What systems and devices of other makers have, on their own topics."""

Command = dict[str, Any]


def acls_of(publisher: str) -> list[dict[str, object]]:
    """What a publisher may do (docs/wire.md): speak in its own name, and listen to its own name."""
    own = f"{PREFIX}/{publisher}/#"
    return [
        {"acltype": "publishClientSend", "topic": own, "allow": True},
        {"acltype": "publishClientSend", "topic": f"homeassistant/+/{publisher}/+/config", "allow": True},
        {"acltype": "subscribePattern", "topic": own, "allow": True},
    ]


def shared_acls() -> list[dict[str, object]]:
    """What is said to publishers: they hear it as far as they listen, and do not say it themselves."""
    said = [topic("+", each) for each in (Channel.COMMAND, Channel.ACK)]
    return [
        *({"acltype": "publishClientSend", "topic": each, "allow": False} for each in said),
        *({"acltype": "publishClientReceive", "topic": each, "allow": True} for each in said),
    ]


def _roles_of(publisher: str) -> list[dict[str, object]]:
    """The shared role is asked first, so that its prohibitions hold."""
    return [{"rolename": SHARED_ROLE, "priority": 1}, {"rolename": f"{ROLE}{publisher}", "priority": 0}]


@dataclass(slots=True, eq=False)
class _Request:
    """Commands that somebody waits for; the answers are known by its number."""

    commands: Sequence[Command]
    number: str = field(default_factory=lambda: uuid.uuid4().hex)
    arrived: threading.Event = field(default_factory=threading.Event)
    answers: list[Command] = field(default_factory=list)


class DynamicSecurity:
    """A connection to the plugin, for one process; threads may share it.

    One message is under way at a time. Requests that come meanwhile go together in the next one, so that a lone
    installer waits for nobody and many share the way to the broker.

    Args:
        url: The broker's URL with the name and password of the plugin's administrator.
    """

    def __init__(self, url: str) -> None:
        self._subscribed = threading.Event()
        self._lock = threading.Lock()
        self._queue: list[_Request] = []
        self._under_way: dict[str, _Request] = {}
        address = BrokerAddress.parse(url)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        address.introduce(self._client)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self._subscribed.clear()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(min_delay=1, max_delay=5)
        self._client.connect_async(address.host, address.port)
        self._client.loop_start()

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def grant(self, publisher: str, password: str) -> None:
        """Let a publisher in with this password, whatever the broker knew of it before.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses, or the client is none of ours.
        """
        made = {"rolename": f"{ROLE}{publisher}", "acls": acls_of(publisher)}
        client = {"username": publisher, "password": password, "roles": _roles_of(publisher)}
        refused = self._ask(({"command": "createRole", **made}, {"command": "createClient", **client}))
        if not refused:
            return
        self._must_be_ours(publisher)
        self.make_shared_role()
        again = [{"command": "modifyRole", **made}, {"command": "createClient", **client}]
        again += [{"command": "modifyClient", **client}, {"command": "enableClient", "username": publisher}]
        still = self._ask(again)
        if still.keys() - {"createClient"}:
            raise ServiceUnavailableError(f"the broker refuses rights for {publisher}: {still}")

    def make_shared_role(self) -> None:
        """Make the role that all publishers have as it has to be.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses.
        """
        self._make_role(SHARED_ROLE, shared_acls())

    def make_vendors_role(self, filters: Collection[str]) -> None:
        """Make the role of other makers' systems: they speak where we listen to them; Sparkplug nodes listen too.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses.
        """
        acls = [{"acltype": "publishClientSend", "topic": each, "allow": True} for each in sorted(filters)]
        heard = ("publishClientReceive", "subscribePattern")
        acls += [{"acltype": kind, "topic": "spBv1.0/#", "allow": True} for kind in heard]
        self._make_role(VENDORS_ROLE, acls)

    def _make_role(self, name: str, acls: Sequence[Command]) -> None:
        role = {"rolename": name, "acls": list(acls)}
        refused = self._ask(({"command": "createRole", **role}, {"command": "modifyRole", **role}))
        if "modifyRole" in refused:
            raise ServiceUnavailableError(f"the broker refuses the role {name}: {refused}")

    def let_service_in(self, name: str, password: str) -> None:
        """Let Teplosvet itself hear everything and speak on its own topics.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses.
        """
        hears = (("publishClientReceive", "#"), ("subscribePattern", "#"), ("subscribePattern", "$share/#"))
        acls = [{"acltype": kind, "topic": each, "priority": 0, "allow": True} for kind, each in hears]
        acls += [
            {"acltype": "publishClientSend", "topic": each, "priority": 0, "allow": True}
            for each in (f"{PREFIX}/#", "spBv1.0/+/NCMD/+")
        ]
        client = {"username": name, "password": password, "roles": [{"rolename": "service", "priority": 0}]}
        self._make_role("service", acls)
        refused = self._ask([{"command": "createClient", **client}])
        if "createClient" in refused and "already exists" not in refused["createClient"].lower():
            raise ServiceUnavailableError(f"the broker refuses {name}: {refused}")
        closed = [{"acltype": "publishClientReceive", "allow": False}, {"acltype": "subscribe", "allow": False}]
        self._ask([{"command": "setDefaultACLAccess", "acls": closed}])

    def withdraw(self, publisher: str) -> None:
        """Let a publisher in no more and cut its connection; that it is not known is right.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses, or the client is none of ours.
        """
        self._must_be_ours(publisher)
        refused = self._ask(
            (
                {"command": "disableClient", "username": publisher},
                {"command": "deleteClient", "username": publisher},
                {"command": "deleteRole", "rolename": f"{ROLE}{publisher}"},
            )
        )
        unexpected = {name: why for name, why in refused.items() if "not found" not in why.lower()}
        if unexpected:
            raise ServiceUnavailableError(f"the broker does not withdraw {publisher}: {unexpected}")

    def _must_be_ours(self, publisher: str) -> None:
        """Stop before a client of somebody else: the broker's administrator, a service, another maker's system."""
        for answer in self._answers([{"command": "getClient", "username": publisher}]):
            held = {role["rolename"] for role in answer.get("data", {}).get("client", {}).get("roles", ())}
            if any(role != SHARED_ROLE and not role.startswith(ROLE) for role in held):
                raise ServiceUnavailableError(f"the broker knows {publisher} as a client that is no publisher")

    def publishers(self) -> dict[str, bool]:
        """Publishers that the broker lets in by a role of ours, and whether their rights are as they have to be.

        Raises:
            ServiceUnavailableError: If the broker does not answer.
        """
        asked = [{"command": f"list{what}", "verbose": True, "count": -1, "offset": 0} for what in ("Clients", "Roles")]
        clients, roles = (answer.get("data", {}) for answer in self._answers(asked))
        rights = {role["rolename"]: _comparable(role.get("acls", ())) for role in roles.get("roles", ())}
        found = {}
        for client in clients.get("clients", ()):
            name = client["username"]
            if f"{ROLE}{name}" in {role["rolename"] for role in client.get("roles", ())}:
                right = rights.get(f"{ROLE}{name}") == _comparable(acls_of(name))
                held = {role["rolename"] for role in client["roles"]} == {SHARED_ROLE, f"{ROLE}{name}"}
                found[name] = right and held and not client.get("disabled", False)
        return found

    def _ask(self, commands: Sequence[Command]) -> dict[str, str]:
        """Send commands; what was refused, and why."""
        return {str(a["command"]): str(a["error"]) for a in self._answers(commands) if "error" in a}

    def _answers(self, commands: Sequence[Command]) -> list[Command]:
        if not self._subscribed.wait(PATIENCE_S):
            raise ServiceUnavailableError("the broker does not let its administrator in: see TEPLOSVET_MQTT_ADMIN_URL")
        request = _Request(commands)
        with self._lock:
            self._queue.append(request)
            self._send_next()
        if not request.arrived.wait(2 * PATIENCE_S):  # the message before it may take its time too
            self._give_up(request)
            raise ServiceUnavailableError("the broker's dynamic-security plugin does not answer")
        return request.answers

    def _send_next(self) -> None:
        """Send what has gathered, unless a message is under way; the lock is held."""
        if self._under_way or not self._queue:
            return
        taken, self._queue = self._queue[:AT_ONCE], self._queue[AT_ONCE:]
        self._under_way = {each.number: each for each in taken}
        body = [{**command, "correlationData": each.number} for each in taken for command in each.commands]
        self._client.publish(CONTROL, json.dumps({"commands": body}), qos=1)

    def _give_up(self, request: _Request) -> None:
        with self._lock:
            self._under_way.pop(request.number, None)
            self._queue = [each for each in self._queue if each is not request]
            self._send_next()

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        if not code.is_failure:
            client.subscribe(RESPONSE, qos=1)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            for answer in json.loads(message.payload).get("responses", ()):
                found = self._under_way.get(str(answer.get("correlationData")))
                if found is not None:
                    found.answers.append(answer)
            for number, request in list(self._under_way.items()):
                if request.answers:  # all answers to one request come in one message
                    del self._under_way[number]
                    request.arrived.set()
            self._send_next()


def _comparable(acls: Sequence[Command]) -> set[tuple[str, str, bool]]:
    return {(acl["acltype"], acl["topic"], bool(acl["allow"])) for acl in acls}

"""Mosquitto's dynamic-security plugin over its control topic: a role and a client for each publisher."""

import json
import threading
import uuid
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.wire.topics import FROM_PUBLISHERS, PREFIX, Channel, topic

CONTROL = "$CONTROL/dynamic-security/v1"
RESPONSE = f"{CONTROL}/response"
PATIENCE_S = 5.0
"""How long the broker may take to answer. [s]"""

ROLE = "publisher-"
"""What the roles that we make begin with; others are none of our business."""

Command = dict[str, Any]


def acls_of(publisher: str) -> list[dict[str, object]]:
    """What a publisher may do (docs/wire.md): speak in its own name, and hear what is said to it."""
    said = [*(topic(publisher, each) for each in FROM_PUBLISHERS), f"{topic(publisher, Channel.LATEST)}/#"]
    said.append(f"homeassistant/+/{publisher}/+/config")
    heard = [topic(publisher, each) for each in (Channel.COMMAND, Channel.ACK)]
    return [
        *({"acltype": "publishClientSend", "topic": each, "priority": 0, "allow": True} for each in said),
        *({"acltype": "publishClientReceive", "topic": each, "priority": 0, "allow": True} for each in heard),
        *({"acltype": "subscribeLiteral", "topic": each, "priority": 0, "allow": True} for each in heard),
    ]


class DynamicSecurity:
    """A connection to the plugin, for one process; threads may share it.

    Args:
        url: The broker's URL with the name and password of the plugin's administrator.
    """

    def __init__(self, url: str) -> None:
        self._subscribed = threading.Event()
        self._waiting: dict[str, tuple[threading.Event, list[Command]]] = {}
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
            ServiceUnavailableError: If the broker does not answer or refuses.
        """
        role = f"{ROLE}{publisher}"
        made = {"rolename": role, "acls": acls_of(publisher)}
        client = {"username": publisher, "password": password, "roles": [{"rolename": role, "priority": 0}]}
        refused = self._ask(({"command": "createRole", **made}, {"command": "createClient", **client}))
        again: list[Command] = []
        if "createRole" in refused:
            again.append({"command": "modifyRole", **made})
        if "createClient" in refused:
            again += [{"command": "modifyClient", **client}, {"command": "enableClient", "username": publisher}]
        if again and (still := self._ask(again)):
            raise ServiceUnavailableError(f"the broker refuses rights for {publisher}: {still}")

    def let_service_in(self, name: str, password: str) -> None:
        """Let Teplosvet itself hear everything and speak on its own topics.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses.
        """
        hears = ("publishClientReceive", "subscribePattern")
        acls = [{"acltype": kind, "topic": "#", "priority": 0, "allow": True} for kind in hears]
        acls += [
            {"acltype": "publishClientSend", "topic": each, "priority": 0, "allow": True}
            for each in (f"{PREFIX}/#", "spBv1.0/+/NCMD/+")
        ]
        client = {"username": name, "password": password, "roles": [{"rolename": "service", "priority": 0}]}
        role = {"rolename": "service", "acls": acls}
        refused = self._ask(({"command": "createRole", **role}, {"command": "createClient", **client}))
        unexpected = {each: why for each, why in refused.items() if "already exists" not in why.lower()}
        if unexpected:
            raise ServiceUnavailableError(f"the broker refuses {name}: {unexpected}")
        closed = [{"acltype": "publishClientReceive", "allow": False}, {"acltype": "subscribe", "allow": False}]
        self._ask([{"command": "setDefaultACLAccess", "acls": closed}])

    def withdraw(self, publisher: str) -> None:
        """Let a publisher in no more and cut its connection; that it is not known is right.

        Raises:
            ServiceUnavailableError: If the broker does not answer or refuses.
        """
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
                found[name] = right and len(client["roles"]) == 1 and not client.get("disabled", False)
        return found

    def _ask(self, commands: Sequence[Command]) -> dict[str, str]:
        """Send commands; what was refused, and why."""
        return {str(a["command"]): str(a["error"]) for a in self._answers(commands) if "error" in a}

    def _answers(self, commands: Sequence[Command]) -> list[Command]:
        if not self._subscribed.wait(PATIENCE_S):
            raise ServiceUnavailableError("the broker does not let its administrator in: see TEPLOSVET_MQTT_ADMIN_URL")
        number, arrived = uuid.uuid4().hex, threading.Event()
        answers: list[Command] = []
        self._waiting[number] = arrived, answers
        body = {"commands": [{**command, "correlationData": number} for command in commands]}
        try:
            self._client.publish(CONTROL, json.dumps(body), qos=1)
            if not arrived.wait(PATIENCE_S):
                raise ServiceUnavailableError("the broker's dynamic-security plugin does not answer")
        finally:
            del self._waiting[number]
        return answers

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, code: ReasonCode, _properties: object
    ) -> None:
        if not code.is_failure:
            client.subscribe(RESPONSE, qos=1)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        for answer in json.loads(message.payload).get("responses", ()):
            found = self._waiting.get(str(answer.get("correlationData")))
            if found is not None:
                found[1].append(answer)
        for arrived, answers in list(self._waiting.values()):
            if answers:  # all answers to one request come in one message
                arrived.set()


def _comparable(acls: Sequence[Command]) -> set[tuple[str, str, bool]]:
    return {(acl["acltype"], acl["topic"], bool(acl["allow"])) for acl in acls}

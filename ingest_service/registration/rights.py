"""What the broker shall let publishers do: wanted in the registry's transaction, applied after it, repaired by `sync`.

A line says what is wanted of a publisher, not what to do: applying it twice, late or in another order ends the same.
Passwords are made when a right is applied, so that a process killed between commit and broker leaves a pending line and
no secret.
"""

import secrets
import threading
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.rows import TupleRow

from ingest_service.registration.dynamic_security import DynamicSecurity
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError, TeplosvetError
from teplosvet.stack.running import mqtt_url
from teplosvet.storage.queries import query
from teplosvet.vendors.makers import adapters
from teplosvet.wire.topics import PREFIX

Connection = psycopg.Connection[TupleRow]

_connecting = threading.Lock()


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a right.

    Attributes:
        publisher: Whose.
        broker: ``granted``, ``withdrawn``, ``pending`` (the broker does not answer, it will be told later) or ``open``
            (the broker needs no rights).
        password: Shown once; None where it was shown before, or none is needed.
    """

    publisher: str
    broker: str
    password: str | None = None

    def credentials(self) -> dict[str, str] | None:
        """What a device is configured with, if there is a new password."""
        if self.password is None:
            return None
        return {
            "username": self.publisher,
            "password": self.password,
            "mqtt_url": devices_url(),
            "topic": f"{PREFIX}/{self.publisher}/reading",
        }


def devices_url() -> str:
    """Where devices find the broker, without our own name and password."""
    try:
        parts = urlsplit(settings().mqtt_devices_url or mqtt_url())
    except TeplosvetError:
        parts = urlsplit(settings().mqtt_admin_url or "mqtt://127.0.0.1")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


@cache
def _plugin(url: str) -> DynamicSecurity:
    return DynamicSecurity(url)


def plugin() -> DynamicSecurity | None:
    """This process's connection to the broker's plugin, or None where the broker needs no rights."""
    url = settings().mqtt_admin_url
    with _connecting:
        return _plugin(url) if url else None


def is_reserved(publisher: str) -> bool:
    """Whether a name is one that Teplosvet itself goes to the broker by."""
    own = (settings().mqtt_admin_url, settings().mqtt_url)
    return publisher in {unquote(urlsplit(url).username or "") for url in own if url}


def want(connection: Connection, publisher: str, wanted: str) -> None:
    """Say what the broker shall let a publisher do, in the transaction of the registry."""
    connection.execute(query("registration", "want"), {"publisher": publisher, "wanted": wanted})


def apply(connection: Connection, publisher: str, broker: DynamicSecurity | None) -> Applied:
    """Tell the broker what is wanted of a publisher, after the registry's transaction."""
    name = {"publisher": publisher}
    if broker is None:
        return Applied(publisher, "open")
    password = None
    try:
        with connection.transaction():  # the line is locked: grant and withdrawal of one publisher follow each other
            row = connection.execute(query("registration", "right_to_apply"), name).fetchone()
            if row is not None:
                if row[0] == "granted":
                    password = secrets.token_urlsafe(24)
                    broker.grant(publisher, password)
                else:
                    broker.withdraw(publisher)
                connection.execute(query("registration", "right_applied"), name)
    except ServiceUnavailableError:
        return Applied(publisher, "pending")
    state = connection.execute(query("registration", "right_state"), name).fetchone()
    return Applied(publisher, state[0] if state and state[1] else "pending", password)


def let_services_in(connection: Connection) -> DynamicSecurity:
    """Make the roles of Teplosvet itself, of other makers' systems and of publishers, and the client of the first.

    Raises:
        ConfigurationError: If no administrator's URL is set.
        ServiceUnavailableError: If the broker does not answer.
    """
    broker = plugin()
    if broker is None:
        raise ConfigurationError("set TEPLOSVET_MQTT_ADMIN_URL: without it the broker needs no rights")
    broker.make_shared_role()
    theirs = {wanted for adapter in adapters().values() for wanted in adapter.filters}
    theirs |= {wanted for _, wanted in connection.execute(query("registry", "sources"))}
    broker.make_vendors_role(theirs)
    own = urlsplit(settings().mqtt_url or "")
    if own.username and own.password and own.username != urlsplit(settings().mqtt_admin_url or "").username:
        broker.let_service_in(unquote(own.username), unquote(own.password))
    return broker


def sync(connection: Connection) -> list[Applied]:
    """Compare registry and broker, and bring the broker to what the registry wants.

    Raises:
        ConfigurationError: If no administrator's URL is set.
        ServiceUnavailableError: If the broker does not answer.
    """
    broker = let_services_in(connection)
    connection.execute(query("registration", "rights_of_registry"))
    known = broker.publishers()
    wanted = {name: (what, applied) for name, what, applied in connection.execute(query("registration", "rights"))}
    for name in known.keys() - wanted.keys():
        want(connection, name, "withdrawn")
        wanted[name] = "withdrawn", False
    done = []
    for name, (what, applied) in sorted(wanted.items()):
        right = known.get(name) is True if what == "granted" else name not in known
        if applied and right:
            continue
        connection.execute(query("registration", "right_again"), {"publisher": name})
        done.append(apply(connection, name, broker))
    return done

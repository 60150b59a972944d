"""Where a broker is and who we are there."""

import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker's URL, read once.

    Attributes:
        host: Its name or address.
        port: Its port.
        tls: Whether the connection is encrypted.
        user: Who we are there, or None.
        password: What proves it, or None.
    """

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Read ``mqtt://user:password@host:port`` or ``mqtts://..``."""
        parts = urlsplit(url)
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (8883 if tls else 1883),
            tls=tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def introduce(self, client: mqtt.Client) -> None:
        """Give a client that is not connected yet our name and the encryption that the URL asks for."""
        if self.user is not None:
            client.username_pw_set(self.user, self.password)
        if self.tls:
            client.tls_set(cert_reqs=ssl.CERT_REQUIRED)

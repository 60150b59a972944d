"""Webhooks: signed, never to where only we can reach, and never redirected."""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

import msgspec

from analytics.alarms.delivery import Delivery, UndeliveredError
from analytics.alarms.message import told
from teplosvet.domain.errors import ConfigurationError
from teplosvet.words.language import Language

TIMEOUT_S = 5.0
"""How long a receiver may take for each step. [s]"""


def check_target(url: str, allowed: frozenset[str]) -> SplitResult:
    """The parts of a URL that alarms may be sent to.

    Args:
        url: Of the receiver.
        allowed: ``host`` or ``host:port`` that may also be private or without TLS.

    Raises:
        ConfigurationError: If they may not; the name is only resolved when something is sent.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError("that is no URL") from error
    host = parts.hostname
    if not host or parts.username or parts.password or not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigurationError("a URL of a host without a user is expected")
    known = host in allowed or f"{host}:{port}" in allowed
    if parts.scheme != "https" and not (parts.scheme == "http" and known):
        raise ConfigurationError("only https is allowed")
    if not known:
        _check_literal(host)
    return parts


def _check_literal(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_public(address):
        raise ConfigurationError("that address is not a public one")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether anybody could reach it: no loopback, no private or link-local network, no metadata service."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(inner)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int, *, known: bool) -> tuple[str, int]:
    """The address to connect to; the name is asked once, so that it cannot become another one between check and use.

    Raises:
        UndeliveredError: If there is none, or one of them is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UndeliveredError(f"the name {host} is not known") from error
    addresses = [(str(entry[4][0]), port) for entry in found]
    if not known and not all(is_public(ipaddress.ip_address(address.partition("%")[0])) for address, _ in addresses):
        raise UndeliveredError(f"{host} is not a public address")
    return addresses[0]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the time and the body, so that neither can be exchanged or sent again later."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


class Webhooks:
    """Sends deliveries over HTTP."""

    def __init__(self, allowed: frozenset[str], context: ssl.SSLContext | None = None) -> None:
        self._allowed = allowed
        self._context = context or ssl.create_default_context()

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Send one.

        Raises:
            UndeliveredError: If it was not taken: anything but 2xx, a redirect included.
        """
        try:
            parts = check_target(delivery.target, self._allowed)
        except ConfigurationError as error:
            raise UndeliveredError(str(error)) from error
        body = msgspec.json.encode(told(delivery, Language(delivery.language)))
        timestamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Teplosvet",
            "Teplosvet-Delivery": str(delivery.id),
            "Teplosvet-Timestamp": timestamp,
            "Teplosvet-Signature": signature(delivery.secret, timestamp, body),
        }
        status = self._post(parts, body, headers)
        if not 200 <= status < 300:
            raise UndeliveredError(f"the receiver answered {status}")

    def _post(self, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        known = host in self._allowed or f"{host}:{parts.port}" in self._allowed
        address = resolve(host, port, known=known)
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            plain = socket.create_connection(address, TIMEOUT_S)
            connection.sock = self._context.wrap_socket(plain, server_hostname=host) if secure else plain
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, dict(headers))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UndeliveredError(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()

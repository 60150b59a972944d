"""Frozen settings from the environment (TEPLOSVET_*), read once."""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from teplosvet.domain.errors import ConfigurationError

DEFAULT_PORT = 8080
DEFAULT_ZONE = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set.

    Attributes:
        home: Data folder of the embedded stack (TEPLOSVET_HOME).
        database_url: External PostgreSQL, or None for the embedded one (TEPLOSVET_DATABASE_URL).
        mqtt_url: External broker, or None for the embedded one (TEPLOSVET_MQTT_URL).
        mqtt_admin_url: The same broker as the administrator of its dynamic-security plugin, or None where the broker
            needs no rights (TEPLOSVET_MQTT_ADMIN_URL).
        mqtt_devices_url: Where devices find the broker, or None where that is `mqtt_url`
            (TEPLOSVET_MQTT_DEVICES_URL).
        host: Address that the application listens on (TEPLOSVET_HOST).
        port: Port that the application listens on, 0 for any free one (TEPLOSVET_PORT).
        mqtt_port: Port of the embedded broker, 0 for any free one (TEPLOSVET_MQTT_PORT).
        ingest_workers: Number of ingest processes (TEPLOSVET_INGEST_WORKERS).
        keep_readings_days: How long TimescaleDB Community keeps raw readings, or None for good
            (TEPLOSVET_KEEP_READINGS_DAYS). [d]
        oidc_issuer: OpenID Connect provider that people may sign in with (TEPLOSVET_OIDC_ISSUER).
        oidc_client_id: What the provider knows us as (TEPLOSVET_OIDC_CLIENT_ID).
        oidc_client_secret: With what we prove it (TEPLOSVET_OIDC_CLIENT_SECRET).
        smtp_url: Mail server, None where no mail is sent: ``smtp://``, ``starttls://`` or ``smtps://``
            (TEPLOSVET_SMTP_URL).
        mail_from: Sender of mails (TEPLOSVET_MAIL_FROM).
        webhook_hosts: Receivers of webhooks that may be private or without TLS, ``host`` or ``host:port``
            (TEPLOSVET_WEBHOOK_HOSTS).
        zone: Local time of what belongs to no building: the log of changes, a station's hours (TEPLOSVET_ZONE).
    """

    home: Path
    database_url: str | None
    mqtt_url: str | None
    mqtt_admin_url: str | None
    mqtt_devices_url: str | None
    host: str
    port: int
    mqtt_port: int
    ingest_workers: int
    keep_readings_days: int | None
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    smtp_url: str | None = None
    mail_from: str = "teplosvet@localhost"
    webhook_hosts: frozenset[str] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))

    @property
    def run_folder(self) -> Path:
        """Where the running stack says how it can be reached."""
        return self.home / "run"


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: If a variable cannot be what it says.
    """
    return Settings(
        home=Path(os.environ.get("TEPLOSVET_HOME") or _default_home()).expanduser().absolute(),
        database_url=_url("TEPLOSVET_DATABASE_URL", ("postgresql", "postgres")),
        mqtt_url=_url("TEPLOSVET_MQTT_URL", ("mqtt", "mqtts")),
        mqtt_admin_url=_url("TEPLOSVET_MQTT_ADMIN_URL", ("mqtt", "mqtts")),
        mqtt_devices_url=_url("TEPLOSVET_MQTT_DEVICES_URL", ("mqtt", "mqtts")),
        host=os.environ.get("TEPLOSVET_HOST", "127.0.0.1"),
        port=_number("TEPLOSVET_PORT", DEFAULT_PORT, 0, 65535),
        mqtt_port=_number("TEPLOSVET_MQTT_PORT", 1883, 0, 65535),
        ingest_workers=_number("TEPLOSVET_INGEST_WORKERS", 1, 1, 64),
        keep_readings_days=_number("TEPLOSVET_KEEP_READINGS_DAYS", 0, 0, 36_500) or None,
        oidc_issuer=_issuer(),
        oidc_client_id=os.environ.get("TEPLOSVET_OIDC_CLIENT_ID", ""),
        oidc_client_secret=os.environ.get("TEPLOSVET_OIDC_CLIENT_SECRET", ""),
        smtp_url=_url("TEPLOSVET_SMTP_URL", ("smtp", "starttls", "smtps")),
        mail_from=os.environ.get("TEPLOSVET_MAIL_FROM", "").strip() or "teplosvet@localhost",
        webhook_hosts=frozenset(os.environ.get("TEPLOSVET_WEBHOOK_HOSTS", "").replace(",", " ").split()),
        zone=_zone(),
    )


def _default_home() -> Path:
    """A folder that the database's system user can reach: for root not below root's own home."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/teplosvet")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "teplosvet"


def _issuer() -> str | None:
    """The provider, which has to speak https unless it is on this machine."""
    url = _url("TEPLOSVET_OIDC_ISSUER", ("https", "http"))
    if url is None:
        return None
    if not url.startswith("https://") and urlsplit(url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ConfigurationError("TEPLOSVET_OIDC_ISSUER must start with https://")
    if not os.environ.get("TEPLOSVET_OIDC_CLIENT_ID"):
        raise ConfigurationError("TEPLOSVET_OIDC_ISSUER needs TEPLOSVET_OIDC_CLIENT_ID")
    return url


def _zone() -> ZoneInfo:
    name = os.environ.get("TEPLOSVET_ZONE", "").strip() or DEFAULT_ZONE
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"TEPLOSVET_ZONE must name a zone such as Europe/Moscow, it says {name!r}") from error


def _url(name: str, schemes: tuple[str, ...]) -> str | None:
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{name} is not a URL: {error}") from error
    if parts.scheme not in schemes:
        raise ConfigurationError(f"{name} must start with {schemes[0]}://, it says {parts.scheme or text}")
    return text


def _number(name: str, default: int, low: int, high: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ConfigurationError(f"{name} must be a whole number from {low} to {high}, it says {text!r}")
    return int(text)

"""Whether a service that is set answers, before anything depends on it."""

import threading
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError

PATIENCE_S = 5.0


def probe_broker(url: str) -> None:
    """Connect to a broker once.

    Raises:
        ConfigurationError: If it does not let us in.
        ServiceUnavailableError: If nothing answers there.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "mqtts"
    host, port = parts.hostname or "127.0.0.1", parts.port or (8883 if tls else 1883)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password) if parts.password else None)
    if tls:
        client.tls_set()
    answer: list[ReasonCode] = []
    answered = threading.Event()

    def on_connect(
        _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: Properties | None
    ) -> None:
        answer.append(code)
        answered.set()

    client.on_connect = on_connect
    try:
        client.connect(host, port, keepalive=10)
        client.loop_start()
        answered.wait(PATIENCE_S)
    except OSError as error:
        raise ServiceUnavailableError(f"the broker at {host}:{port} does not answer: {error}") from error
    finally:
        client.disconnect()
        client.loop_stop()
    if not answer:
        raise ServiceUnavailableError(f"what listens at {host}:{port} does not answer as an MQTT broker")
    if answer[0].is_failure:
        raise ConfigurationError(f"the broker at {host}:{port} does not let us in: {answer[0]}")

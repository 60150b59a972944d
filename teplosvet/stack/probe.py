"""Whether a service that is set answers, before anything depends on it."""

import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.stack.broker_address import BrokerAddress

PATIENCE_S = 5.0


def probe_broker(url: str) -> None:
    """Connect to a broker once.

    Raises:
        ConfigurationError: If it does not let us in.
        ServiceUnavailableError: If nothing answers there.
    """
    address = BrokerAddress.parse(url)
    host, port = address.host, address.port
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    address.introduce(client)
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

"""Topics: ``teplosvet/v1/{publisher}/{channel}``.

The publisher is the authenticated user: a device, or a gateway that speaks for the devices which the registry assigns
to it. Identity comes from the topic, never from the payload.
"""

import re
from enum import StrEnum

PREFIX = "teplosvet/v1"

# A broker that lets wildcards or NUL through (MQTT 3.1.1, 3.3.2.1 and 1.5.3, forbids both) must not make us publish to
# them, and names have an end.
_PUBLISHER = re.compile(r"[^+#\x00-\x1f\x7f]{1,200}")


class Channel(StrEnum):
    """What is said on a topic."""

    READING = "reading"
    """SenML packs, QoS 1, never retained."""
    EVENT = "event"
    """Something that happened, QoS 1, never retained."""
    BIRTH = "birth"
    """Model, firmware, units and start registers of a device, QoS 1, never retained."""
    STATE = "state"
    """Online or offline, QoS 1, retained, with a last will."""
    COMMAND = "command"
    """To the publisher."""
    ACK = "ack"
    """To the publisher: which of its messages are committed."""
    LATEST = "latest"
    """For whoever is on the spot, below it one topic for each device: its last values, QoS 0, never retained."""


FROM_PUBLISHERS = (Channel.READING, Channel.EVENT, Channel.BIRTH, Channel.STATE)


def topic(publisher: str, channel: Channel) -> str:
    """The topic of a publisher's channel."""
    return f"{PREFIX}/{publisher}/{channel}"


def latest_topic(publisher: str, device: str) -> str:
    """Where a publisher says a device's last values: by wire name, in the quantities' own units, not for ingest."""
    return f"{topic(publisher, Channel.LATEST)}/{device}"


def subscription(channel: Channel, group: str | None = None) -> str:
    """The filter for a channel of every publisher, shared by the workers of `group` if one is given."""
    own = f"{PREFIX}/+/{channel}"
    return f"$share/{group}/{own}" if group else own


def parse_topic(text: str) -> tuple[str, Channel]:
    """Publisher and channel of a topic.

    Raises:
        ValueError: If the topic is not one of ours.
    """
    parts = text.split("/")
    if len(parts) != 4 or "/".join(parts[:2]) != PREFIX or not _PUBLISHER.fullmatch(parts[2]):
        raise ValueError(f"not a topic of {PREFIX}: {text!r}")
    return parts[2], Channel(parts[3])

"""Addresses of lines and brokers as people write them: whether one can be, and what is expected instead."""

import re
from urllib.parse import SplitResult, urlsplit

_LINES = {"socket": True, "rfc2217": True, "modbus-tcp": False}
"""Schemes of lines, and whether the port has to be said."""


def line_problem(url: str) -> str | None:
    """What is expected instead of this address of a line, or None if it can be one."""
    if re.fullmatch(r"/dev/\S+|COM\d+", url):
        return None
    parts = _parts(url)
    if parts is not None and parts.scheme in _LINES and (parts.port is not None or not _LINES[parts.scheme]):
        return None
    return "expected /dev/ttyUSB0, socket://host:port, rfc2217://host:port or modbus-tcp://host:port"


def broker_problem(url: str) -> str | None:
    """What is expected instead of this address of a broker, or None if it can be one."""
    parts = _parts(url)
    if parts is not None and parts.scheme in {"mqtt", "mqtts"}:
        return None
    return "expected mqtt://host:port or mqtts://host:port"


def filter_problem(topic_filter: str) -> str | None:
    """What is expected instead of this topic filter, or None if it can be one (MQTT 3.1.1, 4.7.1)."""
    levels = topic_filter.split("/")
    misplaced = any(level not in {"+", "#"} and set(level) & {"+", "#"} for level in levels)
    if misplaced or "#" in levels[:-1]:
        return f"expected topic filters such as home/+/tele/SENSOR or home/#, not {topic_filter!r}"
    return None


def _parts(url: str) -> SplitResult | None:
    """The parts of an address with a host, and a port that can be or none."""
    try:
        parts = urlsplit(url)
        can_be = parts.hostname and parts.port != 0
    except ValueError:  # half a bracket, a port beyond 65535, letters that look like others
        return None
    return parts if can_be else None

"""Words to systemd over its notification socket (sd_notify(3)), without its library."""

import os
import socket
from contextlib import suppress


def notify(*words: str) -> bool:
    """Send words such as ``READY=1``; whether somebody is there to hear them."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in {"/", "@"}:
        return False
    # A leading «@» stands for the NUL of an abstract socket.
    place = f"\0{address[1:]}" if address[0] == "@" else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock, suppress(OSError):
        sock.sendto("\n".join(words).encode(), place)
        return True
    return False


def watchdog_s() -> float | None:
    """How often systemd wants to hear of us (``WatchdogSec``), or None if it does not. [s]"""
    pid = os.environ.get("WATCHDOG_PID")
    try:
        usec = int(os.environ.get("WATCHDOG_USEC", ""))
    except ValueError:
        return None
    return usec / 1e6 if usec > 0 and pid in {None, str(os.getpid())} else None

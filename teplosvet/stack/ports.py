"""Ports on loopback."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A TCP port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_taken(port: int, host: str = LOOPBACK) -> bool:
    """Whether something else holds the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def listen() -> socket.socket:
    """A socket that listens on a free loopback port; who accepts from it sends small answers at once.

    asyncio spares a connection Nagle's delay only if its socket names TCP, which one that is accepted from
    `socket.create_server` does not: each answer on a kept connection would take 40 ms longer.
    """
    listening = socket.create_server((LOOPBACK, 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening

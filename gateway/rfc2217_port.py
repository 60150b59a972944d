"""An RFC 2217 port (pyserial's) that noise can neither fill the memory of nor stop with a traceback."""

import logging
import queue
from typing import Any

from serial import rfc2217

log = logging.getLogger(__name__)

MOST_WAITING = 65_536
"""Bytes that nobody has fetched; the oldest of more are noise, and dropped. [B]"""


class _Newest(queue.Queue[Any]):
    """The newest bytes that came: whoever puts one more never waits."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Put a byte at the end, and drop the first one if there are too many."""
        while self.qsize() >= MOST_WAITING:
            try:
                self.get_nowait()
            except queue.Empty:
                break
        super().put(item, block, timeout)


class Rfc2217Port(rfc2217.Serial):
    """The port.

    pyserial's own reader, a thread, keeps whatever comes until somebody reads; at an end of a suboption that never
    began (which noise holds) it ends with a TypeError. The port is then found broken by the next who reads, and opened
    anew.
    """

    def reset_input_buffer(self) -> None:
        """Drop what waits now, and not what comes meanwhile: on a line that is never quiet there would be no end."""
        self.rfc2217_send_purge(rfc2217.PURGE_RECEIVE_BUFFER)
        for _ in range(self._read_buffer.qsize()):
            try:
                self._read_buffer.get_nowait()
            except queue.Empty:
                break

    def _telnet_read_loop(self) -> None:
        self._read_buffer: queue.Queue[Any] = _Newest()
        try:
            super()._telnet_read_loop()  # type: ignore[misc]  # private to pyserial, and not in its stubs
        except (TypeError, ValueError, IndexError, KeyError, OSError) as error:
            log.warning("%s: noise instead of RFC 2217 (%s)", self.portstr, error)
            self._read_buffer.put(None)

"""Room on the disk that is held back, so that a full one can still be tidied.

SQLite writes what it deletes into its log first, and the log's pages into the file: without any room rows that have
arrived could not be forgotten, and a disk once full would stay so.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

SIZE = 2 * 1024 * 1024
"""How much is held back. [B]"""


class Reserve:
    """A file of real bytes beside the outbox.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def hold(self) -> bool:
        """Take the room unless it is held; False if the disk has none. What else prevents it is no matter of room."""
        try:
            if self._path.exists() and self._path.stat().st_size == SIZE:
                return True
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, SIZE)
        except OSError as error:
            self.give()  # what could be had of it is of more use to the outbox
            return error.errno not in {errno.ENOSPC, errno.EDQUOT}
        return True

    def give(self) -> None:
        """Give the room back to the disk."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

"""A process with an outbox and an uplink, to be killed: ``python -m tests.integration.draining FOLDER URL``."""

import sys
import threading
from dataclasses import replace
from pathlib import Path

from tests.integration.uplink_run import FAST, outbox, uplink


def main() -> None:
    """Drain slowly enough to be killed in the midst of it."""
    settings = replace(FAST, rows_per_s=20_000, pack_rows=20)
    with outbox(Path(sys.argv[1])) as box, uplink(box, sys.argv[2], settings):
        threading.Event().wait()


if __name__ == "__main__":
    main()

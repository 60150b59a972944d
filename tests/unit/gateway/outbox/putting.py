"""A process that puts rows into an outbox and says of each, on standard output, that it is on the disk; then is killed.

Run as ``python -m tests.unit.gateway.outbox.putting FOLDER [LIMIT [drain]]``; LIMIT is the largest file that the system
lets it write, a small disk's stand-in [B]; with ``drain`` everything is then taken and settled.
"""

import resource
import sys
from pathlib import Path

from gateway.outbox import Outbox
from teplosvet.domain.readings import Origin
from tests.unit.gateway.outbox.speech import LARGE, climate, event, heat, now, take_all


def main() -> None:
    """Put rows in until somebody ends it, or, with a limit, 6,000 minutes of a room and 300 hours of a meter."""
    folder, limit = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    box = Outbox(folder / "outbox.sqlite", LARGE, now)
    for n in range(6000 if limit else 10**9):
        box.put_readings(climate(n))
        if n % 20 == 0 and box.put_event(event(n)):
            say(f"door {n}")
        if n % 20 == 10 and box.put_readings(heat(n // 20, origin=Origin.ARCHIVE), live=False):
            say(f"hour {n // 20}")
    told = box.pending()
    say(f"end {told.on_disk} {told.in_memory} {box.writable()}")
    if "drain" in sys.argv:
        while taken := take_all(box):
            for start in range(0, len(taken), 200):
                box.settle(taken[start : start + 200])
        told = box.pending()
        say(f"left {told.events + told.archive + told.telemetry}")
    box.close()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

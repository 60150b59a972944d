"""Whether the gateway gets on: the watchdog is fed by progress and by nothing else."""

import time
from collections.abc import Callable


class Progress:
    """When a loop last got on.

    Args:
        name: Whose loop.
        deadline_s: Without progress for longer, it hangs. [s]
    """

    def __init__(self, name: str, deadline_s: float) -> None:
        self.name, self._deadline_s = name, deadline_s
        self._at = time.monotonic()

    def mark(self) -> None:
        """The loop got on."""
        self._at = time.monotonic()

    @property
    def hangs(self) -> bool:
        """Whether it does not any more."""
        return time.monotonic() - self._at > self._deadline_s


class Health:
    """Judges the whole."""

    def __init__(self) -> None:
        self._loops: list[Progress] = []
        self._checks: list[tuple[str, Callable[[], bool]]] = []

    def watch(self, progress: Progress) -> None:
        """Watch a loop."""
        self._loops.append(progress)

    def check(self, trouble: str, sound: Callable[[], bool]) -> None:
        """Ask for something, too; `trouble` says what is wrong if it is not sound."""
        self._checks.append((trouble, sound))

    def trouble(self) -> str | None:
        """What does not get on, in a sentence, or None if all does."""
        hanging = [progress.name for progress in self._loops if progress.hangs]
        if hanging:
            return f"hangs: {', '.join(hanging)}"
        return next((trouble for trouble, sound in self._checks if not sound()), None)

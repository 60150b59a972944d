"""How fast something may go: a thousand houses must not come back all at once."""

import time


class Allowance:
    """A rate that allows for short bursts.

    Args:
        per_s: How much a second. [1/s]
        burst_s: How long may be saved up for. [s]
    """

    def __init__(self, per_s: float, burst_s: float = 0.5) -> None:
        self._per_s = per_s
        self._most = max(per_s * burst_s, 1.0)
        self._saved = self._most
        self._at = time.monotonic()

    @property
    def left(self) -> float:
        """How much may go now; less than nothing if too much went."""
        now = time.monotonic()
        self._saved = min(self._most, self._saved + (now - self._at) * self._per_s)
        self._at = now
        return self._saved

    def spend(self, amount: float) -> None:
        """Let so much go."""
        self._saved = self.left - amount

    @property
    def wait_s(self) -> float:
        """How long until something may go. [s]"""
        left = self.left
        return 0.0 if left > 0 else -left / self._per_s + 0.001

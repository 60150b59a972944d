"""Pauses between attempts."""

import random

LONGEST_PAUSE_S = 10.0
"""Longest pause between two attempts. [s]"""


def pause_s(attempts: int) -> float:
    """How long to wait after so many attempts: longer each time, and never as long as the other workers. [s]"""
    return float(min(LONGEST_PAUSE_S, 0.1 * 2 ** min(attempts, 10)) * random.uniform(0.5, 1.0))  # noqa: S311

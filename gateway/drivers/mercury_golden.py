"""Exchanges with Mercury meters whose meaning is known."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from teplosvet.domain.errors import TeplosvetError


@dataclass(frozen=True, slots=True)
class Golden:
    """An exchange whose meaning is known.

    Attributes:
        request: What was asked, hexadecimal.
        answer: What came, hexadecimal.
        origin: Where it comes from.
        expected: What the answer means, by name.
    """

    request: str
    answer: str
    origin: str
    expected: Mapping[str, float]


def check(model: str, goldens: Sequence[Golden], read: Callable[[bytes, bytes], Mapping[str, float]]) -> None:
    """Read goldens and compare.

    Args:
        model: Whose they are.
        goldens: The goldens.
        read: What an answer to a request means, by name.

    Raises:
        TeplosvetError: If one means something else than it has to.
    """
    for golden in goldens:
        found = read(bytes.fromhex(golden.request), bytes.fromhex(golden.answer))
        if found.keys() != golden.expected.keys() or any(
            not math.isclose(value, golden.expected[name], rel_tol=1e-9) for name, value in found.items()
        ):
            raise TeplosvetError(f"{model}, {golden.origin}: {dict(found)} instead of {dict(golden.expected)}")

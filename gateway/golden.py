"""Examples in the files of profiles, and what is said when one becomes something else than it has to."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from teplosvet.domain.errors import TeplosvetError

TOLERANCE = 1e-9
"""Figures of goldens are as exact as floats are. [-]"""
Key = TypeVar("Key")


class GoldenError(TeplosvetError):
    """An example became something else than its file says."""


@dataclass(frozen=True, slots=True)
class ExchangeGolden(Generic[Key]):
    """A question and an answer whose meaning is known.

    Attributes:
        request: What was asked, hexadecimal.
        answer: What came, hexadecimal; empty if only the request is known.
        origin: Where it comes from; never our own output.
        expected: What the answer means: figures by name, quantity or channel.
    """

    request: str
    answer: str
    origin: str
    expected: Mapping[Key, float] = field(default_factory=dict)

    @property
    def sent(self) -> bytes:
        """The request."""
        return bytes.fromhex(self.request)

    @property
    def came(self) -> bytes:
        """The answer."""
        return bytes.fromhex(self.answer)


def differences(found: Mapping[Key, float], expected: Mapping[Key, float], step: float = TOLERANCE) -> Iterator[str]:
    """What differs, a sentence each.

    Args:
        found: Figures that came out.
        expected: Figures that have to.
        step: Difference that is none: figures of a display have few digits.
    """
    for name, value in expected.items():
        if name not in found or not math.isclose(found[name], value, rel_tol=TOLERANCE, abs_tol=step):
            yield f"{name} is {found.get(name)} and should be {value}"
    yield from (f"{name} is {found[name]} and not expected" for name in found if name not in expected)


def must_agree(
    model: str, origin: str, found: Mapping[Key, float], expected: Mapping[Key, float], step: float = TOLERANCE
) -> None:
    """Compare what became of an example.

    Raises:
        GoldenError: If something differs; the sentence says all of it.
    """
    if different := list(differences(found, expected, step)):
        raise GoldenError(f"{model}, {origin}: {'; '.join(different)}")

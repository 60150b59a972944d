"""Figures of many buildings side by side, and those of one of them."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Figures = TypeVar("Figures", bound=DataclassInstance)

Item = TypeVar("Item")

AT_ONCE = 256
"""Buildings of one batch: their days fit a processor's cache, see `analytics.change_point`."""


def two_at_least(buildings: Sequence[Item]) -> Sequence[Item]:
    """The buildings of a batch; a single one twice.

    numpy sums an array with one row in another order than the same row among others, and the last bits differ. A
    statement must not depend on who else was computed with it, so that nothing is ever computed with one row.
    """
    return [*buildings, *buildings] if len(buildings) == 1 else buildings


def row_of(figures: "Figures", building: int) -> "Figures":
    """The figures of one building out of those of many, still as arrays [1, ..]."""
    return replace(figures, **{name: values[building : building + 1] for name, values in _arrays(figures)})


def rows_of(parts: "Sequence[Figures]") -> "Figures":
    """The figures of buildings, side by side again; what is no array is the same in all parts."""
    together = {name: np.concatenate([getattr(part, name) for part in parts], axis=0) for name, _ in _arrays(parts[0])}
    return replace(parts[0], **together)


def _arrays(figures: "DataclassInstance") -> list[tuple[str, Any]]:
    values = ((field.name, getattr(figures, field.name)) for field in fields(figures))
    return [(name, value) for name, value in values if isinstance(value, np.ndarray)]

"""How a fleet is cut into shares, and how one failure is singled out."""

from collections.abc import Sequence

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.fleet.job import shares_of
from analytics.fleet.share import LARGEST_SHARE, at_once_or_alone


@given(st.lists(st.integers(1, 700), max_size=12), st.integers(1, 8))
def test_every_contract_is_in_one_share(sizes: list[int], workers: int) -> None:
    contracts = [(f"{sky}-{n}", str(sky)) for sky, size in enumerate(sizes) for n in range(size)]
    shares = shares_of(contracts, workers)
    assert [code for share in shares for code in share] == [code for code, _ in contracts]
    assert all(0 < len(share) <= LARGEST_SHARE for share in shares)
    assert len(shares) >= min(workers, len(contracts))


def test_a_sky_is_not_mixed_with_another_where_it_fills_a_share() -> None:
    contracts = [(f"{sky}-{n}", str(sky)) for sky in range(6) for n in range(200)]
    assert all(len({code[0] for code in share}) == 1 for share in shares_of(contracts, 2))


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=100), st.sets(st.integers(0, 10**6)))
def test_the_ones_at_fault_are_singled_out(items: list[int], poisoned: set[int]) -> None:
    poisoned |= set(items[::17])
    told: list[int] = []

    def work(some: Sequence[int]) -> list[int]:
        if poisoned & set(some):
            raise ValueError("poisoned")
        return [2 * item for item in some]

    done = at_once_or_alone(work, items, lambda item, _: told.append(item))
    assert done == [2 * item for item in items if item not in poisoned]
    assert told == [item for item in items if item in poisoned]


def test_a_database_that_is_away_is_nobodys_fault() -> None:
    def work(some: Sequence[int]) -> list[int]:
        raise psycopg.OperationalError("away")

    with pytest.raises(psycopg.OperationalError):
        at_once_or_alone(work, [1, 2], lambda *_: None)

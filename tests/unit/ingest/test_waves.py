"""What a batch says twice of an instant goes in one after the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.admission import Rows
from ingest_service.copy_rows import waves
from teplosvet.domain.quantities import DeviceClass


def rows_of(keys: list[tuple[int, int]]) -> Rows:
    n = len(keys)
    return Rows(
        DeviceClass.WATER,
        np.array([device for device, _ in keys], dtype=np.int32),
        np.array([at for _, at in keys], dtype=np.int64),
        np.zeros(n, dtype=np.bool_),
        [None] * n,
        np.zeros((n, 3)),
    )


@given(keys=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_waves_hold_every_row_once_and_no_instant_twice(keys: list[tuple[int, int]]) -> None:
    found = [wave.tolist() for wave in waves(rows_of(keys))]
    assert sorted(row for wave in found for row in wave) == list(range(len(keys)))
    for wave in found:
        in_order = [keys[row] for row in wave]
        assert in_order == sorted(set(in_order))


@given(keys=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_what_was_said_first_goes_in_first(keys: list[tuple[int, int]]) -> None:
    order = [row for wave in waves(rows_of(keys)) for row in wave.tolist()]
    for key in set(keys):
        same = [row for row in order if keys[row] == key]
        assert same == sorted(same)


def test_without_repeats_there_is_one_wave() -> None:
    assert [wave.tolist() for wave in waves(rows_of([(2, 5), (1, 9), (1, 3)]))] == [[2, 1, 0]]

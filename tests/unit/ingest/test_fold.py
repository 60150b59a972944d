"""What a batch says more than once of an instant is one row, as if its parts had come one after the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.admission import Rows
from ingest_service.fold import folded
from teplosvet.domain.quantities import DeviceClass

nan = float("nan")
Said = tuple[int, int, bool, str | None, tuple[float, float, float]]

values = st.sampled_from([nan, 1.0, 2.0])
serials = st.sampled_from([None, "a", "b"])
said = st.tuples(st.integers(1, 3), st.integers(0, 3), st.booleans(), serials, st.tuples(values, values, values))


def rows_of(each: list[Said]) -> Rows:
    return Rows(
        DeviceClass.WATER,
        np.array([device for device, *_ in each], dtype=np.int32),
        np.array([at for _, at, *_ in each], dtype=np.int64),
        np.array([archive for _, _, archive, *_ in each], dtype=np.bool_),
        [serial for *_, serial, _ in each],
        np.array([value for *_, value in each], dtype=np.float64).reshape(len(each), 3),
    )


def one_after_the_other(each: list[Said]) -> dict[tuple[int, int, bool], tuple[str | None, list[float]]]:
    """The rule, said for one row after the other."""
    result: dict[tuple[int, int, bool], tuple[str | None, list[float]]] = {}
    for device, at, archive, serial, said_values in each:
        before = result.get((device, at, archive))
        if before is None:
            result[device, at, archive] = (serial, list(said_values))
        else:
            known = [new if np.isnan(old) else old for old, new in zip(before[1], said_values, strict=True)]
            result[device, at, archive] = (before[0] or serial, known)
    return result


@given(each=st.lists(said, min_size=1, max_size=40))
def test_every_instant_stands_once_and_says_what_was_said_first(each: list[Said]) -> None:
    expected = one_after_the_other(each)
    seen = 0
    for part in folded(rows_of(each)):
        keys = list(zip(part.device_ids.tolist(), part.at_us.tolist(), part.archive.tolist(), strict=True))
        assert keys == sorted(set(keys))
        for n, key in enumerate(keys):
            serial, known = expected[key]
            assert part.serials[n] == serial
            assert np.array_equal(part.values[n], known, equal_nan=True)
        seen += len(keys)
    assert seen == len(expected)


@given(each=st.lists(said, min_size=1, max_size=40))
def test_live_goes_in_before_archive(each: list[Said]) -> None:
    parts = [part.archive.tolist() for part in folded(rows_of(each))]
    assert [set(part) for part in parts] in ([{False}], [{True}], [{False}, {True}])


def test_the_rows_that_came_are_left_as_they_were() -> None:
    rows = rows_of([(1, 1, False, None, (nan, 1.0, nan)), (1, 1, False, "a", (2.0, 3.0, nan))])
    (part,) = folded(rows)
    assert part.values.tolist()[0][:2] == [2.0, 1.0]
    assert np.isnan(rows.values[0][0])
    assert rows.serials == [None, "a"]

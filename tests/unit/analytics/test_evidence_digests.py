"""The canonical digest: the same for the same values however they are held, another for any other value."""

import hashlib

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.digests import columns_digest, digest_of

NUMBERS = st.lists(st.floats(-1e12, 1e12) | st.just(float("nan")), min_size=1, max_size=30)


def digest(values: np.ndarray) -> str:
    return columns_digest([({"device": "a"}, {"value": values})])


@given(NUMBERS, st.data())
def test_layout_in_memory_changes_nothing_and_a_value_does(values: list[float], data: st.DataObject) -> None:
    array = np.array(values)
    told = digest(array)
    assert told == digest(np.repeat(array, 2)[::2])
    assert told == digest(array.astype(">f8"))
    place = data.draw(st.integers(0, len(values) - 1))
    other = array.copy()
    other[place] = 1.5 if np.isnan(other[place]) else other[place] + 1.0
    if other[place] != array[place]:
        assert told != digest(other)


def test_missing_and_zero_have_one_encoding() -> None:
    odd = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)
    assert digest(odd) == digest(np.array([np.nan]))
    assert digest(np.array([-0.0])) == digest(np.array([0.0]))
    assert digest(np.array([np.nan])) != digest(np.array([0.0]))


def test_the_encoding_is_the_documented_one() -> None:
    """Origin: made by hand from docs/evidence-bundle.md."""
    line = b'{"columns":["value"],"device":"a","rows":1}\n'
    assert digest(np.array([1.0])) == hashlib.sha256(line + bytes.fromhex("000000000000f03f")).hexdigest()
    assert digest_of({"b": 1, "a": -0.0}) == hashlib.sha256(b'{"a":0.0,"b":1}').hexdigest()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(-1e6, 1e6) | st.just(-0.0) | st.text(max_size=8) | st.just("a:-0.0,b"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@given(JSON)
def test_minus_zero_is_found_wherever_it_stands(value: object) -> None:
    """Against the plain way: every value walked through."""

    def plain(each: object) -> object:
        if isinstance(each, dict):
            return {name: plain(inner) for name, inner in each.items()}
        if isinstance(each, list):
            return [plain(inner) for inner in each]
        return each + 0.0 if isinstance(each, float) else each

    text = msgspec.json.encode(plain(value), order="sorted")
    assert digest_of(value) == hashlib.sha256(text).hexdigest()

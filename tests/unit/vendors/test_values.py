"""How numbers, words and times of vendors are read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from teplosvet.domain.errors import MessageError
from teplosvet.vendors import values as read
from teplosvet.vendors.observation import Measure
from teplosvet.vendors.topic_pattern import TopicPattern, filter_matches
from teplosvet.vendors.units_said import measure_of_unit, unit_said


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (1, 1.0),
        ("12.345\n", 12.345),
        (" -3 ", -3.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        *((missing, None) for missing in (None, "", "nan", "null", "unavailable", -2147483648, -32768.0)),
    ],
)
def test_number(raw: Any, found: float | None) -> None:
    assert read.number(raw) == found


@pytest.mark.parametrize("raw", [True, False, "12,5", "1 2", "0x1F", "ON", [], {}, 10**400, "1e999", "1" * 50, "١٢"])
def test_no_number(raw: Any) -> None:
    with pytest.raises(ValueError, match="number"):
        read.number(raw)


@pytest.mark.parametrize(
    ("raw", "found"),
    [(True, 1), (False, 0), (1, 1), (0, 0), ("ON", 1), ("off", 0), ("true", 1), (None, None), ("unavailable", None)],
)
def test_truth(raw: Any, found: float | None) -> None:
    assert read.truth(raw) == found


@pytest.mark.parametrize("raw", [2, -1, 0.5, "OPEN", "maybe", [], {}])
def test_no_truth(raw: Any) -> None:
    with pytest.raises(ValueError, match="neither"):
        read.truth(raw)


def test_lists() -> None:
    assert read.of_one_or_sum([1.5, 2]) == 3.5
    assert read.of_one_or_sum(4) == 4
    assert read.of_one_or_sum([1.5, None]) is None, "a sum with a part missing would be too small"
    assert read.of_one_or_sum([]) is None
    assert read.of_one([230]) == 230
    assert read.of_one([230, 231]) is None
    assert read.of_one(230) == 230


def test_scales() -> None:
    assert read.celsius_of_fahrenheit(212) == pytest.approx(100)
    assert read.celsius_of_fahrenheit(None) is None


def test_times() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert read.any_time("2026-01-01T12:00:00Z") == noon
    assert read.any_time("2026-01-01T15:00:00+03:00") == noon
    assert read.any_time(noon.timestamp()) == noon
    assert read.any_time(noon.timestamp() * 1000) == noon
    assert read.any_time("2026-01-01T12:00:00") == datetime(2026, 1, 1, 12)  # noqa: DTZ001  # local, as it came
    assert read.any_time("1970-01-01T00:00:12") is None
    assert read.any_time("1111-11-11T11:11:11Z") is None
    assert read.any_time(1.61) is None
    assert read.any_time(None) is None
    assert read.any_time("") is None


@pytest.mark.parametrize("raw", ["yesterday", "2026-02-30", 1e300, [], {}, True, "9" * 50, "0001-01-01T00:00:00+10:00"])
def test_no_times(raw: Any) -> None:
    with pytest.raises(ValueError, match=r"time|number"):
        read.any_time(raw)


def test_a_year_that_nobody_will_see() -> None:
    with pytest.raises(ValueError, match="no time"):
        read.iso_time("9000-01-01T00:00:00")
    with pytest.raises(ValueError, match="no time"):
        read.iso_time(12)


def test_payloads() -> None:
    assert read.json_object(b'{"a": 1}') == {"a": 1}
    for payload, reason in ((b"{", "not_json"), (b"[1]", "malformed"), (b'"x"', "malformed"), (b"\xff", "not_json")):
        with pytest.raises(MessageError) as refused:
            read.json_object(payload)
        assert refused.value.reason == reason
    assert read.text_of(b"12\n") == "12"
    with pytest.raises(MessageError):
        read.text_of(b"\xff\xfe")


def test_a_long_value_is_cut_in_sentences() -> None:
    assert len(read.shown("x" * 1000)) == 40
    assert read.shown(None) == "null"
    assert read.shown({}) == "an object"
    assert read.shown([]) == "a list"


def test_topic_patterns() -> None:
    pattern = TopicPattern("tele/{identity*}/SENSOR")
    assert pattern.match("tele/house/floor 1/SENSOR") == {"identity": "house/floor 1"}
    assert pattern.match("tele/SENSOR") is None
    assert pattern.match(f"tele/{'x' * 201}/SENSOR") is None
    assert TopicPattern("/devices/{device}/on").match("/devices/a.b/on") == {"device": "a.b"}
    assert TopicPattern("/devices/{device}/on").match("/devices/a/b/on") is None


@pytest.mark.parametrize(
    ("wanted", "topic", "passes"),
    [
        ("tele/#", "tele/a/b", True),
        ("tele/#", "tele", True),
        ("tele/#", "stat/a", False),
        ("+/status/+", "a/status/b", True),
        ("+/status/+", "a/b/status/c", False),
        ("#", "a", True),
        ("a", "a/b", False),
    ],
)
def test_filters(wanted: str, topic: str, passes: bool) -> None:
    assert filter_matches(wanted, topic) is passes


def test_units() -> None:
    assert measure_of_unit("Gcal/h") is Measure.POWER
    assert measure_of_unit("%, RH") is Measure.HUMIDITY
    assert measure_of_unit("%") is None, "a percentage could be anything"
    assert measure_of_unit("") is None
    assert unit_said(Measure.POWER, "MW") is None, "one letter from mW"
    assert unit_said(Measure.POWER, "kWh") is None
    fahrenheit = unit_said(Measure.TEMPERATURE, "°F")
    assert fahrenheit is not None
    assert 212 * fahrenheit.factor + fahrenheit.offset == pytest.approx(100)

"""Data types F, G, I and J, whose bits are assembled here from EN 13757-3, annex A."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mbus.telegram import decode_body
from gateway.mbus.time_point import TimePoint, decode_time_point

NAIVE = {"min_value": datetime(2000, 1, 1), "max_value": datetime(2080, 12, 31, 23, 59, 59)}  # noqa: DTZ001
NONE = TimePoint(None, invalid=True)


def type_g(at: date) -> bytes:
    year = at.year % 100
    return bytes((at.day | (year & 7) << 5, at.month | year >> 3 << 4))


def type_f(at: datetime, *, century: int = 0, summer: bool = False, invalid: bool = False) -> bytes:
    return bytes((at.minute | invalid << 7, at.hour | century << 5 | summer << 7)) + type_g(at)


def type_i(at: datetime, *, summer: bool = False, invalid: bool = False) -> bytes:
    second, minute = at.second | summer << 6, at.minute | invalid << 7
    return bytes((second, minute, at.hour | at.isoweekday() << 5)) + type_g(at) + bytes((at.isocalendar().week,))


@given(st.dates(date(1981, 1, 1), date(2080, 12, 31)))
def test_a_date(day: date) -> None:
    assert decode_time_point(type_g(day)) == TimePoint(day)


@given(st.datetimes(**NAIVE), st.booleans())
def test_a_date_with_minutes(at: datetime, summer: bool) -> None:
    at = at.replace(second=0, microsecond=0)
    assert decode_time_point(type_f(at, summer=summer)) == TimePoint(at, summer_time=summer)
    assert decode_time_point(type_f(at, century=1, summer=summer)) == TimePoint(at, summer_time=summer)


@given(st.datetimes(**NAIVE), st.booleans())
def test_a_date_with_seconds(at: datetime, summer: bool) -> None:
    at = at.replace(microsecond=0)
    assert decode_time_point(type_i(at, summer=summer)) == TimePoint(at, summer_time=summer)


def test_a_type_i_is_no_type_f() -> None:
    """2016-07-22 08:00:00, which a reader of type F takes for 2008-06-08 00:00."""
    (record,) = decode_body(0x78, bytes.fromhex("06 6D 00 00 08 16 27 00")).records
    assert record.value == datetime(2016, 7, 22, 8, 0)  # noqa: DTZ001


@given(st.times())
def test_a_time_of_day(at: time) -> None:
    assert decode_time_point(bytes((at.second, at.minute, at.hour))) == TimePoint(at.replace(microsecond=0))


def test_the_century() -> None:
    """Table A.5: two bits count hundreds from 1900; without them years to 80 are of this century."""
    late, early = datetime(2085, 6, 1, 12, 0), datetime(1985, 6, 1, 12, 0)  # noqa: DTZ001
    assert decode_time_point(type_f(late)).value == early
    assert decode_time_point(type_f(late, century=1)).value == late
    assert decode_time_point(type_f(late, century=2)).value == late.replace(year=2185)


def test_a_time_that_is_marked_as_invalid() -> None:
    at = datetime(2024, 5, 6, 7, 8)  # noqa: DTZ001
    assert decode_time_point(type_f(at, invalid=True)) == NONE
    assert decode_time_point(type_i(at, invalid=True, summer=True)) == TimePoint(None, invalid=True, summer_time=True)
    assert decode_time_point(b"\xff\xff") == NONE
    (record,) = decode_body(0x78, bytes((0x04, 0x6D)) + type_f(at, invalid=True)).records
    assert (record.value, record.time_invalid, record.summer_time) == (None, True, False)


@pytest.mark.parametrize(
    "text",
    [
        "0000",
        "00000000",
        "FFFFFF",
        "000000000000",
        "9E02",  # 30 February
        "210D",  # month 13
        "8CFC",  # year 124 of a century
        "3C0C6131",  # minute 60
        "00186131",  # 24 o'clock
        "3F3F1F00FF00",
        "00",
        "0000000000",
        "0000000000000000",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert decode_time_point(bytes.fromhex(text)) == NONE


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("E1F1", "*-01-01"),
        ("E0F1", "*-01-*"),
        ("1F1F", "2008-*-31"),
        ("0000E1F1", "*-01-01 00:00"),
        ("3F1FE1F1", "*-01-01 *:*"),
        ("1E0CE0FF", "*-*-* 12:30"),
        ("00206131", "2027-01-01"),
    ],
)
def test_what_comes_again_is_a_pattern_and_no_time(text: str, pattern: str) -> None:
    found = decode_time_point(bytes.fromhex(text)).value
    assert (f"{found:%Y-%m-%d}" if isinstance(found, datetime) else found) == pattern


def test_a_date_in_bcd_or_text_is_none() -> None:
    records = decode_body(0x78, bytes.fromhex("0A 6C 3112 05 6D 00000000 0D 6C 02 3132 0D 6D E4 1E0C B511")).records
    assert [record.value for record in records] == [None, None, "21", datetime(2013, 1, 21, 12, 30)]  # noqa: DTZ001
    (odd,) = decode_body(0x78, bytes.fromhex("0D 6D E5 01 02 03 04 05")).records
    assert odd.value == "01 02 03 04 05"

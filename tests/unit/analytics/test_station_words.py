from zoneinfo import ZoneInfo

from analytics.weather_commands import _in_words

TOLD: dict[str, str | float] = {
    "first": "2025-10-01T00:00:00+00:00",
    "last": "2025-12-31T20:00:00+00:00",
    "coverage": 0.9876,
    "sensor_hours": 3,
}


def test_an_import_is_told_in_the_time_of_its_zone_and_in_percent() -> None:
    told = dict(_in_words(TOLD, ZoneInfo("Europe/Moscow")))
    assert told["first"] == "2025-10-01 03:00 Europe/Moscow"
    assert told["last"] == "2025-12-31 23:00 Europe/Moscow"
    assert told["coverage"] == "98.8%"
    assert told["sensor hours"] == "3"
    assert dict(_in_words(TOLD, ZoneInfo("UTC")))["first"] == "2025-10-01 00:00 UTC"

"""Hours of a weather station from elsewhere than its sensor: a file, or an archive on the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import msgspec
import numpy as np

from analytics.arrays import Floats, Indices
from analytics.fitting.columns import TemperatureUnit
from analytics.fitting.csv_file import Wanted, read_hourly_temperature, read_table
from teplosvet.domain.errors import InvalidFileError, ServiceUnavailableError
from teplosvet.domain.quantities import Quantity

ARCHIVE = "https://archive-api.open-meteo.com"
PATIENCE_S = 60.0
HOUR_S = 3600


class Source(StrEnum):
    """Where hours come from besides the sensor; of two that tell the same hour the first one counts."""

    CSV = "csv"
    OPEN_METEO = "open-meteo"


@dataclass(frozen=True, slots=True, eq=False)
class StationHours:
    """Hours with a known temperature, ascending, each once.

    Attributes:
        hour: Their beginnings. [h since 1970, UTC]
        mean_c: Mean outdoor temperature. [°C]
    """

    hour: Indices
    mean_c: Floats

    @property
    def coverage(self) -> float:
        """Known hours among those from the first to the last. [-]"""
        return len(self.hour) / float(self.hour[-1] - self.hour[0] + 1) if len(self.hour) else 0.0

    def moments(self) -> list[datetime]:
        """The beginnings of the hours."""
        return [datetime.fromtimestamp(each * HOUR_S, UTC) for each in self.hour.tolist()]


def hours_of_file(path: Path, zone: ZoneInfo | None, unit: TemperatureUnit | None) -> StationHours:
    """Hours of a CSV with times and outdoor temperature; several rows of an hour are their mean.

    Args:
        path: The file, also in gzip.
        zone: Zone of times without one.
        unit: Unit of the temperature, None if the name of its column says it.

    Raises:
        InvalidFileError: If it is no such file, or says what no weather can be.
    """
    second, celsius = read_hourly_temperature(read_table(path), Wanted(temperature_unit=unit, zone=zone))
    return _means(str(path), second // HOUR_S, celsius)


class _Units(msgspec.Struct):
    temperature_2m: str


class _Hourly(msgspec.Struct):
    time: list[str]
    temperature_2m: list[float | None]


class _Answer(msgspec.Struct):
    utc_offset_seconds: int
    hourly_units: _Units
    hourly: _Hourly


class _Refusal(msgspec.Struct):
    reason: str = ""


def hours_of_archive(base_url: str, latitude_deg: float, longitude_deg: float, days: tuple[date, date]) -> StationHours:
    """Hours of the Open-Meteo historical weather API.

    The archive tells the temperature at the beginning of each hour; it counts as the hour's mean, which over a day
    makes no difference that matters. An hour that the archive does not know stays unknown.

    Args:
        base_url: Of the service.
        latitude_deg: [°]
        longitude_deg: [°]
        days: The first day and the day after the last, UTC.

    Raises:
        ServiceUnavailableError: If it does not answer, or refuses.
        InvalidFileError: If its answer is not what is documented.
    """
    asked = {
        "latitude": str(latitude_deg),
        "longitude": str(longitude_deg),
        "start_date": str(days[0]),
        "end_date": str(days[1] - timedelta(days=1)),
        "hourly": "temperature_2m",
        "temperature_unit": "celsius",
        "timezone": "GMT",
    }
    url = f"{base_url.rstrip('/')}/v1/archive"
    try:
        answer = httpx.get(url, params=asked, timeout=PATIENCE_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceUnavailableError(f"the weather archive does not answer: {error}") from error
    if answer.status_code != httpx.codes.OK:
        raise ServiceUnavailableError(f"the weather archive refuses ({answer.status_code}): {_reason(answer.content)}")
    return _of_answer(url, answer.content)


def _reason(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Refusal).reason[:200] or "it gives no reason"
    except msgspec.DecodeError:
        return "it gives no reason"


def _of_answer(url: str, content: bytes) -> StationHours:
    try:
        found = msgspec.json.decode(content, type=_Answer)
        second = [datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp() for each in found.hourly.time]
    except (msgspec.DecodeError, ValueError) as error:
        raise InvalidFileError(url, None, None, f"expected hourly temperature: {error}") from error
    if found.utc_offset_seconds != 0 or found.hourly_units.temperature_2m != "°C":
        raise InvalidFileError(url, None, "hourly_units", "expected °C at UTC")
    if len(second) != len(found.hourly.temperature_2m):
        raise InvalidFileError(url, None, "hourly", "expected as many temperatures as times")
    celsius = np.array([np.nan if each is None else each for each in found.hourly.temperature_2m], dtype=np.float64)
    return _means(url, np.asarray(second, dtype=np.int64) // HOUR_S, celsius)


def _means(file: str, hours: Sequence[int] | Indices, celsius: Floats) -> StationHours:
    known = np.isfinite(celsius)
    limits = Quantity.OUTDOOR_TEMPERATURE_C.spec
    if (wrong := celsius[known & ((celsius < limits.low) | (celsius > limits.high))]).size:
        expected = f"expected {limits.low:g} to {limits.high:g} °C, got {float(wrong[0]):g}"
        raise InvalidFileError(file, None, "temperature", expected)
    hour, place = np.unique(np.asarray(hours, dtype=np.intp)[known], return_inverse=True)
    return StationHours(hour, np.bincount(place, celsius[known], len(hour)) / np.bincount(place, minlength=len(hour)))

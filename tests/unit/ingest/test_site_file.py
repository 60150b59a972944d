"""Site files: what is wrong is told with file, line and field, whatever somebody has written."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.site_file import parse_site, read_site
from teplosvet.domain.contracts import Carrier, Method, TariffUnit
from teplosvet.domain.devices import Installation
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.quantities import DeviceClass, Quantity

RIGHT = """\
[site]
name = "quay"
zone = "Europe/Moscow"

[[building]]
code = "lenina-1"
title = "ул. Ленина, 1"
entrances = ["1", "2"]
weather = "weather-1"
latitude = 59.93

[[device]]
name = "weather-1"
class = "climate"

[[device]]
name = "lenina-1-heat"
class = "heat"
publisher = "gw-1"
modulus = { heat_energy_kwh = 1e8 }

[[device.installation]]
building = "lenina-1"
entrance = "2"
serial = "6631-0457"
from = 2024-09-01T10:00:00+03:00
to = 2025-09-01T10:00:00+03:00
closing_registers = { heat_energy_kwh = 61234.0 }

[[device.installation]]
building = "lenina-1"
serial = "6631-0999"
from = 2025-09-01T10:00:00+03:00
start_registers = { heat_energy_kwh = 0 }

[[contract]]
code = "warm-1"
building = "lenina-1"
carrier = "heat"
method = "change-point-daily"
baseline = "2023-10-01/2024-05-01"
tariff = { amount = "2450.10", currency = "RUB", per = "Gcal" }
esco_share = "0.8"
"""


def test_a_right_file_is_read_as_it_says() -> None:
    site = parse_site(RIGHT, "site.toml")
    (building,), (weather, heat), (contract,) = site.buildings, site.devices, site.contracts
    assert (site.name, site.title) == ("quay", "quay")
    assert (building.title, building.zone.key, building.entrances) == ("ул. Ленина, 1", "Europe/Moscow", ("1", "2"))
    assert (weather.publisher, weather.device_class) == ("weather-1", DeviceClass.CLIMATE)
    assert (heat.publisher, heat.modulus) == ("gw-1", {Quantity.HEAT_ENERGY_KWH: 1e8})
    exchanged = datetime(2025, 9, 1, 7, tzinfo=UTC)
    assert heat.installations == (
        Installation("lenina-1", "6631-0457", datetime(2024, 9, 1, 7, tzinfo=UTC), exchanged, "2",
                     closing_registers={Quantity.HEAT_ENERGY_KWH: 61234.0}),
        Installation("lenina-1", "6631-0999", exchanged, start_registers={Quantity.HEAT_ENERGY_KWH: 0.0}),
    )  # fmt: skip
    assert (contract.carrier, contract.method) == (Carrier.HEAT, Method.CHANGE_POINT_DAILY)
    assert (contract.tariff.amount, contract.tariff.per) == (Decimal("2450.10"), TariffUnit.GCAL)


# what stands in the right file, what stands there instead, the line, the field and a word of the sentence
WRONG = [
    ('name = "quay"', 'name = "quay', 2, None, "Illegal character"),
    ('name = "quay"', 'nme = "quay"', 2, "site.nme", "unknown field"),
    ('name = "quay"', "", 1, "site", "missing required field `name`"),
    ('name = "quay"', "name = 7", 2, "site.name", "expected `str`"),
    ('name = "quay"', 'name = "the quay"', 2, "site.name", "1 to 80 letters"),
    ("Europe/Moscow", "Moscow", 3, "site.zone", "expected a time zone"),
    ("Europe/Moscow", "../../etc/passwd", 3, "site.zone", "expected a time zone"),
    ("[[building]]", "[building]", 5, "building", "expected `array`"),
    ("[[building]]", "[[house]]", 5, "house", "unknown field"),
    ("ул. Ленина, 1", "a\\u0000b", 7, "building.1.title", "control characters"),
    ("ул. Ленина, 1", "a\\nb", 7, "building.1.title", "line breaks"),
    ('["1", "2"]', '["1", "1"]', 8, "building.1.entrances", "second time"),
    ('["1", "2"]', '["1", 2]', 8, "building.1.entrances.2", "expected `str`"),
    ('weather = "weather-1"', 'weather = "lenina-1-heat"', 9, "building.1.weather", "no climate device"),
    ("latitude = 59.93", "latitude = 159.93", 10, "building.1.latitude", "-90 to 90"),
    ("latitude = 59.93", "latitude = nan", 10, "building.1.latitude", "-90 to 90"),
    ("latitude = 59.93", "floor_area_m2 = nan", 10, "building.1.floor_area_m2", "> 0"),
    ('class = "climate"', 'class = "weather"', 14, "device.1.class", "'weather'"),
    ('name = "lenina-1-heat"', 'name = "weather-1"', 17, "device.2.name", "second time"),
    ('publisher = "gw-1"', 'publisher = "gw+1"', 19, "device.2.publisher", "letters"),
    ('publisher = "gw-1"', "greatest_power_kw = inf", 19, "device.2.greatest_power_kw", "<="),
    ('publisher = "gw-1"', "dt_min_k = 0", 19, "device.2.dt_min_k", "> 0"),
    ('publisher = "gw-1"', "fault_bits = -1", 19, "device.2.fault_bits", ">= 0"),
    ('publisher = "gw-1"', "q_min_m3h = 3\nq_max_m3h = 2", 19, "device.2.q_min_m3h", "less than q_max_m3h"),
    ('class = "climate"', 'class = "climate"\nq_max_m3h = 2', 15, "device.1.q_max_m3h", "only a heat meter"),
    ("{ heat_energy_kwh = 1e8 }", "{ light_energy_kwh = 1e8 }", 20, "device.2.modulus", "no register of a heat device"),
    ("{ heat_energy_kwh = 1e8 }", "{ flow_temperature_c = 90 }", 20, "device.2.modulus", "no register"),
    ("{ heat_energy_kwh = 1e8 }", "{ heat = 1e8 }", 20, "device.2.modulus", "'heat'"),
    ("{ heat_energy_kwh = 1e8 }", "{ heat_energy_kwh = 0 }", 20, "device.2.modulus", "> 0"),
    ('building = "lenina-1"\nentr', 'building = "x"\nentr', 23, "device.2.installation.1.building", "'x'"),
    ('entrance = "2"', 'entrance = "3"', 24, "device.2.installation.1.entrance", "no entrance '3'"),
    ('serial = "6631-0457"', 'serial = ""', 25, "device.2.installation.1.serial", "expected text"),
    ("2024-09-01T10:00:00+03:00", "2024-09-01T10:00:00", 26, "device.2.installation.1.from", "a time with a zone"),
    ("2024-09-01T10:00:00+03:00", "2024-09-01", 26, "device.2.installation.1.from", "datetime"),
    ("2024-09-01T10:00:00+03:00", "0001-01-01T00:00:00+23:00", 26, "device.2.installation.1.from", "year"),
    ("to = 2025-09-01T10:00:00+03:00", "to = 2024-09-01T07:00:00Z", 27, "device.2.installation.1.to", "after `from`"),
    ("to = 2025-09-01T10:00:00+03:00", "floor = 9999999999", 27, "device.2.installation.1.floor", "<= 999"),
    ("to = 2025-09-01T10:00:00+03:00", "", 33, "device.2.installation.2.from", "do not overlap"),
    ("to = 2025-09-01T10:00:00+03:00", "to = 2025-09-01T10:00:01+03:00", 33, "device.2.installation.2.from", "overlap"),
    ("= 61234.0 }", "= -1 }", 28, "device.2.installation.1.closing_registers", "within"),
    ("{ heat_energy_kwh = 0 }", "{ heat_energy_kwh = nan }", 34, "device.2.installation.2.start_registers", "within"),
    ('building = "lenina-1"\ncarrier', 'building = "x"\ncarrier', 38, "contract.1.building", "'x'"),
    ('carrier = "heat"', 'carrier = "coal"', 39, "contract.1.carrier", "'coal'"),
    ("2023-10-01/2024-05-01", "2024-05-01/2023-10-01", 41, "contract.1.baseline", "ends after it starts"),
    ("2023-10-01/2024-05-01", "2023-10-01", 41, "contract.1.baseline", "FROM/TO"),
    ('"2450.10"', '"2450,10"', 42, "contract.1.tariff", "'2450,10'"),
    ('"2450.10"', "2450.10", 42, "contract.1.tariff.amount", "expected `str`"),
    ('"2450.10"', '"NaN"', 42, "contract.1.tariff", "'NaN'"),
    ('"2450.10"', '"1e999999"', 42, "contract.1.tariff", "'1e999999'"),
    ('"2450.10"', '"-5"', 42, "contract.1.tariff", "'-5'"),
    ('esco_share = "0.8"', 'esco_share = "80"', 43, "contract.1.esco_share", "a share from"),
    ('esco_share = "0.8"', "esco_share = 0.8", 43, "contract.1.esco_share", "expected `str`"),
    ('esco_share = "0.8"', 'esco_share = "0.8"\nguarantee_kwh = nan', 44, "contract.1.guarantee_kwh", "> 0"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "field", "word"), WRONG)
def test_a_mistake_is_told_with_line_and_field(right: str, wrong: str, line: int, field: str | None, word: str) -> None:
    assert right in RIGHT
    with pytest.raises(InvalidFileError) as caught:
        parse_site(RIGHT.replace(right, wrong, 1), "site.toml")
    error = caught.value
    assert (error.file, error.line, error.field) == ("site.toml", line, field)
    assert word in error.expected
    assert str(error) == f"site.toml:{line}: {f'{field}: ' if field else ''}{error.expected}"


def test_duplicates_are_told_where_the_second_stands() -> None:
    twice = RIGHT + RIGHT[RIGHT.index("[[contract]]") :]
    with pytest.raises(
        InvalidFileError, match=r"^site\.toml:45: contract\.2\.code: 'warm-1' stands here a second time"
    ):
        parse_site(twice, "site.toml")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError, match="cannot be read: No such file"):
        read_site(tmp_path / "absent.toml")
    with pytest.raises(InvalidFileError, match="cannot be read: Is a directory"):
        read_site(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"[site]\nname = 'x'\ntitle = 'caf\xe9'")
    with pytest.raises(InvalidFileError, match=r"latin\.toml:3: expected UTF-8"):
        read_site(tmp_path / "latin.toml")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(InvalidFileError, match=r"deep\.toml"):
        read_site(tmp_path / "deep.toml")


def test_a_file_as_windows_writes_it(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode())
    assert read_site(tmp_path / "site.toml") == parse_site(RIGHT, "site.toml")


@given(cut=st.integers(0, len(RIGHT)), put=st.text(max_size=8) | st.sampled_from(["[[", '"', "= {", "[site]", "\x00"]))
def test_nothing_but_an_error_of_ours_comes_of_any_text(cut: int, put: str) -> None:
    for text in (RIGHT[:cut] + put + RIGHT[cut:], RIGHT[:cut] + put):
        try:
            parse_site(text, "site.toml")
        except InvalidFileError as error:
            assert error.line is None or 1 <= error.line <= text.count("\n") + 1  # noqa: PT017

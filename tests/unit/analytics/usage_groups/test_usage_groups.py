"""Lighting by usage groups: sample sizes, what a sample proves, and what is no saving."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.usage_groups.file import read_measurement
from analytics.usage_groups.group import Amount, Side, UsageGroup
from analytics.usage_groups.sampling import Sample, sample_size
from analytics.usage_groups.saving import Heating, lighting_saving
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.findings import FindingCode, Severity
from tests.command import Call, caller

PAGE = Path(__file__).parents[4] / "docs/methods/light-usage-groups.md"
POWERS = st.lists(st.floats(1, 100), min_size=2, max_size=20)
HOURS = st.lists(st.floats(0.5, 24), min_size=2, max_size=20)


def test_sample_sizes_of_the_guides() -> None:
    """BPA 2024 and FEMP: CV 0.5; 90/10 and 80/20 for groups of 50, 100, 500 and 3,500."""
    sizes = {n: (sample_size(n, 0.9, 0.1), sample_size(n, 0.8, 0.2)) for n in (50, 100, 500, 3500)}
    assert sizes == {50: (29, 9), 100: (41, 10), 500: (60, 11), 3500: (67, 11)}
    assert sample_size(10**9, 0.9, 0.1) == 68
    assert sample_size(10**9, 0.8, 0.2) == 11


def test_the_page_has_the_same_sizes() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 4
    for row in rows:
        points, strict, loose = map(int, row)
        assert (sample_size(points, 0.9, 0.1), sample_size(points, 0.8, 0.2)) == (strict, loose)


def example(tmp_path: Path, change: tuple[str, str] = ("", "")) -> Path:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    file = tmp_path / "measurement.toml"
    assert change[0] in found[1]
    file.write_text(found[1].replace(*change, 1), "utf-8")
    return file


def test_the_example_of_the_page(tmp_path: Path) -> None:
    """The page counts by hand."""
    told = read_measurement(example(tmp_path))
    result = lighting_saving(told.groups, told.days, told.heating, told.aim, told.instrument_error)
    (group,) = result.groups
    assert (group.baseline_kwh, group.avoided_energy_kwh, group.failed_kwh) == (31536.0, 30222.0, 26.28)
    assert group.reporting_kwh + group.failed_kwh == pytest.approx(1314)
    assert (group.option, result.extra_heat_kwh) == ("A", 17528.76)
    assert result.extra_heat_gcal == pytest.approx(15.072, abs=1e-3)
    assert result.proven
    assert {found.code for found in result.findings} == {FindingCode.STIPULATED, FindingCode.LAMP_FAILURES}


def test_a_band_by_hand() -> None:
    """One group, baseline power alone sampled: s²/n (1 - n/N), and a t of 4 degrees of freedom (2.1318)."""
    before = Side(Amount((90.0, 95.0, 100.0, 105.0, 110.0)), Amount((10.0,), "agreed"))
    after = Side(Amount((10.0,), "label"), Amount((10.0,), "agreed"))
    result = lighting_saving([UsageGroup("one", 50, before, after)], 100, instrument_error=0.0)
    half = 2.13185 * math.sqrt(62.5 / 5 * (1 - 5 / 50)) * 50 * 10 * 100 / 1000
    assert result.avoided_energy_kwh == 4500
    assert result.bands[0].upper_kwh - 4500 == pytest.approx(half, rel=1e-4)


def test_hours_under_presence_control_are_not_stipulated() -> None:
    side = Side(Amount((10.0, 11.0)), Amount((3.0,), "as planned"))
    group = UsageGroup("one", 10, Side(Amount((60.0, 61.0)), Amount((12.0, 12.0))), side, presence_control=True)
    result = lighting_saving([group], 30)
    assert result.avoided_energy_kwh is None
    assert not result.bands
    assert [f.code for f in result.findings if f.severity is Severity.REFUSAL] == [FindingCode.HOURS_NOT_MEASURED]


@pytest.mark.parametrize(
    ("norm_lx", "after_lx", "share"), [(None, 50.0, 0.5), (30.0, 50.0, 1.0), (80.0, 50.0, 0.5), (None, 120.0, 1.0)]
)
def test_less_light_is_no_saving(norm_lx: float | None, after_lx: float, share: float) -> None:
    """The same fixtures at half the light and half the power save nothing, unless half is light enough."""
    before = Side(Amount((60.0,) * 4), Amount((12.0,) * 4), 100.0)
    after = Side(Amount((30.0,) * 4), Amount((12.0,) * 4), after_lx)
    result = lighting_saving([UsageGroup("one", 4, before, after, norm_lx=norm_lx)], 100)
    assert result.avoided_energy_kwh == pytest.approx(4 * 12 * 100 * (60 * share - 30) / 1000)
    assert (FindingCode.ILLUMINANCE_FELL in {f.code for f in result.findings}) == (share < 1)


@given(POWERS, POWERS, HOURS, HOURS, st.integers(0, 20))
def test_failed_fixtures_change_no_saving(
    a: list[float], b: list[float], c: list[float], d: list[float], failed: int
) -> None:
    group = UsageGroup("one", 20, Side(Amount(tuple(a)), Amount(tuple(c))), Side(Amount(tuple(b)), Amount(tuple(d))))
    dark = UsageGroup(group.name, 20, group.baseline, group.reporting, failed_points=failed)
    whole, less = lighting_saving([group], 30), lighting_saving([dark], 30)
    assert whole.avoided_energy_kwh is not None
    assert less.avoided_energy_kwh == pytest.approx(whole.avoided_energy_kwh, abs=2e-3)
    assert [b.upper_kwh for b in less.bands] == pytest.approx([b.upper_kwh for b in whole.bands], abs=2e-3)


@given(POWERS, st.integers(21, 500))
def test_a_whole_count_is_surer_than_a_sample(values: list[float], points: int) -> None:
    assert Sample.of(values, len(values)).variance == 0
    assert Sample.of(values, points).variance <= Sample.of(values, points * 10).variance


def simulated(seed: int, saving: float, *, spread: bool = True) -> tuple[bool, bool]:
    """Whether a group's saving is proven, and whether the 90 % band holds the truth."""
    rng = np.random.default_rng(seed)
    points, n = 200, 20
    power, hours = 60 * (1 + 0.1 * rng.standard_normal(points)), 12 * (1 + 0.15 * rng.standard_normal(points))
    later = (1 - saving) * 12 * (1 + 0.15 * rng.standard_normal(points))
    truth = 60 * 12 * points * saving * 30 / 1000
    chosen = [rng.choice(points, n, replace=False) for _ in range(4)]
    before = Side(Amount(tuple(power[chosen[0]])), Amount(tuple(hours[chosen[1]])))
    after = Side(Amount(tuple(power[chosen[2]])), Amount(tuple(later[chosen[3]])))
    truth = points * 30 / 1000 * power.mean() * (hours.mean() - later.mean())
    result = lighting_saving([UsageGroup("one", points, before, after)], 30, instrument_error=0.0)
    assert result.avoided_energy_kwh is not None
    half = (result.bands[0].upper_kwh - result.avoided_energy_kwh) * (1.0 if spread else 0.3)
    return result.proven, abs(result.avoided_energy_kwh - truth) <= half


def test_placebo_recovery_and_coverage() -> None:
    """500 groups each: nothing done is rarely proven, a half saved always, and 90 % bands hold 86 to 94 %."""
    placebo = [simulated(seed, 0.0) for seed in range(500)]
    assert np.mean([proven for proven, _ in placebo]) <= 0.1
    saved = [simulated(seed, 0.5) for seed in range(500)]
    assert np.mean([proven for proven, _ in saved]) == 1
    assert 0.86 <= np.mean([held for _, held in placebo + saved]) <= 0.94


def test_the_coverage_test_can_fail() -> None:
    assert np.mean([simulated(seed, 0.5, spread=False)[1] for seed in range(200)]) < 0.86


def test_one_of_many_proves_nothing(tmp_path: Path) -> None:
    told = read_measurement(example(tmp_path, ("[11.8, 12.0, 12.2, 12.1, 11.9]", "[12.0]")))
    result = lighting_saving(told.groups, told.days, told.heating)
    assert (result.bands, result.proven) == ((), False)
    (found,) = (f for f in result.findings if f.code is FindingCode.SAMPLE_TOO_SMALL)
    assert found.data["more"] == 40


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("days = 365", "days = 0"), "days"),
        (("points = 100", "points = 3"), "5 measured values of 3 points"),
        (("failed_points = 2", "failed_points = 101"), "no more than the 100 points"),
        (("[11.8, 12.0", "[nan, 12.0"), "power_w"),
        (("[11.8, 12.0", "[-11.8, 12.0"), "power_w"),
        (('source = "twilight switch, log of 2025"', 'source = ""'), "hours_h_per_day"),
        (("presence_control", "presence_controls"), "presence_controls"),
        (("[3.0, 3.4", "[30.0, 3.4"), "hours_h_per_day"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    with pytest.raises(InvalidFileError, match=re.escape(said)):
        read_measurement(example(tmp_path, change))


@pytest.fixture
def teplosvet(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """The command."""
    return caller(monkeypatch, capfd, tmp_path)


def test_the_commands(teplosvet: Call, tmp_path: Path) -> None:
    done = teplosvet("lighting", "sample", "--population", "500", "--json")
    assert (done.code, json.loads(done.out)["points"]) == (0, 60)
    done = teplosvet("lighting", "verify", str(example(tmp_path)), "--json")
    assert (done.code, json.loads(done.out)["avoided_energy_kwh"]) == (0, 30222.0)
    assert "30,222.0 kWh" in teplosvet("lighting", "verify", str(example(tmp_path))).out


def test_heat_of_the_lamps() -> None:
    """Background figure: 10 MWh saved in stairs heated 58 % of the year cost 5.8 MWh, 5.0 Gcal, of heat."""
    side = Side(Amount((1000.0,) * 2), Amount((10.0,) * 2))
    none = Side(Amount((0.0,) * 2), Amount((10.0,) * 2))
    result = lighting_saving([UsageGroup("one", 2, side, none)], 500, Heating(1.0, 0.58, 1.0))
    assert result.extra_heat_kwh == 5800
    assert result.extra_heat_gcal == pytest.approx(4.987, abs=1e-3)

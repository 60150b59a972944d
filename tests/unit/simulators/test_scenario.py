"""The demo: the registry is exact, the truth is plausible, the messages are what they are said to be."""

import itertools
import json
import tomllib
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.faults import NO_FAULTS
from simulators.live import live_messages
from simulators.scenario import BASELINE, REPORTING, ZONE, Scenario, demo_scenario
from teplosvet.domain.quantities import Quantity


@pytest.fixture(scope="session")
def site(demo: Scenario) -> dict:
    return tomllib.loads(demo.site_toml)


def test_five_are_retrofitted_and_one_is_a_placebo(demo: Scenario) -> None:
    truth = demo.truth.values()
    assert Counter((one.carrier, one.retrofitted) for one in truth) == {
        ("light", True): 2, ("heat", True): 3, ("heat", False): 1}  # fmt: skip
    for one in truth:
        share = one.true_avoided_energy_kwh / one.true_without_measure_kwh
        if not one.retrofitted:
            assert one.true_avoided_energy_kwh == 0
        else:
            assert (0.5 < share < 0.97) if one.carrier == "light" else (0.08 < share < 0.3), one


def test_the_truth_of_some_days_adds_up_to_the_truth_of_all(demo: Scenario) -> None:
    for code, one in demo.truth.items():
        days = list(REPORTING)
        halves = demo.true_avoided_kwh(code, days[:100]), demo.true_avoided_kwh(code, days[100:])
        assert sum(halves) == pytest.approx(one.true_avoided_energy_kwh, abs=1e-6)
        assert (min(halves) > 0) == one.retrofitted


def test_the_measures_do_nothing_in_the_baseline_period(demo: Scenario) -> None:
    bounds = [edge.timestamp() for edge in BASELINE.bounds(ZoneInfo(ZONE))]
    for usage in demo.fleet.usage.values():
        assert usage.avoided_kwh(*bounds) == pytest.approx(0, abs=1e-6)


def test_the_site_file_registers_everything_that_speaks(demo: Scenario, site: dict[str, Any]) -> None:
    assert [building["code"] for building in site["building"]] == [plan.code for plan in demo.buildings]
    registered = {device["name"]: device["publisher"] for device in site["device"]}
    spoken = {(one.device, one.publisher) for one in demo.fleet.installed}
    assert spoken | {("weather-spb", "gw-weather")} == set(registered.items())
    assert {contract["code"] for contract in site["contract"]} == set(demo.truth)


def test_every_exchange_in_the_registry_is_exact(site: dict[str, Any]) -> None:
    """The next instrument begins where the last one ends, and the closing register is not below the start."""
    exchanges = 0
    for device in site["device"]:
        for first, second in itertools.pairwise(device.get("installation", [])):
            exchanges += 1
            assert first["to"] == second["from"]
            assert first["serial"] != second["serial"]
            for name, start in first["start_registers"].items():
                assert first["closing_registers"][name] >= start
    assert exchanges > 40


def test_a_gateway_speaks_every_hour_and_the_whole_is_small_enough(demo: Scenario) -> None:
    baseline, reporting = demo.baseline_messages(), demo.reporting_messages()
    assert 55_000 < len(baseline) + len(reporting) < 64_000
    assert len(list(itertools.islice(baseline, 100))) == 100
    per_topic = Counter(message.topic for message in reporting)
    hours = REPORTING.days * 24
    for plan in demo.buildings:
        assert 0.9 * hours < per_topic[f"teplosvet/v1/{plan.publisher}/reading"] < 1.05 * hours
    assert sum(per_topic.values()) == len(reporting)


def test_registers_on_the_wire_tell_the_truth_of_the_meter(demo: Scenario) -> None:
    """Over the reporting period the readings of the heat meters add up to what the houses drew, faults or not."""
    totals = defaultdict(float)
    last: dict[tuple[str, str], tuple[float, float]] = {}
    scale = {"kWh": 1.0, "MWh": 1000.0, "Gcal": 1163.0}
    for message in demo_scenario(faults=NO_FAULTS).reporting_messages():
        if message.topic.endswith("/reading") and b"heat_energy" in message.payload:
            device = serial = ""
            for record in json.loads(message.payload):
                device = record.get("bn", device)
                serial = record.get("vs", serial)
                if record.get("n") == "heat_energy":
                    value = record["v"] * scale[record["u"]]
                    before = last.get((device, serial), (value, 0.0))[0]
                    totals[device] += value - before
                    last[device, serial] = (value, 0.0)
    start_s, end_s = (edge.timestamp() for edge in REPORTING.bounds(ZoneInfo(ZONE)))
    for plan in demo.buildings:
        if plan.heat is not None:
            drawn = demo.fleet.usage[plan.code, "heat"].between_kwh(start_s, end_s)[1]
            hidden = 400.0 if plan.heat.exchanged else 0.0  # the hour in which the meter was exchanged
            assert totals[f"{plan.code}-heat/"] == pytest.approx(drawn, abs=2.4 + hidden)


def test_faults_do_not_touch_the_truth(demo: Scenario) -> None:
    quiet = demo_scenario(faults=NO_FAULTS)
    for code, one in demo.truth.items():
        assert quiet.truth[code] == one


def test_the_same_seed_says_the_same_and_another_does_not(demo: Scenario) -> None:
    again = demo_scenario(demo.seed)
    assert again.site_toml == demo.site_toml
    for one, other in zip(
        itertools.islice(demo.baseline_messages(), 400), itertools.islice(again.baseline_messages(), 400), strict=True
    ):
        assert one == other
    assert demo_scenario(demo.seed + 1).truth != demo.truth


def test_the_live_part_continues_the_history(demo: Scenario) -> None:
    """Run on for a year, the simulation has the same history; a live register lies above the history's last one."""
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    longer = demo_scenario(demo.seed, until=now + timedelta(days=1))
    assert longer.truth == demo.truth
    assert longer.site_toml == demo.site_toml
    end_s = float(demo.fleet.hours[-1] + 1) * 3600
    for earlier, later in zip(demo.fleet.installed, longer.fleet.installed, strict=True):
        if earlier.to_s is None and earlier.modulus_kwh is None:
            for quantity, value in earlier.registers(end_s).items():
                assert later.registers(end_s)[quantity] == pytest.approx(value, abs=1e-6)
                assert later.registers(now.timestamp())[quantity] > value
    messages = live_messages(longer.fleet, now.timestamp())
    assert {message.topic.split("/")[2] for message in messages} == set(demo.publishers)
    names = {record.get("n") for message in messages for record in json.loads(message.payload)}
    assert {Quantity.LIGHT_ENERGY_KWH.wire_name, "heat_power", "outdoor_temperature", "presence"} <= names


def test_days_are_as_uncertain_as_real_ones(demo: Scenario) -> None:
    """A daily line through heat and temperature must leave a scatter, or every band would be a point."""
    start_s, end_s = (edge.timestamp() for edge in BASELINE.bounds(ZoneInfo(ZONE)))
    edges_s = np.arange(start_s, end_s + 1, 86400.0)
    heat = np.diff(demo.fleet.usage["sadovaya-9", "heat"].with_measure_kwh(edges_s))
    outdoor = demo.fleet.outdoor_at_c(np.arange(start_s, end_s, 3600.0)).reshape(-1, 24).mean(axis=1)
    slope, offset = np.polyfit(outdoor, heat, 1)
    scatter = np.std(heat - slope * outdoor - offset) / heat.mean()
    assert slope < 0
    assert 0.03 < scatter < 0.12

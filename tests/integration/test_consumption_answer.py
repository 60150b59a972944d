"""The `consumption` answer: from the readings, the same as the rollups, by local days or instants."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from analytics.rollup import answer
from analytics.rollup.answer import Interval, Step, consumption_of
from analytics.rollup.commands import consumption
from analytics.rollup.job import roll_up
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.quantities import DeviceClass, Quantity
from tests.integration.rollup_points import a_point
from tests.integration.rollup_site import START, House, hours, house

DAY = timedelta(days=1)
COUNT = 40 * 24 + 1
REGISTER = 12_000.0 + np.cumsum(np.random.default_rng(3).uniform(0.5, 9.0, COUNT))


@pytest.fixture
def site(database: str) -> Iterator[House]:
    """A heat meter in Moscow that is read every hour for forty days."""
    with house(database) as found:
        device = found.device("meter", found.building())
        found.read(
            device, [START + hours(k) for k in range(COUNT)], heat_energy_kwh=REGISTER, heat_volume_m3=REGISTER / 40
        )
        yield found


def ask(site: House, first: datetime, last: datetime, step: Step = Step.TOTAL, device: str = "meter") -> list[Interval]:
    return consumption_of(site.connection, device, (first, last), step).intervals


def test_the_total_is_the_difference_of_the_registers(site: House) -> None:
    for first, last in ((0, COUNT - 1), (30, 31), (100, 700)):
        (found,) = ask(site, START + hours(first), START + hours(last))
        assert found.amount == pytest.approx(REGISTER[last] - REGISTER[first], abs=1e-6)
        assert (found.estimated, found.covered_s, found.rule) == (0.0, (last - first) * 3600.0, "metered")


def test_intervals_adjoin_and_add_up(site: House) -> None:
    first, last = START + hours(5.25), START + hours(COUNT - 30.5)
    (total,) = ask(site, first, last)
    for step in (Step.HOUR, Step.DAY, Step.MONTH):
        parts = ask(site, first, last, step)
        assert (parts[0].start, parts[-1].end) == (first, last)
        assert all(a.end == b.start for a, b in pairwise(parts))
        assert sum(part.amount or 0.0 for part in parts) == pytest.approx(total.amount, abs=1e-6)


def test_days_and_months_are_those_of_the_building(site: House) -> None:
    midnight = START.astimezone(UTC)
    days = ask(site, START + hours(6), START + 3 * DAY, Step.DAY)
    assert [day.start for day in days] == [START + hours(6), midnight + DAY, midnight + 2 * DAY]
    months = ask(site, START, START + 38 * DAY, Step.MONTH)
    assert [month.start for month in months] == [
        START,
        datetime(2025, 1, 31, 21, tzinfo=UTC),
    ]


def test_hours_are_those_of_the_rollup(site: House) -> None:
    roll_up(site.connection)
    rolled = site.hourly(1)
    asked = ask(site, START, START + hours(COUNT - 1), Step.HOUR)
    assert [each.start for each in asked] == sorted(rolled)
    for each in asked:
        assert rolled[each.start] == (pytest.approx(each.amount, abs=1e-6), each.estimated, 3600, each.rule)


def test_another_register_has_its_own_unit(site: House) -> None:
    span = (START, START + DAY)
    found = consumption_of(site.connection, "meter", span, Step.TOTAL, Quantity.HEAT_VOLUME_M3)
    assert (found.unit, found.quantity) == ("m3", Quantity.HEAT_VOLUME_M3)
    assert found.intervals[0].amount == pytest.approx((REGISTER[24] - REGISTER[0]) / 40, abs=1e-6)


def test_what_is_beyond_the_data_is_not_covered(site: House) -> None:
    before, partly, after = ask(site, START - 2 * DAY, START + DAY, Step.DAY)
    assert [before.amount, partly.amount] == [None, None]
    assert before.rule == "unknown"
    assert after.amount == pytest.approx(REGISTER[24] - REGISTER[0], abs=1e-6)
    (far,) = ask(site, START + 900 * DAY, START + 901 * DAY)
    assert (far.amount, far.estimated, far.covered_s, far.rule) == (None, None, 0.0, "unknown")
    (over,) = ask(site, START + hours(COUNT - 13), START + hours(COUNT + 11))
    assert over.covered_s == 12 * 3600.0
    assert over.amount == pytest.approx(REGISTER[-1] - REGISTER[-13], abs=1e-6)


def test_a_device_without_readings_has_no_amount(site: House) -> None:
    site.device("new", None)
    assert ask(site, START, START + DAY, device="new") == [Interval(START, START + DAY, None, None, 0.0, "unknown")]


def test_an_exchange_in_the_span_is_seen_from_far_outside(site: House) -> None:
    building = site.building("b")
    device = site.device("d", building)
    changed = START + hours(240.5)
    site.remove(device, changed, {"heat_energy_kwh": 900.5})
    site.install(device, building, changed, serial="2", start={"heat_energy_kwh": 77.0})
    register = [660.0 + k if k <= 240 else 77.0 + k - 240.5 for k in range(600)]
    site.read(device, [START + hours(k) for k in range(600)], heat_energy_kwh=register)
    found = consumption_of(site.connection, "d", (START + hours(230), START + hours(250)), Step.TOTAL)
    assert found.intervals[0].amount == pytest.approx(20.0, abs=1e-6)
    assert "meter_exchange" in found.findings


def test_whatever_befalls_a_register_the_answer_is_the_sum_of_the_rollups(database: str) -> None:
    rng = np.random.default_rng(5)
    with house(database) as site:
        points = [a_point(site, rng, site.building(str(n)), n) for n in range(3)]
        for point in points:
            point.deliver(site, np.flatnonzero(point.keep))
        roll_up(site.connection)
        for number, point in enumerate(points):
            quantity = "light_energy_kwh" if point.device_class is DeviceClass.LIGHT else "heat_energy_kwh"
            rolled = site.hourly(point.key, quantity)
            for first in (60, 500, 900, 1300):
                span = START + hours(first), START + hours(first + 300)
                (found,) = ask(site, *span, device=f"d{number}")
                amounts = [row[0] for hour, row in rolled.items() if span[0] <= hour < span[1] and row[0] is not None]
                expected = sum(float(str(amount)) for amount in amounts) if amounts else None
                assert found.amount == (None if expected is None else pytest.approx(expected, abs=1e-5))


def test_wrong_questions_are_one_sentence(site: House) -> None:
    span = (START, START + DAY)
    with pytest.raises(UnknownNameError, match="nothing"):
        consumption_of(site.connection, "nothing", span, Step.TOTAL)
    for quantity in (Quantity.FLOW_TEMPERATURE_C, Quantity.LIGHT_ENERGY_KWH):
        with pytest.raises(ConfigurationError, match="no register of a heat device"):
            consumption_of(site.connection, "meter", span, Step.TOTAL, quantity)
    site.device("sky", None, DeviceClass.CLIMATE)
    with pytest.raises(ConfigurationError, match="climate device has no register"):
        consumption_of(site.connection, "sky", span, Step.TOTAL)


def test_too_many_intervals_are_refused(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MOST_INTERVALS", 24)
    assert len(ask(site, START, START + DAY, Step.HOUR)) == 24
    with pytest.raises(ConfigurationError, match="shorter span"):
        ask(site, START, START + DAY + hours(0.1), Step.HOUR)


@pytest.fixture
def commanded(site: House, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    yield site
    settings.cache_clear()


def test_the_command_takes_local_days_and_instants(commanded: House, capsys: pytest.CaptureFixture[str]) -> None:
    for first, last in (("2025-01-13", "2025-01-14"), ("2025-01-13T00:00:00+03:00", "2025-01-13T21:00:00Z")):
        consumption("meter", first, last, as_json=True)
        told = json.loads(capsys.readouterr().out)
        assert (told["unit"], len(told["intervals"])) == ("kWh", 1)
        assert told["intervals"][0]["amount"] == pytest.approx(REGISTER[24] - REGISTER[0], abs=1e-6)
        assert not commanded.is_dirty()


def test_the_command_speaks_words(commanded: House, capsys: pytest.CaptureFixture[str]) -> None:
    consumption("meter", "2025-01-11", "2025-01-15", Step.DAY, "heat_volume")
    told = capsys.readouterr().out
    assert "meter, m3" in told
    assert "2025-01-13 00:00" in told
    assert "unknown" in told


def test_the_command_refuses_in_one_sentence(commanded: House) -> None:
    for device, first, last, quantity, said in (
        ("nothing", "2025-01-13", "2025-01-14", None, "no device is called nothing"),
        ("meter", "2025-01-14", "2025-01-13", None, "after --from"),
        ("meter", "2025-01-14", "2025-01-14", None, "after --from"),
        ("meter", "yesterday", "2025-01-14", None, "neither a day nor a time"),
        ("meter", "2025-01-13T00:00:00", "2025-01-14", None, "with a zone"),
        ("meter", "0001-01-01", "2025-01-14", None, "neither a day nor a time"),
        ("meter", "2025-01-13", "2025-01-14", "warmth", "no quantity is called 'warmth'"),
        ("meter", "2025-01-13", "2025-01-14", "flow_temperature", "no register of a heat device"),
    ):
        with pytest.raises((ConfigurationError, UnknownNameError), match=said):
            consumption(device, first, last, quantity=quantity)

"""Remarks come once a day, and at once when something of them changes; never with every contact."""

from datetime import timedelta

import pytest

from gateway.driver import ArchiveRow, Remark, Sample
from gateway.meters.contact import possible
from gateway.remarks import Remarks
from gateway.reporter import Reporter
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.conftest import MakeMeter
from tests.unit.gateway.simulated_meter import START, HandClock, Instrument, Kept

POLLS_A_DAY = 96
DAYS = 3
HOT = Sample(Quantity.FLOW_TEMPERATURE_C, 41_065_374.6)
OF_EVERY_CONTACT = (
    Remark("impossible_value", {"quantity": "flow_temperature_c", "value": 900.25, "unit": "Cel"}),
    Remark("missing_value", {"quantity": "heat_power_kw", "why": "the meter has no value"}),
    Remark("meter_error", {"status": 4, "flags": 0, "says": "battery low"}),
    Remark("unknown_unit", {"quantity": "heat_energy_kwh", "value": 12.5, "unit": "code 99"}),
)


@pytest.fixture
def remarks(reporter: Reporter) -> Remarks:
    return Remarks("heat", reporter)


@pytest.mark.parametrize("remark", OF_EVERY_CONTACT, ids=lambda remark: remark.event)
def test_a_remark_of_every_contact_is_made_once_a_day(remarks: Remarks, kept: Kept, remark: Remark) -> None:
    for poll in range(DAYS * POLLS_A_DAY):
        figures = {name: value + poll / 8 for name, value in remark.data.items() if isinstance(value, float)}
        remarks.make(Remark(remark.event, {**remark.data, **figures}), START + poll * timedelta(minutes=15))
    assert kept.words() == [remark.event] * DAYS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"flags": 4}, {"flags": 5}),
        ({"says": "battery low"}, {"says": "sensor error"}),
        ({"address": 0x100}, {"address": 0x102}),
        ({"quantity": "flow_temperature_c"}, {"quantity": "return_temperature_c"}),
    ],
)
def test_what_changes_is_said_at_once(
    remarks: Remarks, kept: Kept, before: dict[str, str | int], after: dict[str, str | int]
) -> None:
    for data in (before, before, after, after):
        remarks.make(Remark("meter_error", data), START)
    assert [event.data for event in kept.events] == [before, after]


def test_a_clock_that_was_set_back_silences_nothing_for_longer(remarks: Remarks, kept: Kept) -> None:
    remark = OF_EVERY_CONTACT[2]
    remarks.make(remark, START + timedelta(days=300))
    remarks.make(remark, START)
    remarks.make(remark, START + timedelta(hours=1))
    assert len(kept.events) == 2


def test_figures_that_cannot_be_told_apart_are_one_remark() -> None:
    _, (one,) = possible([HOT])
    assert one == Remark("impossible_value", {"quantity": "flow_temperature_c", "value": HOT.value, "unit": "Cel"})


def test_impossible_values_that_wander_are_said_once_a_day(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept
) -> None:
    meter = make_meter()
    for hour in range(24):
        instrument.extra = (Sample(HOT.quantity, HOT.value + hour),)
        assert meter.read()
        clock.pass_(timedelta(minutes=59))
    assert kept.words() == ["impossible_value"]


def test_an_archive_of_impossible_values_is_one_remark(
    make_meter: MakeMeter, instrument: Instrument, clock: HandClock, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = make_meter()
    assert meter.read()
    clock.pass_(timedelta(days=5))
    driver = meter._driver
    rows = driver.read_archive
    monkeypatch.setattr(
        driver,
        "read_archive",
        lambda archive, wanted: (ArchiveRow(row.at, (*row.samples, HOT)) for row in rows(archive, wanted)),
    )
    assert meter.read()
    meter.refill(lambda: True)
    assert len(kept.archive) > 4 * 24
    assert kept.words() == ["impossible_value"]
    assert kept.events[0].at == max(reading.measured_at for reading in kept.archive).timestamp()

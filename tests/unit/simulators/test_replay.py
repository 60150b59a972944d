"""Replay without a broker: what a device would say of a file."""

import json
import math
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.accumulate import registers, unbroken_runs
from simulators.mapping import parse_mapping
from simulators.replay import Instant, ReplayPlan, instants_of, messages_of, replay
from simulators.senml import WireValue
from teplosvet.domain.errors import InvalidFileError, UnknownNameError
from teplosvet.domain.quantities import DeviceClass, Quantity


def plan(
    tmp_path: Path, text: str, *columns: str, device_class: DeviceClass = DeviceClass.HEAT, **more: object
) -> ReplayPlan:
    path = tmp_path / "series.csv"
    path.write_text(text)
    mapped = tuple(parse_mapping(column, device_class) for column in columns)
    return ReplayPlan(path, "d", device_class, "t", mapped, **more)  # type: ignore[arg-type]


def test_registers_are_said_as_they_stand_in_file_order(tmp_path: Path) -> None:
    text = "t,e,back\n2025-01-01T01:00Z,10.5,40\n2025-01-01T00:00Z,10,\n2025-01-01T02:00Z,,\n"
    rows, instants = instants_of(plan(tmp_path, text, "e=heat_energy:Gcal", "back=return_temperature", serial="S7"))
    assert rows == 3
    assert instants == [
        Instant(
            1735693200.0, (WireValue("heat_energy", "Gcal", 10.5), WireValue("return_temperature", "Cel", 40.0)), "S7"
        ),
        Instant(1735689600.0, (WireValue("heat_energy", "Gcal", 10.0),), "S7"),
    ]


def test_a_column_may_hold_the_serial_numbers(tmp_path: Path) -> None:
    text = "t,e,m\n2025-01-01T00:00Z,10,A\n2025-01-01T01:00Z,0,B\n2025-01-01T02:00Z,1,\n"
    _, instants = instants_of(plan(tmp_path, text, "e=heat_energy_kwh", serial="m"))
    assert [one.serial for one in instants] == ["A", "B", None]


def test_intervals_become_a_register_with_a_closing_value(tmp_path: Path) -> None:
    text = "t,e\n2025-01-01,1\n2025-01-02,2\n2025-01-03,4\n"
    _, instants = instants_of(plan(tmp_path, text, "e=heat_energy:therm:interval", zone=ZoneInfo("UTC")))
    shown = [(one.at_s, one.values[0].value) for one in instants]
    therm = 29.3001111
    assert shown == [(1735689600.0 + 86400 * n, pytest.approx(therm * total)) for n, total in enumerate([0, 1, 3, 7])]
    assert {one.serial for one in instants} == {None}


def test_a_missing_interval_ends_the_register_and_starts_another(tmp_path: Path) -> None:
    """Row 3 of the day is missing, row 5 is empty: three registers, every known interval in exactly one of them."""
    hours = {0: "1", 1: "2", 3: "4", 4: "", 5: "8", 6: "16"}
    text = "t,e,c\n" + "".join(f"2025-01-01T{hour:02}:00Z,{cell},20\n" for hour, cell in hours.items())
    made = plan(tmp_path, text, "e=heat_energy:kWh:interval", "c=flow_temperature", serial="M")
    _, instants = instants_of(made)
    shown = [
        (
            (one.at_s - 1735689600) / 3600,
            one.serial,
            next((v.value for v in one.values if v.name == "heat_energy"), None),
        )
        for one in instants
    ]
    assert shown == [
        (0, "M", 0), (1, "M", 1), (2, "M", 3),
        (3, "M-2", 0), (4, "M-2", 4),
        (5, "M-3", 0), (6, "M-3", 8), (7, "M-3", 24),
    ]  # fmt: skip
    assert sum(any(v.name == "flow_temperature" for v in one.values) for one in instants) == len(hours)


@given(cells=st.lists(st.none() | st.floats(0, 1e6), min_size=2, max_size=60))
def test_no_known_interval_is_lost_or_counted_twice(cells: list[float | None]) -> None:
    times_s = [1.7e9 + 3600 * n for n in range(len(cells))]
    amounts = [math.nan if cell is None else cell for cell in cells]
    runs = unbroken_runs(times_s, [cell is not None for cell in cells])
    total = sum(registers(amounts, run)[-1] for run in runs)
    assert total == pytest.approx(math.fsum(cell for cell in cells if cell is not None), rel=1e-12, abs=1e-12)
    covered = [row for run in runs for row in range(run.first, run.last + 1)]
    assert covered == [row for row, cell in enumerate(cells) if cell is not None]


def test_local_days_of_23_and_25_hours_are_no_gap(tmp_path: Path) -> None:
    days = ["2025-03-29", "2025-03-30", "2025-03-31", "2025-10-25", "2025-10-26", "2025-10-27"]
    text = "t,e\n" + "".join(f"{day},1\n" for day in days)
    _, instants = instants_of(plan(tmp_path, text, "e=heat_energy:kWh:interval", zone=ZoneInfo("Europe/Berlin")))
    assert Counter(one.serial for one in instants) == {"replay": 4, "replay-2": 4}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t,e\n2025-01-01T00:00Z,1\n2025-01-01T00:00Z,1\n", ":3: t: expected intervals in rising order"),
        ("t,e\n2025-01-01T00:00Z,1\n", "at least two intervals"),
        ("t,e\n2025-01-01T00:00Z,\n2025-01-01T01:00Z,\n", "at least one cell with a value"),
    ],
)
def test_intervals_that_cannot_be_summed(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidFileError, match=message):
        instants_of(plan(tmp_path, text, "e=heat_energy:kWh:interval"))


def test_a_bad_row_keeps_everything_from_being_published(tmp_path: Path) -> None:
    """There is no broker at this address: the file is refused before anybody would notice."""
    text = "t,e\n" + "2025-01-01T00:00Z,1\n" * 50 + "2025-01-01T01:00Z,x\n"
    with pytest.raises(InvalidFileError, match=":52: e: expected a number"):
        replay(plan(tmp_path, text, "e=heat_energy"), "mqtt://127.0.0.1:1")


@pytest.mark.parametrize(
    ("text", "quantity", "unit", "value"),
    [
        ("a=heat_energy", Quantity.HEAT_ENERGY_KWH, "kWh", 1.0),
        ("a=heat_energy_kwh:Gcal", Quantity.HEAT_ENERGY_KWH, "Gcal", 1.0),
        ("a=heat_energy:therm:interval", Quantity.HEAT_ENERGY_KWH, "kWh", 29.3001111),
        ("a=b=heat_volume:l", Quantity.HEAT_VOLUME_M3, "l", 1.0),
        ("a=flow_volume_temperature:m3*Cel", Quantity.FLOW_VOLUME_TEMPERATURE_M3C, "m3*Cel", 1.0),
    ],
)
def test_a_mapping(text: str, quantity: Quantity, unit: str, value: float) -> None:
    mapped = parse_mapping(text, DeviceClass.HEAT)
    assert (mapped.quantity, mapped.unit, mapped.on_wire(1.0)) == (quantity, unit, pytest.approx(value))


def test_fahrenheit_becomes_celsius() -> None:
    """Origin: 32 °F freezes, 212 °F boils, -40 is the same."""
    mapped = parse_mapping("x=outdoor_temperature:degF", DeviceClass.CLIMATE)
    assert [mapped.on_wire(value) for value in (32.0, 212.0, -40.0)] == pytest.approx([0.0, 100.0, -40.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("heat_energy", "expected COLUMN=quantity"),
        ("a=active_energy", "a device of class heat reports heat_energy, "),
        ("a=heat_energy:m3", "heat_energy is given in kWh, .*therm"),
        ("a=heat_energy:kWh:MWh", "one unit"),
        ("a=flow_temperature:Cel:interval", "only a register is made of intervals"),
        ("a=heat_error_flags:kWh", "given in no unit"),
    ],
)
def test_a_mapping_that_means_nothing(text: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        parse_mapping(text, DeviceClass.HEAT)


@given(
    count=st.integers(1, 80),
    batch=st.integers(1, 7),
    shuffle=st.none() | st.integers(0, 1000),
    duplicate=st.floats(0, 1),
)
def test_shuffled_batched_and_doubled_nothing_is_lost(
    count: int, batch: int, shuffle: int | None, duplicate: float
) -> None:
    column = parse_mapping("e=heat_energy", DeviceClass.HEAT)
    made = ReplayPlan(
        Path("x"), "d", DeviceClass.HEAT, "t", (column,), batch=batch, shuffle=shuffle, duplicate=duplicate
    )
    said = [Instant(1.7e9 + n, (WireValue("heat_energy", "kWh", float(n)),), None) for n in range(count)]
    messages, doubled = messages_of(made, said)
    packs = -(-count // batch)
    assert len(messages) == packs + doubled
    assert doubled == round(duplicate * packs)
    times = {record["bt"] for message in messages for record in json.loads(message.payload)}
    assert times == {int(one.at_s) for one in said}
    if shuffle is None and not doubled:
        assert [json.loads(message.payload)[0]["v"] for message in messages] == list(range(0, count, batch))

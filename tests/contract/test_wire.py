"""docs/wire.md is kept: its example is read as it says, its reasons are ours, and the simulators speak it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from simulators import senml as simulated
from simulators.senml import WireValue
from simulators.series import Column, DeviceSeries
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of
from teplosvet.wire import messages, senml
from teplosvet.wire.senml import Instant
from teplosvet.wire.topics import Channel, topic
from teplosvet.wire.units import conversion, quantity_of, units_of

REPOSITORY = Path(__file__).parents[2]
CONTRACT = (REPOSITORY / "docs/wire.md").read_text("utf-8")
BLOCKS = re.findall(r"```json\n(.*?)```", CONTRACT, re.DOTALL)

# by hand from the example's text: 41.27 Gcal * 1163 kWh/Gcal; 48211 Wh / 1000
EXAMPLE = {
    "lenina-1-heat": (
        "6631-0457",
        {
            Quantity.HEAT_ENERGY_KWH: 47_997.01,
            Quantity.HEAT_VOLUME_M3: 1893.4,
            Quantity.FLOW_TEMPERATURE_C: 71.3,
            Quantity.RETURN_TEMPERATURE_C: 48.9,
        },
    ),
    "lamp-03": (None, {Quantity.LIGHT_ENERGY_KWH: 48.211, Quantity.PRESENCE: 1.0}),
}


def inside(instant: Instant) -> dict[Quantity, float]:
    """The readings of an instant in our units."""
    half = len(instant.fields) // 2
    result = {}
    for name, unit, value in zip(instant.fields[:half], instant.fields[half:], instant.values, strict=True):
        quantity = quantity_of(name or "")
        assert quantity is not None
        convert = conversion(quantity, unit or "")
        assert convert is not None
        result[quantity] = convert.apply(value)
    return result


def read(payload: bytes) -> dict[str, tuple[str | None, dict[Quantity, float]]]:
    pack = senml.decode(payload, "gw7")
    assert pack.problems == ()
    assert {each.at for each in pack.instants} == {1767225600.0}
    return {each.device: (each.serial, inside(each)) for each in pack.instants}


def close(found: dict[str, tuple[str | None, dict[Quantity, float]]]) -> bool:
    return found.keys() == EXAMPLE.keys() and all(
        found[device][0] == serial and found[device][1] == pytest.approx(values, rel=1e-12)
        for device, (serial, values) in EXAMPLE.items()
    )


def test_the_example_is_read_as_it_is_meant() -> None:
    assert close(read(BLOCKS[0].encode()))
    assert senml.decode(BLOCKS[0].encode(), "gw7").ack == "gw7-000123"


@pytest.mark.parametrize(("word", "other"), [("41.27", "41.28"), ("Gcal", "MWh"), ("0457", "0458"), ("lamp-03", "l")])
def test_the_example_can_fail(word: str, other: str) -> None:
    """Negative control."""
    assert not close(read(BLOCKS[0].replace(word, other).encode()))


def test_the_ack_looks_as_it_is_written() -> None:
    ack = messages.decode(BLOCKS[1].encode(), messages.Ack)
    assert ack == messages.Ack(["gw7-000123"])


def test_every_channel_is_in_the_table() -> None:
    assert re.findall(r"^\| `(teplosvet/v1/\{publisher\}/\w+)`", CONTRACT, re.MULTILINE) == [
        topic("{publisher}", channel)
        for channel in (
            Channel.READING,
            Channel.BIRTH,
            Channel.EVENT,
            Channel.STATE,
            Channel.ACK,
            Channel.COMMAND,
        )
    ]


# a word that stands alone in a string where something is refused
_REASON = re.compile(r'(?:MessageError\(|refuse\([^"]*|return |append\(\(|reason = |else )"([a-z]+(?:_[a-z]+)+)"')


def test_the_reasons_are_those_in_the_code() -> None:
    listed = re.search(r"with one of these reasons:\n(.*?)\. The other", CONTRACT, re.DOTALL)
    assert listed is not None
    modules = [REPOSITORY / "teplosvet/wire/senml.py", REPOSITORY / "teplosvet/wire/messages.py"]
    modules += [REPOSITORY / f"ingest_service/{name}.py" for name in ("admission", "decoders", "committer")]
    given = {reason for module in modules for reason in _REASON.findall(module.read_text("utf-8"))}
    assert given | {"malformed"} == set(re.findall(r"`(\w+)`", listed[1]))


def test_units_of_the_glossary_are_ours() -> None:
    glossary = (REPOSITORY / "docs/glossary.md").read_text("utf-8")
    for quantity in Quantity:
        line = re.search(rf"^\| `{quantity}` \| `{quantity.wire_name}` .*$", glossary, re.MULTILINE)
        assert line is not None, quantity
        own, also = line[0].split("|")[5:7]
        assert re.findall(r"`([^`]+)`", own) == [unit for unit in (quantity.spec.unit,) if unit]
        assert re.findall(r"`([^`]+)`", also) == [unit for unit in units_of(quantity) if unit != quantity.spec.unit]


@pytest.mark.parametrize("device_class", DeviceClass)
def test_what_simulators_encode_is_what_we_decode(device_class: DeviceClass) -> None:
    """Both sides are written apart from each other: what one says the other has to understand."""
    columns = []
    for quantity in columns_of(device_class):
        columns += [Column(quantity, unit, 3, np.array([1.0, 0.0])) for unit in units_of(quantity)[:1]]
    series = DeviceSeries("a-device", "S-1", np.array([1_767_225_600.0, 1_767_225_660.0]), tuple(columns))
    pack = senml.decode(simulated.with_ack(simulated.pack(simulated.fragments(series)), "a-1"), "gw")
    assert (pack.ack, pack.problems) == ("a-1", ())
    assert [(each.device, each.at, each.serial) for each in pack.instants] == [
        ("a-device", 1_767_225_600.0, "S-1"),
        ("a-device", 1_767_225_660.0, "S-1"),
    ]
    for instant, value in zip(pack.instants, (1.0, 0.0), strict=True):
        assert inside(instant) == dict.fromkeys(columns_of(device_class), value)


def test_simulated_births_events_and_states_are_ours() -> None:
    birth = messages.decode(
        simulated.birth("d", 1.5, "m", "s", {"heat_energy": "Gcal"}, {"heat_energy": 1.25}), messages.Birth
    )
    assert (birth.device, birth.at, birth.model, birth.serial) == ("d", 1.5, "m", "s")
    assert birth.start_registers() == {Quantity.HEAT_ENERGY_KWH: 1453.75}
    assert messages.decode(simulated.event("d", 2.0, "door", {"open": 1.0}), messages.Event).data == {"open": 1.0}
    assert messages.decode(simulated.state(3.0, online=False), messages.State) == messages.State("offline", 3.0)
    text = simulated.instant("d", 1.7e9, [WireValue("heat_energy", "Gcal", 1.25)], None)
    assert text is not None
    assert json.loads(simulated.pack([text]))[0]["bn"] == "d/"

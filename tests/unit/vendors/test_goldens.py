"""Every vendor's goldens, and what each adapter declares."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.vendors.adapter import Adapter, Golden
from teplosvet.vendors.choice import adapter_for
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Clock, Measure, quantity_for
from teplosvet.wire.units import conversion
from tests.unit.vendors.goldens import ALL, OURS, as_bytes, latest, name_of, plain, prepared


def comes_out(adapter: Adapter, golden: Golden) -> bool:
    """Whether a golden message becomes what it has to."""
    observations = prepared(adapter, golden).decode(golden.topic, as_bytes(golden.payload))
    wanted = None if golden.at is None else datetime.fromisoformat(golden.at)
    expected = {name: pytest.approx(dict(values), rel=1e-12) for name, values in golden.expected.items()}
    return plain(observations) == expected and (not observations or latest(observations) == wanted)


@pytest.mark.parametrize(("adapter", "golden"), ALL, ids=name_of)
def test_golden(adapter: Adapter, golden: Golden) -> None:
    assert golden.origin
    assert comes_out(adapter, golden)


@pytest.mark.parametrize(("adapter", "golden"), [each for each in ALL if each[1].expected], ids=name_of)
def test_the_goldens_can_fail(adapter: Adapter, golden: Golden) -> None:
    identity, values = next(iter(golden.expected.items()))
    measure, value = next(iter(values.items()))
    wrong = Golden(
        golden.topic,
        golden.payload,
        "a control: one value is another",
        {**golden.expected, identity: {**values, measure: value * 1.001 + 0.001}},
        golden.at,
        golden.before,
    )
    late = Golden(golden.topic, golden.payload, "a control: another time", golden.expected, "2001-01-01", golden.before)
    assert not comes_out(adapter, wrong)
    assert not comes_out(adapter, late)


@pytest.mark.parametrize(("adapter", "golden"), ALL, ids=name_of)
def test_units_are_those_of_the_quantities(adapter: Adapter, golden: Golden) -> None:
    for observation in prepared(adapter, golden).decode(golden.topic, as_bytes(golden.payload)):
        for value in observation.values:
            quantity = quantity_for(value.measure, observation.device_class)
            convert = conversion(quantity, value.unit)
            assert convert is not None, f"{quantity} in {value.unit}"
            assert quantity.spec.low <= convert.apply(value.value) <= quantity.spec.high


@pytest.mark.parametrize(("adapter", "golden"), ALL, ids=name_of)
def test_a_message_finds_its_adapter(adapter: Adapter, golden: Golden) -> None:
    assert adapter.speaks(golden.topic, as_bytes(golden.payload))
    assert adapter_for(adapters().values(), golden.topic, as_bytes(golden.payload)) is adapter


@pytest.mark.parametrize("adapter", adapters().values(), ids=name_of)
def test_what_an_adapter_declares(adapter: Adapter) -> None:
    assert adapter.manual
    assert adapter.filters
    assert adapter.energy_unit
    assert adapter.duplicates
    assert any(golden.expected for golden in adapter.goldens)
    assert any(not golden.expected for golden in adapter.goldens), "nothing shows what says nothing"


@pytest.mark.parametrize(("adapter", "golden"), [each for each in ALL if each[0].name in OURS], ids=name_of)
def test_what_the_broker_had_kept_is_old(adapter: Adapter, golden: Golden) -> None:
    session = prepared(adapter, golden)
    assert session.decode(golden.topic, as_bytes(golden.payload), retained=True) == ()
    if golden.expected:
        assert any("old" in note for note in session.passed_over())


@pytest.mark.parametrize("device_class", DeviceClass)
@pytest.mark.parametrize("measure", Measure)
def test_every_measure_is_a_quantity_in_every_class(measure: Measure, device_class: DeviceClass) -> None:
    assert quantity_for(measure, device_class) in Quantity


@pytest.mark.parametrize("name", [name for name in OURS if name != "wmbusmeters"])  # whose topics are the installer's
def test_a_topic_of_nobody_is_refused(name: str) -> None:
    with pytest.raises(MessageError) as refused:
        adapters()[name].session().decode("weather", b"{}")
    assert refused.value.reason == "unknown_topic"


def _without(body: object, keep: st.DataObject, *, nulls: bool) -> object:
    """The object without some of its parts, or with nulls in their place."""
    if not isinstance(body, dict):
        return body
    left = {}
    for name, value in body.items():
        if keep.draw(st.booleans()):
            left[name] = _without(value, keep, nulls=nulls)
        elif nulls:
            left[name] = None
    return left


@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize(
    ("adapter", "golden"),
    [each for each in ALL if each[0].name in OURS and isinstance(each[1].payload, dict) and each[1].expected],
    ids=name_of,
)
@settings(max_examples=30, deadline=None)
@given(keep=st.data())
def test_what_is_missing_is_never_zero(adapter: Adapter, golden: Golden, nulls: bool, keep: st.DataObject) -> None:
    whole = plain(prepared(adapter, golden).decode(golden.topic, as_bytes(golden.payload)))
    part = _without(golden.payload, keep, nulls=nulls)
    try:
        found = plain(prepared(adapter, golden).decode(golden.topic, as_bytes(part)))
    except MessageError:
        return
    for identity, values in found.items():
        for measure, value in values.items():
            # under a sensor fault the whole message says less than one that has lost its status
            assert value != 0 or whole.get(identity, {}).get(measure, 0) == 0


def test_times_of_goldens_are_aware_or_local() -> None:
    for adapter, golden in ALL:
        for observation in prepared(adapter, golden).decode(golden.topic, as_bytes(golden.payload)):
            at = observation.at
            assert at is None or (at.tzinfo is None) == (adapter.clock is Clock.DEVICE_LOCAL), golden.topic

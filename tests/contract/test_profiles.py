"""Every profile, whatever its protocol: it loads, is called as its file, names its manual, and its goldens hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.driver import Profile
from gateway.drivers.mbus.profile import Golden, MbusProfile
from gateway.golden import GoldenError
from gateway.profiles import models, profile
from teplosvet.domain.quantities import DeviceClass, Quantity

MODELS = models()
MBUS = [model for model in MODELS if isinstance(profile(model), MbusProfile)]


def of_mbus(model: str) -> MbusProfile:
    found = profile(model)
    assert isinstance(found, MbusProfile)
    return found


def test_there_are_profiles() -> None:
    assert {"mbus-heat", "mbus-water", "mbus-electricity", "danfoss-sonometer-40", "kamstrup-603-mbus"} <= set(MBUS)


@pytest.mark.parametrize("model", MODELS)
def test_a_profile_is_whole(model: str) -> None:
    found = profile(model)
    assert isinstance(found, Profile)
    assert found.model == model, "its model is its file's name with dashes"
    assert len(found.manual) > 20, "it says where its facts come from"


@pytest.mark.parametrize("model", MODELS)
def test_its_goldens_hold(model: str) -> None:
    profile(model).check_goldens()


@pytest.mark.parametrize("model", MBUS)
def test_an_mbus_profile_has_goldens_and_sound_figures(model: str) -> None:
    found = of_mbus(model)
    assert found.goldens, "a profile without a telegram is a guess"
    assert all(golden.origin and golden.expected for golden in found.goldens)
    assert all(logger.depth > timedelta() for logger in found.archives.values())
    classes = {field.quantity.spec.device_class for field in found.fields}
    assert classes == {found.device_class}, "its quantities are columns of its class"


@pytest.mark.parametrize("model", MBUS)
def test_its_goldens_can_fail(model: str) -> None:
    found = of_mbus(model)
    golden = found.goldens[0]
    quantity = next(iter(golden.expected))
    wrong = replace(golden, expected={**golden.expected, quantity: golden.expected[quantity] + 1})
    with pytest.raises(GoldenError, match=str(quantity)):
        replace(found, goldens=(wrong,)).check_goldens()
    lacking = replace(golden, expected={q: v for q, v in golden.expected.items() if q is not quantity})
    with pytest.raises(GoldenError, match="not expected"):
        replace(found, goldens=(lacking,)).check_goldens()


@pytest.mark.parametrize(
    ("golden", "sentence"),
    [
        (Golden("0406 39300000", "test", {Quantity.HEAT_ENERGY_KWH: 12345}, serial="1"), "serial number"),
        (Golden("0406 39300000", "test", {Quantity.HEAT_ENERGY_KWH: 12345}, remarks=("meter_error",)), "not remarked"),
        (Golden("0406 000000FF", "test", {}), "impossible_value is remarked"),
    ],
)
def test_the_other_parts_of_a_golden_can_fail(golden: Golden, sentence: str) -> None:
    assert of_mbus("mbus-heat").device_class is DeviceClass.HEAT
    with pytest.raises(GoldenError, match=sentence):
        replace(of_mbus("mbus-heat"), goldens=(golden,)).check_goldens()

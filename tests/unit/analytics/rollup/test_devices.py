"""Facts of a device: exchanges by the registry and by births, and where decimal points moved."""

import pytest

from analytics.rollup.devices import DeviceFacts, Installed
from teplosvet.domain.quantities import DeviceClass, Quantity

HOUR_US = 3_600_000_000
ENERGY = Quantity.HEAT_ENERGY_KWH


def facts(**known: object) -> DeviceFacts:
    return DeviceFacts(1, DeviceClass.HEAT, "Europe/Moscow", None, {}, **known)  # type: ignore[arg-type]


def born(hour: int, serial: int, register: float = 0.0) -> tuple[int, int, dict[str, float]]:
    return hour * HOUR_US, serial, {"heat_energy_kwh": register}


def test_installations_that_follow_each_other_are_an_exchange() -> None:
    device = facts(
        installations=[
            Installed(0, 50 * HOUR_US, 11, {"heat_energy_kwh": 0.0}, {"heat_energy_kwh": 90.0}),
            Installed(50 * HOUR_US, None, 12, {"heat_energy_kwh": 7.0}, {}),
        ]
    )
    (exchange,) = device.exchanges(ENERGY)
    assert (exchange.at_us, exchange.closing, exchange.opening) == (50 * HOUR_US, 90.0, 7.0)
    assert (exchange.serial_before, exchange.serial_after) == (11, 12)
    (unnoted,) = device.exchanges(Quantity.HEAT_VOLUME_M3)
    assert (unnoted.closing, unnoted.opening) == (None, None)


def test_births_tell_of_an_exchange_only_when_the_serial_number_changes() -> None:
    device = facts(births=[born(0, 11), born(10, 11, 5.0), born(50, 12, 7.0)])
    (exchange,) = device.exchanges(ENERGY)
    assert (exchange.at_us, exchange.closing, exchange.opening) == (50 * HOUR_US, None, 7.0)


def test_a_birth_near_a_recorded_exchange_is_the_same_one() -> None:
    installations = [Installed(0, 50 * HOUR_US, 11, {}, {}), Installed(50 * HOUR_US, None, 12, {}, {})]
    near = facts(installations=installations, births=[born(0, 11), born(55, 12)])
    far = facts(installations=installations, births=[born(0, 11), born(57, 12)])
    assert (len(near.exchanges(ENERGY)), len(far.exchanges(ENERGY))) == (1, 2)


@pytest.mark.parametrize(
    ("from_h", "to_h", "reaches_h"), [(0, 5, 5), (5, 10, 30), (10, 10, 30), (20, 30, 30), (11, 29, 29)]
)
def test_a_birth_reaches_to_the_next_one(from_h: int, to_h: int, reaches_h: int) -> None:
    device = facts(births=[born(10, 11), born(30, 12)])
    assert device.reach(from_h * HOUR_US, to_h * HOUR_US) == (from_h * HOUR_US, reaches_h * HOUR_US)


def test_the_decimal_exponent_is_that_of_the_last_epoch() -> None:
    device = facts(epochs={"heat_energy_kwh": [(10, 1), (20, 1), (30, 0)]})
    assert [device.shift_at(ENERGY, at) for at in (9, 10, 25, 30)] == [0, 1, 1, 0]
    assert device.moved_between(ENERGY, 0, 100) == [10, 30]
    assert device.moved_between(ENERGY, 10, 29) == []
    assert device.moved_between(ENERGY, 10, 30) == [30]
    assert device.moved_between(Quantity.HEAT_VOLUME_M3, 0, 100) == []

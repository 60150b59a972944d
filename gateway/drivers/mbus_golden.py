"""Compares a profile's example telegrams with what they have to become."""

import math
from datetime import UTC

from gateway.driver import Contact, DriverSettings
from gateway.drivers.mbus import MbusDriver
from gateway.drivers.mbus_profile import Golden, MbusProfile
from gateway.line import Line
from gateway.mbus.frame import LONG_START, LongFrame
from gateway.mbus.master import Answer
from gateway.mbus.telegram import decode
from teplosvet.domain.errors import TeplosvetError

_NO_HEADER = 0x78
_TOLERANCE = 1e-9


class GoldenError(TeplosvetError):
    """An example telegram became something else than its file says."""


def check(profile: MbusProfile, golden: Golden) -> None:
    """Decode an example and compare.

    Raises:
        GoldenError: If it becomes something else.
        gateway.errors.DecodeError: If it cannot be read at all.
    """
    raw = _frame(golden.frame)
    driver = MbusDriver(Line("golden", ""), DriverSettings(profile.model, "p0", UTC), profile)
    contact = driver.contact([Answer(decode(raw), raw, raw[5])])
    differences = list(_differences(golden, contact))
    if differences:
        raise GoldenError(f"{profile.model}, {golden.origin}: {'; '.join(differences)}")


def _frame(text: str) -> bytes:
    """A whole frame; data records alone get the frame that holds them."""
    data = bytes.fromhex(text)
    if data[:1] == bytes([LONG_START]) and data[3:4] == data[:1] and data[1:2] == data[2:3]:
        return data
    return LongFrame(0x08, 0, _NO_HEADER, data).encode()


def _differences(golden: Golden, contact: Contact) -> list[str]:
    found = {sample.quantity: sample.value for sample in contact.samples}
    differences = [
        f"{quantity} is {found.get(quantity)} and should be {value}"
        for quantity, value in golden.expected.items()
        if quantity not in found or not math.isclose(found[quantity], value, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    ]
    differences += [f"{quantity} is {found[quantity]} and not expected" for quantity in found.keys() - golden.expected]
    if golden.serial is not None and contact.serial != golden.serial:
        differences.append(f"the serial number is {contact.serial} and should be {golden.serial}")
    clock = None if contact.meter_clock is None else contact.meter_clock.replace(tzinfo=None)
    if golden.clock is not None and clock != golden.clock:
        differences.append(f"the clock is {clock} and should be {golden.clock}")
    events = tuple(remark.event for remark in contact.remarks)
    differences += [f"{event} is not remarked" for event in golden.remarks if event not in events]
    differences += [f"{event} is remarked and not expected" for event in events if event not in golden.remarks]
    return differences

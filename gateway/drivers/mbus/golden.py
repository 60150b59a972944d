"""Compares a profile's example telegrams with what they have to become."""

from datetime import UTC

from gateway.driver import Contact, DriverSettings
from gateway.drivers.mbus.driver import MbusDriver
from gateway.drivers.mbus.profile import Golden, MbusProfile
from gateway.golden import GoldenError, differences
from gateway.line import Line
from gateway.mbus.frame import LONG_START, LongFrame
from gateway.mbus.master import Answer
from gateway.mbus.telegram import decode

_NO_HEADER = 0x78


def check(profile: MbusProfile, golden: Golden) -> None:
    """Decode an example and compare.

    Raises:
        GoldenError: If it becomes something else.
        gateway.errors.DecodeError: If it cannot be read at all.
    """
    raw = _frame(golden.frame)
    driver = MbusDriver(Line("golden", ""), DriverSettings(profile.model, "p0", UTC), profile)
    contact = driver.contact([Answer(decode(raw), raw, raw[5])])
    if different := _differences(golden, contact):
        raise GoldenError(f"{profile.model}, {golden.origin}: {'; '.join(different)}")


def _frame(text: str) -> bytes:
    """A whole frame; data records alone get the frame that holds them."""
    data = bytes.fromhex(text)
    if data[:1] == bytes([LONG_START]) and data[3:4] == data[:1] and data[1:2] == data[2:3]:
        return data
    return LongFrame(0x08, 0, _NO_HEADER, data).encode()


def _differences(golden: Golden, contact: Contact) -> list[str]:
    found = {sample.quantity: sample.value for sample in contact.samples}
    different = list(differences(found, golden.expected))
    if golden.serial is not None and contact.serial != golden.serial:
        different.append(f"the serial number is {contact.serial} and should be {golden.serial}")
    clock = None if contact.meter_clock is None else contact.meter_clock.replace(tzinfo=None)
    if golden.clock is not None and clock != golden.clock:
        different.append(f"the clock is {clock} and should be {golden.clock}")
    events = tuple(remark.event for remark in contact.remarks)
    different += [f"{event} is not remarked" for event in golden.remarks if event not in events]
    different += [f"{event} is remarked and not expected" for event in events if event not in golden.remarks]
    return different

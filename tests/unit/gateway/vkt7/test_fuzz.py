"""Spoilt answers: a typed error or a partial contact, never another exception, never a hang."""

import random
from collections import Counter

from gateway.driver import Archive, Contact
from gateway.errors import DeviceError
from simulators.wire.crc16 import checked
from tests.unit.gateway.instant_line import InstantLine
from tests.unit.gateway.vkt7.house import NOW, driver_on, hours, house

ANSWERS = 20_000


class Spoiler:
    """Spoils some of the answers; half of those get a right check, so that what lies behind it is reached."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self.spoilt = 0

    def __call__(self, answer: bytes) -> bytes:
        dice = self._random
        if dice.random() < 0.7 or len(answer) < 5:
            return answer
        self.spoilt += 1
        data = bytearray(answer)
        way = dice.randrange(5)
        if way == 0:
            del data[dice.randrange(len(data)) :]
        elif way == 1:
            data += dice.randbytes(dice.randrange(1, 20))
        elif way == 2:
            data[2] = dice.randrange(256)
        else:
            for _ in range(dice.randrange(1, 4)):
                data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.5 and len(data) > 2:
            data[:] = checked(bytes(data[:-2]))
        return bytes(data)


def test_twenty_thousand_spoilt_answers() -> None:
    spoiler, ends = Spoiler(7), Counter[str]()
    slave, _ = house()
    line = InstantLine(slave, spoiler)
    while spoiler.spoilt < ANSWERS:
        driver = driver_on(line)
        try:
            contact = driver.read()
            assert isinstance(contact, Contact)
            for row in driver.read_archive(Archive.HOUR, hours(NOW, 3)):
                assert row.at.tzinfo is not None
            ends["read"] += 1
        except DeviceError as error:
            ends[type(error).__name__ if str(error) else "silent"] += 1
    assert {"DecodeError", "CutShortError", "CodedRefusalError", "WrongDeviceError"} & ends.keys()
    assert "silent" not in ends
    assert len(line.failures) > 0

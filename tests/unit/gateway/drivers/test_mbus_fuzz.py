"""Whatever a meter answers: an error of the gateway's own, or a contact; never another exception, and an end."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from gateway.driver import Archive, DriverSettings
from gateway.errors import DeviceError
from gateway.profiles import profile
from simulators.wire.mbus_frame import checksum
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import MbusBus
from teplosvet.domain.quantities import NULL_SENTINELS
from tests.unit.gateway.drivers.memory_line import memory_line

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
ANSWERS = 20_000
OTHER_STRUCTURES = (0x70, 0x71, 0x73, 0x76, 0x77, 0x78, 0x7A)
"""CI fields of the fixed structure, of other headers, and of complaints."""
MODELS = ("mbus-heat", "danfoss-sonometer-40", "kamstrup-603-mbus", "mbus-water", "mbus-electricity")


def _meter() -> MbusMeter:
    shown = Registers(12345, 678.9, 12.3, 0.4, 75.5, 41.2, 300)
    return MbusMeter(Plate("12345678", 5, hours_kept=12), lambda _: shown, lambda: NOW)


class Mutant:
    """A bus whose answers are spoilt at random.

    Args:
        dice: Chance.
    """

    def __init__(self, dice: random.Random) -> None:
        self._bus = MbusBus([_meter()])
        self._dice = dice
        self.answers = 0

    def answer(self, request: bytes) -> bytes:
        heard = b"".join(piece.data for piece in self._bus.hear(request))
        self.answers += 1
        return _mutated(bytearray(heard), self._dice) if self._dice.random() < 0.9 else heard


def _mutated(frame: bytearray, dice: random.Random) -> bytes:
    if len(frame) < 9:
        return bytes(frame) if dice.random() < 0.7 else dice.randbytes(dice.randrange(20))
    for _ in range(dice.randrange(1, 6)):
        frame[dice.randrange(4, len(frame) - 2)] = dice.randrange(256)
    if dice.random() < 0.2:
        frame[6] = dice.choice(OTHER_STRUCTURES)
    match dice.randrange(8):
        case 0:
            del frame[dice.randrange(len(frame)) :]
        case 1:
            return dice.randbytes(dice.randrange(300))
        case 2:
            return dice.randbytes(3) + bytes(frame)
        case 3:
            body = frame[4 : dice.randrange(7, len(frame) - 2)]
            return bytes([0x68, len(body), len(body), 0x68, *body, checksum(body), 0x16])
        case _:
            frame[-2] = checksum(frame[4:-2])
    return bytes(frame)


@pytest.mark.parametrize("model", MODELS)
def test_no_answer_brings_another_exception(model: str) -> None:
    dice = random.Random(f"mbus {model}")  # noqa: S311  # chance that can be repeated
    outcomes: Counter[str] = Counter()
    sentences: set[str] = set()
    answers = 0
    while answers < ANSWERS / len(MODELS):
        mutant = Mutant(dice)
        line, port = memory_line(mutant.answer)
        driver = profile(model).driver(line, DriverSettings("heat-1", dice.choice(("p5", "12345678"))))
        try:
            contact = driver.read()
        except DeviceError as error:
            outcomes[type(error).__name__] += 1
            sentences.add(str(error))
        else:
            outcomes["contact"] += 1
            for sample in contact.samples:
                spec = sample.quantity.spec
                assert spec.low <= sample.value <= spec.high
                assert sample.value not in NULL_SENTINELS
        assert port.clock_s < 120, "no meter holds the line for ever"
        answers += mutant.answers
    assert all(len(sentence) > 20 for sentence in sentences), "each is one for the installer"
    assert {"contact", "WrongDeviceError", "CollisionError"} <= outcomes.keys()


def test_no_archive_brings_another_exception() -> None:
    dice = random.Random("mbus archive")  # noqa: S311  # likewise
    wanted = [NOW.replace(minute=0) - timedelta(hours=n) for n in range(12)]
    rows = errors = 0
    for _ in range(800):
        line, port = memory_line(Mutant(dice).answer)
        driver = profile("danfoss-sonometer-40").driver(line, DriverSettings("heat-1", "p5"))
        try:
            for row in driver.read_archive(Archive.HOUR, wanted):
                assert row.at.tzinfo is UTC
                rows += 1
        except DeviceError:
            errors += 1
        assert port.clock_s < 300
    assert rows > 100
    assert errors > 100

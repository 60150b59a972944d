"""What can go wrong with a meter, each with a sentence for the installer; the docstring is the message."""

from teplosvet.domain.errors import TeplosvetError


class DeviceError(TeplosvetError):
    """A meter could not be read.

    Attributes:
        raw: The bytes that came, if any did.
    """

    def __init__(self, sentence: str = "", raw: bytes = b"") -> None:
        super().__init__(sentence)
        self.raw = raw


class LineError(DeviceError):
    """The line cannot be opened, or broke: check the converter, its address and its power."""


class NoAnswerError(DeviceError):
    """The meter does not answer: check the wires, the address, the speed and that the meter allows reading."""


class CutShortError(NoAnswerError):
    """The answer began and did not end: noise, a wrong speed, or two meters that speak at once."""


class WrongDeviceError(DeviceError):
    """Another meter answered than the one that was asked."""


class CollisionError(DeviceError):
    """Several meters answered at once: two have the same address, or another master speaks on this line."""


class DecodeError(DeviceError):
    """The answer is not what the protocol says; its bytes are kept."""


class RefusedError(DeviceError):
    """The meter refuses the request."""


class CodedRefusalError(RefusedError):
    """The meter refuses the request and says why with a code.

    Attributes:
        code: The code, as its protocol numbers it.
    """

    def __init__(self, sentence: str, raw: bytes, code: int) -> None:
        super().__init__(sentence, raw)
        self.code = code


class NothingArchivedError(RefusedError):
    """The meter has no archive record for that time."""

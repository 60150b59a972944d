"""What is wrong with a telegram of which something can be read all the same."""

from enum import StrEnum
from typing import NamedTuple


class ProblemCode(StrEnum):
    """One word for each kind of problem."""

    CUT_SHORT = "cut_short"
    RESERVED_CODE = "reserved_code"
    UNKNOWN_UNIT = "unknown_unit"
    ENCRYPTED = "encrypted"
    APPLICATION_ERROR = "application_error"
    ALARM = "alarm"


class Problem(NamedTuple):
    """A problem with a telegram.

    Attributes:
        code: Its kind.
        sentence: What is wrong, for the installer.
    """

    code: ProblemCode
    sentence: str

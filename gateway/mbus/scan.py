"""Finds the meters on an M-Bus line: by trying primary addresses, or by a tree search over secondary ones.

The tree search selects with wildcards (EN 13757-3, 11.3 and 11.5): no E5 means nobody, one sound answer means one
meter, and garbage means several, so that the next digit of the number is tried with each of its ten values.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.errors import CollisionError, CutShortError, DecodeError, DeviceError, LineError, NoAnswerError
from gateway.line import Line
from gateway.mbus.address import HIGHEST_PRIMARY, Primary, Secondary
from gateway.mbus.master import Answer, Master
from teplosvet.domain.errors import ConfigurationError

MOST_PROBES = 5000
"""Selections of one search, enough for some hundred meters."""
MOST_UNSPLIT = 16
"""Selections that cannot be made narrower and still bring garbage; more is no meters but noise."""
_ANY = "F" * 8
_MASK = re.compile(r"[0-9A-F]{8}")
_MEDIA = range(0x20)
"""Media by which two meters with one number are told apart (EN 13757-3, table 3)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a search found.

    Attributes:
        address: The address under which it answers, in the words of a configuration.
        answer: What it says of itself, or None if only its presence is known.
        problem: What keeps it from being read, or an empty string.
    """

    address: str
    answer: Answer | None = None
    problem: str = ""


def scan_primary(line: Line, addresses: Iterable[int] = range(HIGHEST_PRIMARY + 1)) -> Iterator[Found]:
    """Ask every primary address once; yields meters as they are found.

    Raises:
        LineError: If the line breaks.
    """
    for number in addresses:
        master = Master(line, "scan", Primary(number), attempts=1)
        try:
            master.begin()
            yield Found(str(master.address), next(master.telegrams(1)))
        except LineError:
            raise
        except (CollisionError, CutShortError) as error:
            yield Found(str(master.address), None, str(error))
        except NoAnswerError:
            continue
        except DeviceError as error:
            yield Found(str(master.address), None, str(error))


def scan_secondary(line: Line, mask: str = _ANY, most: int = MOST_PROBES) -> Iterator[Found]:
    """Search the secondary addresses that a mask fits; yields meters as they are found.

    Args:
        line: The line.
        mask: Eight digits, F for any.
        most: Selections that may be tried.

    Raises:
        LineError: If the line breaks.
        CollisionError: If the search finds no end.
        ConfigurationError: If the mask is none.
    """
    if not _MASK.fullmatch(mask):
        raise ConfigurationError(f"the mask {mask!r} is not eight digits, F for any")
    pending = [Secondary(mask)]
    unsplit = 0
    problem = ""
    for _ in range(most):
        if not pending:
            return
        asked = pending.pop()
        found = _probe(line, asked)
        if found is None:
            continue
        problem = found.problem
        if not found.problem:
            yield found
        elif split := _split(asked):
            pending += reversed(split)
        elif (unsplit := unsplit + 1) < MOST_UNSPLIT:
            yield found
        else:
            break
    if pending:
        raise CollisionError(f"the search was given up: noise answers instead of meters ({problem})")


def _probe(line: Line, asked: Secondary) -> Found | None:
    """Select what fits, and listen: nobody, one meter, or a problem that may be several."""
    master = Master(line, "scan", asked, attempts=1)
    try:
        master.begin()
        answer = next(master.telegrams(1))
        again = next(master.telegrams(1)) if "F" in asked.identification else answer
    except LineError:
        raise
    except CutShortError as error:
        return Found(str(asked), None, str(error))
    except NoAnswerError:
        return None
    except (CollisionError, DecodeError) as error:
        return Found(str(asked), None, f"several meters answer to {asked}: {error}")
    except DeviceError as error:
        return Found(str(asked), None, str(error))
    # two answers that overlay each other may look sound by chance, but not twice in the same way
    if line.rest(master.wait_s) or _own_address(again, asked) != _own_address(answer, asked):
        return Found(str(asked), None, f"several meters answer to {asked}, one after the other")
    return Found(_own_address(answer, asked), answer)


def _own_address(answer: Answer, asked: Secondary) -> str:
    telegram = answer.telegram
    if not telegram.identification:
        return str(asked)
    return str(Secondary(telegram.identification, telegram.manufacturer or None, telegram.version, telegram.medium))


def _split(asked: Secondary) -> list[Secondary]:
    """Narrower selections that cover the same meters; none if the number is whole and the medium known."""
    number = asked.identification
    if "F" in number:
        at = number.index("F")
        return [Secondary(f"{number[:at]}{digit}{number[at + 1 :]}") for digit in range(10)]
    if asked.medium is None:
        return [Secondary(number, asked.manufacturer, asked.version, medium) for medium in _MEDIA]
    return []

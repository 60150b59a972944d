"""A measurement file: usage groups with what was measured on them, as TOML."""

import math
from pathlib import Path
from typing import Annotated

import msgspec

from analytics.usage_groups.group import Amount, Side, UsageGroup
from analytics.usage_groups.saving import INSTRUMENT_ERROR, Aim, Heating
from teplosvet.domain.errors import InvalidFileError
from teplosvet.toml_lines import dotted, line_of, parse, read_text

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Power = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Hours = Annotated[float, msgspec.Meta(ge=0, le=24)]
Light = Annotated[float, msgspec.Meta(gt=0, le=200_000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
Points = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class _StipulatedPower(msgspec.Struct, forbid_unknown_fields=True):
    stipulated: Power
    source: Text


class _StipulatedHours(msgspec.Struct, forbid_unknown_fields=True):
    stipulated: Hours
    source: Text


class _SideTable(msgspec.Struct, forbid_unknown_fields=True):
    power_w: Annotated[list[Power], msgspec.Meta(min_length=1)] | _StipulatedPower
    hours_h_per_day: Annotated[list[Hours], msgspec.Meta(min_length=1)] | _StipulatedHours
    illuminance_lx: Light | None = None


class _GroupTable(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    points: Points
    baseline: _SideTable
    reporting: _SideTable
    failed_points: Annotated[int, msgspec.Meta(ge=0)] = 0
    presence_control: bool = False
    norm_lx: Light | None = None


class _HeatingTable(msgspec.Struct, forbid_unknown_fields=True):
    heated_share: Share
    season_share: Share
    useful_share: Share = 1.0


class _AimTable(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    confidence: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.9
    precision: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.1


class _File(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[float, msgspec.Meta(gt=0, le=3660)]
    group: Annotated[list[_GroupTable], msgspec.Meta(min_length=1)]
    heating: _HeatingTable | None = None
    aim: _AimTable = _AimTable()
    instrument_error: Share = INSTRUMENT_ERROR


class Measurement(msgspec.Struct, frozen=True):
    """What a file says.

    Attributes:
        days: Days of the reporting period. [d]
        groups: Usage groups.
        heating: How the lamps' heat was used, None if not said.
        aim: How well each quantity is to be known.
        instrument_error: Maximum permissible error of the power measurement. [-]
    """

    days: float
    groups: tuple[UsageGroup, ...]
    heating: Heating | None
    aim: Aim
    instrument_error: float


def read_measurement(path: Path) -> Measurement:
    """Read a measurement file.

    Raises:
        InvalidFileError: With file, line, field and what was expected.
    """
    text = read_text(path)
    tables = parse(text, path.name)
    try:
        file = msgspec.convert(tables, _File, strict=True)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        raise InvalidFileError(path.name, None, place.strip("`.") or None, message) from error
    seen: set[str] = set()
    for n, group in enumerate(file.group):
        _check(group, n, seen, path.name, text)
        seen.add(group.name)
    given = file.heating
    heating = None if given is None else Heating(given.heated_share, given.season_share, given.useful_share)
    aim = Aim(file.aim.confidence, file.aim.precision)
    return Measurement(file.days, tuple(map(_group, file.group)), heating, aim, file.instrument_error)


def _check(group: _GroupTable, n: int, seen: set[str], name: str, text: str) -> None:
    def wrong(path: tuple[str | int, ...], expected: str) -> InvalidFileError:
        whole = ("group", n, *path)
        return InvalidFileError(name, line_of(text, whole), dotted(whole), expected)

    if group.name in seen:
        raise wrong(("name",), f"{group.name!r} is there twice")
    if group.failed_points > group.points:
        raise wrong(("failed_points",), f"expected no more than the {group.points} points")
    for period, side in (("baseline", group.baseline), ("reporting", group.reporting)):
        for field, given in (("power_w", side.power_w), ("hours_h_per_day", side.hours_h_per_day)):
            if isinstance(given, list) and len(given) > group.points:
                raise wrong((period, field), f"{len(given)} measured values of {group.points} points")
            if isinstance(given, list) and not all(map(math.isfinite, given)):
                raise wrong((period, field), "expected numbers; leave out what was not measured")


def _group(table: _GroupTable) -> UsageGroup:
    return UsageGroup(
        name=table.name,
        points=table.points,
        baseline=_side(table.baseline),
        reporting=_side(table.reporting),
        failed_points=table.failed_points,
        presence_control=table.presence_control,
        norm_lx=table.norm_lx,
    )


def _side(table: _SideTable) -> Side:
    return Side(_amount(table.power_w), _amount(table.hours_h_per_day), table.illuminance_lx)


def _amount(given: list[float] | _StipulatedPower | _StipulatedHours) -> Amount:
    if isinstance(given, list):
        return Amount(tuple(given))
    return Amount((given.stipulated,), given.source)

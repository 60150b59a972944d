"""A bundle recomputed stage by stage; the first difference is named with both values.

Each stage is recomputed from what the bundle says of the stage before, and compared. So an amount that was changed is
found where it was changed, and not only in the sum at the end.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isclose, isnan

import msgspec
import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats
from analytics.consumption import Rule
from analytics.digests import digest_of, inputs_of, statement_body
from analytics.evidence.amounts import Amounts
from analytics.evidence.building_days import building_days
from analytics.evidence.contents import Bundle
from analytics.evidence.recompute import (
    failed_lamp_days,
    hours_and_days,
    state_hours,
    weather_days,
)
from analytics.evidence.record import bounds_us, within
from analytics.methods import verify
from teplosvet.domain.contracts import Carrier, Method
from teplosvet.domain.quantities import Quantity

AGREES_KWH = 1e-6
"""Hours and days that differ by less are the same: sums of floating point depend on where they begin. [kWh]"""
AGREES_S = 1.0
"""The same of seconds that are rounded to whole ones. [s]"""
AGREES_SHARE = 1e-4
"""The same of a day's coverage, which is made of such seconds. [-]"""
AGREES_MEAN = 1e-9
"""The same of hourly and daily means. [°C] or [-]"""

Value = str | float | int | bool | None
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a bundle is not what its readings give.

    Attributes:
        stage: What was compared.
        device: Name of the device, None where it is the building's.
        at: Hour (UTC) or local day.
        figure: What differs.
        in_bundle: What the bundle says.
        recomputed: What follows from the stage before.
    """

    stage: str
    device: str | None
    at: str | None
    figure: str
    in_bundle: Value
    recomputed: Value

    def __str__(self) -> str:
        where = [self.stage, *(() if self.device is None else (self.device,)), *(() if self.at is None else (self.at,))]
        values = f"{_said(self.in_bundle)} in the bundle, {_said(self.recomputed)} recomputed"
        return f"{', '.join(where)}: {self.figure} is {values}"


def _said(value: Value) -> str:
    return "missing" if value is None else str(value)


def first_difference(bundle: Bundle) -> Difference | None:
    """The first difference on the way from readings to the statement, or None if all is equal."""
    return next(_differences(bundle), None)


def _differences(bundle: Bundle) -> Iterator[Difference]:
    yield from _of_evidence(bundle)
    yield from _of_devices(bundle)
    yield from _of_building_days(bundle)
    yield from _of_weather(bundle)
    yield from _of_failed_lamps(bundle)
    yield from _of_statement(bundle)


def _of_devices(bundle: Bundle) -> Iterator[Difference]:
    carrier, boundary = bundle.terms.contract.carrier, bundle.boundary
    for place, device in enumerate(boundary.devices):
        made = [
            hours_and_days(device, readings, number, span, bundle.zone, carrier, boundary.serials)
            for number, span in enumerate(bundle.spans)
            if (readings := boundary.readings.get((place, number))) is not None
        ]
        for stage, own, found in (
            ("hour", [part[0] for part in made], bundle.hours.get(place)),
            ("day", [part[1] for part in made], bundle.days.get(place)),
        ):
            yield from _of_amounts(stage, device.name, found or Amounts.none(), Amounts.joined([Amounts.none(), *own]))


def _of_amounts(stage: str, device: str, found: Amounts, own: Amounts) -> Iterator[Difference]:
    """Differences of one device, the earliest instant first."""
    at = np.union1d(found.at, own.at)
    columns = {name: (_over(at, found, name), _over(at, own, name)) for name in _TOLERANCE}
    missing = ~np.isin(at, found.at) | ~np.isin(at, own.at)
    differs = {name: _apart(said, made, _TOLERANCE[name]) for name, (said, made) in columns.items()}
    for n in np.flatnonzero(missing | np.logical_or.reduce([*differs.values()])).tolist():
        when = _time(int(at[n])) if stage == "hour" else _day(int(at[n]))
        if missing[n]:
            rows = [bool(np.isin(at[n], part.at)) for part in (found, own)]
            told = [_known(columns["amount"][side][n]) if there else "no row" for side, there in enumerate(rows)]
            yield Difference(f"device {stage}", device, when, "amount_kwh", *told)
            continue
        name = next(each for each in _TOLERANCE if differs[each][n])
        said, made = (Rule(int(side[n])).text if name == "rule" else _known(side[n]) for side in columns[name])
        yield Difference(f"device {stage}", device, when, _FIGURE.get(name, name), said, made)


_TOLERANCE = {"amount": AGREES_KWH, "estimated": AGREES_KWH, "covered_s": AGREES_S, "rule": 0.0}
_FIGURE = {"amount": "amount_kwh", "estimated": "estimated_kwh"}


def _over(at: Ints, amounts: Amounts, name: str) -> Floats:
    values = np.full(len(at), np.nan)
    values[np.searchsorted(at, amounts.at)] = getattr(amounts, name)
    return values


def _apart(said: Floats, made: Floats, tolerance: float) -> NDArray[np.bool_]:
    known = np.isfinite(said) & np.isfinite(made)
    apart: NDArray[np.bool_] = np.isnan(said) != np.isnan(made)
    apart[known] |= np.abs(said[known] - made[known]) > tolerance + 1e-12 * np.abs(made[known])
    return apart


def _known(value: float) -> float | None:
    return None if isnan(value) else round(float(value), 9)


def _time(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat().replace("+00:00", "Z")


def _day(number: int) -> str:
    return str(np.datetime64(number, "D"))


def _of_building_days(bundle: Bundle) -> Iterator[Difference]:
    if bundle.terms.contract.carrier is Carrier.WATER:
        return  # the rollup makes no building's days of water
    for span in bundle.spans:
        own = building_days(bundle.boundary.devices, bundle.hours, bundle.days, span, bundle.zone)
        said = bundle.energy.over(span)
        known = np.isfinite(said.energy_kwh)
        sides = {
            "energy_kwh": (said.energy_kwh, own.energy_kwh, AGREES_KWH),
            "coverage": (said.coverage, own.coverage, AGREES_SHARE),
            "estimated_kwh": (
                np.where(known, said.estimated_kwh, np.nan),
                np.where(known, own.estimated_kwh, np.nan),
                AGREES_KWH,
            ),
        }
        yield from _of_rows("building day", [str(day) for day in own.day], sides)


def _of_rows(stage: str, at: list[str], sides: Mapping[str, tuple[Floats, Floats, float]]) -> Iterator[Difference]:
    differs = {name: _apart(said, made, tolerance) for name, (said, made, tolerance) in sides.items()}
    for n in np.flatnonzero(np.logical_or.reduce([*differs.values()])).tolist():
        name = next(each for each in sides if differs[each][n])
        said, made, _ = sides[name]
        yield Difference(stage, None, at[n], name, _known(said[n]), _known(made[n]))


def _of_weather(bundle: Bundle) -> Iterator[Difference]:
    terms = bundle.terms
    if terms.contract.method is Method.LIGHT_OPTION_B or terms.place.weather is None:
        return
    at_us, values = bundle.weather_readings
    hour, mean = bundle.weather_hours
    parts = []
    for span in bundle.spans:
        bounds = bounds_us(span, bundle.zone)
        own_hour, own_mean = state_hours(Quantity.OUTDOOR_TEMPERATURE_C, at_us, values, bounds)
        inside = within(hour, bounds)
        every = np.union1d(own_hour, hour[inside])
        sides = _side(every, hour[inside], mean[inside]), _side(every, own_hour, own_mean), AGREES_MEAN
        yield from _of_rows("weather hour", [_time(int(each)) for each in every], {"mean_c": sides})
        parts.append((hour[inside], mean[inside]))
    own = weather_days(parts, bundle.zone)
    for span in bundle.spans:
        day_sides = bundle.weather_days.over(span), own.over(span), AGREES_MEAN
        yield from _of_rows("weather day", [str(day) for day in span], {"mean_c": day_sides})


def _side(every: Ints, at: Ints, values: Floats) -> Floats:
    side = np.full(len(every), np.nan)
    side[np.searchsorted(every, at)] = values
    return side


def _of_failed_lamps(bundle: Bundle) -> Iterator[Difference]:
    if bundle.terms.contract.method is not Method.LIGHT_OPTION_B:
        return
    own = failed_lamp_days(bundle.boundary.devices, bundle.boundary.readings, bundle.spans, bundle.zone)
    for span in bundle.spans:
        nothing = np.full(span.days, np.nan)
        said, made = (nothing if each is None else each.over(span) for each in (bundle.failed, own))
        yield from _of_rows("failed lamps", [str(day) for day in span], {"share": (said, made, AGREES_MEAN)})


def _of_evidence(bundle: Bundle) -> Iterator[Difference]:
    for digest, body in bundle.evidence.items():
        own = hashlib.sha256(body).hexdigest()
        if own != digest:
            yield Difference("evidence", None, None, "sha256", digest, own)


def _of_statement(bundle: Bundle) -> Iterator[Difference]:
    """The statement computed again from the bundle's days, figure by figure; another version of the code may differ."""
    inputs = bundle.inputs()
    own = replace(verify(inputs), inputs=inputs_of(inputs, bundle.boundary, bundle.zone))
    made = msgspec.json.decode(statement_body(own))
    said = msgspec.json.decode(bundle.statement)
    if isinstance(said, dict) and isinstance(said.get("inputs"), dict):
        made["inputs"]["code"] = said["inputs"].get("code")  # who computed is told apart, it is no figure
    yield from _of_values("", said, made)
    # JSON may name a figure twice, and another reader takes the first one: the statement is written in one way.
    kept, written = hashlib.sha256(bundle.statement).hexdigest(), digest_of(said)
    if kept != written:
        yield Difference("statement", None, None, "bytes", kept, written)


def _of_values(path: str, said: object, made: object) -> Iterator[Difference]:
    if isinstance(said, dict) and isinstance(made, dict):
        names = [*made, *(name for name in said if name not in made)]
        for name in names:
            yield from _of_values(f"{path}.{name}" if path else str(name), said.get(name), made.get(name))
    elif isinstance(said, list) and isinstance(made, list) and len(said) == len(made):
        for n, (one, other) in enumerate(zip(said, made, strict=True)):
            day = other.get("day") if isinstance(other, dict) else None
            yield from _of_values(f"{path}[{day or n}]", one, other)
    elif not _same(said, made):
        yield Difference("statement", None, None, path or "statement", _short(said), _short(made))


def _same(said: object, made: object) -> bool:
    if isinstance(said, float) and isinstance(made, float):
        return isclose(said, made, rel_tol=1e-9)
    return type(said) is type(made) and said == made


def _short(value: object) -> Value:
    if value is None or isinstance(value, bool | int | float):
        return value
    return value[:100] if isinstance(value, str) else msgspec.json.encode(value).decode()[:100]

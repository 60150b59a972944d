"""Digests of what a statement rests on: sha256 over one canonical encoding, the same on every machine.

The encoding is described in docs/evidence-bundle.md, so that it can be made without this code.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats
from analytics.daily import DailySeries
from analytics.evidence.record import Boundary, DeviceRecord, bounds_us, quantities_of, within
from analytics.evidence.spans import apart
from analytics.heat_clocks import STATES
from analytics.heat_state_days import HeatStateDays
from analytics.methods import DailyVariable, VerificationInput
from analytics.statement import METHOD_VERSION, Inputs, Statement
from teplosvet.domain.contracts import Contract, Method
from teplosvet.domain.periods import Period

Column = NDArray[np.int64] | NDArray[np.int32] | NDArray[np.bool_] | NDArray[np.float64]

_MINUS_ZERO = re.compile(rb"-0\.0(?:[,\]}]|\Z)")

CANONICAL_NAN = np.uint64(0x7FF8000000000000)


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def inputs_of(inputs: VerificationInput, boundary: Boundary, zone: ZoneInfo) -> Inputs:
    """The digest of everything that a statement is computed from."""
    contract, period = inputs.contract, inputs.period
    return Inputs(
        readings=_readings(boundary, contract, period, zone),
        devices=_devices(boundary.devices, contract, period, zone),
        baseline_days=_series(inputs.energy.over(contract.baseline)),
        reporting_days=_series(inputs.energy.over(period)),
        weather=_weather(inputs),
        adjustments=_adjustments(inputs),
        terms=digest_of({"contract": contract, "account": inputs.account}),
        method=f"{contract.method}/{METHOD_VERSION}",
        code=code_version(),
    )


def code_version() -> str:
    """Version of the package that computes."""
    try:
        return version("teplosvet")
    except PackageNotFoundError:
        return "unknown"


def statement_body(statement: Statement) -> bytes:
    """The statement as it is kept, and as its digest is taken of: JSON that storage gives back byte by byte."""
    return _canonical(statement)


def digest_of(value: object) -> str:
    """sha256 of a value as compact JSON with sorted keys."""
    return hashlib.sha256(_canonical(value)).hexdigest()


def columns_digest(parts: Iterable[tuple[Mapping[str, object], Mapping[str, Column]]]) -> str:
    """sha256 over parts, each a line of JSON and the columns that it names, one after the other.

    Args:
        parts: What tells of a part, and its columns of equal length.
    """
    digest: _Hash = hashlib.sha256()
    for told, columns in parts:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError("the columns of a part are of one length")
        head = {**told, "columns": list(columns), "rows": next(iter(lengths), 0)}
        digest.update(msgspec.json.encode(head, order="sorted") + b"\n")
        for column in columns.values():
            digest.update(_bytes_of(column))
    return digest.hexdigest()


def _bytes_of(column: Column) -> bytes:
    """Little-endian; one NaN for all that is missing, and one zero."""
    if column.dtype.kind != "f":
        wide = np.uint8 if column.dtype == np.bool_ else column.dtype.newbyteorder("<")
        return np.ascontiguousarray(column, dtype=wide).tobytes()
    values: Floats = np.asarray(column, dtype=np.float64) + 0.0  # turns -0.0 into 0.0
    return np.where(np.isnan(values), CANONICAL_NAN, values.view(np.uint64)).astype("<u8").tobytes()


def _canonical(value: object) -> bytes:
    """Compact JSON with sorted keys and no -0.0, which is looked for in the values only where the text may have one."""
    text = msgspec.json.encode(value, order="sorted")
    if _MINUS_ZERO.search(text) is None:
        return text
    return msgspec.json.encode(_without_minus_zero(msgspec.to_builtins(value)), order="sorted")


def _without_minus_zero(value: object) -> object:
    match value:
        case dict():
            return {name: _without_minus_zero(each) for name, each in value.items()}
        case list() | tuple():
            return [_without_minus_zero(each) for each in value]
        case float():
            return value + 0.0
        case _:
            return value


def _readings(boundary: Boundary, contract: Contract, period: Period, zone: ZoneInfo) -> str:
    """Raw readings of the periods; those around them, which a bundle has too, come in later and change no digest."""

    def parts() -> Iterable[tuple[Mapping[str, object], Mapping[str, Column]]]:
        spans = list(apart(contract.baseline, period))
        for (place, number), readings in sorted(boundary.readings.items(), key=lambda item: item[0]):
            inside = within(readings.at_us, bounds_us(spans[number], zone))
            codes, serial = np.unique(readings.serial[inside], return_inverse=True)
            names = [None if code < 0 else boundary.serials[code] for code in codes.tolist()]
            columns: dict[str, Column] = {
                "at_us": readings.at_us[inside],
                "archive": readings.archive[inside],
                "serial": serial.astype(np.int32),
            }
            columns |= {
                quantity.value: readings.values[quantity][inside] for quantity in quantities_of(contract.carrier)
            }
            yield {"device": boundary.devices[place].name, "span": str(spans[number]), "serials": names}, columns

    return columns_digest(parts())


def _devices(devices: Iterable[DeviceRecord], contract: Contract, period: Period, zone: ZoneInfo) -> str:
    """What is known of the devices up to the end of the periods: what happens later changes nothing."""
    end_us = max(bounds_us(span, zone)[1] for span in apart(contract.baseline, period))
    return digest_of([_until(device, end_us) for device in devices])


def _until(device: DeviceRecord, end_us: int) -> DeviceRecord:
    return replace(
        device,
        installations=tuple(
            each if each.to_us is not None and each.to_us < end_us else replace(each, to_us=None, closing_registers={})
            for each in device.installations
            if each.from_us < end_us
        ),
        births=tuple(each for each in device.births if each.at_us < end_us),
        epochs=tuple(each for each in device.epochs if each.at_us < end_us),
        metered=None,
        begins=(),
    )


def _series(series: DailySeries) -> str:
    day: NDArray[np.int64] = series.day.astype("datetime64[D]").astype(np.int64)
    columns: dict[str, Column] = {
        "day": day,
        "energy_kwh": series.energy_kwh,
        "estimated_kwh": series.estimated_kwh,
        "coverage": series.coverage,
    }
    return columns_digest([({}, columns)])


def _weather(inputs: VerificationInput) -> str:
    if inputs.contract.method is Method.LIGHT_OPTION_B:
        return digest_of({"latitude_deg": inputs.latitude_deg})
    return digest_of(
        {
            "outdoor_temperature": _variable(inputs.outdoor_temperature_c, inputs.contract.baseline, inputs.period),
            "latitude_deg": inputs.latitude_deg,
        }
    )


def _adjustments(inputs: VerificationInput) -> str:
    """Failed lamps, the ledger and the clocks of a heat meter, if there are any.

    Each entry of the ledger names the sha256 of its evidence.
    """
    failed = _variable(inputs.failed_lamp_share, inputs.period)
    more: dict[str, object] = {"ledger": inputs.ledger} if inputs.ledger else {}
    if inputs.heat_states is not None:
        more["heat_states"] = _heat_states(inputs.heat_states, inputs.contract.baseline, inputs.period)
    return digest_of({"failed_lamps": failed, **more}) if more else failed


def _heat_states(states: HeatStateDays, *periods: Period) -> str:
    return columns_digest(
        ({"period": str(period)}, dict(zip(STATES, states.over(period), strict=True))) for period in periods
    )


def _variable(variable: DailyVariable | None, *periods: Period) -> str:
    if variable is None:
        return digest_of(None)
    return columns_digest([({"period": str(period)}, {"value": variable.over(period)}) for period in periods])

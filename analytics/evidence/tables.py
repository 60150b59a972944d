"""The Parquet tables of a bundle: one layout each, written without compression, read with suspicion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analytics.heat_clocks import STATES
from analytics.rollup.windows import FIRST_US, LAST_US
from teplosvet.domain.errors import InvalidFileError

MOST_ROWS = 30_000_000
"""Readings of 300 devices every ten minutes for two years. [-]"""
GREATEST_VALUE = 1e15
"""No register shows more. [unit of the quantity]"""

Array = NDArray[np.int64] | NDArray[np.float64] | NDArray[np.bool_]
_REFUSED = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, TypeError)


class Kind(Enum):
    """What a column holds; an unknown number is null and never NaN."""

    TEXT = "text"
    INSTANT = "instant"
    DAY = "day"
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"


_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.DAY: pa.date32(),
    Kind.NUMBER: pa.float64(),
    Kind.COUNT: pa.int32(),
    Kind.FLAG: pa.bool_(),
}

Layout = Mapping[str, Kind]

_AMOUNTS = {"amount": Kind.NUMBER, "estimated": Kind.NUMBER, "covered_s": Kind.COUNT, "rule": Kind.TEXT}

LAYOUTS: Mapping[str, Layout] = {
    "hours.parquet": {"device": Kind.TEXT, "hour": Kind.INSTANT, **_AMOUNTS},
    "days.parquet": {"device": Kind.TEXT, "day": Kind.DAY, **_AMOUNTS},
    "building_days.parquet": {
        "day": Kind.DAY,
        "energy_kwh": Kind.NUMBER,
        "estimated_kwh": Kind.NUMBER,
        "coverage": Kind.NUMBER,
    },
    "weather_readings.parquet": {"at": Kind.INSTANT, "outdoor_temperature_c": Kind.NUMBER},
    "weather_hours.parquet": {"hour": Kind.INSTANT, "mean_c": Kind.NUMBER},
    "weather_days.parquet": {"day": Kind.DAY, "mean_c": Kind.NUMBER},
    "failed_lamps.parquet": {"day": Kind.DAY, "share": Kind.NUMBER},
    "heat_states.parquet": {"day": Kind.DAY, **dict.fromkeys(STATES, Kind.NUMBER)},
}
"""Columns of every table but the readings, whose quantities are those of the carrier."""


@dataclass(frozen=True, slots=True)
class Names:
    """Texts of a column: codes into names, -1 for none."""

    codes: NDArray[np.int64]
    names: Sequence[str]


def readings_layout(quantities: Sequence[str]) -> Layout:
    """Columns of the raw readings."""
    fixed = {"device": Kind.TEXT, "span": Kind.COUNT, "at": Kind.INSTANT, "archive": Kind.FLAG, "serial": Kind.TEXT}
    return {**fixed, **dict.fromkeys(quantities, Kind.NUMBER)}


def write_table(layout: Layout, columns: Mapping[str, Array | Names]) -> bytes:
    """A table as Parquet; the same columns give the same bytes."""
    arrays = [_arrow(kind, columns[name]) for name, kind in layout.items()]
    out = BytesIO()
    pq.write_table(
        pa.Table.from_arrays(arrays, names=list(layout)),
        out,
        compression="none",
        use_dictionary=[name for name, kind in layout.items() if kind is Kind.TEXT],
        column_encoding={name: "DELTA_BINARY_PACKED" for name, kind in layout.items() if kind is Kind.INSTANT} or None,
        store_schema=False,
        write_statistics=False,
    )
    return out.getvalue()


def _arrow(kind: Kind, column: Array | Names) -> pa.Array:
    if isinstance(column, Names):
        codes = pa.array(column.codes.astype(np.int32), mask=column.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(list(column.names), pa.string()))
    if kind is Kind.DAY:
        return pa.array(np.asarray(column, dtype=np.int32)).cast(pa.date32())
    if kind is Kind.INSTANT:
        return pa.array(np.asarray(column, dtype=np.int64)).cast(_TYPES[kind])
    return pa.array(column, type=_TYPES[kind], from_pandas=kind is Kind.NUMBER)


def read_table(
    file: str, data: bytes, layout: Layout, names: Mapping[str, Sequence[str]]
) -> Mapping[str, NDArray[np.generic]]:
    """The columns of a table: codes for texts, NaN for null numbers, [µs] or [d since 1970] for times.

    Args:
        file: Name of the file, for what is said of it.
        data: Its bytes.
        layout: Its columns.
        names: Of each text column, the texts that may stand in it.

    Raises:
        InvalidFileError: If it is not that, or says what no reading can say.
    """
    texts = [name for name, kind in layout.items() if kind is Kind.TEXT]
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
        _check_layout(file, parquet, layout)
        batches: list[Mapping[str, NDArray[np.generic]]] = []
        for batch in parquet.iter_batches(batch_size=65_536, use_threads=False):
            batches.append({name: _array(file, name, kind, batch.column(name), names) for name, kind in layout.items()})
            if len(batches) * 65_536 > MOST_ROWS + 65_536:
                raise InvalidFileError(file, None, None, f"expected at most {MOST_ROWS:,} rows")
    except _REFUSED as error:
        raise InvalidFileError(file, None, None, f"expected a Parquet table ({_first_line(error)})") from None
    empty = {name: np.empty(0, dtype=_DTYPES[kind]) for name, kind in layout.items()}
    return {name: np.concatenate([empty[name], *(batch[name] for batch in batches)]) for name in layout}


_DTYPES: Mapping[Kind, type[np.generic]] = {
    Kind.TEXT: np.int64,
    Kind.INSTANT: np.int64,
    Kind.DAY: np.int64,
    Kind.NUMBER: np.float64,
    Kind.COUNT: np.int64,
    Kind.FLAG: np.bool_,
}


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _check_layout(file: str, parquet: pq.ParquetFile, layout: Layout) -> None:
    """Refuse before a page is read: other columns, compression that could unfold, too many rows."""
    schema, metadata = parquet.schema_arrow, parquet.metadata
    if schema.names != list(layout):
        raise InvalidFileError(file, None, None, f"expected the columns {', '.join(layout)}")
    for name, kind in layout.items():
        found = schema.field(name).type
        if (found.value_type if pa.types.is_dictionary(found) else found) != _TYPES[kind]:
            raise InvalidFileError(file, None, name, f"expected the type {_TYPES[kind]}, got {found}")
    if metadata.num_rows > MOST_ROWS:
        raise InvalidFileError(file, None, None, f"expected at most {MOST_ROWS:,} rows")
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            if metadata.row_group(group).column(column).compression != "UNCOMPRESSED":
                raise InvalidFileError(file, None, None, "expected columns without compression")


def _array(
    file: str, name: str, kind: Kind, column: pa.Array, names: Mapping[str, Sequence[str]]
) -> NDArray[np.generic]:
    if kind is Kind.TEXT:
        return _codes(file, name, column, names[name])
    if column.null_count and kind is not Kind.NUMBER:
        raise InvalidFileError(file, None, name, "expected a value in every row")
    if kind is Kind.NUMBER:
        return _numbers(file, name, column)
    if kind is Kind.FLAG:
        flags: NDArray[np.bool_] = column.to_numpy(zero_copy_only=False).astype(np.bool_)
        return flags
    whole: NDArray[np.int64] = column.cast(pa.int32() if kind is Kind.DAY else pa.int64()).to_numpy().astype(np.int64)
    if kind is Kind.INSTANT and ((whole < FIRST_US) | (whole > LAST_US)).any():
        raise InvalidFileError(file, None, name, "expected times of the years 2000 to 2099")
    if kind is Kind.DAY and ((whole < FIRST_US // 86_400_000_000) | (whole > LAST_US // 86_400_000_000)).any():
        raise InvalidFileError(file, None, name, "expected days of the years 2000 to 2099")
    return whole


def _numbers(file: str, name: str, column: pa.Array) -> NDArray[np.float64]:
    present = column.drop_null().to_numpy()
    if not np.isfinite(present).all():
        raise InvalidFileError(file, None, name, "expected finite numbers, and null where nothing is known")
    if (np.abs(present) > GREATEST_VALUE).any():
        raise InvalidFileError(file, None, name, f"expected numbers of at most {GREATEST_VALUE:g}")
    values: NDArray[np.float64] = column.to_numpy(zero_copy_only=False).astype(np.float64)
    return values


def _codes(file: str, name: str, column: pa.Array, names: Sequence[str]) -> NDArray[np.int64]:
    place = {text: code for code, text in enumerate(names)}
    found = column.dictionary.to_pylist()
    unknown = next((text for text in found if text not in place), None)
    if unknown is not None:
        raise InvalidFileError(file, None, name, f"expected a known name, got {str(unknown)[:60]!r}")
    if column.null_count and name != "serial":
        raise InvalidFileError(file, None, name, "expected a value in every row")
    codes = np.array([*(place[text] for text in found), -1], dtype=np.int64)
    indices: NDArray[np.int64] = column.indices.fill_null(len(found)).to_numpy().astype(np.int64)
    return codes[indices]

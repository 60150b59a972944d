"""What a batch says more than once of an instant becomes one row, as if its parts had come one after the other.

The rule is that of the tables: the first to say a quantity is believed, and archive wins over live. Live and archive
rows stay apart for that, so what they become beside what is stored already is left to the database.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ingest_service.admission import Rows


def folded(rows: Rows) -> Iterator[Rows]:
    """The live rows and then the archive rows, every instant of a device once in each, in the order of keys.

    The order is the same for every worker, so that two of them never wait for each other.
    """
    if not rows.archive.any():
        yield _fold(rows)
        return
    for archive in (False, True):
        part = np.flatnonzero(rows.archive == archive)
        if len(part):
            yield _fold(_taken(rows, part))


def _fold(rows: Rows) -> Rows:
    order = np.lexsort((rows.at_us, rows.device_ids))
    ids, at = rows.device_ids[order], rows.at_us[order]
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = (ids[1:] == ids[:-1]) & (at[1:] == at[:-1])
    result = _taken(rows, order[~again])
    if again.any():
        place = np.cumsum(~again) - 1
        for position in np.flatnonzero(again).tolist():
            _fill(result, int(place[position]), rows, int(order[position]))
    return result


def _fill(result: Rows, place: int, rows: Rows, row: int) -> None:
    """Fill what is missing in one row of the result from a later one of the same instant."""
    known = result.values[place]
    missing = np.isnan(known)
    known[missing] = rows.values[row][missing]
    if result.serials[place] is None:
        result.serials[place] = rows.serials[row]


def _taken(rows: Rows, chosen: NDArray[np.intp]) -> Rows:
    return Rows(
        rows.device_class,
        rows.device_ids[chosen],
        rows.at_us[chosen],
        rows.archive[chosen],
        [rows.serials[n] for n in chosen.tolist()],
        rows.values[chosen],
    )

"""The same measure in different places, side by side."""

from dataclasses import dataclass

from psycopg.rows import class_row

from analytics.verification import Connection
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class MeasureCase:
    """What a measure, or the measures of a contract together, came to on a site: a row of the view `fleet_measures`.

    Attributes:
        measures: Titles of the measures that were paid for, joined by plus signs.
        carrier: What is saved.
        site: Where, None for all sites together.
        region: Region of the contracts, None for all together and where none is named.
        contracts: Contracts with a band.
        proven_contracts: Of them with a proven saving.
        adjusted_baseline_kwh: [kWh]
        avoided_energy_kwh: [kWh]
        fractional_saving: Avoided energy over adjusted baseline. [-]
        fractional_independent: Half of the 90 % band over it, if errors are independent. [-]
        fractional_correlated: The same if they are fully correlated. [-]
        contracts_with_area: Contracts whose building has a floor area.
        avoided_kwh_per_m2: Avoided energy over the floor area, of those alone. [kWh/m²]
    """

    measures: str
    carrier: str
    site: str | None
    region: str | None
    contracts: int
    proven_contracts: int
    adjusted_baseline_kwh: float
    avoided_energy_kwh: float
    fractional_saving: float | None
    fractional_independent: float | None
    fractional_correlated: float | None
    contracts_with_area: int
    avoided_kwh_per_m2: float | None


def measure_cases(connection: Connection, period: Period) -> tuple[MeasureCase, ...]:
    """Every measure over all sites, followed by its sites."""
    with connection.cursor(row_factory=class_row(MeasureCase)) as cursor:
        named = {"start": period.start, "end": period.end}
        return tuple(cursor.execute(query("fleet", "measures"), named).fetchall())

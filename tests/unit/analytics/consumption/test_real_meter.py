"""Three years of a real heat meter: last register minus first, and nothing to find.

Origin: Schaffer et al. 2022, doi 10.1038/s41597-022-01502-3, meter 660.
"""

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from analytics.consumption import RegisterSeries, energy_path


@pytest.mark.shared
@pytest.mark.parametrize(
    "column", ["energy_heat_kwh", "volume_flow_m3", "inlet_flow_energy_m3xC", "back_flow_energy_m3xC"]
)
def test_three_years_come_out_to_the_last_digit(shared_folder: Path, column: str) -> None:
    with (shared_folder / "data/heat_meter/aalborg_660.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    at = np.array(
        [round(datetime.fromisoformat(row["time_rounded"]).timestamp() * 1e6) for row in rows], dtype=np.int64
    )
    register = np.array([float(row[column]) for row in rows])
    shuffled = np.random.default_rng(5).permutation(np.repeat(np.arange(len(at)), 2))
    for order in (np.arange(len(at)), shuffled):
        path = energy_path(RegisterSeries(at[order], register[order], np.full(len(order), -1, dtype=np.int32)))
        assert path.total == register[-1] - register[0]
        assert not path.rule.any()
        assert path.findings == ()

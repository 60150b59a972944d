import math

import pytest
from scipy import stats

from analytics.student_t import student_t_quantile


@pytest.mark.parametrize("df", [0.3, 1, 1.5, 2, 3.7, 10, 23.5, 120, 362, 5_000, 1e6])
@pytest.mark.parametrize("probability", [0.51, 0.6, 0.84, 0.9, 0.95, 0.975, 0.995, 0.9999, 0.05, 0.2])
def test_quantile_is_that_of_scipy(probability: float, df: float) -> None:
    assert student_t_quantile(probability, df) == pytest.approx(stats.t.ppf(probability, df), rel=1e-8)


def test_median_is_zero_and_no_freedom_is_unknown() -> None:
    assert student_t_quantile(0.5, 7) == 0
    assert math.isnan(student_t_quantile(0.95, 0))
    assert math.isnan(student_t_quantile(0.95, -3))


@pytest.mark.parametrize("probability", [0, 1, -0.1, math.nan])
def test_a_probability_outside_its_range_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        student_t_quantile(probability, 5)

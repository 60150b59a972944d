"""The best change point of base and one hinge, exactly, in a few passes over the running sums.

The rest of a hinge is ``sst - gain``, ``gain = xy² / (xx - x²/n)``. Between two neighbouring temperatures the best
change point is where the line through the colder days meets the mean of the warmer ones, if that lies between the two,
else one of the two temperatures [1]. Few of the crossings lie there, so only those are evaluated.

References:
    [1] Hudson, "Fitting segmented curves whose join points have to be estimated", JASA 61 (1966) 1097-1129.
"""

import numpy as np

from analytics.arrays import Floats, Indices, Mask
from analytics.segments import MIN_DAYS_BESIDE, SEARCH_SHARE, SortedDays


def best_hinge(days: SortedDays) -> tuple[Floats, Floats, Floats]:
    """Change point [°C], slope [kWh/(K·d)] and rest [kWh²] of the best hinge below a change point [m]."""
    change_point, slope, gain = _best_at_days(days)
    row, place, crossing = _crossings(days)
    if row.size:
        sums = days.sums[:, row, place]
        slopes, gains = _hinge(sums, crossing, days.n[row, 0])
        gains = np.where(_has_enough(days.n[row, 0], sums[0]) & (slopes > 0), gains, -np.inf)
        best = np.full(len(gain), -np.inf)
        np.maximum.at(best, row, gains)
        wins = np.flatnonzero((gains == best[row]) & (gains > gain[row]))
        change_point[row[wins]], slope[row[wins]], gain[row[wins]] = crossing[wins], slopes[wins], gains[wins]
    return change_point, slope, days.sst[:, 0] - gain


def _has_enough(n: Floats, colder: Floats) -> Mask:
    """Whether enough of the building's days lie on either side."""
    least = np.maximum(SEARCH_SHARE * n, MIN_DAYS_BESIDE)
    return np.asarray((colder >= least) & (colder <= n - least))


def _best_at_days(days: SortedDays) -> tuple[Floats, Floats, Floats]:
    """Change point, slope and gain of the best hinge at a day's temperature; gain -inf if none is admissible [m]."""
    temperature = days.temperature
    # A day at the change point adds nothing to the hinge's sums, so those that count it serve as well.
    split = np.searchsorted(temperature, temperature, side="left")
    colder = days.sums[0] - days.mask
    if (split != np.arange(len(split))).any():
        colder = colder[:, split]
    slope, gain = _hinge(days.sums, temperature, days.n)
    gain = np.where(_has_enough(days.n, colder) & (slope > 0), gain, -np.inf)
    best = gain.argmax(axis=1)
    row = np.arange(len(best))
    return temperature[best], slope[row, best], gain[row, best]


def _hinge(sums: Floats, change_point: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Slope and gain of hinges with ``sums`` of the colder days; a gain of -inf where no slope can be told."""
    count, t, tt, y, ty = sums
    x = change_point * count
    x -= t
    xx = x - t
    xx *= change_point
    xx += tt
    xy = change_point * y
    xy -= ty
    least = 1e-12 * xx
    x *= x
    x /= np.maximum(n, 1)
    xx -= x
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = xy / xx
        xy *= slope
    return slope, np.where(xx > least, xy, -np.inf)


def _crossings(days: SortedDays) -> tuple[Indices, Indices, Floats]:
    """Building, last colder day and change point of each crossing that lies between its two neighbours.

    With the line ``b + a T`` through k colder days, of mean ``t/k`` and ``y/k``, and the mean ``-y/(n - k)`` of the
    others, energies about the mean of all, the two meet at ``(t - y n / ((n - k) a)) / k``.
    """
    k, t, tt, y, ty = days.sums
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = k * ty
        product = t * y
        covariance -= product
        spread = k * tt
        np.multiply(t, t, out=product)
        spread -= product
        spread *= y
        spread *= days.n
        np.subtract(days.n, k, out=product)
        covariance *= product
        spread /= covariance
        meeting = np.subtract(t, spread, out=spread)
    between = meeting > np.multiply(k, days.temperature, out=product)
    # Nothing is warmer than the last day.
    between[:, :-1] &= meeting[:, :-1] < k[:, :-1] * days.temperature[1:]
    between[:, -1] = False
    row, place = np.nonzero(between)
    return row, place, meeting[row, place] / k[row, place]

"""Days off of the Russian production calendar, for many days at once."""

import numpy as np

from analytics.arrays import Days, Mask
from teplosvet.domain.errors import NotEnoughDataError
from teplosvet.domain.workdays import DECREES, is_known, is_workday


def days_off(day: Days) -> Mask:
    """Days that are not worked: weekends and holidays with the transfers of their year.

    Args:
        day: Calendar days [d].

    Raises:
        NotEnoughDataError: If a day lies in a year that no decree of the table covers.
    """
    days = day.astype("datetime64[D]").tolist()
    for each in days:
        if not is_known(each):
            words = f"the production calendar is known for {min(DECREES)} to {max(DECREES)}, not for {each}"
            raise NotEnoughDataError(words)
    return np.array([not is_workday(each) for each in days], dtype=np.bool_)

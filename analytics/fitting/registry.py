"""The methods by name."""

from collections.abc import Callable, Mapping

from analytics.fitting.before_after import BeforeAfter
from analytics.fitting.change_point_daily import ChangePointDaily
from analytics.fitting.gsop import Gsop
from analytics.fitting.line_methods import BillingMonthly, DegreeDays
from analytics.fitting.method import About, VerificationMethod
from analytics.fitting.options import MethodOptions
from analytics.fitting.towt import TimeOfWeekTemperature
from teplosvet.domain.errors import UnknownNameError

METHODS: Mapping[str, tuple[About, Callable[[MethodOptions], VerificationMethod]]] = {
    kind.about.name: (kind.about, kind)
    for kind in (ChangePointDaily, DegreeDays, Gsop, TimeOfWeekTemperature, BillingMonthly, BeforeAfter)
}
"""A new method is a class with `about` and `run`, and its line here."""


def method_named(name: str, options: MethodOptions) -> VerificationMethod:
    """A method with its options.

    Raises:
        UnknownNameError: If no method has that name.
    """
    if name not in METHODS:
        raise UnknownNameError(f"no verification method is called {name!r}; there are {', '.join(METHODS)}")
    return METHODS[name][1](options)

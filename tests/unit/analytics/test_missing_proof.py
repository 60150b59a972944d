"""What is missing to prove a saving, or to decide a guarantee."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from analytics.ledger.applied import Applied
from analytics.methods import savings_of, statement_of
from analytics.missing_proof import Guarantee, MissingProof, missing_proof, more_days_to_decide
from analytics.savings import Saving, more_days_to_prove
from teplosvet.domain.adjustments import AdjustmentState, Basis, Evidence, LedgerEntry, Side
from tests.unit.analytics.known_contracts import REPORTING, heat_energy, heat_input

METER = 0.034
ENTRY = LedgerEntry(
    1,
    REPORTING,
    "Heated area",
    "A shop was opened.",
    Basis.TOTAL,
    Decimal(0),
    Decimal(1),
    Evidence("protocol.txt", "text/plain", 1, "0" * 64),
    Side.ESCO,
    "A. Ivanova",
    datetime(2024, 11, 1, tzinfo=UTC),
    AdjustmentState.AGREED,
)


def saved(share: float, cv: float = 0.1) -> tuple[Saving, float, bool]:
    inputs = heat_input(heat_energy(share, cv=cv))
    ((baseline, saving),) = savings_of((inputs,))
    statement = statement_of(inputs, baseline, saving)
    assert statement.avoided_energy_kwh is not None
    return saving, statement.avoided_energy_kwh, statement.proven


def asked(saving: Saving, guarantee_kwh: float | None, *, proven: bool) -> MissingProof:
    return missing_proof(saving, REPORTING, guarantee_kwh, METER, proven=proven)


def test_a_proven_saving_needs_no_more_days() -> None:
    saving, _, proven = saved(0.2)
    assert proven
    assert asked(saving, None, proven=proven) == MissingProof(0, None, None)


@pytest.mark.parametrize(("factor", "state"), [(0.3, Guarantee.MET), (3.0, Guarantee.MISSED)])
def test_a_guarantee_far_from_the_saving_is_decided(factor: float, state: Guarantee) -> None:
    saving, kwh, proven = saved(0.2)
    found = asked(saving, factor * kwh, proven=proven)
    assert (found.guarantee, found.days_to_decide) == (state, 0)


def test_a_guarantee_that_the_saving_meets_to_the_kilowatt_hour_is_never_decided() -> None:
    saving, kwh, proven = saved(0.2)
    assert asked(saving, kwh, proven=proven) == MissingProof(0, Guarantee.OPEN, None)


def test_the_days_that_are_told_are_the_days_that_decide() -> None:
    """Put M days into the band by hand: open one day earlier, decided then."""
    saving, kwh, _ = saved(0.2, cv=0.15)
    days = int(np.count_nonzero(saving.used))
    half = saving.half_width_kwh(0.9, 0.0)
    tight = replace(saving.variance, parameters_kwh2=saving.variance.parameters_kwh2 * 0.01)
    saving = replace(saving, variance=tight)
    distance = 0.6 * half
    more = more_days_to_decide(saving, distance, 0.0)
    assert more is not None
    assert more > 0

    def leaves(all_days: int) -> bool:
        stretched = replace(
            saving.variance,
            parameters_kwh2=saving.variance.parameters_kwh2 * (all_days / days) ** 2,
            noise_kwh2=saving.variance.noise_kwh2 * all_days / days,
        )
        return distance * all_days / days > float(stretched.half_width(0.9)[0])

    assert leaves(days + more)
    assert not leaves(days + more - 1)
    assert kwh > 0


def test_a_meter_may_be_too_coarse_for_a_decision() -> None:
    saving, _, _ = saved(0.2, cv=0.05)
    distance = 0.02 * saving.avoided_energy_kwh
    exact = replace(saving.variance, parameters_kwh2=saving.variance.parameters_kwh2 * 1e-6)
    saving = replace(saving, variance=exact)
    assert more_days_to_decide(saving, distance, 0.0) is not None
    assert more_days_to_decide(saving, distance, METER) is None


def test_without_a_band_nothing_is_told() -> None:
    saving, _, _ = saved(0.2)
    blind = replace(saving, variance=replace(saving.variance, freedom=np.array([0.0])))
    assert asked(blind, 100.0, proven=False) == MissingProof(None, None, None)
    assert more_days_to_decide(blind, 10.0, METER) is None


def test_the_half_width_of_agreed_adjustments_makes_the_days_more_and_may_make_them_endless() -> None:
    """Stretch saving and adjustment over M days by hand: within the band one day earlier, out of it then."""
    saving, _, _ = saved(0.2)
    days, avoided = int(np.count_nonzero(saving.used)), saving.avoided_energy_kwh
    noisy = replace(
        saving.variance,
        parameters_kwh2=saving.variance.parameters_kwh2 * 1e-4,
        misfit_kwh2=saving.variance.misfit_kwh2 * 1e-4,
        noise_kwh2=np.array([avoided**2]),
    )
    saving = replace(saving, variance=noisy)
    unwidened = more_days_to_prove(saving, 0.9)
    assert avoided > 0
    assert unwidened is not None
    wide = replace(saving, ledger=(Applied(ENTRY, np.zeros(0), 0.0, 0.7 * avoided),))
    more = more_days_to_prove(wide, 0.9)
    assert more is not None
    assert more > unwidened > 0

    def leaves(all_days: int) -> bool:
        longer = all_days / days
        stretched = replace(
            saving.variance,
            parameters_kwh2=saving.variance.parameters_kwh2 * longer**2,
            misfit_kwh2=saving.variance.misfit_kwh2 * longer**2,
            noise_kwh2=saving.variance.noise_kwh2 * longer,
        )
        return avoided * longer > float(np.hypot(stretched.half_width(0.9)[0], 0.7 * avoided * longer))

    assert leaves(days + more)
    assert not leaves(days + more - 1)
    endless = replace(saving, ledger=(Applied(ENTRY, np.zeros(0), 0.0, 1.1 * avoided),))
    assert more_days_to_prove(endless, 0.9) is None
    assert more_days_to_decide(endless, avoided, 0.0) is None

"""Sums of savings: bands between independent and fully correlated errors."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.portfolio import Member, portfolio
from teplosvet.domain.contracts import Carrier

CONFIDENCES = (0.9, 0.8, 0.68)


def member(saved: float = 100.0, half: float = 30.0, adjusted: float = 1000.0, proven: bool | None = None) -> Member:
    return Member(
        contract="c",
        site="s",
        carrier=Carrier.HEAT,
        adjusted_baseline_kwh=adjusted,
        avoided_energy_kwh=saved,
        half_width_kwh={0.9: half, 0.8: half * 0.78, 0.68: half * 0.6},
        proven=saved > half if proven is None else proven,
        currency="RUB",
        value=Decimal("10.10"),
        payable=Decimal("8.08"),
    )


members = st.builds(
    member,
    saved=st.floats(-1e6, 1e6).map(lambda kwh: round(kwh, 3)),
    half=st.floats(0.001, 1e6).map(lambda kwh: round(kwh, 3)),
    adjusted=st.floats(1, 1e7).map(lambda kwh: round(kwh, 3)),
)


@given(st.lists(members, min_size=1, max_size=30))
def test_the_correlated_band_is_never_narrower(some: list[Member]) -> None:
    total = portfolio(some)
    assert total is not None
    assert [band.confidence for band in total.bands] == list(CONFIDENCES)
    for band in total.bands:
        assert band.correlated_kwh >= band.independent_kwh - 0.001
        assert band.independent_kwh >= max(each.half_width_kwh[band.confidence] for each in some) - 0.001
    assert total.proven_if_independent or not total.proven_if_correlated


@given(members)
def test_one_contract_is_itself(one: Member) -> None:
    total = portfolio([one])
    assert total is not None
    assert (total.contracts, total.avoided_energy_kwh) == (1, one.avoided_energy_kwh)
    for band in total.bands:
        assert band.independent_kwh == band.correlated_kwh == round(one.half_width_kwh[band.confidence], 3)
    assert total.proven_if_independent == total.proven_if_correlated


@given(st.lists(members, min_size=1, max_size=30), st.randoms())
def test_the_order_is_of_no_account(some: list[Member], chance: object) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = portfolio(some), portfolio(shuffled)
    assert one is not None
    assert other is not None
    assert (one.avoided_energy_kwh, one.money, one.proven_kwh) == (
        other.avoided_energy_kwh,
        other.money,
        other.proven_kwh,
    )
    for a, b in zip(one.bands, other.bands, strict=True):
        assert (a.independent_kwh, a.correlated_kwh) == pytest.approx((b.independent_kwh, b.correlated_kwh), abs=0.0011)


def test_nothing_is_not_a_saving_of_zero() -> None:
    assert portfolio([]) is None


def test_hand_made_sum() -> None:
    """3-4-5: sqrt(30² + 40²) = 50, 30 + 40 = 70."""
    total = portfolio([member(60.0, 30.0), member(-5.0, 40.0)])
    assert total is not None
    assert total.bands[0].independent_kwh == 50.0
    assert total.bands[0].correlated_kwh == 70.0
    assert (total.avoided_energy_kwh, total.fractional_saving) == (55.0, 0.0275)
    assert (total.proven_if_independent, total.proven_if_correlated) == (True, False)
    assert (total.proven_contracts, total.proven_kwh, total.proven_share) == (1, 60.0, round(60 / 55, 6))
    assert total.money[0].value == Decimal("20.20")


def test_many_weak_savings_prove_what_none_does() -> None:
    total = portfolio([member(10.0, 30.0) for _ in range(100)])
    assert total is not None
    assert (total.proven_contracts, total.proven_if_independent, total.proven_if_correlated) == (0, True, False)


def test_a_confidence_that_one_does_not_state_is_none_of_the_sum() -> None:
    one = member()
    other = Member("d", "s", Carrier.HEAT, 10.0, 1.0, {0.9: 2.0}, proven=False)
    total = portfolio([one, other])
    assert total is not None
    assert [band.confidence for band in total.bands] == [0.9]


def test_money_of_two_currencies_stays_apart() -> None:
    euro = Member("d", "s", Carrier.HEAT, 10.0, 1.0, {0.9: 2.0}, False, "EUR", Decimal("1.00"), Decimal("0.00"))
    total = portfolio([member(), euro])
    assert total is not None
    assert [money.currency for money in total.money] == ["EUR", "RUB"]


def test_no_share_of_a_loss() -> None:
    total = portfolio([member(-10.0, 3.0)])
    assert total is not None
    assert total.proven_share is None

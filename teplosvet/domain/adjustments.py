"""Non-routine adjustments: what a changed static factor adds to the adjusted baseline, and who agreed to it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from teplosvet.domain.periods import Period

HALF_WIDTH_CONFIDENCE = 0.9
"""Confidence that the half width of an amount is stated at. [-]"""


class Basis(StrEnum):
    """What an amount is stated per."""

    PER_DAY = "per_day"
    """The same on each day. [kWh/d]"""
    TOTAL = "total"
    """For the whole time of the adjustment, spread evenly over its days. [kWh]"""
    PERCENT = "percent"
    """Of each day's adjusted baseline. [%]"""


class AdjustmentState(StrEnum):
    """How far an adjustment has come."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    """By both sides; only such a one enters the adjusted baseline."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """A party of the contract."""

    CUSTOMER = "customer"
    ESCO = "esco"


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """What a party did with an adjustment: agreed, rejected or withdrawn."""

    step: AdjustmentState
    side: Side
    by_whom: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that an adjustment rests on.

    Attributes:
        name: As it was called.
        media_type: What its bytes are.
        bytes: Its length. [bytes]
        sha256: Of its bytes, in hexadecimal.
    """

    name: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One non-routine adjustment, added to the adjusted baseline: positive if the building would have used more.

    IPMVP Core Concepts (EVO 10000-1:2022): avoided energy = adjusted baseline +/- non-routine adjustments - metered
    energy.

    Attributes:
        number: Within the contract, from 1.
        period: Days that it is about.
        static_factor: What changed.
        reason: How, and how the amount was found.
        basis: What the amount is stated per.
        amount: [kWh/d], [kWh] or [%], by the basis; of water in m³.
        half_width: Half the 90 % band of the amount, in its unit; None where nobody stated one.
        evidence: The file behind it.
        proposed_side: The party that proposed it.
        proposed_by: Who did.
        proposed_at: When.
        state: How far it has come.
        steps: What the parties did with it, in order.
    """

    number: int
    period: Period
    static_factor: str
    reason: str
    basis: Basis
    amount: Decimal
    half_width: Decimal | None
    evidence: Evidence
    proposed_side: Side
    proposed_by: str
    proposed_at: datetime
    state: AdjustmentState
    steps: tuple[LedgerStep, ...] = ()

    @property
    def factor_key(self) -> str:
        """The static factor without regard to letters' case and spaces."""
        return factor_key(self.static_factor)

    @property
    def is_agreed(self) -> bool:
        """Whether both sides stand behind it."""
        return self.state is AdjustmentState.AGREED

    def agreed_by(self, side: Side) -> LedgerStep | None:
        """The signature of a side, None if there is none."""
        return next((s for s in self.steps if s.step is AdjustmentState.AGREED and s.side is side), None)


def factor_key(static_factor: str) -> str:
    """A static factor without regard to letters' case and spaces."""
    return " ".join(static_factor.casefold().split())


def share_days(one: Period, other: Period) -> bool:
    """Whether two periods have a day in common."""
    return one.start < other.end and other.start < one.end

"""Statements as they are kept, and what a registry knows of them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from analytics.act.facts import Facts, Issue, Meter, RuleDays
from analytics.act.state import ActState
from analytics.arrays import Floats
from analytics.methods import verify
from teplosvet.domain.contracts import Carrier
from teplosvet.stored_statement import Adjustment, Settlement, Statement
from tests.unit.analytics.known_contracts import DAYS, REPORTING, contract, heat_energy, heat_input

ZONE = ZoneInfo("Europe/Moscow")
START, END = REPORTING.bounds(ZONE)
INSTALLED = datetime(2020, 1, 1, tzinfo=UTC)
EXCHANGED = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)

METERS = (
    Meter(
        "heat-meter", "VKT-7", "0012", "", None, datetime(2020, 1, 1, tzinfo=UTC), EXCHANGED, 1163e3, START, 1.3e6, END
    ),
    Meter("heat-meter", "VKT-7", "0013", "2", 1, EXCHANGED, None, None, None, 2326.0, END),
)
ISSUE = Issue(3, 2, datetime(2025, 5, 2, 8, 0, tzinfo=UTC), "0123456789abcdef" * 4, ActState.DRAFT, 2)


def kept(energy: Floats) -> Statement:
    """A statement over a heat contract with a guarantee, read back from the JSON that is kept."""
    made = verify(replace(heat_input(energy), contract=contract(guarantee_kwh=40_000.0)))
    return msgspec.json.decode(msgspec.json.encode(made), type=Statement)


PROVEN = kept(heat_energy(0.2))
PLACEBO = kept(heat_energy(0.0, cv=0.15))
REFUSED = kept(np.full(len(DAYS), np.nan))


def with_adjustment(statement: Statement, amount_kwh: float) -> Statement:
    """The same with a non-routine adjustment, its saving moved by it."""
    assert statement.avoided_energy_kwh is not None
    return msgspec.structs.replace(
        statement,
        adjustments=(Adjustment("failed_lamps", amount_kwh),),
        avoided_energy_kwh=round(statement.avoided_energy_kwh + amount_kwh, 3),
    )


def with_terms(statement: Statement, **terms: object) -> Statement:
    """The same with more terms in its settlement."""
    assert statement.settlement is not None
    settlement = msgspec.structs.replace(statement.settlement, **terms)
    assert isinstance(settlement, Settlement)
    return msgspec.structs.replace(statement, settlement=settlement)


def facts(carrier: Carrier = Carrier.HEAT) -> Facts:
    """A house with two instruments one after the other."""
    return Facts(
        "lenina-1",
        "Warm City",
        "ТСЖ «Ленина, 1»",
        "",
        "Lenina 1",
        "St Petersburg",
        ZONE,
        4100.5,
        carrier,
        METERS,
        (RuleDays("interpolated", 2), RuleDays("moonlight", 1)),
    )

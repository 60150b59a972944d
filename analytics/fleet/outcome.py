"""What a contract came to in a run, as a row of `fleet_result`."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from analytics.keeping import Kept
from analytics.methods import METER_ERROR
from analytics.missing_proof import missing_proof
from analytics.savings import Saving
from analytics.statement import Band, Statement
from teplosvet.domain.findings import Severity


class ResultRow(msgspec.Struct, frozen=True):
    """A row of `fleet_result`; the names are its columns."""

    run_id: int
    contract_id: int
    made_at: datetime
    outcome: str
    reason: str | None
    version: int | None
    is_new: bool
    adjusted_baseline_kwh: float | None
    avoided_energy_kwh: float | None
    bands: tuple[Band, ...]
    lower_kwh: float | None
    upper_kwh: float | None
    proven: bool
    currency: str | None
    value: Decimal | None
    payable: Decimal | None
    days_to_prove: int | None
    guarantee_kwh: float | None
    guarantee: str | None
    days_to_decide: int | None


def outcome_of(run_id: int, contract_id: int, statement: Statement, saving: Saving, kept: Kept | None) -> ResultRow:
    """The row of a statement, whether it states something or is refused."""
    refusals = [finding.code.value for finding in statement.findings if finding.severity is Severity.REFUSAL]
    stated = statement.avoided_energy_kwh is not None
    missing = (
        missing_proof(
            saving,
            statement.period,
            statement.guarantee_kwh,
            METER_ERROR[statement.carrier],
            proven=statement.proven,
        )
        if stated
        else None
    )
    money = statement.settlement
    return ResultRow(
        run_id=run_id,
        contract_id=contract_id,
        made_at=datetime.now(UTC),
        outcome="stated" if stated else "refused",
        reason=None if stated else ", ".join(refusals) or "nothing can be stated",
        version=kept.version if kept else None,
        is_new=kept.is_new if kept else False,
        adjusted_baseline_kwh=_with_adjustments(statement),
        avoided_energy_kwh=statement.avoided_energy_kwh,
        bands=statement.bands,
        lower_kwh=statement.lower_kwh,
        upper_kwh=statement.upper_kwh,
        proven=statement.proven,
        currency=money.currency if money else None,
        value=money.value if money else None,
        payable=money.payable if money else None,
        days_to_prove=missing.days_to_prove if missing else None,
        guarantee_kwh=statement.guarantee_kwh,
        guarantee=missing.guarantee if missing else None,
        days_to_decide=missing.days_to_decide if missing else None,
    )


def _with_adjustments(statement: Statement) -> float | None:
    """Adjusted baseline with its adjustments. [kWh]"""
    if statement.adjusted_baseline_kwh is None:
        return None
    return round(statement.adjusted_baseline_kwh + sum(line.amount_kwh for line in statement.adjustments), 3)

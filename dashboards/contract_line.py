"""One contract in a table: its saving, its band, and whether that is proven."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.reader import Reader
from dashboards.rows import ContractVerdict
from teplosvet.plots.interval import Interval, interval_plot
from teplosvet.stored_statement import Verdict


@dataclass(frozen=True, slots=True)
class ContractLine:
    """What a table says of a contract.

    Attributes:
        code: Code of the contract.
        title: The contract in words.
        carrier: Name of the carrier, as it is stored.
        status: ``proven``, ``not_proven``, ``loss``, ``refused`` or ``no_statement``.
        energy: The saving with its band, empty where nothing is stated.
        exact: The same to a watt-hour, for hovering.
        interval: The same as a drawing, as a share of the adjusted baseline.
        share: That share.
        period: Reporting period.
        coverage: Share of the reporting days that are in the sums.
        coverage_about: The same in days.
    """

    code: str
    title: str
    carrier: str
    status: str
    energy: str = ""
    exact: str = ""
    interval: Markup | None = None
    share: str = ""
    period: str = ""
    coverage: str = ""
    coverage_about: str = ""


def status_of(verdict: Verdict | None) -> str:
    """How a contract stands."""
    if verdict is None:
        return "no_statement"
    if verdict.avoided_energy_kwh is None:
        return "refused"
    if verdict.is_loss:
        return "loss"
    return "proven" if verdict.proven else "not_proven"


def contract_lines(contracts: Sequence[ContractVerdict], reader: Reader) -> list[ContractLine]:
    """Contracts as lines whose drawings share one axis."""
    shares = [share for contract in contracts if (share := share_of(contract.verdict)) is not None]
    low, high = _axis(shares)
    return [_line(contract, low, high, reader) for contract in contracts]


def exact_energy(verdict: Verdict, carrier: str, reader: Reader) -> str:
    """Saving and bounds to a watt-hour."""
    if verdict.avoided_energy_kwh is None:
        return ""
    energy = reader.energy(verdict.avoided_energy_kwh, carrier, decimals=3)
    if verdict.lower_kwh is None or verdict.upper_kwh is None:
        return energy
    low, high = (reader.energy(bound, carrier, decimals=3) for bound in (verdict.lower_kwh, verdict.upper_kwh))
    return f"{energy} ({low} … {high})"


def _line(contract: ContractVerdict, low: float, high: float, reader: Reader) -> ContractLine:
    verdict, status = contract.verdict, status_of(contract.verdict)
    if verdict is None:
        return ContractLine(contract.code, contract.title, contract.carrier, status)
    energy, share = "", share_of(verdict)
    if verdict.avoided_energy_kwh is not None:
        energy = reader.headline_energy(verdict.avoided_energy_kwh, verdict.half_width_kwh, contract.carrier)
    return ContractLine(
        contract.code,
        contract.title,
        contract.carrier,
        status,
        energy=energy,
        exact=exact_energy(verdict, contract.carrier, reader),
        interval=_drawing(share, low, high, reader, proven=verdict.proven) if share is not None else None,
        share=reader.percent(share.share) if share is not None else "",
        period=reader.period(verdict.period),
        coverage=reader.percent(verdict.coverage),
        coverage_about=reader.say("coverage.days", used=verdict.used_days, days=verdict.days),
    )


def share_of(verdict: Verdict | None) -> Interval | None:
    """The saving as a share of what would have been used; None where no band or no share can be told."""
    if verdict is None or verdict.avoided_energy_kwh is None or verdict.fractional_saving is None:
        return None
    if verdict.lower_kwh is None or verdict.upper_kwh is None or verdict.avoided_energy_kwh == 0:
        return None
    whole_kwh = verdict.avoided_energy_kwh / verdict.fractional_saving if verdict.fractional_saving else 0.0
    if whole_kwh <= 0:
        return None
    return Interval(verdict.fractional_saving, verdict.lower_kwh / whole_kwh, verdict.upper_kwh / whole_kwh)


def _axis(shares: Iterable[Interval]) -> tuple[float, float]:
    """An axis for all: from nothing to everything, wider where a bound needs it."""
    bounds = [bound for share in shares for bound in (share.lower, share.upper)]
    return min([-0.1, *bounds]), max([0.6, *bounds])


def _drawing(share: Interval, low: float, high: float, reader: Reader, *, proven: bool) -> Markup:
    written = [reader.percent(value, 1) for value in (share.share, share.lower, share.upper)]
    about = reader.say("interval", share=written[0], low=written[1], high=written[2])
    return interval_plot(share, low, high, about, proven=proven)

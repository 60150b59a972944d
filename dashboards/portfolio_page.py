"""All contracts together: what is proven, what is not, and what both add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from dashboards.contract_line import ContractLine, contract_lines, share_of
from dashboards.reader import Reader
from dashboards.rows import ContractVerdict
from dashboards.rows_of_contracts import Sums
from teplosvet.api.export import disarmed
from teplosvet.plots.dot_plot import DotRow, dot_plot
from teplosvet.plots.frame import SIZES
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.units import EnergyUnit

PAGE_ROWS = 50
CARRIERS = ("heat", "light", "electricity", "water")
CSV_HEAD = (
    "contract", "title", "building", "site", "carrier", "period", "avoided_energy_kwh", "lower_kwh", "upper_kwh",
    "confidence", "proven", "payable", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """What the page says.

    Attributes:
        lede: What is proven in all.
        answer: The sum of everything, with both bands.
        drawings: The dot plot in each size.
        lines: The contracts of this page with the titles of their houses.
        sites: Names and titles to choose from.
        site, carrier: What is chosen, empty for all.
        page, pages: Where this is.
    """

    lede: str
    answer: str
    drawings: tuple[Markup, ...]
    lines: tuple[tuple[ContractLine, str], ...]
    sites: tuple[tuple[str, str], ...]
    site: str
    carrier: str
    page: int
    pages: int


def portfolio_page(
    contracts: Sequence[tuple[ContractVerdict, str, str]],
    summed: Sums,
    sites: Sequence[tuple[str, str]],
    chosen: tuple[str, str, int],
    reader: Reader,
) -> PortfolioPage:
    """Put the page together; `chosen` are site, carrier and page."""
    site, carrier, page = chosen
    lines = contract_lines([contract for contract, _house, _site in contracts], reader)
    houses = [house for _contract, house, _site in contracts]
    drawn = tuple(_rows(contracts, lines))
    drawings = tuple(
        dot_plot(
            drawn, _("share of the adjusted baseline"), reader.percent, "dots", _("Savings with their bands"), size
        )
        for size in SIZES
        if drawn
    )
    pages = -(-summed.contracts // PAGE_ROWS)
    return PortfolioPage(
        _lede(summed, reader),
        _answer(summed, reader),
        drawings,
        tuple(zip(lines, houses, strict=True)),
        tuple(sites),
        site,
        carrier,
        page,
        pages,
    )


def _rows(contracts: Sequence[tuple[ContractVerdict, str, str]], lines: Sequence[ContractLine]) -> Iterable[DotRow]:
    for (contract, house, _site), line in zip(contracts, lines, strict=True):
        share = share_of(contract.verdict)
        if share is not None:
            name = f"{contract.title or contract.code} · {house}"
            link = f"/contracts/{quote(contract.code, safe='')}"
            yield DotRow(name, link, f"{line.energy}, {line.share}", share, line.status == "proven")


def _lede(summed: Sums, reader: Reader) -> str:
    if not summed.contracts:
        return reader.say("saved.no_contracts")
    if not summed.proven or summed.proven_kwh is None:
        return reader.say("saved.none")
    values = {
        "energy": _in_all(reader).headline_energy(summed.proven_kwh, None, ""),
        "proven": reader.number(summed.proven),
        "all": reader.number(summed.contracts),
    }
    return _("%(energy)s is proven, by %(proven)s of %(all)s contracts.") % values


def _answer(summed: Sums, reader: Reader) -> str:
    if summed.energy_kwh is None or summed.correlated_kwh is None or summed.independent_kwh is None:
        return ""
    shown = _in_all(reader)
    values = {
        "energy": shown.headline_energy(summed.energy_kwh, summed.correlated_kwh, ""),
        "narrow": shown.headline_energy(summed.independent_kwh, None, ""),
    }
    return (
        _(
            "All stated contracts: %(energy)s if they err alike, ± %(narrow)s if each errs on its own; "
            "the truth is between."
        )
        % values
    )


def _in_all(reader: Reader) -> Reader:
    return Reader(reader.language, reader.chosen_unit or EnergyUnit.KWH, reader.now)


def csv_row(contract: ContractVerdict, house: str, site: str) -> list[str]:
    """A contract as a line of the export; a text that a spreadsheet would take for a formula is disarmed."""
    verdict = contract.verdict
    said = [disarmed(text) for text in (contract.code, contract.title, house, site)] + [contract.carrier]
    if verdict is None:
        return [*said, *([""] * (len(CSV_HEAD) - len(said)))]
    settlement = verdict.settlement
    values = (
        verdict.period, verdict.avoided_energy_kwh, verdict.lower_kwh, verdict.upper_kwh, verdict.confidence,
        verdict.proven, settlement.payable if settlement else None, settlement.currency if settlement else None,
    )  # fmt: skip
    return [*said, *("" if value is None else str(value) for value in values)]

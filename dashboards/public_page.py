"""What residents see of their house: one sentence, one picture, and what it means."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dashboards import contract_plots
from dashboards.contract_plots import Plot
from dashboards.reader import Reader
from dashboards.rows_of_contracts import PublicHouse
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.emission_factors import factor_on
from teplosvet.stored_statement import Statement
from teplosvet.words.catalogue import gettext as _


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What the page says: the sentence, what it means, and the picture."""

    house: PublicHouse
    lede: str
    meaning: tuple[str, ...]
    plot: Plot


def public_page(house: PublicHouse, reader: Reader) -> PublicPage:
    """Put the page together."""
    return PublicPage(
        house,
        _lede(house.statement, reader),
        tuple(_meaning(house, reader)),
        contract_plots.daily(house.statement, reader),
    )


def _lede(statement: Statement, reader: Reader) -> str:
    during = reader.during(statement.period)
    if statement.avoided_energy_kwh is None or statement.fractional_saving is None or not statement.proven:
        return _("%(during)s, whether the house used less than it would have is not proven yet.") % {"during": during}
    values = {"during": during, "share": reader.percent(statement.fractional_saving)}
    energy = reader.headline_energy(statement.avoided_energy_kwh, statement.half_width_kwh, statement.carrier)
    said = _("%(during)s, the house used %(share)s less than it would have without the new equipment.") % values
    return f"{said} {energy}."


def _meaning(house: PublicHouse, reader: Reader) -> list[str]:
    """Money a flat and emissions, of what is proven only."""
    statement = house.statement
    if not statement.proven or statement.avoided_energy_kwh is None:
        return []
    found = []
    settlement = statement.settlement
    if settlement is not None and house.flats:
        a_flat = (settlement.value / house.flats).quantize(Decimal(1), ROUND_HALF_UP)
        money = f"{reader.number(a_flat)}\N{NO-BREAK SPACE}{reader.money(a_flat, settlement.currency).split()[-1]}"
        found.append(_("At the tariff that is worth %(money)s a flat.") % {"money": money})
    region = house.region or ("RU" if statement.tariff.currency == "RUB" else "")
    factor = factor_on(region, Carrier(statement.carrier), statement.period.start)
    if factor is not None:
        kilograms = float(factor.kg_per_kwh) * statement.avoided_energy_kwh
        found.append(_("%(mass)s kg of CO₂ were not emitted.") % {"mass": reader.number(round(kilograms, -1))})
    return found

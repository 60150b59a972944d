"""The commands about a contract: its terms, and its account over the statements."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

import typer

from analytics.balance import Balance, balance
from analytics.stated import load_binding
from analytics.verification import load_contract
from analytics.words import number
from teplosvet import output
from teplosvet.domain.contract_terms import Party
from teplosvet.domain.contracts import Contract
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.words.language import Language

Code = Annotated[str, typer.Argument(help="Code of the contract.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show(contract: Code, *, as_json: AsJson = False) -> None:
    """Terms of a contract: parties, boundary, guarantee, share, tariffs, investment, payment."""
    with connect(database_url()) as connection:
        found = load_contract(connection, contract).contract
    if as_json:
        output.print_json(found)
    else:
        output.print_table(found.title, ("term", "what it says"), [row for row in _terms(found) if row[1]])


def show_balance(contract: Code, *, as_json: AsJson = False) -> None:
    """What the statements of a contract saved and pay, period by period, and what came back of the investment."""
    with connect(database_url()) as connection:
        found = balance(load_contract(connection, contract).contract, load_binding(connection, [contract])[contract])
    if as_json:
        output.print_json(found)
        return
    energy, money = ("metered, kWh", "settled, kWh"), ("value", "payable", "due", "paid in", "paid back")
    columns = ("period", "version", "act", *energy, *money)
    output.print_table(f"{found.contract}, {found.currency}", columns, _periods(found))
    for line in newer_lines(found):
        output.people.print(line, markup=False, soft_wrap=True)
    output.people.print()
    output.print_table("", ("figure", "value"), [row for row in _figures(found) if row[1]])


def _terms(contract: Contract) -> list[tuple[str, str]]:
    terms, currency = contract.terms, contract.tariff.currency
    guarantee, surplus = terms.guarantee, terms.surplus
    unit = f"{currency}/{contract.tariff.per}"
    tariffs = [(f"tariff {each.period}", f"{each.amount:,} {unit}, {each.kind}") for each in terms.tariffs]
    guaranteed = "" if contract.guarantee_kwh is None else f"{contract.guarantee_kwh:,} kWh a reporting period"
    if guarantee is not None:
        of_days = "a year" if guarantee.period is None else f"in {guarantee.period}"
        norm = "" if guarantee.degree_days is None else f" of {guarantee.degree_days}"
        guaranteed = f"{guarantee.amount_kwh:,} kWh {of_days}, by {guarantee.proration}{norm}"
    indexation = terms.indexation
    fill = terms.fill
    load = "" if fill is None or fill.load_kw is None else f", {fill.load_kw} kW at {fill.design_outdoor_c} °C"
    return [
        ("building", contract.building),
        ("customer", _party(contract.customer, terms.customer)),
        ("ESCO", _party(contract.esco, terms.esco)),
        ("carrier, method", f"{contract.carrier}, {contract.method}"),
        ("IPMVP option", terms.option or ""),
        ("boundary", terms.boundary),
        ("baseline", str(contract.baseline)),
        ("term", str(terms.term or "")),
        *(tariffs or [("tariff", f"{contract.tariff.amount:,} {unit}")]),
        ("indexation", "" if indexation is None else f"{indexation.percent} % a year from {indexation.start}"),
        ("guarantee", guaranteed),
        ("ESCO's share", str(contract.esco_share)),
        ("surplus", f"{surplus.rule}, ESCO's share {surplus.share(contract.esco_share)}"),
        ("cap", _money(terms.cap, currency)),
        ("investment", _money(contract.investment, currency)),
        *((f"measure {each.day}", f"{each.title}: {_money(each.investment, currency)}") for each in terms.measures),
        ("payment", "" if terms.payment_days is None else f"{terms.payment_days} days after the period"),
        ("discounting", "" if terms.discount_percent is None else f"{terms.discount_percent} % a year"),
        ("region", terms.region or ""),
        ("fill rule", "" if fill is None else f"{fill.rules}{load}, indoors {fill.indoor_c} °C"),
    ]


def _party(name: str, party: Party) -> str:
    inn = "" if party.inn is None else f"INN {party.inn}"
    return ", ".join(part for part in (party.legal_name or name, inn, party.signatory) if part)


def _periods(found: Balance) -> list[tuple[str, ...]]:
    return [
        (
            str(row.period),
            str(row.version),
            row.act or "not agreed",
            _energy(row.avoided_energy_kwh),
            _energy(row.settled_energy_kwh),
            _amount(row.value),
            _amount(row.payable),
            str(row.due_on or ""),
            _amount(row.paid_in),
            "" if row.paid_back is None else f"{row.paid_back:.2%}",
        )
        for row in found.rows
    ]


def _energy(energy_kwh: float | None) -> str:
    return "not stated" if energy_kwh is None else number(energy_kwh, 3, Language.ENGLISH)


def newer_lines(found: Balance) -> Iterator[str]:
    """What newer versions than those agreed say."""
    for row in found.rows:
        if row.newer_version is not None:
            kwh = "" if row.newer_avoided_energy_kwh is None else f"{row.newer_avoided_energy_kwh:+,.3f} kWh and "
            change = f"{kwh}{row.newer_payable:+,.2f} {found.currency}"
            yield f"{row.period}: a newer version {row.newer_version} would change it by {change}, not agreed"


def _figures(found: Balance) -> list[tuple[str, str]]:
    rate = found.internal_rate_of_return
    return [
        ("payable in all", _money(found.payable, found.currency)),
        ("paid in, of acts that are paid", _money(found.paid_in, found.currency)),
        ("investment", _money(found.investment, found.currency)),
        ("left of the cap", _money(found.cap_left, found.currency)),
        ("payable reaches the investment on", str(found.paid_back_on or "")),
        ("payable reaches it, discounted, on", str(found.discounted_paid_back_on or "")),
        ("payback at this pace", "" if found.payback_years is None else f"{found.payback_years} years"),
        ("net present value so far", _money(found.net_present_value, found.currency)),
        ("internal rate of return so far", "" if rate is None else f"{rate:.2%}"),
        ("left out, days counted already", ", ".join(str(period) for period in found.overlapping)),
    ]


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{_amount(amount)} {currency}"

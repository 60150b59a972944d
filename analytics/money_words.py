"""The money of a statement as rows of a table."""

from collections.abc import Iterator
from decimal import Decimal

from analytics.statement import Settlement, Statement
from analytics.words import in_unit, number
from teplosvet.words.language import Language


def money_rows(money: Settlement, statement: Statement, language: Language) -> list[tuple[str, str]]:
    """From the value of the saving to the day on which the ESCO is paid; only what the contract has a word on."""
    rows = [*_values(money, language)]
    energies = (
        ("guarantee", money.guarantee_kwh, None),
        ("shortfall", money.shortfall_kwh, money.shortfall_value),
        ("surplus", money.surplus_kwh, money.surplus_value),
    )
    for name, kwh, value in energies:
        if kwh is not None:
            worth = "" if value is None else f" = {_money(value, money, language)}"
            rows.append((name, f"{in_unit(float(kwh), statement, 3, language)}{worth}"))
    amounts = (
        ("ESCO's share of the surplus", money.surplus_payable),
        ("ESCO's share", money.earned if money.earned != money.payable else None),
        ("payable", money.payable),
        ("payable with earlier periods", money.balance if money.earlier_payable else None),
        ("left of the cap", money.cap_left),
    )
    rows += [(name, _money(amount, money, language)) for name, amount in amounts if amount is not None]
    if money.due_on is not None:
        rows.append(("due by", str(money.due_on)))
    if money.avoided_co2_t is not None:
        rows.append(("avoided emissions", f"{number(float(money.avoided_co2_t), 3, language)} t CO2"))
    return rows


def _values(money: Settlement, language: Language) -> Iterator[tuple[str, str]]:
    if len(money.lines) > 1:
        for line in money.lines:
            place = "" if line.in_term else ", outside the term"
            price = f"{line.energy_kwh:,} kWh at {line.price} {money.currency}/{line.per}, {line.kind}{place}"
            yield f"value {line.period}", f"{_money(line.value, money, language)} ({price})"
    yield "value", _money(money.value, money, language)


def _money(amount: Decimal, money: Settlement, language: Language) -> str:
    return f"{number(float(amount), 2, language)} {money.currency}"

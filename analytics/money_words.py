"""The money of a statement as rows of a table."""

from collections.abc import Iterator
from decimal import Decimal

from analytics.statement import Settlement, Statement
from analytics.words import number, rounded_in_unit, unit_word
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
            amount = rounded_in_unit(kwh, statement) if name == "guarantee" else _beyond(kwh, money, statement)
            rows.append((name, f"{number(float(amount), 3, language)} {unit_word(statement, language)}{worth}"))
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


def _beyond(kwh: Decimal, money: Settlement, statement: Statement) -> Decimal:
    """What lies between avoided energy and guarantee, as the difference of both as they are written: rows add up."""
    avoided = statement.avoided_energy_kwh
    if avoided is not None and money.guarantee_kwh is not None:
        exact = Decimal(repr(avoided))
        if abs(exact - money.guarantee_kwh) == kwh:
            return abs(rounded_in_unit(exact, statement) - rounded_in_unit(money.guarantee_kwh, statement))
    return rounded_in_unit(kwh, statement)


def _values(money: Settlement, language: Language) -> Iterator[tuple[str, str]]:
    if len(money.lines) > 1:
        for line in money.lines:
            place = "" if line.in_term else ", outside the term"
            price = f"{line.energy_kwh:,} kWh at {line.price} {money.currency}/{line.per}, {line.kind}{place}"
            yield f"value {line.period}", f"{_money(line.value, money, language)} ({price})"
    yield "value", _money(money.value, money, language)


def _money(amount: Decimal, money: Settlement, language: Language) -> str:
    return f"{number(float(amount), 2, language)} {money.currency}"

"""The money of a statement as rows of a table."""

from collections.abc import Iterator
from decimal import Decimal

from analytics.statement import Settlement, SettlementLine, Statement
from analytics.words import day_in_words, number, period_in_words, rounded_in_unit, unit_word
from teplosvet.domain.contract_terms import TariffKind
from teplosvet.domain.contracts import TariffUnit
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.language import Language


def money_rows(money: Settlement, statement: Statement, language: Language) -> list[tuple[str, str]]:
    """From the value of the saving to the day on which the ESCO is paid; only what the contract has a word on."""
    rows = [*_values(money, language)]
    energies = (
        (_("guarantee"), money.guarantee_kwh, None),
        (_("shortfall"), money.shortfall_kwh, money.shortfall_value),
        (_("surplus"), money.surplus_kwh, money.surplus_value),
    )
    for name, kwh, value in energies:
        if kwh is not None:
            worth = "" if value is None else f" = {_money(value, money, language)}"
            is_guarantee = kwh is money.guarantee_kwh
            amount = rounded_in_unit(kwh, statement) if is_guarantee else _beyond(kwh, money, statement)
            rows.append((name, f"{number(float(amount), 3, language)} {unit_word(statement, language)}{worth}"))
    amounts = (
        (_("ESCO's share of the surplus"), money.surplus_payable),
        (_("ESCO's share"), money.earned if money.earned != money.payable else None),
        (_("payable"), money.payable),
        (_("payable with earlier periods"), money.balance if money.earlier_payable else None),
        (_("left of the cap"), money.cap_left),
    )
    rows += [(name, _money(amount, money, language)) for name, amount in amounts if amount is not None]
    if money.due_on is not None:
        rows.append((_("due by"), day_in_words(money.due_on, language)))
    if money.avoided_co2_t is not None:
        tonnes = number(float(money.avoided_co2_t), 3, language)
        rows.append((_("avoided emissions"), _("%(tonnes)s t CO₂") % {"tonnes": tonnes}))
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
            when = period_in_words(line.period, language)
            price = ", ".join(_price(line, money, language))
            yield _("value %(period)s") % {"period": when}, f"{_money(line.value, money, language)} ({price})"
    yield _("value"), _money(money.value, money, language)


def _price(line: SettlementLine, money: Settlement, language: Language) -> Iterator[str]:
    said = {
        "energy": number(line.energy_kwh, _decimals(line.energy_kwh), language),
        "price": number(line.price, _decimals(line.price), language),
        "currency": money.currency,
        "unit": _("Gcal") if line.per is TariffUnit.GCAL else _("kWh"),
    }
    yield _("%(energy)s kWh at %(price)s %(currency)s/%(unit)s") % said
    yield _("fixed price") if line.kind is TariffKind.FIXED else _("price of the supplier")
    if not line.in_term:
        yield _("outside the term")


def _decimals(exact: Decimal) -> int:
    """As many as the figure has: prices and energies are told as they are settled."""
    exponent = exact.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _money(amount: Decimal, money: Settlement, language: Language) -> str:
    return f"{number(float(amount), 2, language)} {money.currency}"

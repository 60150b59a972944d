"""The table from the tariff to what is payable; only what the contract has stands in it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from analytics.act.energy import Role
from analytics.act.pen import Pen, exactly
from teplosvet.domain.contracts import Carrier
from teplosvet.stored_statement import Settlement, SettlementLine, Statement
from teplosvet.words.figures import NO_BREAK
from teplosvet.words.units import currency_symbol, symbol


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One line.

    Attributes:
        code: What it is.
        label: The same in words.
        role: Whether it is what is paid.
        amount: The figure, None of a date.
        unit: Its unit.
        text: Both written.
    """

    code: str
    label: str
    role: Role
    amount: Decimal | None
    unit: str
    text: str


def money_lines(statement: Statement, pen: Pen) -> tuple[MoneyLine, ...]:
    """The table; without a settlement only the tariff and the share."""
    tariff, money = statement.tariff, statement.settlement
    per = pen.unit_symbol if pen.carrier is Carrier.WATER else symbol(tariff.per, pen.language)
    decimals = max(2, -int(tariff.amount.as_tuple().exponent))
    price = f"{pen.number(tariff.amount, decimals)}{NO_BREAK}{currency_symbol(tariff.currency)}"
    text = pen.say("money.tariff.text", price=price, unit=per)
    unit = f"{currency_symbol(tariff.currency)}/{per}"
    lines = [MoneyLine("tariff", pen.say("money.tariff"), Role.PART, tariff.amount, unit, text)]
    share = (statement.esco_share * 100).normalize()
    decimals = 0 if share == share.to_integral_value() else -int(share.as_tuple().exponent)
    of_share = MoneyLine(
        "share", pen.say("money.share"), Role.PART, share, "%", f"{pen.number(share, decimals)}{NO_BREAK}%"
    )
    if money is not None:
        if any(each.price != tariff.amount for each in money.lines):
            lines = [_at_price(each, money, pen) for each in money.lines]
        lines.append(_money("value", money.value, money, pen))
    lines.append(of_share)
    if money is not None:
        lines += _shares(money, pen)
        lines.append(_money("payable", money.payable, money, pen, Role.TOTAL))
        if money.due_on is not None:
            lines.append(MoneyLine("due", pen.say("money.due"), Role.PART, None, "", pen.day(money.due_on)))
    return (*lines, *_guarantee(statement, pen))


def _at_price(line: SettlementLine, money: Settlement, pen: Pen) -> MoneyLine:
    """The value of the days at one price, with both factors."""
    name = pen.say(
        "money.line",
        energy=f"{pen.number(line.energy_kwh, 3)}{NO_BREAK}{symbol('kWh', pen.language)}",
        price=pen.say(
            "money.tariff.text", price=pen.money(line.price, money.currency), unit=symbol(line.per, pen.language)
        ),
        period=pen.period(line.period),
    )
    text = pen.money(line.value, money.currency)
    return MoneyLine("line", name, Role.PART, line.value, currency_symbol(money.currency), text)


def _shares(money: Settlement, pen: Pen) -> Iterator[MoneyLine]:
    """Of what the contractor's money consists, where it is not the share of the value alone."""
    if money.earned is None:
        return
    if money.surplus_payable is not None:
        yield _money("within", money.earned - money.surplus_payable, money, pen)
        of_surplus, share = _money("surplus_payable", money.surplus_payable, money, pen), money.surplus_share
        yield of_surplus if share is None else replace(of_surplus, label=_with_share(of_surplus.label, share, pen))
    if money.earned != money.payable:
        yield _money("earned", money.earned, money, pen)
    caps = (("cap", money.cap), ("other_payable", money.other_payable), ("cap_left", money.cap_left))
    if money.cap_left is not None:
        for code, amount in caps:
            if amount is not None and (amount or code != "other_payable"):
                yield _money(code, amount, money, pen)


def _with_share(label: str, share: Decimal, pen: Pen) -> str:
    percent = (share * 100).normalize()
    return f"{label}, {pen.number(percent, len(f'{percent:f}'.partition('.')[2]))}{NO_BREAK}%"


def _money(code: str, amount: Decimal, money: Settlement, pen: Pen, role: Role = Role.PART) -> MoneyLine:
    text = pen.money(amount, money.currency)
    return MoneyLine(code, pen.say(f"money.{code}"), role, amount, currency_symbol(money.currency), text)


def _guarantee(statement: Statement, pen: Pen) -> Iterator[MoneyLine]:
    guarantee, avoided, money = statement.guarantee_kwh, statement.avoided_energy_kwh, statement.settlement
    if not guarantee or avoided is None:
        return
    beyond = pen.rounded(exactly(avoided)) - pen.rounded(exactly(guarantee))
    share = (exactly(avoided) / exactly(guarantee) * 100).quantize(Decimal("0.1"))
    yield _energy("guarantee", pen.rounded(exactly(guarantee)), pen)
    name = pen.say("money.guarantee_share")
    yield MoneyLine("guarantee_share", name, Role.PART, share, "%", f"{pen.number(share, 1)}{NO_BREAK}%")
    yield _energy("shortfall" if beyond < 0 else "surplus", abs(beyond), pen)
    for code in ("shortfall_value", "surplus_value"):
        amount: Decimal | None = None if money is None else getattr(money, code)
        if money is not None and amount is not None:
            yield _money(code, amount, money, pen)


def _energy(code: str, amount: Decimal, pen: Pen) -> MoneyLine:
    """An energy that is already in the act's unit: what lies between two rounded figures must be their difference."""
    text = f"{pen.number(amount, 3)}{NO_BREAK}{pen.unit_symbol}"
    return MoneyLine(code, pen.say(f"money.{code}"), Role.PART, amount, pen.unit_symbol, text)

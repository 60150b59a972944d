"""From tariff to payable, so that a reader can add it up."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dashboards.reader import Reader
from teplosvet.domain.contracts import KWH_PER_GCAL, Carrier
from teplosvet.stored_statement import Settlement, SettlementLine, Statement
from teplosvet.words.figures import NO_BREAK
from teplosvet.words.units import EnergyUnit


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a small table: what, how much, and whether it is a total or a part of the line above."""

    name: str
    value: str
    kind: str = ""


def money_rows(statement: Statement, reader: Reader) -> Iterator[Row]:
    """The table; without a settlement only the tariff and the share."""
    tariff, money = statement.tariff, statement.settlement
    if money is None or not any(line.price != tariff.amount for line in money.lines):
        price = f"{reader.money(tariff.amount, tariff.currency)}/\u2060{reader.symbol(tariff.per)}"
        yield Row(reader.say("money.tariff"), price)
    else:
        yield from (_line(line, statement, money.currency, reader) for line in money.lines)
    if money is not None:
        yield Row(reader.say("money.value"), reader.money(money.value, money.currency))
    yield Row(reader.say("money.share"), reader.percent(float(statement.esco_share)))
    if money is None:
        return
    for name, amount in _beyond(money):
        yield Row(reader.say(f"money.{name}"), reader.money(amount, money.currency), "part")
    yield from _shares(money, reader)
    yield Row(reader.say("money.payable"), reader.money(money.payable, money.currency), "total")
    if money.due_on is not None:
        yield Row(reader.say("money.due"), reader.day(money.due_on), "part")


def _line(line: SettlementLine, statement: Statement, currency: str, reader: Reader) -> Row:
    """The days at one price: of heat with as many decimals as give the value to the cent."""
    in_gcal = line.per == EnergyUnit.GCAL.value
    energy = line.energy_kwh / KWH_PER_GCAL if in_gcal else line.energy_kwh
    unit = EnergyUnit.M3.value if statement.carrier == Carrier.WATER else line.per
    amount = reader.number(energy, 6 if in_gcal else 3) + NO_BREAK + reader.symbol(unit)
    price = f"{reader.money(line.price, currency)}/\u2060{reader.symbol(unit)}"
    return Row(reader.period(line.period), f"{amount} × {price} = {reader.money(line.value, currency)}")


def _beyond(money: Settlement) -> Iterator[tuple[str, Decimal]]:
    for name, value in (("shortfall", money.shortfall_value), ("surplus", money.surplus_value)):
        if value is not None:
            yield name, value


def _shares(money: Settlement, reader: Reader) -> Iterator[Row]:
    """Of what the ESCO's money consists, and what bounds it."""
    if money.within_payable is not None and money.surplus_payable is not None:
        share = money.surplus_share
        told = "" if share is None else f", {_percent(share, reader)}"
        yield Row(reader.say("money.within"), reader.money(money.within_payable, money.currency), "part")
        name = reader.say("money.of_surplus") + told
        yield Row(name, reader.money(money.surplus_payable, money.currency), "part")
    if money.earned is not None and money.earned != money.payable:
        yield Row(reader.say("money.earned"), reader.money(money.earned, money.currency))
    if money.cap_left is not None:
        for name, amount in (("cap", money.cap), ("other", money.other_payable or None), ("cap_left", money.cap_left)):
            if amount is not None:
                yield Row(reader.say(f"money.{name}"), reader.money(amount, money.currency), "part")


def _percent(share: Decimal, reader: Reader) -> str:
    percent = (share * 100).normalize()
    return f"{reader.number(percent, len(f'{percent:f}'.partition('.')[2]))}{NO_BREAK}%"

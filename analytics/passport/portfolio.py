"""The passport of many contracts: each a row, each carrier a sum with its bands."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from analytics.act.pen import Pen
from analytics.passport.content import Block, Line, Passport
from analytics.passport.contract import Writer
from analytics.passport.source import Project
from analytics.passport.texts import TEXTS
from teplosvet.domain.contracts import Carrier
from teplosvet.words.language import Language
from teplosvet.words.units import currency_symbol


def portfolio_passport(projects: Sequence[Project], name: str, language: Language) -> Passport:
    """The passport of contracts that are shown together.

    Args:
        projects: At least one.
        name: Of the site, empty for all.
        language: Of all words.
    """
    words = TEXTS[language]
    carriers = [carrier for carrier in Carrier if any(each.contract.carrier is carrier for each in projects)]
    head = tuple(
        words[f"column.{name}"] for name in ("contract", "building", "saved", "proven", "investment", "payable")
    )
    blocks = [
        Block(words["head.sums"], tuple(_money(projects, language)), note=words["note.portfolio"]),
        *(_carrier(carrier, projects, language) for carrier in carriers),
        Block(words["head.contracts"], (), head, tuple(_row(Writer(each, language)) for each in projects)),
    ]
    proven = sum(each.is_proven for each in projects)
    values = {"n": str(len(projects)), "proven": str(proven)}
    title = words["title.site"].format(name=name) if name else words["title.all"]
    return Passport(
        language,
        title,
        words["lede.portfolio"].format_map(values),
        bool(proven),
        tuple(blocks),
        -1,
        words["page"],
        words["of"],
    )


def _carrier(carrier: Carrier, projects: Sequence[Project], language: Language) -> Block:
    """The saving of a carrier: errors that have nothing to do with each other, and errors that are all the same."""
    found = [each for each in projects if each.contract.carrier is carrier and each.avoided_kwh is not None]
    writer = Writer((found or list(projects))[0], language)
    pen = Pen(language, carrier, writer.pen.zone)
    words = TEXTS[language]
    saved = sum((each.avoided_kwh or Decimal(0) for each in found), Decimal(0))
    halves = [each.half_width_kwh for each in found]
    known = [half for half in halves if half is not None]
    lines = [Line(words["saved"], pen.energy(saved), pen.rounded(saved), pen.unit_symbol)]
    if found and len(known) == len(found):
        for key, half in (
            ("band.independent", sum((each**2 for each in known), Decimal(0)).sqrt()),
            ("band.correlated", sum(known, Decimal(0))),
        ):
            lines.append(Line(words[key], f"± {pen.energy(half)}", pen.rounded(half), pen.unit_symbol))
    title = words["head.carrier"].format(carrier=words[f"carrier.{carrier}"], n=str(len(found)))
    return Block(title, tuple(lines) if found else (Line(words["saved"], words["unknown"]),))


def _money(projects: Sequence[Project], language: Language) -> Iterator[Line]:
    """Sums by currency; a project whose figure is not known is in none of them."""
    words = TEXTS[language]
    for currency in sorted({each.account.currency for each in projects}):
        own = [each for each in projects if each.account.currency == currency]
        amounts = (
            ("investment.all", [each.contract.investment for each in own]),
            ("value", [each.value for each in own]),
            ("payable", [each.account.payable for each in own]),
            ("paid", [each.paid for each in own]),
        )
        pen = Pen(language, own[0].contract.carrier, own[0].zone)
        for key, column in amounts:
            known = [amount for amount in column if amount is not None]
            total = sum(known, Decimal("0.00"))
            of = "" if len(known) == len(own) else words["known_of"].format(n=str(len(known)), of=str(len(own)))
            yield Line(words[key], pen.money(total, currency) + of, total, currency_symbol(currency))
    known_co2 = [each.avoided_co2_t for each in projects if each.avoided_co2_t is not None]
    if known_co2:
        pen, total = Pen(language, projects[0].contract.carrier, projects[0].zone), sum(known_co2, Decimal(0))
        of = words["known_of"].format(n=str(len(known_co2)), of=str(len(projects)))
        yield Line(words["co2"], f"{pen.number(total, 3)} {words['t_co2']}{of}", total, words["t_co2"])


def _row(writer: Writer) -> tuple[str, ...]:
    project, pen = writer.project, writer.pen
    avoided, half = project.avoided_kwh, project.half_width_kwh
    saved = writer.say("unknown")
    if avoided is not None:
        saved = pen.headline(float(avoided), None if half is None else float(half))
    money = writer.money("investment", project.contract.investment)
    proven = writer.say("proven.yes" if project.is_proven else "proven.no")
    payable = pen.money(project.account.payable, project.account.currency)
    return (project.contract.code, project.building, saved, proven, money.text, payable)

"""The passport of one contract."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from analytics.act.pen import Pen
from analytics.passport.content import Block, Line, Passport
from analytics.passport.source import Project
from analytics.passport.texts import TEXTS
from teplosvet.domain.contracts import KWH_PER_GCAL, Carrier
from teplosvet.words.figures import NO_BREAK
from teplosvet.words.findings import finding_text
from teplosvet.words.language import Language
from teplosvet.words.units import currency_symbol, symbol

_MOST_RISKS = 7
_MOST_STATEMENTS = 8


class Writer:
    """Words and figures of a project in one language."""

    def __init__(self, project: Project, language: Language) -> None:
        self.project = project
        self.pen = Pen(language, project.contract.carrier, project.zone)
        self._texts = TEXTS[language]
        self._currency = project.contract.tariff.currency

    def say(self, key: str, **values: str) -> str:
        """A text of the passport."""
        return self._texts[key].format_map(values)

    def money(self, key: str, amount: Decimal | None) -> Line:
        """An amount, or that it is not known."""
        if amount is None:
            return Line(self.say(key), self.say("unknown"))
        text = self.pen.money(amount, self._currency)
        return Line(self.say(key), text, amount.quantize(Decimal("0.01")), currency_symbol(self._currency))

    def energy(self, key: str, amount_kwh: Decimal | None) -> Iterator[Line]:
        """An energy in the act's unit, of heat in kWh too."""
        if amount_kwh is None:
            yield Line(self.say(key), self.say("unknown"))
            return
        pen = self.pen
        rounded = pen.rounded(amount_kwh)
        text = f"{pen.number(rounded, 3)}{NO_BREAK}{pen.unit_symbol}"
        if pen.unit == "Gcal":
            text += f" ({pen.number(amount_kwh, 3)}{NO_BREAK}{pen.inner_symbol})"
        yield Line(self.say(key), text, rounded, pen.unit_symbol)


def contract_passport(project: Project, language: Language) -> Passport:
    """The passport of a contract."""
    writer = Writer(project, language)
    blocks = (
        Block(writer.say("head.project"), tuple(_project(writer))),
        Block(writer.say("head.measures"), *_measures(writer)),
        Block(writer.say("head.result"), tuple(_result(writer)), note=writer.say("note.result")),
        Block(writer.say("head.money"), tuple(_money(writer)), note=_money_note(writer)),
        Block(writer.say("head.schedule"), tuple(_schedule(writer))),
        Block(writer.say("head.statements"), *_statements(writer)),
        Block(writer.say("head.method"), tuple(_method(writer)), note=writer.say("method.published")),
        Block(writer.say("head.risks"), tuple(_risks(writer))),
    )
    return Passport(
        language=language,
        title=writer.say("title.contract", code=project.contract.code),
        lede=lede(writer),
        proven=project.is_proven,
        blocks=blocks,
        second_page=4,
        page=writer.say("page"),
        of=writer.say("of"),
    )


def lede(writer: Writer) -> str:
    """What was saved so far and what is paid for it."""
    project, pen = writer.project, writer.pen
    avoided, half = project.avoided_kwh, project.half_width_kwh
    if avoided is None:
        return writer.say("lede.nothing")
    energy = pen.headline(float(avoided), None if half is None else float(half))
    key = "lede.proven" if project.is_proven else "lede.not_proven"
    return writer.say(key, energy=energy, money=pen.money(project.account.payable, project.account.currency))


def _project(writer: Writer) -> Iterator[Line]:
    project, contract = writer.project, writer.project.contract
    terms = contract.terms
    yield Line(writer.say("contract"), f"{contract.code}, {contract.title}")
    yield Line(writer.say("customer"), terms.customer.legal_name or contract.customer or writer.say("unknown"))
    yield Line(writer.say("esco"), terms.esco.legal_name or contract.esco or writer.say("unknown"))
    yield Line(writer.say("building"), ", ".join(part for part in (project.building, project.address) if part))
    if project.floor_area_m2 is not None:
        area = Decimal(repr(project.floor_area_m2))
        text = f"{writer.pen.number(area, 1)}{NO_BREAK}{writer.say('m2')}"
        yield Line(writer.say("area"), text, area, writer.say("m2"))
    yield Line(writer.say("carrier"), writer.say(f"carrier.{contract.carrier}"))
    yield Line(writer.say("baseline"), writer.pen.period(contract.baseline))


def _measures(writer: Writer) -> tuple[tuple[Line, ...], tuple[str, ...], tuple[tuple[str, ...], ...]]:
    contract, pen = writer.project.contract, writer.pen
    currency = contract.tariff.currency
    rows = tuple(
        (measure.title, pen.day(measure.day), pen.money(measure.investment, currency))
        for measure in contract.terms.measures
    )
    head = (writer.say("measure"), writer.say("day"), writer.say("investment")) if rows else ()
    return (writer.money("investment.all", contract.investment),), head, rows


def _result(writer: Writer) -> Iterator[Line]:
    project, pen = writer.project, writer.pen
    avoided, half = project.avoided_kwh, project.half_width_kwh
    yield from writer.energy("saved", avoided)
    if avoided is not None:
        yield from writer.energy("lower", None if half is None else avoided - half)
        yield from writer.energy("upper", None if half is None else avoided + half)
        if project.contract.carrier in {Carrier.LIGHT, Carrier.ELECTRICITY}:
            gcal = (avoided / KWH_PER_GCAL).quantize(Decimal("0.001"))
            unit = symbol("Gcal", pen.language)
            yield Line(writer.say("saved.gcal"), f"{pen.number(gcal, 3)}{NO_BREAK}{unit}", gcal, unit)
    yield writer.money("value", project.value)
    co2 = project.avoided_co2_t
    text = writer.say("unknown.co2") if co2 is None else f"{pen.number(co2, 3)}{NO_BREAK}{writer.say('t_co2')}"
    yield Line(writer.say("co2"), text, co2, writer.say("t_co2"))
    guarantee = project.guarantee_kwh
    yield from writer.energy("guarantee", guarantee)
    if guarantee and avoided is not None:
        share = (avoided / guarantee * 100).quantize(Decimal("0.1"))
        yield Line(writer.say("guarantee.share"), f"{pen.number(share, 1)}{NO_BREAK}%", share, "%")


def _money(writer: Writer) -> Iterator[Line]:
    project, pen, account = writer.project, writer.pen, writer.project.account
    yield writer.money("payable", account.payable)
    yield writer.money("paid", project.paid)
    yield writer.money("cap", account.cap)
    rate = account.discount_percent
    if rate is not None:
        label = writer.say("npv", rate=pen.number(rate, 1))
        found = writer.money("unknown", account.net_present_value)
        yield Line(label, found.text, found.amount, found.unit)
    years = account.payback_years
    too_early = writer.say("too_early") if project.stated else writer.say("unknown")
    text = too_early if years is None else f"{pen.number(years, 2)}{NO_BREAK}{writer.say('years')}"
    yield Line(writer.say("payback"), text, years, writer.say("years"))
    irr = account.internal_rate_of_return
    percent = None if irr is None else (irr * 100).quantize(Decimal("0.01"))
    text = too_early if percent is None else f"{pen.number(percent, 2)}{NO_BREAK}%"
    yield Line(writer.say("irr"), text, percent, "%")
    if account.paid_back_on is not None:
        yield Line(writer.say("paid_back"), pen.day(account.paid_back_on))


def _money_note(writer: Writer) -> str:
    return writer.say("note.money")


def _schedule(writer: Writer) -> Iterator[Line]:
    pen, terms = writer.pen, writer.project.contract.terms
    term = terms.term
    yield Line(writer.say("term"), writer.say("term.open") if term is None else pen.period(term))
    if term is not None:
        verified = sum(each.period.days for each in writer.project.stated)
        share = (Decimal(verified * 100) / term.days).quantize(Decimal("0.1"))
        text = writer.say("term.share", days=str(verified), of=str(term.days), share=pen.number(share, 1))
        yield Line(writer.say("term.verified"), text, share, "%")
    if terms.payment_days is not None:
        yield Line(writer.say("payment_days"), str(terms.payment_days), Decimal(terms.payment_days))
    last = writer.project.counted[-1].period.end if writer.project.counted else None
    if last is not None:
        yield Line(writer.say("last_day"), pen.day(last - timedelta(days=1)))


def _statements(writer: Writer) -> tuple[tuple[Line, ...], tuple[str, ...], tuple[tuple[str, ...], ...], str]:
    project, pen = writer.project, writer.pen
    acts = {(act.period_start, act.period_end): act for act in project.acts}
    rows = []
    for each in project.counted[-_MOST_STATEMENTS:]:
        sealed, act = project.sealed[each.period], acts.get((each.period.start, each.period.end))
        state = writer.say("act.none")
        if act is not None:
            state = writer.say("act", number=str(act.number), state=writer.say(f"state.{act.state}"))
        avoided = each.avoided_energy_kwh
        saved = writer.say("unknown") if avoided is None else pen.energy(avoided)
        rows.append((pen.period(each.period), f"v{each.version}", saved, state, sealed.digest))
    head = tuple(writer.say(f"column.{name}") for name in ("period", "version", "saved", "act", "digest"))
    left = len(project.counted) - len(rows)
    note = "".join(_newer(writer)) + (writer.say("statements.more", n=str(left)) if left else "")
    return ((), head, tuple(rows), note) if rows else ((Line(writer.say("statements.none"), "–"),), (), (), "")


def _newer(writer: Writer) -> Iterator[str]:
    """What newer versions than those agreed say."""
    pen, account = writer.pen, writer.project.account
    for row in account.rows:
        if row.newer_version is not None and row.newer_payable is not None:
            money = pen.money(row.newer_payable, account.currency)
            text = {"version": str(row.newer_version), "period": pen.period(row.period)}
            yield writer.say("statements.newer", money=money, **text)


def _method(writer: Writer) -> Iterator[Line]:
    project, contract = writer.project, writer.project.contract
    newest = project.sealed[project.stated[-1].period].method if project.stated else str(contract.method)
    yield Line(writer.say("method"), newest)
    option = contract.terms.option or ("B" if contract.method == "light-option-b" else "none")
    yield Line(writer.say("option"), writer.say(f"option.{option}"))
    if contract.terms.boundary:
        yield Line(writer.say("boundary"), contract.terms.boundary)


def _risks(writer: Writer) -> Iterator[Line]:
    """Findings of the newest statement, the gravest first."""
    project, pen = writer.project, writer.pen
    if not project.counted:
        return
    found = sorted(project.sealed[project.counted[-1].period].findings, key=lambda finding: -finding.severity)
    for finding in found[:_MOST_RISKS]:
        text = finding_text(finding.code, finding.data, pen.language, pen.energy)
        yield Line(pen.say(f"severity.{finding.severity}"), text)
    if len(found) > _MOST_RISKS:
        yield Line("", writer.say("risks.more", n=str(len(found) - _MOST_RISKS)))
    if not found:
        yield Line("", writer.say("risks.none"))

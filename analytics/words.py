"""A statement in words: the answer first, with its band."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import floor, isfinite, log10

from analytics.statement import Statement
from teplosvet.domain.contracts import KWH_PER_GCAL, TariffUnit
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.periods import Period
from teplosvet.words import figures
from teplosvet.words.language import Language

DECIMALS = 3
"""Of an energy in a table, as in the act."""

_WORDS = {
    Language.ENGLISH: {
        "saved": "{period}: {value} ± {half} {unit} saved ({confidence} %)",
        "not_proven": "{period}: no saving is proven, {value} ± {half} {unit} ({confidence} %)",
        "more_days": "about {days} more days like these would settle it",
        "baseline": "no number of days would settle it, the baseline is too weak",
        "refused": "{period}: nothing can be stated",
        "guarantee": "{share} % of the guarantee",
        "payable": "payable {money} {currency}",
        "gcal": "Gcal",
        "kwh": "kWh",
    },
    Language.RUSSIAN: {
        "saved": "За {period} сэкономлено {value} ± {half} {unit} ({confidence} %)",
        "not_proven": "За {period} экономия не доказана, {value} ± {half} {unit} ({confidence} %)",
        "more_days": "решат ещё около {days} таких же дней",
        "baseline": "никакое число дней не решит, слаба база",
        "refused": "За {period} утверждать нечего",
        "guarantee": "это {share} % гарантии",
        "payable": "к оплате {money} {currency}",
        "gcal": "Гкал",
        "kwh": "кВт·ч",
    },
}


def headline(statement: Statement, language: Language = Language.ENGLISH) -> str:
    """The answer in one sentence: what was saved, how sure that is, and what is paid."""
    words = _WORDS[language]
    period = period_in_words(statement.period, language)
    avoided, upper = statement.avoided_energy_kwh, statement.upper_kwh
    if avoided is None or upper is None:
        return words["refused"].format(period=period) + "."
    scale, unit = _unit(statement, language)
    decimals = _decimals(avoided * scale)
    value, half = (number(amount * scale, decimals, language) for amount in (avoided, upper - avoided))
    confidence = round(100 * statement.confidence)
    sentence = words["saved" if statement.proven else "not_proven"]
    parts = [sentence.format(period=period, value=value, half=half, unit=unit, confidence=confidence)]
    parts += _rest(statement, avoided, language)
    return ", ".join(parts) + "."


def _rest(statement: Statement, avoided_kwh: float, language: Language) -> list[str]:
    words, parts = _WORDS[language], []
    if statement.guarantee_kwh:
        share = round(100 * avoided_kwh / statement.guarantee_kwh)
        parts.append(words["guarantee"].format(share=share))
    settlement = statement.settlement
    if statement.proven and settlement is not None:
        money = number(float(settlement.payable), 2, language)
        parts.append(words["payable"].format(money=money, currency=settlement.currency))
    for finding in statement.findings:
        if finding.code is FindingCode.NOT_PROVEN and "more_days" in finding.data:
            parts.append(words["more_days"].format(days=finding.data["more_days"]))
        elif finding.code is FindingCode.NOT_PROVEN and finding.data.get("limited_by") == "baseline":
            parts.append(words["baseline"])
    return parts


def number(value: float | Decimal, decimals: int, language: Language) -> str:
    """A number as the language writes it, the same as in findings: ``1,234.5`` or ``1 234,5``."""
    return figures.number(value, decimals, language)


def day_in_words(day: date, language: Language) -> str:
    """A day as `period_in_words` writes it."""
    return f"{day:%d.%m.%Y}" if language is Language.RUSSIAN else f"{day}"


def period_in_words(period: Period, language: Language) -> str:
    """First and last day of a period; its end is the day after the last one."""
    last = period.end - timedelta(days=1)
    return f"{day_in_words(period.start, language)}–{day_in_words(last, language)}"


def in_unit(kwh: float, statement: Statement, decimals: int, language: Language) -> str:
    """An energy in the unit of the contract's tariff, with its unit."""
    scale, unit = _unit(statement, language)
    amount = (
        float(rounded_in_unit(Decimal(repr(float(kwh))), statement))
        if decimals == DECIMALS and isfinite(kwh)
        else kwh * scale
    )
    return f"{number(amount, decimals, language)} {unit}"


def rounded_in_unit(kwh: Decimal, statement: Statement) -> Decimal:
    """An energy in the unit of the contract's tariff, half up as the act rounds it. [kWh or Gcal]"""
    amount = kwh / KWH_PER_GCAL if statement.tariff.per is TariffUnit.GCAL else kwh
    return amount.quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)


def unit_word(statement: Statement, language: Language) -> str:
    """How that unit is written."""
    return _unit(statement, language)[1]


def _unit(statement: Statement, language: Language) -> tuple[float, str]:
    if statement.tariff.per is TariffUnit.GCAL:
        return 1 / float(KWH_PER_GCAL), _WORDS[language]["gcal"]
    return 1.0, _WORDS[language]["kwh"]


def _decimals(value: float) -> int:
    """Decimals with which a value has three significant figures, none of them for hundreds and more."""
    return sorted((0, 2 - floor(log10(abs(value))), 6))[1] if value else 1

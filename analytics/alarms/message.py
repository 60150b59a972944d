"""What a subscriber reads of alarms."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from analytics.alarms.delivery import Delivery
from teplosvet.words import figures
from teplosvet.words.alarms import ALARMS, alarm_text
from teplosvet.words.language import Language


def told(delivery: Delivery, language: Language) -> dict[str, Any]:
    """The body of a webhook: every alarm with its sentence."""
    alarms = [each | {"text": _sentence(each, delivery, language)} for each in delivery.events["alarms"]]
    return {"delivery": str(delivery.id), "total": delivery.events["total"], "alarms": alarms}


def subject(delivery: Delivery, language: Language) -> str:
    """The subject of a mail, one line."""
    alarms, words = delivery.events["alarms"], ALARMS[language]
    if delivery.events["total"] > 1:
        text = words["digest"].format(n=delivery.events["total"])
    else:
        text = f"{_place(alarms[0], language)}: {_sentence(alarms[0], delivery, language)}"
    return " ".join(f"Teplosvet: {text}".split())[:200]


def plain(delivery: Delivery, language: Language) -> str:
    """The mail as text."""
    lines = [_line(each, delivery, language) for each in delivery.events["alarms"]]
    return "\n\n".join([*lines, *_more(delivery, language), _footer(delivery, language)]) + "\n"


def as_html(delivery: Delivery, language: Language) -> str:
    """The mail as simple HTML; whatever was written by devices and people is escaped."""
    items = [f"<li>{escape(_line(each, delivery, language))}</li>" for each in delivery.events["alarms"]]
    more = "".join(f"<p>{escape(text)}</p>" for text in _more(delivery, language))
    return (
        f'<!doctype html><html lang="{language.value}"><body><h1>{escape(ALARMS[language]["title"])}</h1>'
        f"<ul>{''.join(items)}</ul>{more}<p><small>{escape(_footer(delivery, language))}</small></p></body></html>"
    )


def _line(event: Mapping[str, Any], delivery: Delivery, language: Language) -> str:
    words, zone = ALARMS[language], _zone(event, delivery)
    at = figures.instant(datetime.fromisoformat(event["at"]).astimezone(zone), language)
    severity = words[f"severity.{event['severity']}"]
    head = " · ".join((at, severity, words[event["event"]], _place(event, language)))
    return f"{head}\n{_sentence(event, delivery, language)}"


def _place(event: Mapping[str, Any], language: Language) -> str:
    parts = (event["building_title"] or ALARMS[language]["platform"], event["entrance"], event["device"])
    return ", ".join(part for part in parts if part)


def _sentence(event: Mapping[str, Any], delivery: Delivery, language: Language) -> str:
    return alarm_text(event["code"], event["data"], language, _zone(event, delivery))


def _zone(event: Mapping[str, Any], delivery: Delivery) -> ZoneInfo:
    return ZoneInfo(event["zone"] or delivery.zone)


def _more(delivery: Delivery, language: Language) -> list[str]:
    left = delivery.events["total"] - len(delivery.events["alarms"])
    return [ALARMS[language]["more"].format(n=left)] if left > 0 else []


def _footer(delivery: Delivery, language: Language) -> str:
    return ALARMS[language]["footer"].format(id=delivery.id)

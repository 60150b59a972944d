"""Alarms over HTTP: lists, acknowledging, notes, rules of a building, and who is told."""

import secrets
from collections.abc import Callable
from datetime import datetime, time
from typing import Annotated, Literal
from zoneinfo import available_timezones

import msgspec
from fastapi import APIRouter, Body, Depends, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.alarms.listings import JOURNAL, MAY_ACKNOWLEDGE, NOTES, OPEN
from analytics.alarms.people import acknowledge, add_note, override
from analytics.alarms.rules import RULES
from analytics.alarms.webhook import check_target
from teplosvet.access.audit import record
from teplosvet.access.guard import Person, needs
from teplosvet.access.principal import Principal, Role
from teplosvet.api.idempotency import Answer, Database, OnceOnly
from teplosvet.api.listing import Number, Word, add_listings, fetch_one
from teplosvet.api.tags import must_match, tag_of
from teplosvet.config import settings
from teplosvet.domain.alarms import AlarmCode
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.storage.queries import query
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.language import Language

router = APIRouter(tags=["alarms"])
add_listings(router, (OPEN, JOURNAL, NOTES))

AlarmOut = JOURNAL.model()
AlarmId = Annotated[Number, Path(description="Number of the alarm.")]
Operator = Annotated[Principal, Depends(needs(*MAY_ACKNOWLEDGE))]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Zone = Annotated[str, StringConstraints(max_length=60)]
Change = Callable[[Database, Principal, int, str], None]


class Asked(BaseModel):
    """What a change is asked with; a field that is none is an error."""

    model_config = ConfigDict(extra="forbid")


class NoteIn(Asked):
    """A note."""

    note: Text = Field("", description="What to write down.", examples=["The electrician comes tomorrow."])


@router.post(
    "/alarms/{alarm_id}/acknowledge",
    response_model=AlarmOut,
    summary="Acknowledge an alarm",
    openapi_extra={"parameters": [{"name": "If-Match", "in": "header", "schema": {"type": "string"}}]},
)
def acknowledge_alarm(
    request: Request,
    alarm_id: AlarmId,
    person: Operator,
    connection: Database,
    once: OnceOnly,
    asked: Annotated[NoteIn | None, Body()] = None,
) -> Response:
    """Say that somebody looks after it; twice is harmless. With `If-Match`, only if it is still as it was read."""
    return once.run(lambda: _changed(request, connection, alarm_id, person, acknowledge, asked.note if asked else ""))


@router.post("/alarms/{alarm_id}/note", response_model=AlarmOut, summary="Note something about an alarm")
def note_alarm(
    request: Request, alarm_id: AlarmId, person: Operator, connection: Database, once: OnceOnly, asked: NoteIn
) -> Response:
    """Write something down about it; notes are only ever added."""
    return once.run(lambda: _changed(request, connection, alarm_id, person, add_note, asked.note))


def _changed(
    request: Request, connection: Database, alarm_id: int, person: Principal, change: Change, note: str
) -> Answer:
    must_match(request, _tag(fetch_one(connection, JOURNAL, alarm_id)))
    change(connection, person, alarm_id, note)
    row = fetch_one(connection, JOURNAL, alarm_id)
    return Answer(row, headers={"ETag": _tag(row)})


def _tag(row: dict[str, object]) -> str:
    return tag_of(msgspec.json.encode(row))


class RuleOut(BaseModel):
    """When a condition is an alarm."""

    code: str = Field(description="What is wrong.")
    severity: int = Field(description="1 info, 2 warning, 3 critical.")
    threshold: float = Field(description="From where on it is wrong.")
    unit: str = Field(description="Unit of the threshold.")
    hold_s: int = Field(description="How long it has to hold before the alarm opens. [s]")
    clear_s: int = Field(description="How long it has to be gone before the alarm closes. [s]")


@router.get("/alarm-rules", summary="Rules of alarms")
def list_alarm_rules(_person: Person) -> list[RuleOut]:
    """The rules as they are where a building has none of its own."""
    return [
        RuleOut(
            code=rule.code.value,
            severity=rule.severity.value,
            threshold=rule.threshold,
            unit=rule.unit,
            hold_s=rule.hold_s,
            clear_s=rule.clear_s,
        )
        for rule in RULES
    ]


class OverrideIn(Asked):
    """What a building wants otherwise; null is the rule's own."""

    threshold: float | None = Field(None, allow_inf_nan=False, description="From where on it is wrong.")
    hold_s: int | None = Field(None, ge=0, le=2_592_000, description="How long it has to hold. [s]")
    clear_s: int | None = Field(None, ge=0, le=2_592_000, description="How long it has to be gone. [s]")
    enabled: bool = Field(True, description="Whether the building has this alarm at all.")


@router.put("/alarm-rules/{code}/buildings/{building}", summary="Set a rule for a building", response_model=OverrideIn)
def set_alarm_rule(
    code: AlarmCode,
    building: Annotated[Word, Path(description="Code of the building.")],
    person: Annotated[Principal, Depends(needs(Role.OPERATOR))],
    connection: Database,
    once: OnceOnly,
    asked: OverrideIn,
) -> Response:
    """Let a building have a threshold and times of its own, or switch the rule off there."""

    def work() -> Answer:
        override(connection, person, code, building, **asked.model_dump())
        return Answer(asked.model_dump())

    return once.run(work)


class SubscriptionIn(Asked):
    """Who wants to be told of what."""

    kind: Literal["webhook", "email"] = Field(description="How.")
    target: Annotated[str, StringConstraints(min_length=3, max_length=500)] = Field(
        description="An https URL, or an address.", examples=["duty@example.org"]
    )
    language: Language = Field(Language.ENGLISH, description="In which language.")
    least_severity: int = Field(2, ge=1, le=3, description="What weighs less is not told.")
    rules: Annotated[list[AlarmCode], Field(max_length=50)] | None = Field(
        None, description="Only these, null for all."
    )
    quiet_from: time | None = Field(None, description="From then on only what is critical is told, local time.")
    quiet_to: time | None = Field(None, description="Until then.")
    zone: Zone = Field("Europe/Moscow", description="Zone of the quiet hours.")
    digest_after: int = Field(10, ge=1, le=100, description="More alarms at once become one message.")


class SubscriptionOut(BaseModel):
    """A subscription of one's own."""

    subscription: int = Field(description="Its number.")
    kind: str = Field(description="How.")
    target: str = Field(description="Where to.")
    language: str = Field(description="In which language.")
    least_severity: int = Field(description="What weighs less is not told.")
    rules: list[str] | None = Field(description="Only these, null for all.")
    quiet_from: str | None = Field(description="Beginning of the quiet hours.")
    quiet_to: str | None = Field(description="Their end.")
    zone: str = Field(description="Zone of the quiet hours.")
    digest_after: int = Field(description="More alarms at once become one message.")
    made_at: datetime = Field(description="Since when.")
    waiting: int = Field(description="Messages that wait to be delivered.")
    last_error: str | None = Field(description="What went wrong last.")


class NewSubscription(BaseModel):
    """A subscription that was made."""

    subscription: int = Field(description="Its number.")
    secret: str = Field(description="What webhooks are signed with; it is told this once.")


@router.get("/alarm-subscriptions", summary="Who is told of alarms")
def list_alarm_subscriptions(person: Person, connection: Database) -> list[SubscriptionOut]:
    """Your own subscriptions, and whether they can be delivered."""
    rows = connection.execute(query("notifications", "mine"), {"owner": _owner(person)})
    return [SubscriptionOut(**dict(zip(SubscriptionOut.model_fields, row, strict=True))) for row in rows]


@router.post("/alarm-subscriptions", status_code=201, response_model=NewSubscription, summary="Be told of alarms")
def subscribe_to_alarms(person: Person, connection: Database, once: OnceOnly, asked: SubscriptionIn) -> Response:
    """Subscribe by webhook or e-mail to alarms of the buildings that you see now."""
    _check(asked)
    return once.run(lambda: _subscribe(connection, person, asked))


def _subscribe(connection: Database, person: Principal, asked: SubscriptionIn) -> Answer:
    secret = secrets.token_urlsafe(32)
    values = asked.model_dump(mode="python") | {
        "owner": _owner(person),
        "secret": secret,
        "language": asked.language.value,
        "rules": None if asked.rules is None else [code.value for code in asked.rules],
    }
    row = connection.execute(query("notifications", "subscribe"), values).fetchone()
    number = int(row[0]) if row else 0
    record(connection, person, "alarm.subscribed", str(number), kind=asked.kind, target=asked.target)
    return Answer({"subscription": number, "secret": secret}, 201)


@router.delete("/alarm-subscriptions/{subscription}", status_code=204, summary="Be told no more")
def unsubscribe_from_alarms(
    subscription: Annotated[Number, Path(description="Number of the subscription.")],
    person: Person,
    connection: Database,
) -> None:
    """End a subscription of your own; what waits to be delivered is dropped."""
    with connection.transaction():
        values = {"id": subscription, "owner": _owner(person)}
        if connection.execute(query("notifications", "unsubscribe"), values).rowcount == 0:
            raise UnknownNameError(f"no subscription has the number {subscription}")
        record(connection, person, "alarm.unsubscribed", str(subscription))


def _owner(person: Principal) -> str:
    return person.name if person.user_id is None else f"#{person.user_id}"


def _check(asked: SubscriptionIn) -> None:
    """What needs more than one field, or our settings."""
    if (asked.quiet_from is None) != (asked.quiet_to is None):
        raise _wrong("quiet_to", "missing", "")
    if asked.zone not in available_timezones():
        raise _wrong("zone", "string_type", "")
    if asked.kind == "webhook":
        try:
            check_target(asked.target, settings().webhook_hosts)
        except ConfigurationError as error:
            raise _wrong("target", "unreachable_target", str(error)) from error
    elif not _is_address(asked.target):
        raise _wrong("target", "unreachable_target", _("that is no address."))


def _is_address(text: str) -> bool:
    """One plain address; what could smuggle a header or a second receiver is none."""
    name, _at, domain = text.rpartition("@")
    return bool(name and domain) and text.isascii() and not any(sign in text for sign in ' ,;<>()[]\\"\t\r\n\0')


def _wrong(field: str, code: str, reason: str) -> RequestValidationError:
    return RequestValidationError(
        [{"loc": ("body", field), "type": code, "msg": reason, "input": None, "ctx": {"reason": reason}}]
    )

"""The job: looks at the rules when they are due, tells subscribers, and survives what fails."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import psycopg
from psycopg.rows import TupleRow

from analytics.alarms import metrics
from analytics.alarms.delivery import Send, deliver_due
from analytics.alarms.evaluation import evaluate, open_by_rule
from analytics.alarms.mail import Mails
from analytics.alarms.outbox import fill_outbox
from analytics.alarms.rules import RULES
from analytics.alarms.webhook import Webhooks
from analytics.job_log import logged
from teplosvet.config import Settings, settings
from teplosvet.domain.alarms import AlarmCode, AlarmRule
from teplosvet.domain.errors import TeplosvetError
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

log = logging.getLogger(__name__)

Connection = psycopg.Connection[TupleRow]

LOOK_EVERY_S = 5.0
"""How often deliveries are looked for. [s]"""
RETRY_EVERY_S = 10.0
"""How long the job rests after a failure. [s]"""


def senders(chosen: Settings) -> Mapping[str, Send]:
    """How each kind of subscription is told."""
    return {
        "webhook": Webhooks(chosen.webhook_hosts).send,
        "email": Mails(chosen.smtp_url, chosen.mail_from).send,
    }


def run(database_url: str, stop: threading.Event) -> None:
    """Work until `stop`. What fails is written down, raises an alarm, and is tried again."""
    while not stop.is_set():
        try:
            with connect(database_url, name="teplosvet-alarms") as connection:
                _work(connection, stop)
        except (psycopg.Error, TeplosvetError) as error:
            log.warning("alarms wait: %s", " ".join(str(error).split()))
        except Exception:
            log.exception("alarms failed")
        stop.wait(RETRY_EVERY_S)


def _work(connection: Connection, stop: threading.Event) -> None:
    while not (connection.execute(query("alarms", "sole")).fetchone() or (False,))[0]:
        if stop.wait(RETRY_EVERY_S):
            return
    due = Due(RULES, time.monotonic)
    ways = senders(settings())
    while not stop.is_set():
        rules = due.take()
        if rules:
            with logged(connection, "alarms"):
                evaluate(connection, datetime.now(UTC), rules)
                connection.execute(query("api", "forget"))
            for rule, count in open_by_rule(connection).items():
                metrics.OPEN.labels(rule).set(count)
        with logged(connection, "notify"):
            notify(connection, datetime.now(UTC), ways)
        stop.wait(LOOK_EVERY_S)


def notify(connection: Connection, now: datetime, ways: Mapping[str, Send]) -> dict[str, int]:
    """Tell subscribers what is new to them; what became of it."""
    fill_outbox(connection, now)
    outcome = deliver_due(connection, now, ways)
    for name, count in outcome.items():
        metrics.DELIVERIES.labels(name).inc(count)
    waiting, dead = connection.execute(query("notifications", "queue")).fetchone() or (0, 0)
    metrics.WAITING.set(waiting)
    metrics.DEAD.set(dead)
    return outcome


class Due:
    """Which rules are to be looked at now; all of them when the job begins."""

    def __init__(self, rules: tuple[AlarmRule, ...], clock: Callable[[], float]) -> None:
        self._rules, self._clock = rules, clock
        self._next: dict[AlarmCode, float] = {}

    def take(self) -> tuple[AlarmRule, ...]:
        """The rules whose time has come."""
        now = self._clock()
        found = tuple(rule for rule in self._rules if self._next.get(rule.code, now) <= now)
        self._next |= {rule.code: now + rule.every_s for rule in found}
        return found

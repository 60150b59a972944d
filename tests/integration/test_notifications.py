"""From an alarm to whoever is told: nothing is lost, a duplicate is known by its id, a flood is one message."""

import hashlib
import hmac
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.alarms.delivery import DEAD_AFTER, deliver_due, next_attempt
from analytics.alarms.job import notify
from analytics.alarms.mail import Mails
from analytics.alarms.outbox import DIGEST_EVERY, SHOWN, fill_outbox
from analytics.alarms.webhook import Webhooks
from teplosvet.stack.ports import free_port
from teplosvet.storage.database import connect
from tests.integration.notified import Receiver, child, mail_server, receiver
from tests.integration.rollup_site import Connection, House

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database) as found:
        House(found).building()
        yield found


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def subscribe(connection: Connection, kind: str, target: str, **own: object) -> int:
    values = {"owner": "me", "kind": kind, "target": target, "secret": "secret", "language": "en"} | own
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    row = connection.execute(
        f"INSERT INTO alarm_subscription ({names}) VALUES ({marks}) RETURNING id".encode(), tuple(values.values())
    ).fetchone()
    assert row is not None
    return int(row[0])


def alarms(connection: Connection, count: int, severity: int = 2, rule: str = "silent_device") -> None:
    connection.execute(
        "WITH a AS (INSERT INTO alarm (rule, subject, building_id, severity, opened_at, last_seen, data)"
        " SELECT %s, gen_random_uuid(), (SELECT min(id) FROM building), %s, %s, %s,"
        ' \'{"last_at": "2026-01-14T09:00:00+00:00"}\' FROM generate_series(1, %s) RETURNING id)'
        " INSERT INTO alarm_event (alarm_id, kind, at) SELECT id, 'opened', %s FROM a",
        (rule, severity, NOW, NOW, count, NOW),
    )


def states(connection: Connection) -> list[tuple[str, int]]:
    return connection.execute("SELECT state, attempts FROM alarm_delivery ORDER BY made_at, id").fetchall()


def test_a_webhook_is_signed_and_comes_once(connection: Connection, hook: Receiver) -> None:
    subscribe(connection, "webhook", hook.url, language="ru")
    alarms(connection, 1)
    ways = {"webhook": Webhooks(frozenset({hook.host})).send}
    assert notify(connection, NOW, ways) == {"sent": 1, "failed": 0, "dead": 0}
    assert notify(connection, NOW, ways) == {"sent": 0, "failed": 0, "dead": 0}
    headers, told, body = hook.got[0]
    assert len(hook.got) == 1
    stamp = headers["Teplosvet-Timestamp"]
    expected = hmac.new(b"secret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Teplosvet-Signature"] == f"sha256={expected}"
    assert headers["Teplosvet-Delivery"] == told["delivery"]
    assert told["alarms"][0]["text"] == "Устройство молчит с 14.01.2026\u00a012:00."
    assert told["alarms"][0]["building"] == "lenina-1"


def test_whoever_dies_in_between_loses_nothing_and_the_duplicate_has_the_same_id(
    connection: Connection, database: str, hook: Receiver
) -> None:
    subscribe(connection, "webhook", hook.url)
    alarms(connection, 3)
    for kills in (True, False):
        process = child(database, hook.host)
        hook.kill = process.pid if kills else None
        process.communicate("go\n", timeout=60)
        assert (process.returncode != 0) is kills
    ids = [told["delivery"] for _, told, _ in hook.got]
    assert len(ids) == 4
    assert len(set(ids)) == 3
    assert [state for state, _ in states(connection)] == ["sent"] * 3


def test_failures_are_tried_again_later_and_given_up_in_the_end(connection: Connection, hook: Receiver) -> None:
    subscribe(connection, "webhook", hook.url)
    alarms(connection, 1)
    ways = {"webhook": Webhooks(frozenset({hook.host})).send}
    hook.answers = [500, 302]
    assert notify(connection, NOW, ways)["failed"] == 1
    assert notify(connection, NOW + timedelta(seconds=29), ways)["failed"] == 0
    assert notify(connection, NOW + timedelta(seconds=31), ways)["failed"] == 1
    assert len(hook.got) == 2, "a redirect is not followed"
    assert notify(connection, NOW + timedelta(minutes=5), ways)["sent"] == 1
    assert states(connection) == [("sent", 3)]
    alarms(connection, 1)
    fill_outbox(connection, NOW)
    hook.answers = [503]
    assert deliver_due(connection, NOW + DEAD_AFTER + timedelta(hours=1), ways)["dead"] == 1
    assert next_attempt(1, NOW) - NOW == timedelta(seconds=30)
    assert next_attempt(40, NOW) - NOW == timedelta(hours=6)


def test_what_is_private_is_not_reached(connection: Connection, hook: Receiver) -> None:
    subscribe(connection, "webhook", hook.url)
    subscribe(connection, "webhook", f"https://localhost:{hook.port}/")
    alarms(connection, 1)
    assert notify(connection, NOW, {"webhook": Webhooks(frozenset()).send}) == {"sent": 0, "failed": 2, "dead": 0}
    assert hook.got == []
    errors = connection.execute("SELECT error FROM alarm_delivery ORDER BY subscription_id").fetchall()
    assert errors == [("only https is allowed",), ("localhost is not a public address",)]


def test_a_receiver_that_fails_keeps_no_other_waiting(connection: Connection, hook: Receiver) -> None:
    subscribe(connection, "webhook", f"http://127.0.0.1:{free_port()}/")
    subscribe(connection, "webhook", hook.url)
    alarms(connection, 5)
    ways = {"webhook": Webhooks(frozenset({"127.0.0.1"})).send}
    assert notify(connection, NOW, ways) == {"sent": 5, "failed": 1, "dead": 0}


def test_a_flood_is_one_message(connection: Connection, hook: Receiver) -> None:
    subscribe(connection, "webhook", hook.url)
    alarms(connection, 3500)
    ways = {"webhook": Webhooks(frozenset({hook.host})).send}
    assert notify(connection, NOW, ways)["sent"] == 1
    told = hook.got[0][1]
    assert (told["total"], len(told["alarms"])) == (3500, SHOWN)


def test_drops_that_never_end_are_gathered(connection: Connection, hook: Receiver) -> None:
    """One alarm a minute: ten messages, then one every quarter of an hour."""
    subscribe(connection, "webhook", hook.url)
    ways = {"webhook": Webhooks(frozenset({hook.host})).send}
    for minute in range(60):
        alarms(connection, 1)
        notify(connection, NOW + timedelta(minutes=minute), ways)
    assert len(hook.got) == 10 + (60 - 10) // (DIGEST_EVERY // timedelta(minutes=1))
    assert sum(told["total"] for _, told, _ in hook.got) >= 50


def test_each_hears_of_what_is_theirs(connection: Connection, hook: Receiver) -> None:
    other = House(connection).building("mira-4")
    whole = subscribe(connection, "webhook", hook.url, least_severity=1)
    subscribe(connection, "webhook", hook.url, least_severity=3)
    subscribe(connection, "webhook", hook.url, rules=["room_cold"])
    subscribe(connection, "webhook", hook.url, buildings=[other])
    alarms(connection, 2)
    fill_outbox(connection, NOW)
    found = connection.execute("SELECT subscription_id FROM alarm_delivery").fetchall()
    assert found == [(whole,), (whole,)]


def test_quiet_hours_hold_back_what_can_wait(connection: Connection, hook: Receiver) -> None:
    subscribe(connection, "webhook", hook.url, quiet_from="22:00", quiet_to="07:00", zone="Europe/Moscow")
    alarms(connection, 1)
    night = datetime(2026, 1, 14, 23, tzinfo=UTC)
    assert fill_outbox(connection, night) == 0
    assert fill_outbox(connection, night + timedelta(hours=5, minutes=1)) == 1
    alarms(connection, 1, severity=3)
    assert fill_outbox(connection, night + timedelta(days=1)) == 1


def test_a_mail_has_text_and_html_and_no_foreign_markup(connection: Connection) -> None:
    connection.execute("UPDATE building SET title = 'Ленина <script> 1'")
    subscribe(connection, "email", "duty@example.org", language="ru")
    subscribe(connection, "email", "nobody@example.org")
    alarms(connection, 1)
    port = free_port()
    with mail_server(port) as mailbox:
        ways = {"email": Mails(f"smtp://127.0.0.1:{port}", "teplosvet@example.org").send}
        assert notify(connection, NOW, ways) == {"sent": 1, "failed": 1, "dead": 0}
    (mail,) = mailbox.mails
    row = connection.execute("SELECT id::text FROM alarm_delivery WHERE state = 'sent'").fetchone()
    assert row is not None
    assert mail["Message-ID"] == f"<{row[0]}@example.org>"
    assert mail["Subject"].startswith("Teplosvet: Ленина <script> 1: Устройство молчит")
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "предупреждение" in text.get_content()
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


def test_a_mail_server_that_is_away_is_waited_for(connection: Connection) -> None:
    subscribe(connection, "email", "duty@example.org")
    alarms(connection, 1)
    port = free_port()
    ways = {"email": Mails(f"smtp://127.0.0.1:{port}", "teplosvet@example.org").send}
    assert notify(connection, NOW, ways)["failed"] == 1
    with mail_server(port) as mailbox:
        assert notify(connection, NOW + timedelta(minutes=1), ways)["sent"] == 1
    assert len(mailbox.mails) == 1
    assert notify(connection, NOW, {"email": Mails(None, "x").send})["failed"] == 0


def test_starttls_with_a_certificate_that_is_not_trusted_sends_nothing(connection: Connection, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate, key)
    subscribe(connection, "email", "duty@example.org")
    alarms(connection, 1)
    port = free_port()
    with mail_server(port, tls_context=served, require_starttls=True) as mailbox:
        url = f"starttls://localhost:{port}"
        assert notify(connection, NOW, {"email": Mails(url, "a@example.org").send})["failed"] == 1
        assert mailbox.mails == []
        trusting = ssl.create_default_context(cafile=str(certificate))
        later = NOW + timedelta(minutes=1)
        assert notify(connection, later, {"email": Mails(url, "a@example.org", trusting).send})["sent"] == 1
    assert len(mailbox.mails) == 1

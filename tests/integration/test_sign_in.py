"""Signing in as browsers and programs do it, with everything that somebody may send instead."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher

from teplosvet.access import accounts, tokens
from teplosvet.access.cookies import PLAIN
from teplosvet.access.first_start import ADMINISTRATOR, first_administrator
from teplosvet.access.passwords import hashed, is_outdated, matches
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.access.sign_in import FAILURES_OF_A_LOGIN, FAILURES_OF_AN_ADDRESS
from teplosvet.app import create_app
from teplosvet.storage.database import connect
from tests.integration.access_world import PASSWORD, populate
from tests.serving import asking
from tests.signed_in import bearer

HOSTILE = ("x" * 10_000, "a\0b", "\u202eadmin", "🏚️", "<script>alert(1)</script>", "' OR 1=1 --", "", "\ud7ff\uffff")


@dataclass(frozen=True)
class Place:
    url: str
    client: httpx.Client


@pytest.fixture(scope="module")
def place(module_database: str) -> Iterator[Place]:
    populate(module_database)
    with asking(create_app(module_database)) as client:
        yield Place(module_database, client)


@pytest.fixture(autouse=True)
def _afresh(place: Place) -> Iterator[None]:
    place.client.cookies.clear()
    place.client.cookies.set("lang", "en", domain="127.0.0.1")
    yield
    with connect(place.url) as connection:
        connection.execute("DELETE FROM sign_in_attempt")


def field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def enter(client: httpx.Client, login: str, password: str, **more: str) -> httpx.Response:
    form = client.get("/sign-in", headers={"Accept-Language": "en"}).text
    values = {"token": field(form, "token"), "login": login, "password": password, **more}
    return client.post("/sign-in", data=values, headers={"Accept-Language": "en"})


def csrf(client: httpx.Client) -> str:
    return field(client.get("/account").text, "csrf")


def test_a_person_signs_in_and_out(place: Place) -> None:
    assert place.client.get("/buildings/a").headers["location"] == "/sign-in?next=%2Fbuildings%2Fa"
    answer = enter(place.client, " Operator ", PASSWORD, next="/buildings/a")
    assert (answer.status_code, answer.headers["location"]) == (303, "/buildings/a")
    given = answer.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert place.client.get("/buildings/a").status_code == 200
    cookie = place.client.cookies[PLAIN]
    assert place.client.post("/sign-out", data={"csrf": csrf(place.client)}).headers["location"] == "/sign-in"
    replayed = httpx.get(f"{place.client.base_url}/account", cookies={PLAIN: cookie})
    assert replayed.status_code == 303, "an ended session is not taken again"


def test_a_session_is_new_at_every_sign_in(place: Place) -> None:
    place.client.cookies.set(PLAIN, "fixed-by-somebody-else", domain="127.0.0.1")
    enter(place.client, "operator", PASSWORD)
    with connect(place.url) as connection:
        assert (
            connection.execute(
                "SELECT 1 FROM account_session WHERE id_hash = sha256('fixed-by-somebody-else')"
            ).fetchone()
            is None
        )


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\x", "/a\nb"]
)
def test_next_stays_here(place: Place, where: str) -> None:
    assert enter(place.client, "operator", PASSWORD, next=where).headers["location"] == "/"


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_hostile_logins_and_passwords_are_wrong_ones(place: Place, text: str) -> None:
    answer = enter(place.client, text, text)
    assert answer.status_code == 401
    assert "Login or password is wrong." in answer.text
    assert "<script>" not in answer.text
    assert len(answer.text) < 10_000


def test_an_unknown_login_is_answered_as_a_wrong_password_is(place: Place) -> None:
    """With the same words and the same hash; the time is compared generously, two hashes against one would be seen."""
    shown = {login: enter(place.client, login, "wrong").text for login in ("operator", "nobody-here")}
    strip = lambda text, login: re.sub(r'value="[^"]*"|\d\d:\d\d \(Europe/Moscow\)', "", text).replace(login, "")
    assert strip(shown["operator"], "operator") == strip(shown["nobody-here"], "nobody-here")
    assert not matches(None, "anything")
    assert not matches("no hash at all", "anything")


def test_a_form_of_another_site_is_refused(place: Place) -> None:
    enter(place.client, "operator", PASSWORD)
    for values in ({}, {"csrf": "guessed"}, {"csrf": ""}):
        answer = place.client.post("/account/sessions/end", data=values, headers={"Accept-Language": "en"})
        assert answer.status_code == 403
        assert "no longer valid" in answer.text
    assert place.client.post("/account/sessions/end", json={}).status_code == 403
    said = {"X-CSRF-Token": csrf(place.client)}
    assert place.client.post("/account/sessions/end", headers=said).status_code == 303
    sign_in = place.client.post("/sign-in", data={"login": "operator", "password": PASSWORD, "token": "guessed"})
    assert sign_in.status_code == 403


def test_what_was_typed_comes_back_after_the_session_ended(place: Place) -> None:
    enter(place.client, "platform", PASSWORD)
    values = {"csrf": csrf(place.client), "login": "new.person", "name": "<b>Имя</b>", "password": "secret"}
    place.client.cookies.delete(PLAIN)
    origin = str(place.client.base_url).rstrip("/")
    again = place.client.post("/people/add", data=values, headers={"Origin": origin, "Accept-Language": "en"})
    assert again.status_code == 401
    assert "what you typed is kept" in again.text
    kept = re.search(r'name="kept" value="([^"]*)"', again.text)
    assert kept is not None
    assert "secret" not in kept[1]
    plain = kept[1].replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")
    shown = enter(place.client, "platform", PASSWORD, next="/people/add", kept=plain)
    assert shown.status_code == 200
    assert 'action="/people/add"' in shown.text
    assert "&lt;b&gt;Имя&lt;/b&gt;" in shown.text
    sent = {"csrf": field(shown.text, "csrf"), "login": "new.person", "name": "Имя"}
    assert (
        "One-time password of new.person"
        in place.client.post("/people/add", data=sent, headers={"Accept-Language": "en"}).text
    )
    place.client.cookies.delete(PLAIN)
    strange = place.client.post("/people/add", data=values, headers={"Origin": "https://evil.example"})
    assert 'name="kept"' not in strange.text, "what another site sends is not kept"


def test_failures_lock_a_login_out_and_two_workers_count_together(place: Place) -> None:
    with asking(create_app(place.url)) as other:
        clients = [place.client, other]

        def attempt(n: int) -> int:
            with httpx.Client(base_url=clients[n % 2].base_url, timeout=30) as client:
                return enter(client, "esco", f"wrong {n}").status_code

        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(attempt, range(16)))
        assert codes.count(401) == FAILURES_OF_A_LOGIN
        assert codes.count(429) == 16 - FAILURES_OF_A_LOGIN
        for client in clients:
            answer = enter(client, "esco", PASSWORD)
            assert answer.status_code == 429
            assert "Try again in 15 minutes." in answer.text
            assert enter(client, "verifier", PASSWORD).status_code == 303, "nobody else is kept out"
    with connect(place.url) as connection:
        connection.execute("UPDATE sign_in_attempt SET at = at - INTERVAL '16 minutes'")
        logged = connection.execute(
            "SELECT count(*) FROM audit_log WHERE action = 'sign_in.locked_out' AND subject = 'esco'"
        ).fetchone()
    assert logged is not None
    assert logged[0] >= 1
    assert enter(place.client, "esco", PASSWORD).status_code == 303


def test_an_address_is_slowed_down(place: Place) -> None:
    with connect(place.url) as connection:
        enter(place.client, "nobody-0", "wrong")
        connection.execute(
            "INSERT INTO sign_in_attempt (key) SELECT key FROM sign_in_attempt, generate_series(1, %s)"
            " WHERE id = (SELECT min(id) FROM sign_in_attempt)",
            (FAILURES_OF_AN_ADDRESS - 1,),
        )
    assert enter(place.client, "operator", PASSWORD).status_code == 429


def test_a_success_forgives_earlier_failures(place: Place) -> None:
    for _ in range(3):
        for _ in range(FAILURES_OF_A_LOGIN - 1):
            assert enter(place.client, "operator", "wrong").status_code == 401
        assert enter(place.client, "operator", PASSWORD).status_code == 303


def test_a_hash_of_yesterday_is_made_anew(place: Place) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    assert is_outdated(old)
    assert not is_outdated(hashed(PASSWORD))
    with connect(place.url) as connection:
        connection.execute("UPDATE account SET password_hash = %s WHERE login = 'verifier'", (old,))
        assert enter(place.client, "verifier", PASSWORD).status_code == 303
        row = connection.execute("SELECT password_hash FROM account WHERE login = 'verifier'").fetchone()
    assert row is not None
    assert row[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("change", ["ends_at = now()", "seen_at = now() - INTERVAL '12 hours 1 second'"])
def test_sessions_end_by_themselves(place: Place, change: str) -> None:
    enter(place.client, "operator", PASSWORD)
    assert place.client.get("/account").status_code == 200
    with connect(place.url) as connection:
        connection.execute(f"UPDATE account_session SET {change}".encode())
    assert place.client.get("/account").status_code == 303


def test_a_one_time_password_has_to_be_changed_first(place: Place) -> None:
    with connect(place.url) as connection:
        assert first_administrator(connection) is None, "somebody can sign in already"
        secret = accounts.add_account(connection, COMMAND_LINE, "newcomer", "Newcomer", organisation="city")
    enter(place.client, "newcomer", secret)
    assert place.client.get("/").headers["location"] == "/account/password"
    assert place.client.get("/api/v1/devices").status_code == 403
    form = place.client.get("/account/password")
    token = field(form.text, "csrf")
    for values, sentence in (
        ({"old": "wrong", "new": "long enough now", "again": "long enough now"}, "not the present"),
        ({"old": secret, "new": "short", "again": "short"}, "ten signs"),
        ({"old": secret, "new": "long enough now", "again": "other"}, "differ"),
        ({"old": secret, "new": secret, "again": secret}, "the old one"),
    ):
        answer = place.client.post(
            "/account/password", data={"csrf": token, **values}, headers={"Accept-Language": "en"}
        )
        assert answer.status_code == 422
        assert sentence in answer.text
    values = {"csrf": token, "old": secret, "new": "long enough now", "again": "long enough now"}
    assert place.client.post("/account/password", data=values).status_code == 303
    assert place.client.get("/").status_code == 200
    assert enter(place.client, "newcomer", secret).status_code == 401


def test_the_first_start_makes_an_administrator_once(database: str) -> None:
    with connect(database) as connection:
        secret = first_administrator(connection)
        assert secret is not None
        assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", secret)
        assert first_administrator(connection) is None
        found = accounts.accounts(connection)
        assert [(each.login, each.must_change_password, each.grants) for each in found] == [
            (ADMINISTRATOR, True, ["administrator platform"])
        ]
        for act in (
            lambda: accounts.set_locked(connection, COMMAND_LINE, ADMINISTRATOR, locked=True),
            lambda: accounts.revoke(
                connection, COMMAND_LINE, ADMINISTRATOR, accounts.Role.ADMINISTRATOR, accounts.Scope.parse("platform")
            ),
        ):
            with pytest.raises(accounts.FieldError, match="last administrator"):
                act()


def test_tokens_end_with_time_revocation_and_their_account(place: Place) -> None:
    with connect(place.url) as connection:
        headers = bearer(connection, "operator")
        ask = lambda: place.client.get("/api/v1/me", headers=headers).status_code
        assert ask() == 200
        kept = connection.execute("SELECT secret_hash, prefix FROM api_token ORDER BY id DESC LIMIT 1").fetchone()
        assert kept is not None
        assert headers["Authorization"][7:].encode() not in bytes(kept[0])
        accounts.set_locked(connection, COMMAND_LINE, "operator", locked=True)
        assert ask() == 401
        accounts.set_locked(connection, COMMAND_LINE, "operator", locked=False)
        assert ask() == 200
        connection.execute("UPDATE api_token SET expires_at = now() WHERE prefix = %s", (kept[1],))
        assert ask() == 401
        connection.execute("UPDATE api_token SET expires_at = NULL WHERE prefix = %s", (kept[1],))
        tokens.revoke_token(connection, COMMAND_LINE, kept[1], None)
        assert ask() == 401
    for wrong in ("Bearer", "Bearer x", "Basic b3BlcmF0b3I6eA==", "Bearer " + "x" * 5000):
        assert place.client.get("/api/v1/me", headers={"Authorization": wrong}).status_code == 401


def test_a_token_has_no_more_than_its_roles(place: Place) -> None:
    with connect(place.url) as connection:
        account_id = accounts.account_id_of(connection, COMMAND_LINE, "platform")
        secret = tokens.add_token(connection, COMMAND_LINE, account_id, "weak", roles=(accounts.Role.OPERATOR,))
        reading = bearer(connection, "platform")
    weak = {"Authorization": f"Bearer {secret}"}
    assert place.client.get("/api/v1/me", headers=weak).json()["roles"] == []
    assert place.client.get("/api/v1/devices", headers=weak).json() == []
    assert place.client.get("/people", headers=weak).status_code == 403
    assert place.client.post("/people/add", headers=reading, data={"login": "x"}).status_code == 403


def test_an_administrator_of_an_organisation_stays_in_it(place: Place) -> None:
    enter(place.client, "administrator", PASSWORD)
    shown = place.client.get("/people").text
    assert "operator" in shown
    assert "verifier" not in re.sub(r"<option.*?</option>", "", shown)
    token = csrf(place.client)
    post = lambda path, **values: (
        place.client.post(path, data={"csrf": token, **values}, headers={"Accept-Language": "en"}).status_code
    )
    assert post("/people/add", login="mine", name="Mine", organisation="city") == 200
    assert post("/people/grant", login="mine", role="installer", scope="building:a") == 303
    assert post("/people/add", login="theirs", name="Theirs", organisation="village") == 403
    assert post("/people/add", login="free", name="Free", organisation="") == 403
    for scope in ("organisation:village", "building:c", "contract:c-heat", "platform"):
        role = "administrator" if scope == "platform" else "operator"
        assert post("/people/grant", login="mine", role=role, scope=scope) == 403, scope
    assert post("/people/reset", login="esco") == 403
    assert post("/people/lock", login="platform", lock="yes") == 403
    assert post("/people/revoke", login="platform", role="administrator", scope="platform") == 403


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_hostile_fields_are_told_beside_the_field_and_kept(place: Place, text: str) -> None:
    enter(place.client, "platform", PASSWORD)
    values = {"csrf": csrf(place.client), "login": text, "name": text, "email": text, "organisation": ""}
    answer = place.client.post("/people/add", data=values, headers={"Accept-Language": "en"})
    assert answer.status_code == (200 if text == "a\0b" and "@" in text else 422)
    assert 'aria-invalid="true"' in answer.text
    assert "<script>" not in answer.text


def test_every_change_is_logged_with_who_where_and_of_which_request(place: Place) -> None:
    enter(place.client, "platform", PASSWORD)
    place.client.post("/account/tokens", data={"csrf": csrf(place.client), "name": "logged"})
    newest = place.client.get("/api/v1/audit?limit=1").json()[0]
    assert (newest["actor"], newest["action"], newest["subject"]) == ("platform", "token.added", "logged")
    assert newest["address"] == "127.0.0.1"
    assert re.fullmatch("[0-9a-f]{16}", newest["request_id"])
    with connect(place.url) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("DELETE FROM audit_log")
    assert "token.added" in place.client.get("/log").text


def test_behind_https_cookies_are_bound_to_the_host(place: Place) -> None:
    behind = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "Accept-Language": "en"}
    form = place.client.get("/sign-in", headers=behind)
    assert "max-age=31536000" in form.headers["strict-transport-security"]
    name, _, rest = form.headers["set-cookie"].partition("=")
    assert name == "__Host-teplosvet-form"
    assert "Secure" in rest
    cookie = {"Cookie": f"{name}={rest.split(';')[0]}"}
    values = {"token": field(form.text, "token"), "login": "operator", "password": PASSWORD}
    answer = place.client.post("/sign-in", data=values, headers={**behind, **cookie})
    assert "__Host-teplosvet=" in answer.headers["set-cookie"]
    assert "Path=/" in answer.headers["set-cookie"]
    assert place.client.get("/metrics", headers=behind).status_code == 401
    assert place.client.get("/metrics").status_code == 200

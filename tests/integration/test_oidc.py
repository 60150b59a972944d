"""Signing in with a provider: the right way, and every way in which somebody could pretend."""

from collections.abc import Iterator

import httpx
import pytest

from teplosvet.access.cookies import PLAIN
from teplosvet.app import create_app
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError
from teplosvet.storage.database import connect
from tests.integration.access_world import populate
from tests.integration.oidc_provider import CLIENT, SECRET, Provider, provider, question_of
from tests.serving import asking

BACK = "/sign-in/provider/back"


@pytest.fixture(scope="module")
def known() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def world(module_database: str) -> str:
    populate(module_database)
    return module_database


@pytest.fixture
def client(world: str, known: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setenv("TEPLOSVET_OIDC_ISSUER", known.issuer)
    monkeypatch.setenv("TEPLOSVET_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("TEPLOSVET_OIDC_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    known.lies, known.forged = {}, False
    with connect(world) as connection:
        connection.execute("DELETE FROM external_identity")
        connection.execute(
            "UPDATE account SET email = 'operator@city.example', locked_until = NULL WHERE login = 'operator'"
        )
    with asking(create_app(world)) as found:
        yield found
    settings.cache_clear()


def come_back(client: httpx.Client, known: Provider, **other: str) -> httpx.Response:
    left = client.get("/sign-in/provider?next=/buildings/a")
    question = question_of(left.headers["location"])
    assert question["code_challenge_method"] == "S256"
    assert left.headers["location"].startswith(known.issuer)
    back = {"code": known.authorize(question), "state": question["state"], **other}
    return client.get(BACK, params=back)


def test_an_account_is_linked_by_a_verified_address_once(client: httpx.Client, known: Provider, world: str) -> None:
    answer = come_back(client, known)
    assert (answer.status_code, answer.headers["location"]) == (303, "/buildings/a")
    assert client.get("/buildings/a").status_code == 200
    assert client.get("/buildings/c").status_code == 404
    known.lies = {"email": "changed@elsewhere.example"}
    assert come_back(client, known).status_code == 303, "the subject is known now, whatever its address"
    known.lies = {"sub": "somebody-else"}
    assert come_back(client, known).status_code == 403, "one identity of a provider an account"
    with connect(world) as connection:
        row = connection.execute("SELECT count(*) FROM external_identity").fetchone()
        connection.execute("UPDATE account SET locked_until = 'infinity' WHERE login = 'operator'")
    assert row == (1,)
    known.lies = {}
    client.cookies.delete(PLAIN)
    assert come_back(client, known).status_code == 403
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"sub": None},
        {"iat": 4_102_444_800},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "nobody@elsewhere.example"},
    ],
    ids=str,
)
def test_a_token_that_lies_lets_nobody_in(client: httpx.Client, known: Provider, lies: dict[str, object]) -> None:
    known.lies = lies
    assert come_back(client, known).status_code == 403
    assert PLAIN not in client.cookies


def test_a_forged_signature_lets_nobody_in(client: httpx.Client, known: Provider) -> None:
    known.forged = True
    assert come_back(client, known).status_code == 403
    assert PLAIN not in client.cookies


def test_another_browser_cannot_finish_a_sign_in(client: httpx.Client, known: Provider) -> None:
    question = question_of(client.get("/sign-in/provider").headers["location"])
    back = {"code": known.authorize(question), "state": question["state"]}
    assert httpx.get(f"{client.base_url}{BACK}", params=back).status_code == 403
    assert come_back(client, known, state="guessed").status_code == 403


def test_a_state_is_good_for_once(client: httpx.Client, known: Provider) -> None:
    question = question_of(client.get("/sign-in/provider").headers["location"])
    for status in (303, 403):
        back = {"code": known.authorize(question), "state": question["state"]}
        assert client.get(BACK, params=back).status_code == status


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://login.example"])
def test_a_provider_has_to_speak_https(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv("TEPLOSVET_OIDC_ISSUER", issuer)
    monkeypatch.setenv("TEPLOSVET_OIDC_CLIENT_ID", CLIENT)
    settings.cache_clear()
    with pytest.raises(ConfigurationError, match="TEPLOSVET_OIDC_ISSUER must start with https"):
        settings()
    settings.cache_clear()

"""Signing in with an OpenID Connect provider: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from psycopg.rows import TupleRow

from teplosvet.access.sessions import digest
from teplosvet.config import Settings
from teplosvet.domain.errors import ForbiddenError, ServiceUnavailableError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by a private key; none and HMAC are refused."""
TIMEOUT_S = 5
LEEWAY_S = 60


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in at the provider: where to send the browser, and what it has to bring back."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Identified:
    """Who the provider says it is, and where they wanted to go."""

    issuer: str
    subject: str
    verified_email: str | None
    next_path: str


def begin(connection: Connection, chosen: Settings, redirect_uri: str, next_path: str) -> Begun:
    """Begin a sign-in at the provider.

    Raises:
        ServiceUnavailableError: If the provider does not answer.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    values = {"state_hash": digest(state), "nonce": nonce, "verifier": verifier, "next": next_path}
    connection.execute(query("access", "add_oidc_request"), values)
    question = {
        "response_type": "code",
        "client_id": chosen.oidc_client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]
        "code_challenge_method": "S256",
    }
    endpoint = _discovered(chosen)["authorization_endpoint"]
    return Begun(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(question)}", state)


def finish(connection: Connection, chosen: Settings, redirect_uri: str, state: str, code: str) -> Identified:
    """Trade the code for an identity; a state is good for once.

    Raises:
        ForbiddenError: If the state is not ours, or the provider's token is not to be believed.
        ServiceUnavailableError: If the provider does not answer.
    """
    rows = connection.execute(query("access", "take_oidc_request"), {"state_hash": digest(state)}).fetchall()
    request = next((row for row in rows if row[0]), None)
    if request is None:
        raise ForbiddenError("this sign-in has ended: begin again")
    _, nonce, verifier, next_path = request
    found = _discovered(chosen)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": chosen.oidc_client_id,
        "code_verifier": verifier,
    }
    if chosen.oidc_client_secret:
        body["client_secret"] = chosen.oidc_client_secret
    answer = _asked("POST", found["token_endpoint"], body)
    claims = claims_of(str(answer.get("id_token", "")), _asked("GET", found["jwks_uri"]), chosen, nonce)
    verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
    email = str(claims["email"]).casefold() if verified else None
    return Identified(str(chosen.oidc_issuer), str(claims["sub"]), email, next_path)


def claims_of(id_token: str, keys: Mapping[str, Any], chosen: Settings, nonce: str) -> Mapping[str, Any]:
    """The claims of an ID token that is signed by the provider, for us, now, and for this sign-in.

    Raises:
        ForbiddenError: If it is not (OpenID Connect Core 1.0, section 3.1.3.7).
    """
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": str(chosen.oidc_issuer)},
        aud={"essential": True, "value": chosen.oidc_client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        token = jwt.decode(id_token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        rules.validate(token.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ForbiddenError(f"the provider's token is not to be believed: {error}") from error
    audience = token.claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and token.claims.get("azp") != chosen.oidc_client_id:
        raise ForbiddenError("the provider's token is for somebody else")
    return token.claims


def account_of(connection: Connection, who: Identified) -> tuple[int, str, str] | None:
    """The account of an identity with name and language: linked before, or now by an e-mail that is verified."""
    values = {"issuer": who.issuer, "subject": who.subject, "email": who.verified_email}
    row = connection.execute(query("access", "external_account"), values).fetchone()
    if row is None and who.verified_email:
        row = connection.execute(query("access", "link_by_email"), values).fetchone()
    if row is None:
        return None
    brief = connection.execute(query("access", "account_brief"), {"account_id": row[0]}).fetchone()
    return None if brief is None else (int(row[0]), str(brief[1]), str(brief[2]))


def _discovered(chosen: Settings) -> Mapping[str, Any]:
    issuer = str(chosen.oidc_issuer)
    found = _asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ForbiddenError(f"{issuer} says that it is {found.get('issuer')}")
    return found


def _asked(method: str, url: str, body: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    try:
        answer = httpx.request(method, url, data=body, timeout=TIMEOUT_S, follow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ServiceUnavailableError(f"the sign-in provider does not answer: {error}") from error
    if not isinstance(found, dict):
        raise ServiceUnavailableError("the sign-in provider does not answer with JSON")
    return found

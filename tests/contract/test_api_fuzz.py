"""schemathesis over the OpenAPI document on a populated database: no server error, no answer that it does not have.

schemathesis makes the requests and judges the answers; httpx carries them over a real connection.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI, Query
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from tests.acceptance import console_site
from tests.acceptance.console_run import database
from tests.signed_in import administrator_session, signed_in_client

BOUNDED = settings(
    max_examples=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
"""Who may ask is the business of tests of access."""

HOSTILE = (
    *("\0", "%00", "x" * 10_000, "9" * 400, "-1", "1e400", "NaN", "", " ", "null", "[]", "true"),
    *("0000-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
    *("'; DROP TABLE alarm; --", "<script>", "\u202eabc", "💡", "../../etc/passwd"),
)


def faults(client: httpx.Client, document: dict[str, Any]) -> list[str]:
    """What schemathesis finds wrong with answers to what it makes of a document, right requests and wrong ones."""
    found: list[str] = []
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:

            @seed(20260105)
            @BOUNDED
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case) -> None:
                try:
                    answer = sent(client, case)
                except httpx.ReadError:  # after an error the server closes, whatever of the request still comes
                    found.append(f"{case.method} {case.formatted_path}: Server error: no answer")
                    return
                if answer is not None:
                    try:
                        case.validate_response(answer, checks=CHECKS)
                    except BaseExceptionGroup as error:
                        whole = "; ".join(str(each) for each in error.exceptions)
                        found.append(f"{case.method} {answer.url}: {error.message} {whole} {answer.text[:300]}")

            try:
                ask()
            except (
                Unsatisfiable,
                schemathesis.errors.SchemathesisError,
            ):  # nothing wrong can be said to an operation without fields
                continue
    return found


def sent(client: httpx.Client, case: schemathesis.Case) -> httpx.Response | None:
    """The answer, or None if the request is none that HTTP could carry."""
    kwargs = case.as_transport_kwargs(base_url=str(client.base_url))
    wanted = {name: kwargs[name] for name in ("method", "url", "params", "json", "cookies") if kwargs.get(name)}
    try:
        request = client.build_request(**wanted, headers=dict(kwargs["headers"]), content=kwargs.get("data"))
    except (httpx.InvalidURL, ValueError, TypeError):
        return None
    try:
        return client.send(request)
    except (httpx.LocalProtocolError, httpx.RemoteProtocolError):
        return None


@pytest.fixture(scope="module")
def address(plain_postgres: EmbeddedPostgres) -> Iterator[str]:
    with database(plain_postgres) as url:
        with connect(url) as connection:
            console_site.populate(connection)
            connection.execute(
                "INSERT INTO alarm (rule, subject, severity, opened_at, last_seen)"
                " SELECT 'silent_device', n, 2, now(), now() FROM generate_series(1, 3) n"
            )
        administrator_session(url)
        with serving(create_app(url)) as found:
            yield found


# The application's threads live in this process: its pool of connections may throw dice while a request is made up.
DICE_OF_OTHERS = pytest.mark.filterwarnings("ignore:Do not use the `random` module:FutureWarning")


@DICE_OF_OTHERS
def test_whatever_is_sent_the_answer_is_in_the_document(address: str) -> None:
    with signed_in_client(address) as client:
        document = client.get("/api/openapi.json").json()
        assert faults(client, document) == []


def test_hostile_values_are_problems(address: str) -> None:
    with signed_in_client(address) as client:
        document = client.get("/api/openapi.json").json()
        for path, item in document["paths"].items():
            for method, operation in item.items():
                named = [p for p in operation.get("parameters", []) if p["in"] in {"query", "path"}]
                for value in HOSTILE:
                    target = path
                    for parameter in named:
                        target = target.replace("{" + parameter["name"] + "}", httpx.QueryParams({"x": value})["x"])
                    try:
                        request = client.build_request(
                            method.upper(),
                            target if "\0" not in target else path,
                            params={p["name"]: value for p in named if p["in"] == "query"},
                            content=f'{{"note": "{value}", "kind": "{value}"}}'.encode() if method != "get" else None,
                            headers={"Content-Type": "application/json"},
                        )
                    except httpx.InvalidURL:
                        continue
                    answer = client.send(request)
                    assert answer.status_code < 500, (method, path, value, answer.text)
                    if path.startswith("/api/") and answer.status_code >= 400:
                        assert answer.headers["content-type"] == "application/problem+json", (method, path, value)


def planted() -> FastAPI:
    app = FastAPI(openapi_url="/api/openapi.json")

    @app.get("/half")
    def half(n: Annotated[int, Query(ge=0, le=3)]) -> int:
        return 1 // (3 - n)

    @app.get("/typed")
    def typed(n: Annotated[int, Query(ge=0, le=3)]) -> dict[str, int]:
        return {"n": n}

    return app


@DICE_OF_OTHERS
def test_a_planted_bug_is_found() -> None:
    """Negative control: one operation divides by zero, the document of the other promises another type."""
    with serving(planted()) as found, httpx.Client(base_url=found) as client:
        document = client.get("/api/openapi.json").json()
        document["paths"]["/typed"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
            "type": "string"
        }
        told = "\n".join(faults(client, document))
    assert "Server error" in told
    assert "/half?n=3" in told
    assert "Response violates schema" in told

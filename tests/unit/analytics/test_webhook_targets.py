"""Where webhooks may go: nowhere that only we can reach, whatever the name says."""

import ipaddress
import socket

import pytest

from analytics.alarms import webhook
from analytics.alarms.delivery import UndeliveredError
from analytics.alarms.webhook import check_target, is_public, resolve, signature
from teplosvet.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://user:secret@example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/",
        "https://[fe80::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0.0.0.0/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https:///nowhere",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "",
    ],
)
def test_it_may_not_go_there(url: str) -> None:
    with pytest.raises(ConfigurationError):
        check_target(url, frozenset())


def test_it_may_go_to_the_public_and_to_what_is_allowed() -> None:
    assert check_target("https://example.org/hook?x=1", frozenset()).hostname == "example.org"
    assert check_target("http://10.0.0.7:9000/x", frozenset({"10.0.0.7:9000"})).port == 9000
    with pytest.raises(ConfigurationError):
        check_target("http://10.0.0.7:9001/x", frozenset({"10.0.0.7:9000"}))


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4010::1"])
def test_public_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["100.64.0.1", "224.0.0.1", "2002:7f00:1::", "::", "fd00::1", "198.18.0.1"])
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_a_name_is_asked_once_and_every_answer_must_be_public(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(host: str, port: int, **_words: object) -> list[tuple[object, ...]]:
        asked.append(host)
        addresses = ("8.8.8.8", "127.0.0.1") if host == "rebinding.example" else ("8.8.8.8",)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(webhook.socket, "getaddrinfo", answer)
    with pytest.raises(UndeliveredError, match="not a public address"):
        resolve("rebinding.example", 443, known=False)
    assert resolve("good.example", 443, known=False) == ("8.8.8.8", 443)
    assert asked == ["rebinding.example", "good.example"]


def test_a_signature_covers_time_and_body() -> None:
    """Reference: `printf '1700000000.{}' | openssl dgst -sha256 -hmac secret`."""
    signed = "sha256=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
    assert signature("secret", "1700000000", b"{}") == signed
    assert signature("secret", "1700000001", b"{}") != signed
    assert signature("other", "1700000000", b"{}") != signed

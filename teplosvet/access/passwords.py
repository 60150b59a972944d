"""Passwords: argon2id, and what is asked of a new one."""

import secrets
from enum import StrEnum
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 256
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without signs that look alike."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane."""

_AT_ONCE = BoundedSemaphore(4)
"""A flood of sign-ins costs 76 MiB and not a gigabyte."""


class PasswordFault(StrEnum):
    """What is wrong with a new password."""

    SHORT = "short"
    LONG = "long"
    LOGIN = "login"
    SAME = "same"


def fault_of(password: str, login: str) -> PasswordFault | None:
    """What is wrong with a new password, None if nothing is: length counts, signs of every kind do not."""
    if len(password) < SHORTEST:
        return PasswordFault.SHORT
    if len(password) > LONGEST:
        return PasswordFault.LONG
    return PasswordFault.LOGIN if password.casefold() == login.casefold() else None


def hashed(password: str) -> str:
    """The hash that is kept."""
    with _AT_ONCE:
        return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one; without an account or a password of its own it takes as long to say no."""
    with _AT_ONCE:
        try:
            fits = _HASHER.verify(kept or _nobodys(), password[: LONGEST + 1].encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return fits and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


def one_time_password() -> str:
    """80 random bits that can be read out over a telephone."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_bytes(16))

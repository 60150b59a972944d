"""One root error and its few children; the docstring is the message."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class TeplosvetError(Exception):
    """Something that Teplosvet cannot do, said in one sentence."""

    def __str__(self) -> str:
        return super().__str__() or (self.__doc__ or "").strip()


class ConfigurationError(TeplosvetError):
    """The settings do not fit together."""


class AlreadyRunningError(TeplosvetError):
    """Teplosvet already runs on this data folder."""


class NotRunningError(TeplosvetError):
    """Teplosvet does not run here: start it with `teplosvet serve`, or set TEPLOSVET_DATABASE_URL and _MQTT_URL."""


class ServiceUnavailableError(TeplosvetError):
    """The database or the broker does not answer."""


class InvalidFileError(TeplosvetError):
    """A file does not say what was expected.

    Args:
        file: The file's name.
        line: The line, counted from 1, or None if the whole file is meant.
        field: The field or column.
        expected: What was expected there.
    """

    def __init__(self, file: str, line: int | None, field: str | None, expected: str) -> None:
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {f'{field}: ' if field else ''}{expected}")
        self.file, self.line, self.field, self.expected = file, line, field, expected


class UnknownNameError(TeplosvetError):
    """A name that nothing in the registry has."""


class ForbiddenError(TeplosvetError):
    """Somebody asks for what they have no right to."""


class NotSignedInError(TeplosvetError):
    """Nobody has signed in, or the session has ended: sign in, or send `Authorization: Bearer` with a token."""


class StaleFormError(ForbiddenError):
    """The form is not of this session: open the page again."""


class PasswordChangeError(ForbiddenError):
    """The one-time password has to be changed first."""


class NotEnoughDataError(TeplosvetError):
    """There are not enough readings for an answer that could be stood for."""


class MessageError(TeplosvetError):
    """A message that is not what the wire contract says; `reason` is the code that quarantine lists it under."""

    def __init__(self, reason: str, detail: str, data: Mapping[str, str | float | int] | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.data = reason, detail, dict(data or {})


class FieldError(NamedTuple):
    """What is wrong with one field of what a person sent.

    Attributes:
        field: Its name, as it was sent.
        code: A word for programs, the same in every language.
        message: A sentence for the person: what is wrong and what to do.
    """

    field: str
    code: str
    message: str


class RefusedError(TeplosvetError):
    """What was sent cannot be taken.

    Args:
        errors: What is wrong, by field.
        conflict: Whether it contradicts what is there, and not itself.
    """

    def __init__(self, errors: Sequence[FieldError], *, conflict: bool = False) -> None:
        super().__init__(" ".join(f"{each.field}: {each.message}" for each in errors))
        self.errors, self.conflict = tuple(errors), conflict

"""Evidence files: of bearable size, and of a kind that their bytes say, whatever they are called."""

import hashlib
import io
import zipfile
from pathlib import Path

from teplosvet.domain.adjustments import Evidence
from teplosvet.domain.errors import ConfigurationError, InvalidFileError

GREATEST_FILE = 10 * 1024 * 1024
"""A scanned protocol with photographs. [bytes]"""

_BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_NAME_LENGTH = 120


def media_type_of(body: bytes) -> str | None:
    """What the bytes of a file are, None of a kind that is no evidence: a program, a page with scripts."""
    for beginning, media_type in _BEGINNINGS:
        if body.startswith(beginning):
            return media_type
    if body.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(body)):
        return "application/zip"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text/plain" if all(letter.isprintable() or letter in "\r\n\t\ufeff" for letter in text) else None


def evidence_of(name: str, body: bytes) -> Evidence:
    """What is known of a file.

    Raises:
        InvalidFileError: If it is empty, too large or of a kind that is not kept.
    """
    shown = file_name(name)
    if not body:
        raise InvalidFileError(shown, None, None, "expected evidence, got an empty file")
    if len(body) > GREATEST_FILE:
        raise InvalidFileError(shown, None, None, f"expected at most {GREATEST_FILE // 1024 // 1024} MB of evidence")
    media_type = media_type_of(body)
    if media_type is None:
        raise InvalidFileError(shown, None, None, "expected PDF, PNG, JPEG, plain text or an Office file")
    return Evidence(shown, media_type, len(body), hashlib.sha256(body).hexdigest())


def file_name(name: str) -> str:
    """The last part of a name, in letters that can be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:_NAME_LENGTH].strip() or "evidence"


def read_evidence(path: Path) -> tuple[str, bytes]:
    """Name and bytes of a file; of a too large one only as much as tells that.

    Raises:
        ConfigurationError: If it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return path.name, stream.read(GREATEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"--evidence: {getattr(error, 'strerror', None) or error}: {file_name(str(path))}"
        ) from None

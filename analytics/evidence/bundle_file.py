"""The zip file of a bundle: written with the same bytes each time, opened as if an enemy had sent it."""

import hashlib
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from analytics.digests import code_version
from analytics.evidence.contents import FORMAT, Bundle, Devices, FileDigest, Manifest, Terms
from analytics.evidence.packing import HEAT_STATES, TABLES, pack, unpack
from analytics.ledger.evidence_file import GREATEST_FILE as GREATEST_EVIDENCE
from teplosvet.domain.errors import InvalidFileError

FILES = ("contract.json", "devices.json", "statement.json", *TABLES)
MANIFEST = "manifest.json"
EVIDENCE = "evidence/"
"""Before the sha256 of a file behind an adjustment."""
GREATEST_FILE = 1 << 30
"""Of one file unpacked. [bytes]"""
GREATEST_JSON = 1 << 25
"""Of one JSON file. [bytes]"""
GREATEST_BUNDLE = 3 << 29
"""Of all files unpacked. [bytes]"""
MOST_DEVICE_DAYS = 2_000_000
"""Days of devices: 2,000 devices for three years. [d]"""

_EVIDENCE_FILE = re.compile(r"evidence/[0-9a-f]{64}")
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can say: when a bundle was written is no evidence."""

_UNREADABLE = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

Value = TypeVar("Value")


def write_bundle(path: Path, bundle: Bundle) -> Manifest:
    """Write a bundle; the same bundle gives the same bytes.

    Raises:
        InvalidFileError: If the file cannot be written.
    """
    body, manifest = bundle_bytes(bundle)
    write_bytes(path, body)
    return manifest


def bundle_bytes(bundle: Bundle) -> tuple[bytes, Manifest]:
    """The zip of a bundle, and its manifest."""
    files: dict[str, bytes] = {
        "contract.json": msgspec.json.format(msgspec.json.encode(bundle.terms)),
        "devices.json": msgspec.json.encode(Devices(bundle.boundary.serials, bundle.boundary.devices)),
        "statement.json": bundle.statement,
        **pack(bundle),
        **{f"{EVIDENCE}{digest}": body for digest, body in bundle.evidence.items()},
    }
    manifest = manifest_of(bundle, files)
    text = msgspec.json.format(msgspec.json.encode(manifest))
    return zipped({MANIFEST: text, **files}), manifest


def write_bytes(path: Path, body: bytes) -> None:
    """Write a zip whole or not at all.

    Raises:
        InvalidFileError: If the file cannot be written.
    """
    draft = path.with_name(path.name + ".draft")
    try:
        draft.write_bytes(body)
        draft.replace(path)
    except OSError as error:
        raise InvalidFileError(str(path), None, None, f"cannot be written ({error.strerror})") from None


def manifest_of(bundle: Bundle, files: Mapping[str, bytes]) -> Manifest:
    """What the manifest says of files."""
    terms = bundle.terms
    return Manifest(
        format=FORMAT,
        code=code_version(),
        contract=terms.contract.code,
        period=terms.period,
        version=bundle.version,
        made_at=bundle.made_at,
        digest=hashlib.sha256(files["statement.json"]).hexdigest(),
        files={name: FileDigest(len(data), hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())},
    )


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as a zip, by name."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _FIRST_DATE)
            info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, data, compresslevel=6)
    return out.getvalue()


def read_files(path: Path) -> dict[str, bytes]:
    """The files of a bundle; nothing is written to disk, whatever they are called.

    Raises:
        InvalidFileError: If it is no zip file with just the files of a bundle, each of a size that is bearable.
    """
    return files_in(str(path), path)


def files_in(name: str, source: Path | BytesIO) -> dict[str, bytes]:
    """The files of a bundle on disk or in memory.

    Raises:
        InvalidFileError: As `read_files`.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check_entries(name, entries)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except FileNotFoundError:
        raise InvalidFileError(name, None, None, "expected a file that exists") from None
    except _UNREADABLE as error:
        told = " ".join(str(error).split())[:120] or type(error).__name__
        raise InvalidFileError(name, None, None, f"expected a whole evidence bundle ({told})") from None


def _check_entries(path: str, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    missing = sorted({MANIFEST, *FILES} - set(names))
    if missing:
        raise InvalidFileError(path, None, None, f"expected an evidence bundle with {missing[0]}")
    foreign = sorted(
        name for name in set(names) - {MANIFEST, HEAT_STATES, *FILES} if not _EVIDENCE_FILE.fullmatch(name)
    )
    if foreign or len(names) != len(set(names)):
        told = repr(foreign[0][:60]) if foreign else "a file twice"
        raise InvalidFileError(path, None, None, f"expected the files of an evidence bundle and no others, got {told}")
    for entry in entries:
        most = GREATEST_JSON if entry.filename.endswith(".json") else GREATEST_FILE
        most = GREATEST_EVIDENCE if entry.filename.startswith(EVIDENCE) else most
        if entry.file_size > most:
            raise InvalidFileError(f"{path}/{entry.filename}", None, None, f"expected at most {most:,} bytes unpacked")
    if sum(entry.file_size for entry in entries) > GREATEST_BUNDLE:
        raise InvalidFileError(path, None, None, f"expected at most {GREATEST_BUNDLE:,} bytes unpacked")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The entry's bytes; what is longer than its header says is not read."""
    with archive.open(entry) as stream:
        data = stream.read(entry.file_size)
        if len(data) != entry.file_size or stream.read(1):
            raise InvalidFileError(entry.filename, None, None, "expected as many bytes as the zip file says")
    return data


def manifest_in(files: Mapping[str, bytes]) -> Manifest:
    """The manifest among files.

    Raises:
        InvalidFileError: If it is of another format.
    """
    manifest = _json(MANIFEST, files[MANIFEST], Manifest)
    if manifest.format != FORMAT:
        raise InvalidFileError(MANIFEST, None, "format", f"expected {FORMAT}, got {manifest.format[:60]!r}")
    return manifest


def wrong_digest(files: Mapping[str, bytes], manifest: Manifest) -> tuple[str, str | int, str | int] | None:
    """The first file that is not what the manifest says: what of it, the value there, and its own; None if all are."""
    more = [HEAT_STATES] if HEAT_STATES in files else []
    for name in (*FILES, *more, *evidence_names(files)):
        stated, own = manifest.files.get(name), hashlib.sha256(files[name]).hexdigest()
        if stated is None or stated.sha256 != own:
            return f"sha256 of {name}", "none" if stated is None else stated.sha256, own
        if stated.bytes != len(files[name]):
            return f"bytes of {name}", stated.bytes, len(files[name])
    own = hashlib.sha256(files["statement.json"]).hexdigest()
    return None if manifest.digest == own else ("sha256 of statement.json", manifest.digest, own)


def bundle_in(files: Mapping[str, bytes], version: int, made_at: datetime) -> Bundle:
    """The bundle that files hold.

    Raises:
        InvalidFileError: If a file does not say what is expected, or more than can be looked at.
    """
    terms = _json("contract.json", files["contract.json"], Terms)
    devices = _json("devices.json", files["devices.json"], Devices)
    for key in (terms.place.zone, *(device.zone for device in devices.devices)):
        try:
            ZoneInfo(key)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidFileError("contract.json", None, "zone", f"expected a time zone, got {key[:60]!r}") from None
    evidence = _evidence(files, terms)
    bundle = replace(unpack(files, terms, devices, version, made_at), evidence=evidence)
    if sum(span.days for span in bundle.spans) * (1 + len(devices.devices)) > MOST_DEVICE_DAYS:
        raise InvalidFileError("devices.json", None, None, f"expected at most {MOST_DEVICE_DAYS:,} days of devices")
    return bundle


def evidence_names(files: Mapping[str, bytes]) -> list[str]:
    """Names of the files behind adjustments."""
    return sorted(name for name in files if name.startswith(EVIDENCE))


def _evidence(files: Mapping[str, bytes], terms: Terms) -> dict[str, bytes]:
    """Just the files that the ledger names."""
    wanted = {f"{EVIDENCE}{entry.evidence.sha256}" for entry in terms.ledger}
    for name in sorted(wanted ^ set(evidence_names(files))):
        raise InvalidFileError(name, None, None, "expected just the evidence that the ledger in contract.json names")
    return {name.removeprefix(EVIDENCE): files[name] for name in sorted(wanted)}


def _json(name: str, data: bytes, kind: type[Value]) -> Value:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InvalidFileError(name, None, None, " ".join(str(error).split())[:200]) from None

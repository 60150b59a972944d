"""Bundles kept with what the parties sign: what they rest on may change in the database, their bytes do not."""

import hashlib
from io import BytesIO

import psycopg
from psycopg.types.range import DateRange

from analytics.evidence.bundle_file import bundle_bytes, bundle_in, files_in, manifest_in
from analytics.evidence.contents import Bundle
from analytics.evidence.gather import load_bundle, versions_of
from analytics.evidence.load import Connection
from teplosvet.domain.errors import InvalidFileError, NotEnoughDataError, TeplosvetError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


def keep_bundle(connection: Connection, code: str, period: Period, version: int) -> str:
    """Keep the evidence bundle of a statement that is sent or agreed; one that is kept already stays.

    The parties' step stands whatever comes of this: so a bundle that cannot be made is said and not raised.

    Args:
        connection: In autocommit mode, outside a transaction: the bundle is read in a snapshot of its own.
        code: Code of the contract.
        period: Reporting period.
        version: Of the statement.

    Returns:
        Why there is no bundle, empty where there is one.
    """
    named = {"code": code, "period": DateRange(period.start, period.end), "version": version}
    try:
        if connection.execute(query("evidence", "bundle_is_kept"), named).fetchone() is None:
            body, _ = bundle_bytes(load_bundle(connection, code, period, version))
            row = {"sha256": hashlib.sha256(body).hexdigest(), "body": body}
            connection.execute(query("evidence", "keep_bundle"), named | row)
    except (TeplosvetError, psycopg.Error, ValueError) as error:
        return f"no evidence bundle was kept: {' '.join(str(error).split())}"
    return ""


def kept_bundle(connection: Connection, code: str, period: Period, version: int) -> bytes | None:
    """The zip that was kept with an act, None if there is none.

    Raises:
        InvalidFileError: If the bytes are not those that were kept.
    """
    named = {"code": code, "period": DateRange(period.start, period.end), "version": version}
    row = connection.execute(query("evidence", "kept_bundle"), named).fetchone()
    if row is None:
        return None
    body = bytes(row[1])
    if hashlib.sha256(body).hexdigest() != row[0]:
        raise InvalidFileError(f"kept bundle of {code} {period}", None, None, "its bytes are not those that were kept")
    return body


def bundle_or_kept(
    connection: Connection, code: str, period: Period, version: int | None
) -> tuple[bytes, Bundle, bool]:
    """The zip of a statement, what is in it, and whether it is the one that was kept because its inputs are gone.

    Raises:
        UnknownNameError: If there is no such contract or version.
        NotEnoughDataError: If its inputs are gone and nothing was kept.
    """
    try:
        found = load_bundle(connection, code, period, version)
    except NotEnoughDataError:
        wanted = version or max(each.version for each in versions_of(connection, code, period))
        body = kept_bundle(connection, code, period, wanted)
        if body is None:
            raise
        files = files_in(f"kept bundle of {code} {period}", BytesIO(body))
        manifest = manifest_in(files)
        return body, bundle_in(files, manifest.version, manifest.made_at), True
    return bundle_bytes(found)[0], found, False

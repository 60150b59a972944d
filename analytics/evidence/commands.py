"""The commands around evidence: bundles, their verification, and the versions of statements."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from analytics.changes import Changes
from analytics.digests import code_version
from analytics.evidence.bundle_file import bundle_in, manifest_in, read_files, write_bytes, wrong_digest
from analytics.evidence.change_words import change_lines
from analytics.evidence.compare import Difference, first_difference
from analytics.evidence.contents import Bundle, Manifest
from analytics.statement import Statement
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out of recomputing a bundle.

    Attributes:
        verdict: ``equal`` or ``different``.
        contract: Code of the contract.
        period: Reporting period.
        version: Of the statement.
        digest: sha256 of the statement: compare it with the act.
        made_with: Version of the package that made the bundle.
        recomputed_with: Version of the package here.
        difference: The first one.
    """

    verdict: str
    contract: str
    period: Period
    version: int
    digest: str
    made_with: str
    recomputed_with: str
    difference: Difference | None


def verdict_of(path: Path) -> Verdict:
    """Recompute a bundle from its raw readings.

    Raises:
        InvalidFileError: If it cannot be read.
    """
    files = read_files(path)
    manifest = manifest_in(files)
    wrong = wrong_digest(files, manifest)
    difference = None if wrong is None else Difference("file", None, None, *wrong)
    if difference is None:
        bundle = bundle_in(files, manifest.version, manifest.made_at)
        files.clear()
        difference = _of_manifest(manifest, bundle) or first_difference(bundle)
    return Verdict(
        verdict="equal" if difference is None else "different",
        contract=manifest.contract,
        period=manifest.period,
        version=manifest.version,
        digest=manifest.digest,
        made_with=manifest.code,
        recomputed_with=code_version(),
        difference=difference,
    )


def _of_manifest(manifest: Manifest, bundle: Bundle) -> Difference | None:
    """Where the manifest speaks of another statement than the one that is recomputed."""
    terms = bundle.terms
    for figure, said, own in (
        ("contract", manifest.contract, terms.contract.code),
        ("period", str(manifest.period), str(terms.period)),
    ):
        if said != own:
            return Difference("manifest", None, None, figure, said, own)
    return None


def verify_bundle(path: Path, *, as_json: bool) -> None:
    """Recompute a bundle and say ``equal``, or the first difference; nothing else than the file is looked at."""
    verdict = verdict_of(path)
    if as_json:
        output.print_json(verdict)
    else:
        told = f"statement {verdict.contract} {verdict.period} version {verdict.version}, sha256 {verdict.digest}"
        sentence = verdict.verdict if verdict.difference is None else f"{verdict.verdict}: {verdict.difference}"
        output.people.print(sentence, markup=False, soft_wrap=True)
        output.people.print(told, markup=False, soft_wrap=True)
        if verdict.made_with != verdict.recomputed_with:
            versions = f"made with {verdict.made_with}, recomputed with {verdict.recomputed_with}"
            output.people.print(versions, markup=False, soft_wrap=True)
    if verdict.difference is not None:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that was written, or that was kept with an act and is written again. [bytes]"""

    file: str
    bytes: int
    readings: int
    devices: int
    version: int
    digest: str
    difference: Difference | None
    kept: bool


def bundle(
    contract: Annotated[str, typer.Argument(help="Code of the contract.")],
    period: Annotated[str, typer.Option(help="Reporting period FROM/TO, local days, TO not included.")],
    version: Annotated[int | None, typer.Option(help="Version of the statement; the newest if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="The zip file to write.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write the evidence bundle of a statement: anyone recomputes it with `teplosvet verify --bundle`."""
    # The verifier of a bundle has no database, and need not wait for what talks to one.
    from analytics.evidence.kept import bundle_or_kept  # noqa: PLC0415
    from analytics.rollup.job import bring_up_to_date  # noqa: PLC0415
    from teplosvet.stack.running import database_url  # noqa: PLC0415
    from teplosvet.storage.database import connect  # noqa: PLC0415

    days = parse_period(period)
    with connect(database_url()) as connection:
        bring_up_to_date(connection)
        body, found, kept = bundle_or_kept(connection, contract, days, version)
    difference = first_difference(found)
    path = out or Path(f"{contract}-{days.start}-{days.end}-v{found.version}.zip")
    write_bytes(path, body)
    readings = sum(len(each.at_us) for each in found.boundary.readings.values())
    devices, digest = len(found.boundary.devices), sha256(found.statement).hexdigest()
    if as_json:
        output.print_json(Written(str(path), len(body), readings, devices, found.version, digest, difference, kept))
    else:
        of = f"{devices} device{'' if devices == 1 else 's'}"
        told = f"{path}: version {found.version}, {readings:,} readings of {of}, {len(body):,} bytes"
        output.people.print(told, markup=False, soft_wrap=True)
        if kept:
            text = "as it was kept with the act: the database holds other inputs by now"
            output.people.print(text, markup=False, soft_wrap=True)
        output.people.print(f"statement sha256 {digest}", markup=False, soft_wrap=True)
        if difference is not None:
            output.people.print(f"different: {difference}", markup=False, soft_wrap=True)
    if difference is not None:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A kept statement in a list; energy None where nothing is stated. [kWh], [currency]"""

    period: Period
    version: int
    made_at: str
    method: str
    digest: str
    avoided_energy_kwh: float | None
    payable: str | None
    changes: Changes | None


def statements(
    contract: Annotated[str, typer.Argument(help="Code of the contract.")],
    period: Annotated[str | None, typer.Option(help="Reporting period FROM/TO; every one if left out.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the kept statements of a contract: every version with what it says differently from the one before."""
    from analytics.evidence.gather import versions_of  # noqa: PLC0415
    from teplosvet.stack.running import database_url  # noqa: PLC0415
    from teplosvet.storage.database import connect  # noqa: PLC0415

    with connect(database_url()) as connection:
        found = versions_of(connection, contract, None if period is None else parse_period(period))
    listed = [
        ListedVersion(
            period=each.period,
            version=each.version,
            made_at=each.made_at.isoformat(timespec="seconds"),
            method=each.method,
            digest=each.digest,
            avoided_energy_kwh=each.statement.avoided_energy_kwh,
            payable=_payable(each.statement),
            changes=each.changes,
        )
        for each in found
    ]
    if as_json:
        output.print_json(listed)
        return
    if not listed:
        output.people.print(f"{contract} has no statement yet: `teplosvet verify` makes one", markup=False)
        return
    columns = ("period", "version", "made at", "avoided kWh", "payable", "sha256")
    rows = [
        (str(each.period), each.version, each.made_at, each.avoided_energy_kwh, each.payable, each.digest[:12])
        for each in listed
    ]
    output.print_table("", columns, rows)
    for each in listed:
        for line in change_lines(each.version, each.changes):
            output.people.print(line, markup=False, soft_wrap=True)


def _payable(statement: Statement) -> str | None:
    money = statement.settlement
    return None if money is None else f"{money.payable} {money.currency}"


def parse_period(text: str) -> Period:
    """A period as people write it.

    Raises:
        ConfigurationError: If it is none.
    """
    try:
        return Period.parse(text)
    except ValueError as error:
        raise ConfigurationError(f"--period: {error}") from error

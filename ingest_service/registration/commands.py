"""Commands of the registration."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ingest_service.registration import claims, rights
from ingest_service.registration.import_file import import_file
from ingest_service.registration.labels import labels_of
from ingest_service.registration.stock import labels_of_stock, stock_file
from teplosvet import output
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.config import settings
from teplosvet.domain.errors import TeplosvetError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect


def labels(
    building: Annotated[str | None, typer.Option(help="Code of the building whose devices get labels.")] = None,
    device: Annotated[list[str] | None, typer.Option(help="A device without a place; older codes end.")] = None,
    file: Annotated[Path, typer.Option("--output", help="Where the PDF goes.")] = Path("labels.pdf"),
    base: Annotated[str, typer.Option("--url", help="Address of the console, as phones find it.")] = "",
) -> None:
    """Write labels, 24 on a page: of a building's devices, or of devices without a place with a code each."""
    if (building is None) == (not device):
        raise TeplosvetError("say either --building or --device")
    address = base or f"http://{settings().host}:{settings().port}"
    with connect(database_url()) as connection:
        if building is not None:
            found = labels_of(connection, COMMAND_LINE, building, address)
        else:
            found = labels_of_stock(connection, COMMAND_LINE, None, device, address)
    _write(file, found)
    output.people.print(f"Labels in {file}: {len(found)}.", markup=False)


def add_stock(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX: class,model,serial,device,organisation.")],
    organisation: Annotated[str | None, typer.Option(help="Whose they are, where the file does not say.")] = None,
    labels_file: Annotated[Path, typer.Option("--output", help="Where the PDF goes.")] = Path("labels.pdf"),
    base: Annotated[str, typer.Option("--url", help="Address of the console, as phones find it.")] = "",
) -> None:
    """Make a device without a place of every line of a file, or none, and their labels with one-use codes."""
    address = base or f"http://{settings().host}:{settings().port}"
    with connect(database_url()) as connection, connection.transaction():
        made = stock_file(connection, COMMAND_LINE, file.name, _read(file), organisation)
        _write(labels_file, labels_of_stock(connection, COMMAND_LINE, None, made, address))
    output.people.print(
        f"Devices that wait for their place: {len(made)}. Their labels are in {labels_file}.", markup=False
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TeplosvetError(f"{file} cannot be read: {error.strerror}") from error


def _write(file: Path, found: Sequence[claims.Label]) -> None:
    try:
        file.write_bytes(claims.sheet(found))
    except OSError as error:
        raise TeplosvetError(f"{file} cannot be written: {error.strerror}") from error


def broker_sync(
    *,
    services: Annotated[
        bool, typer.Option("--services", help="Let in Teplosvet itself, and repair no publisher.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare registry and broker and repair the broker; new passwords are shown once, here."""
    with connect(database_url()) as connection:
        if services:
            rights.let_services_in(connection)
        done = [] if services else rights.sync(connection)
    rows = [(each.publisher, each.broker, each.password) for each in done]
    if as_json:
        names = ("publisher", "broker", "password")
        output.print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif rows:
        output.print_table("Rights that were repaired", ("publisher", "broker", "password, shown once"), rows)
    elif services:
        output.people.print("The broker lets Teplosvet in.")
    else:
        output.people.print("The broker's rights are what the registry wants.")


def import_devices(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX, one installation a line.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Register every line of a file, or none of them; new passwords are shown once, here."""
    with connect(database_url()) as connection:
        done = import_file(connection, COMMAND_LINE, file.name, _read(file), dry_run=dry_run)
    if as_json:
        output.print_json(done)
    else:
        rows = [
            (each["line"], each["device"], "; ".join(f"{e['field']}: {e['message']}" for e in each["errors"]) or "good",
             (each["credentials"] or {}).get("password"))
            for each in done["lines"]
        ]  # fmt: skip
        output.print_table(file.name, ("line", "device", "", "password, shown once"), rows)
        good = sum(not each["errors"] for each in done["lines"])
        said = f"{good} of {len(rows)} lines are good; nothing was changed." if dry_run else ""
        output.people.print(said or f"{done['imported']} of {len(rows)} lines were imported.")
    if any(each["errors"] for each in done["lines"]):
        raise typer.Exit(2)

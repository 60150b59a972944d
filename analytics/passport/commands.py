"""The command that writes passports."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from analytics.passport.contract import contract_passport
from analytics.passport.files import passport_json, passport_pdf, passport_xlsx
from analytics.passport.portfolio import portfolio_passport
from analytics.passport.source import load_projects
from analytics.written_files import write_forms
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.words.language import Language


@dataclass(frozen=True, slots=True)
class WrittenPassport:
    """A passport as files."""

    contracts: int
    pdf: str
    xlsx: str
    json: str


def passport(
    contract: Annotated[str | None, typer.Argument(help="Code of the contract.")] = None,
    site: Annotated[str | None, typer.Option(help="All contracts of a site instead.")] = None,
    language: Annotated[Language, typer.Option("--language", help="Language of the passport.")] = Language.RUSSIAN,
    out: Annotated[Path, typer.Option(help="Folder that the files are written to.")] = Path(),
    *,
    everything: Annotated[bool, typer.Option("--all", help="All contracts instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the paths as JSON.")] = False,
) -> None:
    """Write the passport of an investment project as PDF, XLSX and JSON."""
    if (contract is not None) + (site is not None) + everything != 1:
        raise ConfigurationError("name a contract, a --site, or --all")
    with connect(database_url()) as connection:
        projects = load_projects(connection, contract, site)
    if contract is not None:
        found = contract_passport(projects[0], language)
    else:
        found = portfolio_passport(projects, site or "", language)
    name = f"passport-{''.join(c if c.isalnum() or c in '-_.' else '_' for c in contract or site or 'all')}.{language}"
    bodies = {"pdf": passport_pdf(found), "xlsx": passport_xlsx(found), "json": passport_json(found)}
    paths = write_forms(out, name, bodies)
    if as_json:
        output.print_json(WrittenPassport(len(projects), **paths))
        return
    for line in paths.values():
        output.people.print(line, markup=False, soft_wrap=True)

"""The command that runs the study of the methods."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.study.page import BAND_HEADS, CHANGE_HEADS, RECOVERY_HEADS, cells, page
from analytics.study.table import RUNS, SEED, study
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError


def bench_methods(
    runs: Annotated[int, typer.Option(min=10, max=100_000, help="Houses a line.")] = RUNS,
    write: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Placebo, recovery and coverage of the verification methods, and of the search for lasting changes."""
    results = study(runs, SEED)
    if write is not None:
        try:
            write.write_text(page(results), encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"--write: {write} cannot be written: {error.strerror}") from error
    if as_json:
        output.print_json(results)
        return
    output.print_table("Placebo and coverage [%]", BAND_HEADS, map(cells, results.bands))
    output.print_table("Recovery [%]", RECOVERY_HEADS, map(cells, results.recovery))
    output.print_table("Lasting changes [%]", CHANGE_HEADS, map(cells, results.changes))

"""The command that lists the meters which can be read, and checks their examples."""

from typing import Annotated

import typer

from gateway.profiles import models, profile
from teplosvet import output
from teplosvet.domain.errors import TeplosvetError


def list_models(
    model: Annotated[str | None, typer.Argument(help="One model; without it, all.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the meters that can be read and decode the examples in their files; exit code 1 if one comes out wrong."""
    checked = [(name, profile(name).manual, _wrong(name)) for name in ((model,) if model else models())]
    if as_json:
        output.print_json([{"model": name, "manual": manual, "wrong": wrong} for name, manual, wrong in checked])
    else:
        rows = [(name, "WRONG" if wrong else "well", wrong or manual) for name, manual, wrong in checked]
        output.print_table("Meters that can be read", ("model", "examples", "manual, or what is wrong"), rows)
    if any(wrong for _, _, wrong in checked):
        raise typer.Exit(1)


def _wrong(model: str) -> str | None:
    """What is wrong with a model's examples, or None."""
    try:
        profile(model).check_goldens()
    except TeplosvetError as error:
        return str(error)
    return None

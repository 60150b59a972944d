"""The command that finds the meters on a line."""

from collections.abc import Iterator
from typing import Annotated

import typer

from gateway.config.addresses import line_problem
from gateway.drivers.mbus.proposal import proposed
from gateway.line import Framing, Line
from gateway.mbus.scan import Found, scan_primary, scan_secondary
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError

_PARITY = "E"


def scan(
    url: Annotated[str, typer.Argument(help="The line: /dev/ttyUSB0, socket://host:port or rfc2217://host:port.")],
    baud: Annotated[int, typer.Option(min=300, max=38_400, help="Speed of the meters.")] = 2400,
    slack: Annotated[float, typer.Option(min=0.0, max=10.0, help="Seconds that converter and network may add.")] = 0.3,
    mask: Annotated[str, typer.Option(help="Only numbers that fit, F for any digit.")] = "FFFFFFFF",
    *,
    primary: Annotated[bool, typer.Option("--primary", help="Try the primary addresses 0 to 250.")] = False,
    secondary: Annotated[bool, typer.Option("--secondary", help="Search the secondary addresses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find the meters on an M-Bus line and print what they say of themselves; a quarter of an hour may go by."""
    if (problem := line_problem(url)) is not None and not url.startswith("/"):
        raise ConfigurationError(f"the line is {url!r}: {problem}")
    line = Line("scan", url, Framing(baud, _PARITY), slack)
    found: list[Found] = []
    with output.progress() as progress:
        task = progress.add_task("asking", total=None)
        with line.owned():
            for each in _search(line, mask, primary=primary, secondary=secondary or not primary):
                found.append(each)
                progress.update(task, completed=len(found), description=f"asking; {each.address} answered")
    line.close()
    if as_json:
        output.print_json([_plain(each) for each in found])
    elif found:
        columns = ("address", "primary", "medium", "status", "model for the configuration", "problem")
        output.print_table("Meters on the line", columns, [_row(each) for each in found])
    else:
        output.people.print(
            "No meter answered: check the wires, the converter's power, the speed (--baud), and that the meters allow "
            "reading; some have a primary address only (--primary)."
        )


def _search(line: Line, mask: str, *, primary: bool, secondary: bool) -> Iterator[Found]:
    if primary:
        yield from scan_primary(line)
    if secondary:
        yield from scan_secondary(line, mask.upper())


def _plain(found: Found) -> dict[str, object]:
    telegram = found.answer.telegram if found.answer else None
    return {
        "address": found.address,
        "primary": found.answer.address if found.answer else None,
        "identification": telegram and telegram.identification,
        "manufacturer": telegram and telegram.manufacturer,
        "version": telegram and telegram.version,
        "medium": telegram and telegram.medium_name,
        "status": telegram and list(telegram.status_bits),
        "models": _models(found),
        "frame": found.answer.raw.hex().upper() if found.answer else None,
        "problem": found.problem or None,
    }


def _row(found: Found) -> tuple[object, ...]:
    if found.answer is None:
        return (found.address, None, "", "", "", found.problem)
    telegram = found.answer.telegram
    status = ", ".join(telegram.status_bits) or "ok"
    models_of_it = ", ".join(_models(found))
    return (found.address, found.answer.address, telegram.medium_name, status, models_of_it, found.problem)


def _models(found: Found) -> list[str]:
    """The profiles that know such a meter; else the one that reads any of its medium."""
    return [] if found.answer is None else proposed(found.answer.telegram)

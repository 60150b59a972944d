"""What commands print: one JSON document for programs, tables and sentences for people."""

import sys
from collections.abc import Iterable

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

people = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
progress_console = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
    sys.stdout.flush()


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table; numbers to the right."""
    table = Table(title=_plain(title), title_justify="left", box=None, pad_edge=False)
    body = [list(row) for row in rows]
    for n, column in enumerate(columns):
        numeric = bool(body) and all(isinstance(row[n], int | float) or row[n] is None for row in body)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")  # a sum is never cut off
    for row in body:
        table.add_row(*("" if cell is None else _plain(str(cell)) for cell in row))
    people.print(table)


def _plain(text: str) -> Text:
    """What devices and people wrote may hold rich's markup and control characters: neither may reach the terminal."""
    return Text(
        "".join(letter if letter.isprintable() or letter in "\n\xa0\u202f" else repr(letter)[1:-1] for letter in text)
    )


def progress() -> Progress:
    """A progress bar on standard error, so that standard output stays clean."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=progress_console,
        transient=True,
    )

"""A passport as data: every figure rounded once and worded, the same for paper, spreadsheet and JSON."""

from dataclasses import dataclass
from decimal import Decimal

from teplosvet.words.language import Language


@dataclass(frozen=True, slots=True)
class Line:
    """A name, its figure as written, and the figure itself where it is a number."""

    label: str
    text: str
    amount: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with lines or with a table.

    Attributes:
        title: The heading.
        lines: Named figures.
        head: Columns of the table, empty where there is none.
        rows: Its cells as written.
        note: A sentence beneath.
    """

    title: str
    lines: tuple[Line, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Passport:
    """What is shown.

    Attributes:
        language: Of all words.
        title: What it is of.
        lede: The answer in one or two sentences.
        proven: Whether the saving is.
        blocks: In order; the second page begins with the block `second_page`.
        second_page: Its place among the blocks.
        page: The word for a page.
        of: The word between the page and their number.
    """

    language: Language
    title: str
    lede: str
    proven: bool
    blocks: tuple[Block, ...]
    second_page: int
    page: str
    of: str

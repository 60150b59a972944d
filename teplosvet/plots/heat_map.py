"""Shares in rows and columns as tones of one colour; what is unknown is an empty ring, never the palest tone."""

from collections.abc import Sequence

from markupsafe import Markup

from teplosvet.plots.svg import element, place, rectangle

CELL_PX = 20
LABEL_PX = 8
ROW_PX = 18
TONES = 5


def heat_map(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    columns: Sequence[str],
    tone: str,
    code: str,
    title: str,
    about: str,
) -> Markup:
    """A table of cells whose tone grows with the share.

    Args:
        rows: Name of each row with its shares from 0 to 1, None where unknown.
        columns: Name of each column, empty for none.
        tone: Class of the colour: ``accent``, ``light`` or ``attention``.
        code: Name of the plot, unique on its page.
        title: What it shows.
        about: The same in words.
    """
    left = 16 + LABEL_PX * max((len(name) for name, _ in rows), default=0)
    width, height = left + CELL_PX * len(columns) + 8, 24 + ROW_PX * len(rows) + 4
    cells = [""] * (TONES + 1)
    unknown, labels = "", []
    for y, (name, shares) in enumerate(rows):
        top = 24 + ROW_PX * y
        labels.append(element("text", name, x=left - 8, y=top + 13, text_anchor="end"))
        for x, share in enumerate(shares):
            at = left + CELL_PX * x
            if share is None:
                unknown += f"M{place(at + 8)} {place(top + 8)}h3"
            else:
                cells[_tone(share)] += rectangle(at + 1, at + CELL_PX - 1, top + 1, top + ROW_PX - 1)
    heads = [
        element("text", name, x=left + CELL_PX * x + CELL_PX / 2, y=14, text_anchor="middle")
        for x, name in enumerate(columns)
        if name
    ]
    tones = [element("path", d=data, class_=f"tone-{n} {tone}") for n, data in enumerate(cells) if data]
    return element(
        "svg",
        element("title", title, id=f"{code}-title"),
        element("desc", about, id=f"{code}-desc"),
        *heads,
        *labels,
        *tones,
        element("path", d=unknown, class_="unknown"),
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{code}-title {code}-desc",
        class_="heat-map",
    )


def _tone(share: float) -> int:
    """0 only for nothing at all, 5 only for all: what is nearly complete does not look complete."""
    if share <= 0:
        return 0
    return TONES if share >= 0.995 else 1 + min(TONES - 2, int(share * (TONES - 1)))

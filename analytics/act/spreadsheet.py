"""The act as a workbook: the same figures as numbers, for those who calculate further."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analytics.act.content import Act
from analytics.act.texts import TEXTS

Cell = str | int | Decimal | date | None
_WIDTHS = (46, 20, 16, 16, 16, 16, 18, 24)


class _Sheets:
    """Writes rows; a decimal gets the format of its decimals, a date that of its language."""

    def __init__(self, book: xlsxwriter.Workbook, day: str) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": day, "align": "left"})
        self._decimals: dict[int, Format] = {}

    def sheet(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """One sheet with a head that stays in view."""
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(_WIDTHS[: len(head)]):
            sheet.set_column(column, column, width)
        sheet.write_row(0, 0, head, self._bold)
        sheet.freeze_panes(1, 0)
        for n, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                self._write(sheet, n, column, cell)

    def _write(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case Decimal():
                sheet.write_number(row, column, float(cell), self._of(cell))
            case int():
                sheet.write_number(row, column, cell)
            case date():
                sheet.write_datetime(row, column, cell, self._day)
            case str():
                sheet.write_string(row, column, cell)

    def _of(self, value: Decimal) -> Format:
        exponent = value.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        if places not in self._decimals:
            shape = "#,##0" + ("." + "0" * places if places else "")
            self._decimals[places] = self._book.add_format({"num_format": shape})
        return self._decimals[places]


def act_xlsx(act: Act) -> bytes:
    """The act as XLSX: sheets for the act, its days, the baseline and the findings."""
    words, out = TEXTS[act.language], io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheets = _Sheets(book, "dd.mm.yyyy" if act.language == "ru" else "yyyy-mm-dd")
        sheets.sheet(words["head.sheet_act"], _head(words, "line", "value", "unit"), _act_rows(act))
        energies = [
            f"{words[f'head.{name}']}, {act.inner_unit}"
            for name in ("adjusted", "adjustments", "metered", "estimated", "avoided")
        ]
        head = [words["head.day"], act.variable_title, *energies, words["head.note"]]
        sheets.sheet(words["head.sheet_days"], head, _day_rows(act))
        fit = [f"{words[f'head.{name}']}, {act.inner_unit}" for name in ("metered", "fitted")]
        head = [words["head.day"], act.variable_title, *fit, words["head.used"]]
        sheets.sheet(words["head.sheet_baseline"], head, _baseline_rows(act))
        remarks = ([remark.mark, remark.text] for remark in act.findings)
        sheets.sheet(words["head.sheet_findings"], _head(words, "severity", "finding"), remarks)
    return out.getvalue()


def _head(words: Mapping[str, str], *names: str) -> list[str]:
    return [words[f"head.{name}"] for name in names]


def _act_rows(act: Act) -> Iterable[Sequence[Cell]]:
    yield [act.title]
    yield [act.lede]
    for fact in (*act.parties, *act.subject, *act.method, act.statement):
        yield [fact.label, fact.text]
    for line in act.energy:
        yield [line.label, line.amount, act.unit]
        if act.unit != act.inner_unit:
            yield [line.label, line.energy_kwh, act.inner_unit]
    for row in act.money:
        yield [row.label, row.text if row.amount is None else row.amount, row.unit]
    yield [TEXTS[act.language]["digest"], act.digest]


def _day_rows(act: Act) -> Iterable[Sequence[Cell]]:
    for day in act.days:
        yield [
            day.day,
            day.variable,
            day.adjusted_baseline_kwh,
            day.adjustment_kwh,
            day.metered_kwh,
            day.estimated_kwh,
            day.avoided_kwh,
            day.cells[-1],
        ]


def _baseline_rows(act: Act) -> Iterable[Sequence[Cell]]:
    words = TEXTS[act.language]
    for day in act.baseline_days:
        yield [day.day, day.variable, day.metered_kwh, day.fitted_kwh, words["yes" if day.used else "no"]]

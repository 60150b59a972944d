"""A passport as PDF, XLSX and JSON."""

import io
from collections.abc import Callable
from importlib.resources import files

import msgspec
import typst
import xlsxwriter

from analytics.passport.content import Passport

_compile: Callable[..., bytes] = typst.compile
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_WIDTHS = (46, 34, 24, 22, 20, 70)


def passport_json(passport: Passport) -> bytes:
    """The passport as JSON, with decimals as numbers."""
    return msgspec.json.format(_ENCODER.encode(passport), indent=2)


def passport_pdf(passport: Passport, kind: str = "pdf") -> bytes:
    """The passport on paper."""
    sources = {
        "main": files("analytics.passport").joinpath("passport.typ").read_bytes(),
        "passport.json": _ENCODER.encode(passport),
    }
    return bytes(_compile(sources, format=kind, ignore_system_fonts=True))


def passport_xlsx(passport: Passport) -> bytes:
    """The passport as a workbook: a sheet, each figure a number with its unit beside."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(passport.title[:31].translate(str.maketrans("[]:*?/\\", "       ")).strip("' "))
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, passport.title, bold)
        sheet.write_string(1, 0, passport.lede)
        row = 3
        for block in passport.blocks:
            sheet.write_string(row, 0, block.title, bold)
            row += 1
            for line in block.lines:
                sheet.write_string(row, 0, line.label, wrap)
                if line.amount is None:
                    sheet.write_string(row, 1, line.text, wrap)
                else:
                    sheet.write_number(row, 1, float(line.amount))
                    sheet.write_string(row, 2, line.unit)
                row += 1
            for cells in (block.head, *block.rows) if block.rows else ():
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell)
                row += 1
            row += 1
    return out.getvalue()

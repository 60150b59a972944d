"""Files of devices that somebody made to hurt: they are refused in a sentence, and cost little."""

import io
import tracemalloc
import zipfile
import zlib

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ingest_service.registration import photo
from ingest_service.registration.tables import LARGEST_UNFOLDED, MOST_LINES, rows_of
from teplosvet.domain.errors import InvalidFileError, RefusedError

COLUMNS = frozenset({"serial", "device"})


def workbook(lines: int = 2) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in (("serial", "device"), *((f"S{n}", f"d-{n}") for n in range(lines - 1))):
        sheet.append(line)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def with_part(name: str, contents: bytes) -> bytes:
    """A good workbook, one part of which says something else."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, contents if each == name else old.read(each))
    return kept.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook()


def test_a_good_file_is_read() -> None:
    assert list(rows_of("f.xlsx", workbook(), COLUMNS)) == [(2, {"serial": "S0", "device": "d-0"})]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'serial\n"' + b"x" * 200_000 + b'"\n', id="a cell without end"),
        pytest.param(b"serial\n" + b"x\n" * (MOST_LINES + 1), id="lines without end"),
        pytest.param(workbook()[:-200], id="cut off"),
        pytest.param(with_part(SHEET, b"<worksheet"), id="a sheet that breaks off"),
        pytest.param(with_part(SHEET, b"<!DOCTYPE w [<!ENTITY a 'a'>]><worksheet>&b;</worksheet>"), id="an entity"),
        pytest.param(with_part("xl/workbook.xml", b"<a/>"), id="no workbook"),
        pytest.param(with_part("[Content_Types].xml", b"\xff\xfe"), id="no XML"),
        pytest.param(b"PK\x03\x04" + bytes(400), id="no archive"),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InvalidFileError, match=r"columns|at most|cells of|that opens"):
        list(rows_of("f", data, COLUMNS))


def test_a_file_that_unfolds_without_end_is_not_unfolded() -> None:
    bomb = with_part(SHEET, bytes(LARGEST_UNFOLDED + 1))
    assert len(bomb) < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidFileError, match="when unfolded"):
            list(rows_of("f", bomb, COLUMNS))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@settings(deadline=None)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(at: int, byte: int) -> None:
    data = bytearray(GOOD)
    data[at % len(data)] = byte
    try:
        list(rows_of("f.xlsx", bytes(data), COLUMNS))
    except InvalidFileError:
        return


def png(width: int, height: int) -> bytes:
    """A picture that is tiny on the wire, whatever its sides."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_that_unfolds_without_end_is_no_photo() -> None:
    with pytest.raises(RefusedError):
        photo.reduced(png(20_000, 20_000))
    with pytest.raises(RefusedError):
        photo.reduced(png(7_000, 7_000))
    kept, _digest = photo.reduced(png(3_000, 3_000))
    assert max(Image.open(io.BytesIO(kept)).size) == photo.LONGEST_SIDE


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04", b"%PDF-1.7"])
def test_what_rides_on_a_picture_is_left_behind(tail: bytes) -> None:
    """A file that is a picture to one program and something else to another."""
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), "#1060a0").save(drawn, "JPEG", comment=tail)
    kept, _digest = photo.reduced(drawn.getvalue() + tail)
    assert tail not in kept
    assert kept.startswith(b"\xff\xd8")


@pytest.mark.parametrize("data", [b"", b"<svg onload='alert(1)'/>", b"GIF89a" + bytes(64), bytes(64)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        photo.reduced(data)

"""Real frames: ours against the expected XML of libmbus, record by record, and two libraries on the same frames."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.mbus.quantity import Function
from gateway.mbus.telegram import decode
from tests.unit.gateway.mbus.corrections import CORRECTIONS
from tests.unit.gateway.mbus.reference import (
    NOT_RECORDS,
    Row,
    equal,
    expected,
    frame_name,
    of_meterbus,
    of_pymbusparser,
    ours,
    same_row,
    same_value,
)

DOCUMENT = Path(__file__).parents[4] / "docs" / "mbus.md"


@pytest.fixture(scope="session")
def vectors(shared_folder: Path) -> list[tuple[Path, bytes]]:
    folder = shared_folder / "vectors" / "mbus"
    files = sorted(folder.glob("*.norm.xml"))
    return [(file, bytes.fromhex((folder / f"{frame_name(file)}.hex").read_text("ascii"))) for file in files]


def test_every_record_of_every_frame_is_as_expected(vectors: list[tuple[Path, bytes]]) -> None:
    assert len(vectors) >= 38
    wrong = []
    for file, frame in vectors:
        theirs, mine = expected(file), ours(frame)
        assert len(theirs) == len(mine), file.name
        for number, ((row, meant), (our_row, our_meaning)) in enumerate(zip(theirs, mine, strict=True)):
            if not same_row(row, our_row) or meant != our_meaning:
                wrong.append((frame_name(file), number, row, meant, our_row, our_meaning))
    assert wrong == []


def test_manufacturer_data_and_more_records_are_as_expected(vectors: list[tuple[Path, bytes]]) -> None:
    for file, frame in vectors:
        telegram = decode(frame)
        text = file.read_text("utf-8")
        assert telegram.more_follows == ("More records follow" in text), file.name
        has_block = any(f"<Function>{word}" in text for word in NOT_RECORDS)
        assert (telegram.manufacturer_data is not None) == has_block, file.name
        if telegram.manufacturer_data:
            assert telegram.manufacturer_data.hex(" ").upper() in text, file.name


def test_who_sent_it_is_as_expected(vectors: list[tuple[Path, bytes]]) -> None:
    for file, frame in vectors:
        telegram = decode(frame)
        text = file.read_text("utf-8")
        assert f"<Id>{(telegram.identification or '').lstrip('0') or '0'}</Id>" in text, file.name
        assert f"<AccessNumber>{telegram.access_number}</AccessNumber>" in text, file.name
        assert f"<Status>{telegram.status:02X}</Status>" in text, file.name
        if telegram.manufacturer is not None:
            assert f"<Manufacturer>{telegram.manufacturer}</Manufacturer>" in text, file.name
            assert f"<Signature>{telegram.signature:04X}</Signature>" in text, file.name


def test_corrections_are_about_what_libmbus_really_prints(vectors: list[tuple[Path, bytes]]) -> None:
    """A correction that libmbus does not need would hide a mistake of ours."""
    by_name = {frame_name(file): file for file, _ in vectors}
    for correction in CORRECTIONS:
        text = by_name[correction.frame].read_text("utf-8")
        record = text.split(f'<DataRecord id="{correction.record}">')[1].partition("</DataRecord>")[0]
        value, unit = correction.theirs
        printed = record.partition("<Value>")[2].partition("</Value>")[0]
        assert (printed == value) if isinstance(value, str) else same_value(float(printed), value), correction
        assert f"<Unit>{unit}</Unit>" in record, correction
        assert correction.theirs != correction.ours


def test_the_document_lists_every_correction() -> None:
    text = DOCUMENT.read_text("utf-8")
    missing = [f"{c.frame} {c.record}" for c in CORRECTIONS if f"| {c.frame} | {c.record} |" not in text]
    assert missing == []
    assert text.count("\n| ") >= len(CORRECTIONS)


def _score(vectors: list[tuple[Path, bytes]], decoder: Callable[[bytes], list[Row]]) -> set[str]:
    right = set()
    for file, frame in vectors:
        try:
            rows = decoder(frame)
        except Exception:  # noqa: BLE001, S112  # the libraries let whatever escape
            continue
        if equal((row for row, _ in expected(file)), rows):
            right.add(frame_name(file))
    return right


def test_the_score_of_the_three_decoders(
    vectors: list[tuple[Path, bytes]], record_property: Callable[[str, object], None]
) -> None:
    """Frames of which every record is right: function, storage number, tariff, subunit and value."""
    all_frames = {frame_name(file) for file, _ in vectors}
    scores = {
        "teplosvet": _score(vectors, lambda frame: [row for row, _ in ours(frame)]),
        "pyMeterBus": _score(vectors, of_meterbus),
        "pymbusparser": _score(vectors, of_pymbusparser),
    }
    for name, right in scores.items():
        wrong = ", ".join(sorted(all_frames - right)) or "none"
        record_property(name, f"{len(right)} of {len(all_frames)}")
        print(f"{name}: {len(right)} of {len(all_frames)} right; wrong: {wrong}")  # noqa: T201  # for `pytest -s`
    assert scores["teplosvet"] == all_frames
    assert len(scores["pyMeterBus"]) < len(all_frames)
    assert len(scores["pymbusparser"]) < len(all_frames)


def test_nothing_impossible_gets_out(vectors: list[tuple[Path, bytes]]) -> None:
    """libmbus and both libraries print 41,065,374.6 °C for a date."""
    hottest = max(
        record.value
        for _, frame in vectors
        for record in decode(frame).records
        if record.unit in {"Cel", "K"} and isinstance(record.value, int | float) and record.function != Function.ERROR
    )
    assert hottest < 200


def test_the_comparison_can_fail(vectors: list[tuple[Path, bytes]]) -> None:
    file, frame = next((f, b) for f, b in vectors if frame_name(f) == "engelmann_sensostar2c")
    rows = [row for row, _ in ours(frame)]
    assert equal((row for row, _ in expected(file)), rows)
    for field, other in (("function", "maximum"), ("storage", 7), ("tariff", 1), ("subunit", 1), ("value", 1.0)):
        assert not equal((row for row, _ in expected(file)), [rows[0]._replace(**{field: other}), *rows[1:]])
    assert not equal((row for row, _ in expected(file)), rows[1:])

"""Passports on a real database: what stands on paper is what the JSON and the workbook say."""

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from analytics.act.commands import write_act
from analytics.ledger.proposing import Proposal, propose, take_step
from analytics.passport.commands import passport
from analytics.passport.source import load_projects
from analytics.passport.texts import TEXTS
from analytics.verification import Connection, verify_contract
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.config import settings
from teplosvet.domain.adjustments import AdjustmentState, Basis, Side
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from teplosvet.words.language import Language
from tests.acceptance.console_site import LENINA_HEAT, LENINA_LIGHT, REPORTING, populate

CYRILLIC = re.compile("[А-Яа-яЁё]")


@pytest.fixture
def site(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    with connect(database) as connection:
        populate(connection)
        connection.execute(
            "INSERT INTO contract_terms (contract_id, option, boundary, term, discount_percent, region)"
            " SELECT id, 'B', 'счётчик узла ввода', '[2025-10-01,2030-10-01)', 12, 'RU' FROM contract WHERE code = %s",
            (LENINA_HEAT.code,),
        )
        connection.execute("UPDATE contract SET investment = 900000 WHERE code = %s", (LENINA_HEAT.code,))
        yield connection
    settings.cache_clear()


def plain(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f\u00ad-]", "", text)


def paper(path: Path) -> tuple[int, str]:
    pages = PdfReader(io.BytesIO(path.read_bytes())).pages
    return len(pages), plain(" ".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("language", list(Language))
def test_paper_and_workbook_say_what_the_json_says(site: Connection, tmp_path: Path, language: Language) -> None:
    passport(LENINA_HEAT.code, language=language, out=tmp_path)
    stem = tmp_path / f"passport-{LENINA_HEAT.code}.{language}"
    document = msgspec.json.decode(stem.with_name(f"{stem.name}.json").read_bytes())
    pages, text = paper(stem.with_name(f"{stem.name}.pdf"))
    assert pages == 2
    lines = [line for block in document["blocks"] for line in block["lines"]]
    assert [line for line in lines if plain(line["text"]) not in text] == []
    cells = [cell for block in document["blocks"] for row in block["rows"] for cell in row]
    assert [cell for cell in cells if plain(cell) not in text] == []
    sheet = load_workbook(stem.with_name(f"{stem.name}.xlsx")).worksheets[0]
    written = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=3) if row[1].value is not None}
    numbers = {line["label"]: line["amount"] for line in lines if line["amount"] is not None}
    assert numbers
    assert {label: written[label] for label in numbers} == pytest.approx(numbers)
    if language is Language.ENGLISH:
        assert not CYRILLIC.search(document["title"] + "".join(line["label"] for line in lines))


def test_the_figures_are_those_of_the_statements(site: Connection) -> None:
    (project,) = load_projects(site, LENINA_HEAT.code, None)
    row = site.execute(
        "SELECT body ->> 'avoided_energy_kwh', body ->> 'lower_kwh', body #>> '{settlement,value}' FROM statement s"
        " JOIN contract c ON c.id = s.contract_id WHERE c.code = %s AND period = daterange(%s, %s)",
        (LENINA_HEAT.code, REPORTING.start, REPORTING.end),
    ).fetchone()
    assert row is not None
    avoided, lower, value = (Decimal(text) for text in row)
    assert (project.avoided_kwh, project.value) == (avoided, value)
    assert project.half_width_kwh == pytest.approx(avoided - lower, abs=Decimal("0.001"))
    # January lies within the season: its days are not counted twice
    assert [each.period for each in project.counted] == [REPORTING]
    # a winter is no year
    assert (project.account.payback_years, project.account.internal_rate_of_return) == (None, None)


def test_a_portfolio_is_every_contract(site: Connection, tmp_path: Path) -> None:
    passport(everything=True, out=tmp_path)
    passport(site="demo", out=tmp_path, language=Language.ENGLISH)
    document = msgspec.json.decode((tmp_path / "passport-all.ru.json").read_bytes())
    (contracts,) = [block["rows"] for block in document["blocks"] if block["rows"]]
    assert len(contracts) == len(load_projects(site, None, None)) == 6
    _, text = paper(tmp_path / "passport-all.ru.pdf")
    assert [cell for row in contracts for cell in row if plain(cell) not in text] == []
    assert (tmp_path / "passport-demo.en.pdf").exists()


def test_what_is_not_there_is_one_sentence(site: Connection, tmp_path: Path) -> None:
    for wrong in ({"contract": "nobody"}, {"site": "nowhere"}):
        with pytest.raises(UnknownNameError):
            passport(**wrong, out=tmp_path)
    with pytest.raises(ConfigurationError, match="--all"):
        passport(LENINA_HEAT.code, everything=True, out=tmp_path)
    with pytest.raises(ConfigurationError):
        passport("a\0b", out=tmp_path)
    blocker = tmp_path / "file"
    blocker.write_text("x")
    with pytest.raises(ConfigurationError, match="--out"):
        passport(LENINA_HEAT.code, out=blocker / "folder")


def test_both_languages_say_the_same() -> None:
    english, russian = TEXTS[Language.ENGLISH], TEXTS[Language.RUSSIAN]
    assert english.keys() == russian.keys()
    names = re.compile(r"\{\w+\}")
    assert [key for key in english if set(names.findall(english[key])) != set(names.findall(russian[key]))] == []
    assert [key for key, text in english.items() if CYRILLIC.search(text)] == []


def test_signatures_stay_on_page_2_and_adjustments_stand_in_the_act(site: Connection, tmp_path: Path) -> None:
    """Eight adjustments: four agreed lines on page 1, four proposals and what is else found, and page 2 has room."""
    january = Period.parse("2026-01-01/2026-02-01")
    for n in range(8):
        proposal = Proposal(
            january,
            f"Фактор {n} <b>",
            "Открыт магазин на первом этаже",
            Basis.TOTAL,
            Decimal(100 + n),
            None,
            Side.ESCO,
            "А. Б.",
        )
        propose(site, COMMAND_LINE, LENINA_LIGHT.code, proposal, (f"протокол {n}.pdf", b"%PDF-1.7"))
    for number in range(1, 5):
        for side, by in ((Side.ESCO, "А. Б."), (Side.CUSTOMER, "В. Г.")):
            take_step(site, COMMAND_LINE, LENINA_LIGHT.code, number, AdjustmentState.AGREED, side, by)
    statement = verify_contract(site, LENINA_LIGHT.code, REPORTING)
    assert len(statement.findings) > 6
    for language, signatures in ((Language.RUSSIAN, "Подписи сторон"), (Language.ENGLISH, "Signatures")):
        written = write_act(site, LENINA_LIGHT.code, REPORTING, None, language, tmp_path)
        pages = [page.extract_text() for page in PdfReader(written.pdf).pages]
        assert [n for n, text in enumerate(pages, 1) if plain(signatures) in plain(text)] == [2]
        assert all(plain(f"Фактор {n} <b>") in plain(pages[0]) for n in range(4))
        whole = plain(" ".join(pages))
        document = msgspec.json.decode(Path(written.json).read_bytes())
        assert document["more_findings"]
        assert [each for each in document["findings"] if plain(each["text"]) not in whole] == []
        assert [cell for line in document["adjustments"] for cell in line["cells"] if plain(cell) not in whole] == []

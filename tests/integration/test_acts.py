"""Acts on a real database: files beside each other, a log that only grows, an agreed act that keeps its statement."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import psycopg
import pytest

from analytics.act.commands import act as act_command
from analytics.act.commands import act_state, acts, newer
from analytics.act.log import change_state, list_acts
from analytics.act.state import ActState
from analytics.contract_commands import show_balance
from analytics.passport.contract import contract_passport
from analytics.passport.source import load_projects
from analytics.verification import Connection, verify_contract
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from teplosvet.words.language import Language
from tests.integration.test_verification import register, store_energy, store_hours
from tests.unit.analytics.known_contracts import REPORTING, TEMPERATURE, heat_energy

PERIOD = str(REPORTING)


@pytest.fixture
def house(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    with connect(database) as connection:
        building = register(connection, "heat", "change-point-daily")
        store_energy(connection, building, "heat", heat_energy(0.2))
        store_hours(connection, "sky", "outdoor_temperature_c", TEMPERATURE, frozenset())
        connection.execute("INSERT INTO device (name, class, publisher) VALUES ('meter', 'heat', 'meter')")
        connection.execute(
            "INSERT INTO installation (device_id, building_id, serial, installed_at, start_registers,"
            " calibrated_on, calibration_due)"
            " SELECT id, %s, '0012', %s, '{\"heat_energy_kwh\": 7}', '2023-05-14', '2027-05-13'"
            " FROM device WHERE name = 'meter'",
            (building, datetime(2020, 1, 1, tzinfo=UTC)),
        )
        for day, kwh in ((datetime(2024, 10, 2, tzinfo=UTC), 1163.0), (datetime(2025, 4, 2, tzinfo=UTC), 11630.0)):
            connection.execute(
                "INSERT INTO heat_reading (device_id, measured_at, heat_energy_kwh)"
                " SELECT id, %s, %s FROM device WHERE name = 'meter'",
                (day, kwh),
            )
        yield connection
    settings.cache_clear()


def test_without_a_statement_the_command_says_what_to_do(house: Connection, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="run `teplosvet verify lenina-1"):
        act_command("lenina-1", PERIOD, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_three_files_and_begins_a_draft(
    house: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify_contract(house, "lenina-1", REPORTING)
    act_command("lenina-1", PERIOD, out=tmp_path / "acts", as_json=True)
    told = msgspec.json.decode(capsys.readouterr().out)
    stem = "act-lenina-1-2024-10-01-2025-05-01-v1.ru"
    assert {path.name for path in (tmp_path / "acts").iterdir()} == {f"{stem}.{e}" for e in ("pdf", "xlsx", "json")}
    assert Path(told["pdf"]).read_bytes().startswith(b"%PDF")
    row = house.execute("SELECT digest FROM contract_statement").fetchone()
    assert row is not None
    assert told["digest"] == row[0]
    document = msgspec.json.decode(Path(told["json"]).read_bytes())
    assert [(meter["start"], meter["end"]) for meter in document["meters"]] == [(1.0, 10.0)]
    assert document["meters"][0]["cells"][-1] == "14.05.2023, до 13.05.2027"
    act_command("lenina-1", PERIOD, out=tmp_path / "acts")
    assert [(each.number, each.state) for each in list_acts(house)] == [(1, ActState.DRAFT)]


def test_an_agreed_act_keeps_its_statement_when_a_newer_one_comes(
    house: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = verify_contract(house, "lenina-1", REPORTING)
    act_command("lenina-1", PERIOD, out=tmp_path)
    for state in ("sent", "agreed"):
        act_state("lenina-1", PERIOD, ActState(state), by="Ivanova", note="signed")
    house.execute("UPDATE building_energy_daily SET energy_kwh = energy_kwh + 5 WHERE day = %s", (REPORTING.start,))
    second = verify_contract(house, "lenina-1", REPORTING)
    (listed,) = list_acts(house)
    assert (listed.version, listed.newest_version, listed.state) == (1, 2, ActState.AGREED)
    assert first.avoided_energy_kwh is not None
    assert second.avoided_energy_kwh is not None
    assert float(listed.difference_kwh or 0) == round(second.avoided_energy_kwh - first.avoided_energy_kwh, 3) != 0
    assert newer(listed).startswith("version 2: -5.000 kWh")
    money = first.settlement, second.settlement
    assert money[0] is not None
    assert money[1] is not None
    for paid, state in ((Decimal(0), "agreed"), (money[0].payable, "paid")):
        if state == "paid":
            act_state("lenina-1", PERIOD, ActState.PAID, by="Petrov")
        (project,) = load_projects(house, "lenina-1", None)
        (row,) = project.account.rows
        assert (row.version, row.act, row.payable, row.paid_in) == (1, state, money[0].payable, paid)
        assert (row.newer_version, row.newer_avoided_energy_kwh) == (2, -5.0)
        assert row.newer_payable == money[1].payable - money[0].payable != 0
        assert project.sealed[REPORTING].version == 1
        assert "A newer version 2 would change" in str(contract_passport(project, Language.ENGLISH))
    capsys.readouterr()
    show_balance("lenina-1")
    told = capsys.readouterr().out
    assert "a newer version 2 would change it by -5.000 kWh and -" in told
    assert told.count("paid in") == 2
    acts()
    assert "paid" in capsys.readouterr().out
    assert list_acts(house)[0].version == 1


def test_a_disputed_act_is_sent_again_over_a_new_version_only(house: Connection, tmp_path: Path) -> None:
    verify_contract(house, "lenina-1", REPORTING)
    with pytest.raises(UnknownNameError, match="teplosvet act lenina-1"):
        change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "")
    act_command("lenina-1", PERIOD, out=tmp_path)
    with pytest.raises(ConfigurationError, match="after draft comes sent"):
        change_state(house, "lenina-1", REPORTING, ActState.PAID, "Ivanova", "")
    change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "")
    change_state(house, "lenina-1", REPORTING, ActState.DISPUTED, "Petrov", "a day is wrong")
    with pytest.raises(ConfigurationError, match="disputed"):
        change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "")
    house.execute("UPDATE building_energy_daily SET energy_kwh = energy_kwh - 5 WHERE day = %s", (REPORTING.start,))
    verify_contract(house, "lenina-1", REPORTING)
    assert change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "").version == 2


def test_a_day_is_in_one_act_that_somebody_signs(house: Connection, tmp_path: Path) -> None:
    month = Period.parse("2025-01-01/2025-02-01")
    for period in (REPORTING, month):
        verify_contract(house, "lenina-1", period)
        act_command("lenina-1", str(period), out=tmp_path)
    change_state(house, "lenina-1", month, ActState.SENT, "Ivanova", "")
    with pytest.raises(ConfigurationError, match="2025-01-01/2025-02-01 is sent"):
        change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "")
    change_state(house, "lenina-1", month, ActState.DISPUTED, "Petrov", "the whole winter at once")
    change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "")
    change_state(house, "lenina-1", REPORTING, ActState.AGREED, "Petrov", "")
    house.execute("UPDATE building_energy_daily SET energy_kwh = energy_kwh + 5 WHERE day = %s", (month.start,))
    verify_contract(house, "lenina-1", month)
    with pytest.raises(ConfigurationError, match="2024-10-01/2025-05-01 is agreed"):
        change_state(house, "lenina-1", month, ActState.SENT, "Ivanova", "")


def test_a_version_that_states_nothing_is_not_sent(house: Connection, tmp_path: Path) -> None:
    verify_contract(house, "lenina-1", REPORTING)
    act_command("lenina-1", PERIOD, out=tmp_path)
    house.execute("DELETE FROM building_energy_daily WHERE day >= %s", (REPORTING.start,))
    assert verify_contract(house, "lenina-1", REPORTING).avoided_energy_kwh is None
    with pytest.raises(ConfigurationError, match="version 2 of the statement states nothing"):
        change_state(house, "lenina-1", REPORTING, ActState.SENT, "Ivanova", "")


def test_the_log_only_grows(house: Connection, tmp_path: Path) -> None:
    verify_contract(house, "lenina-1", REPORTING)
    act_command("lenina-1", PERIOD, out=tmp_path)
    for statement in ("UPDATE act SET state = 'paid'", "DELETE FROM act"):
        with pytest.raises(psycopg.errors.RaiseException, match="only grows"):
            house.execute(statement)

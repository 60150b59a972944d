"""Terms from the site file through verification to the account of a contract, on a real database."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from analytics.act.log import change_state, ensure_draft
from analytics.act.state import ActState
from analytics.balance import balance
from analytics.commands import verify as verify_command
from analytics.contract_commands import show, show_balance
from analytics.stated import load_stated
from analytics.verification import Connection, load_contract, verify_contract
from ingest_service.site_apply import Change, apply_site
from ingest_service.site_file import parse_site
from teplosvet.config import settings
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from tests.integration.test_verification import store_energy, store_hours
from tests.unit.analytics.known_contracts import REPORTING, TEMPERATURE, heat_energy

SITE = """\
[site]
name = "s"
zone = "Europe/Moscow"

[[building]]
code = "lenina-1"
latitude = 59.94
weather = "sky"

[[device]]
name = "sky"
class = "climate"

[[contract]]
code = "lenina-1"
building = "lenina-1"
carrier = "heat"
method = "change-point-daily"
baseline = "2023-10-01/2024-05-01"
tariff = { amount = "2450.10", currency = "RUB", per = "Gcal" }
esco_share = "0.8"
customer_requisites = { legal_name = "Lenina 1", inn = "7707083893", signatory = "Ivanov" }
guarantee = { kwh = "8000", period = "2024-10-01/2025-05-01" }
surplus = { rule = "customer" }
cap = "1000000.00"
term = "2024-10-01/2029-10-01"
payment_days = 15
discount_percent = "12"
region = "RU"
tariffs = [
    { period = "2024-07-01/2025-01-01", amount = "2450.10", kind = "fixed" },
    { period = "2025-01-01/2025-07-01", amount = "2600.00", kind = "current" },
]
measures = [{ title = "controller", day = 2024-09-01, investment = "50000.00" }]
"""

MONTHS = [
    Period(date(2024 + n // 12, n % 12 + 1, 1), date(2024 + (n + 1) // 12, (n + 1) % 12 + 1, 1)) for n in range(9, 16)
]


def apply(connection: Connection, text: str = SITE) -> list[Change]:
    return apply_site(connection, parse_site(text, "site.toml"))


@pytest.fixture
def house(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        apply(connection)
        row = connection.execute("SELECT id FROM building").fetchone()
        assert row is not None
        store_energy(connection, row[0], "heat", heat_energy(0.3, cv=0.03))
        store_hours(connection, "sky", "outdoor_temperature_c", TEMPERATURE, frozenset())
        yield connection


@pytest.fixture
def say(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., str]]:
    """Call a command on this test's database and give back what it prints."""
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()

    def run(command: Callable[..., None], *words: str, **options: Any) -> str:
        command(*words, **options)
        return capsys.readouterr().out

    yield run
    settings.cache_clear()


def test_terms_come_back_as_the_site_file_says_them(house: Connection) -> None:
    wanted = parse_site(SITE, "site.toml").contracts[0]
    assert load_contract(house, "lenina-1").contract == wanted
    assert apply(house) == []
    shuffled = SITE.replace('"2024-10-01/2029-10-01"', '"2024-10-01/2028-10-01"').replace("12", "11", 1)
    assert apply(house, shuffled) == [Change("changed", "contract", "lenina-1")]
    plain = SITE[: SITE.index("customer_requisites")]
    assert apply(house, plain) == [Change("changed", "contract", "lenina-1")]
    assert load_contract(house, "lenina-1").contract == parse_site(plain, "site.toml").contracts[0]
    assert apply(house, plain) == []


def test_the_database_refuses_two_tariffs_of_a_day(house: Connection) -> None:
    with pytest.raises(psycopg.errors.ExclusionViolation):
        house.execute("INSERT INTO contract_tariff SELECT id, '[2025-03-01,2025-03-02)', 1, 'fixed' FROM contract")


def test_months_verified_in_any_order_make_one_account(house: Connection) -> None:
    for month in (MONTHS[3], *MONTHS, MONTHS[3]):
        verify_contract(house, "lenina-1", month)
    stated = load_stated(house, "lenina-1")
    assert [each.period for each in stated] == MONTHS
    found = balance(load_contract(house, "lenina-1").contract, stated)
    payable = [row.payable for row in found.rows]
    assert found.payable == sum(payable) > 0
    assert (found.paid_in, [row.act for row in found.rows]) == (0, [None] * len(MONTHS))
    assert found.cap_left == Decimal(1_000_000) - found.payable
    assert found.rows[2].due_on == date(2025, 1, 15)
    assert found.investment == Decimal(50_000)
    guaranteed = [each.settlement.guarantee_kwh for each in stated if each.settlement is not None]
    assert sum(kwh for kwh in guaranteed if kwh is not None) == Decimal(8_000)
    last = stated[-1].settlement
    assert last is not None
    assert (last.earlier_payable, last.balance) == (sum(payable[:-1]), sum(payable))
    assert last.avoided_co2_t is not None


def test_the_cap_holds_over_what_was_stated_in_any_order(house: Connection) -> None:
    apply(house, SITE.replace('cap = "1000000.00"', 'cap = "9000.00"'))
    made = [verify_contract(house, "lenina-1", month) for month in (*reversed(MONTHS), *MONTHS)]
    stated = load_stated(house, "lenina-1")
    assert sum(each.payable for each in stated) == Decimal("9000.00")
    assert FindingCode.CAP_REACHED in {finding.code for statement in made for finding in statement.findings}
    versions = house.execute("SELECT count(*) FROM statement").fetchone()
    again = [verify_contract(house, "lenina-1", month) for month in MONTHS]
    assert [each.settlement.payable for each in again if each.settlement] == [each.payable for each in stated]
    assert house.execute("SELECT count(*) FROM statement").fetchone() == versions


def test_an_agreed_act_counts_in_the_account_and_not_the_newer_version(house: Connection) -> None:
    first = verify_contract(house, "lenina-1", MONTHS[2])
    ensure_draft(house, "lenina-1", MONTHS[2], 1)
    for step in (ActState.SENT, ActState.AGREED):
        change_state(house, "lenina-1", MONTHS[2], step, "Ivanova", "")
    house.execute("UPDATE building_energy_daily SET energy_kwh = energy_kwh + 1500 WHERE day = %s", (MONTHS[2].start,))
    newer = verify_contract(house, "lenina-1", MONTHS[2])
    later = verify_contract(house, "lenina-1", MONTHS[3])
    assert first.settlement is not None
    assert newer.settlement is not None
    assert later.settlement is not None
    assert later.settlement.earlier_payable == first.settlement.payable != newer.settlement.payable
    house.execute("UPDATE building_energy_daily SET energy_kwh = energy_kwh + 1500 WHERE day = %s", (MONTHS[3].start,))
    verify_contract(house, "lenina-1", MONTHS[3])
    last = verify_contract(house, "lenina-1", MONTHS[4]).settlement
    newest = load_stated(house, "lenina-1")[1]
    assert last is not None
    assert newest.version == 2
    assert last.earlier_payable == first.settlement.payable + newest.payable


def test_a_gap_in_the_tariffs_refuses_the_money_and_keeps_the_energy(house: Connection) -> None:
    apply(house, SITE.replace("2025-01-01/2025-07-01", "2025-01-03/2025-07-01"))
    statement = verify_contract(house, "lenina-1", REPORTING)
    assert statement.proven
    assert statement.settlement is None
    (finding,) = [each for each in statement.findings if each.code is FindingCode.TARIFF_GAP]
    assert (finding.severity, finding.data["named"]) == (Severity.REFUSAL, "2025-01-01/2025-01-03")
    assert load_stated(house, "lenina-1")[0].payable == 0


def test_statements_from_before_the_terms_are_still_read(house: Connection) -> None:
    body = {
        "avoided_energy_kwh": 5.5,
        "proven": True,
        "settlement": {"currency": "RUB", "value": "10.00", "payable": "8.00", "rounding": "half up"},
    }
    house.execute(
        "INSERT INTO statement (contract_id, period, version, method, digest, body)"
        " SELECT id, '[2024-10-01,2024-11-01)', 1, 'm/1', 'd', %s FROM contract",
        (Jsonb(body),),
    )
    (old,) = load_stated(house, "lenina-1")
    assert (old.avoided_energy_kwh, old.payable) == (5.5, Decimal("8.00"))
    assert old.settlement is not None
    assert (old.settlement.rules, old.settlement.lines, old.settlement.due_on) == ("settlement/1", (), None)


def test_the_commands_speak_json_or_words(house: Connection, say: Callable[..., str]) -> None:
    words = say(verify_command, "lenina-1", str(REPORTING))
    assert all(
        part in words for part in ("guarantee", "surplus", "payable", "due by", "2025-05-15", "avoided emissions")
    )
    shown = msgspec.json.decode(say(show, "lenina-1", as_json=True))
    assert shown["terms"]["guarantee"]["amount_kwh"] == "8000"
    assert shown["terms"]["customer"]["inn"] == "7707083893"
    assert "INN 7707083893" in say(show, "lenina-1")
    account = msgspec.json.decode(say(show_balance, "lenina-1", as_json=True))
    assert Decimal(account["payable"]) == Decimal(account["rows"][0]["payable"]) > 0
    assert account["internal_rate_of_return"] is None  # before a settled year it would mean nothing
    assert account["net_present_value"] is not None
    assert "payable in all" in say(show_balance, "lenina-1")
    with pytest.raises(UnknownNameError, match="nowhere"):
        show_balance("nowhere")

"""What people and jobs leave behind in a console: organisations, accounts with roles, a token, alarms, a log."""

from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.rows import TupleRow

from analytics.alarms.evaluation import evaluate
from dashboards.panels.boards import DASHBOARDS
from teplosvet.access import accounts, tokens
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Role

OF_THE_WINTER = "from=2025-10-01T00:00:00Z&to=2026-05-01T00:00:00Z"
OF_THE_WEEKS = "from=now-30d&to=now"
CHOSEN = "building=lenina-1&contract=lenina-1-heat&kind=heat&device=lenina-1-heat"
RECENT = frozenset({"operator", "installer", "administrator", "building", "device", "quality", "platform"})
BOARDS = {
    f"board-{board.uid}": f"/dashboards/{board.uid}?{OF_THE_WEEKS if board.uid in RECENT else OF_THE_WINTER}&{CHOSEN}"
    for board in DASHBOARDS
}
ORGANISATIONS = {"city": "ООО «Городские дома»", "village": "ЖСК «Мира 4»"}
HOUSES = {"lenina-1": "city", "nevsky-3": "city", "mira-4": "village"}
PEOPLE = (
    ("olga", "Ольга Смирнова", "city", Role.OPERATOR),
    ("pavel", "Павел Иванов", "village", Role.OPERATOR),
    ("timur", "Тимур Ахметов", "city", Role.INSTALLER),
    ("vera", "Вера Ким", "city", Role.VERIFIER),
)


def inhabit(connection: psycopg.Connection[TupleRow]) -> None:
    """Give a populated console people, a token of the tests' administrator, and the alarms that the job opens."""
    for code, title in ORGANISATIONS.items():
        accounts.add_organisation(connection, COMMAND_LINE, code, title)
    for building, code in HOUSES.items():
        accounts.own(connection, COMMAND_LINE, Scope.parse(f"building:{building}"), code)
    for login, name, code, role in PEOPLE:
        accounts.add_account(connection, COMMAND_LINE, login, name, organisation=code, password="a password for tests")
        accounts.grant(connection, COMMAND_LINE, login, role, Scope.parse(f"organisation:{code}"))
    tester = accounts.account_id_of(connection, COMMAND_LINE, "tester")
    tokens.add_token(connection, COMMAND_LINE, tester, "1С", roles=(Role.ESCO,), days=90)
    now = datetime.now(UTC)
    for hours in (-4, 0):  # a condition has to hold before it is an alarm
        evaluate(connection, now + timedelta(hours=hours))

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
RECENTLY = (
    """INSERT INTO building_energy_daily (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
       SELECT b.id, carrier, current_date - n, base * (1 + 0.15 * sin(n / 3.0)),
              CASE WHEN n IN (6, 7) THEN base / 4 ELSE 0 END, 1, 1
       FROM building b, generate_series(1, 60) n, (VALUES ('heat', 620.0), ('light', 22.0)) AS c (carrier, base)
       WHERE b.code = 'lenina-1' AND n <> 20
       ON CONFLICT DO NOTHING""",
    """INSERT INTO consumption_daily (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
       SELECT d.id, d.class || '_energy_kwh', current_date - n, 100, CASE WHEN n = 9 THEN 40 ELSE 0 END,
              CASE WHEN n = 9 THEN 43200 WHEN d.name LIKE '%lamp-2' AND n = 4 THEN 0 ELSE 86400 END, 86400, 'metered'
       FROM device d, generate_series(1, 40) n
       WHERE d.name LIKE 'lenina-1-%' AND d.class IN ('heat', 'light') AND n <> 20""",
    """INSERT INTO consumption_hourly (device_id, quantity, hour, amount, estimated, covered_s, rule)
       SELECT d.id, 'heat_energy_kwh', h, 26 + 6 * sin(extract(epoch FROM h) / 13751),
              CASE WHEN extract(day FROM h) = 9 THEN 8 ELSE 0 END, 3600, 'metered'
       FROM device d, generate_series(date_trunc('hour', now()) - INTERVAL '40 days', now(), '1 hour') h
       WHERE d.name = 'lenina-1-heat'""",
    """INSERT INTO light_use_daily (device_id, day, covered_s, off_s, dimmed_s, full_s)
       SELECT id, current_date - n, 86400, 50000 - 1200 * (n % 5), 26400 + 700 * (n % 5), 10000 + 500 * (n % 5)
       FROM device, generate_series(2, 40) n WHERE class = 'light'""",
    """INSERT INTO publisher_state (publisher, state, stated_at)
       VALUES ('gateway-1', 'online', now() - INTERVAL '3 days')""",
    """INSERT INTO register_finding (device_id, quantity, found_at, code, severity)
       SELECT id, 'heat_energy_kwh', now() - INTERVAL '2 days', 'register_reset', 2
       FROM device WHERE name = 'lenina-1-heat'""",
    """WITH run AS (
           INSERT INTO fleet_run (period, started_at, ended_at)
           VALUES ('[2026-04-01,2026-05-01)', now() - INTERVAL '9 hours', now() - INTERVAL '8 hours') RETURNING id)
       INSERT INTO fleet_result (run_id, contract_id, outcome, reason, is_new, proven, bands, avoided_energy_kwh)
       SELECT run.id, c.id, CASE WHEN c.code LIKE 'sadovaya%' THEN 'refused' ELSE 'stated' END, 'baseline_too_short',
              true, false, '{}', CASE WHEN c.code LIKE 'sadovaya%' THEN NULL ELSE 1000 END
       FROM run, contract c""",
)
"""What the jobs of the last weeks left."""


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
    for each in RECENTLY:
        connection.execute(each)
    now = datetime.now(UTC)
    for hours in (-4, 0):  # a condition has to hold before it is an alarm
        evaluate(connection, now + timedelta(hours=hours))

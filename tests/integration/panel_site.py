"""A little of every kind for panels: two houses in two zones, three devices, a contract with statements, refusals."""

import json
from typing import Any

import psycopg
from psycopg.rows import TupleRow

BODY: dict[str, Any] = {
    "adjusted_baseline_kwh": 210,
    "avoided_energy_kwh": 30,
    "lower_kwh": 10,
    "upper_kwh": 50,
    "proven": True,
    "guarantee_kwh": 40,
    "coverage": 0.75,
    "settlement": {"value": "90.00", "payable": "72.00", "currency": "RUB"},
    "findings": [{"code": "low_coverage", "severity": 2, "data": {"days": 1}}],
    "baseline_days": [
        {"day": "2025-01-10", "variable": -1, "metered_kwh": 90, "fitted_kwh": 92, "used": True},
        {"day": "2025-01-11", "variable": 0, "metered_kwh": 88, "fitted_kwh": 85, "used": False},
    ],
    "reporting_days": [
        {"day": "2026-01-10", "variable": -5, "adjusted_baseline_kwh": 120, "adjustment_kwh": 0, "metered_kwh": 100,
         "estimated_kwh": 10, "used": True},
        {"day": "2026-01-11", "variable": -6, "adjusted_baseline_kwh": 130, "adjustment_kwh": 0, "metered_kwh": None,
         "estimated_kwh": None, "used": False},
        {"day": "2026-01-12", "variable": -2, "adjusted_baseline_kwh": 90, "adjustment_kwh": 0, "metered_kwh": 80,
         "estimated_kwh": 0, "used": True},
    ],
}  # fmt: skip
EARLIER = {
    "adjusted_baseline_kwh": 400,
    "avoided_energy_kwh": 80,
    "lower_kwh": 60,
    "upper_kwh": 100,
    "proven": True,
    "guarantee_kwh": 50,
    "coverage": 0.9,
    "settlement": {"value": "100.00", "payable": "80.00", "currency": "RUB"},
    "findings": [],
    "baseline_days": [],
    "reporting_days": [],
}

_ROWS = """
INSERT INTO site (name, title) VALUES ('s', 'Site');
INSERT INTO building (site_id, code, title, zone, weather) SELECT id, 'a', 'House A', 'Europe/Moscow', 'sky' FROM site;
INSERT INTO building (site_id, code, title, zone) SELECT id, 'b', 'House B', 'Asia/Yekaterinburg' FROM site;
INSERT INTO entrance (building_id, name) SELECT id, '1' FROM building WHERE code = 'a';
INSERT INTO device (name, class, publisher) VALUES
    ('heat-a', 'heat', 'gw-a'), ('lamp-a', 'light', 'gw-a'), ('lamp-b', 'light', 'gw-b'), ('sky', 'climate', 'gw-a');
INSERT INTO installation (device_id, building_id, serial, installed_at, calibration_due)
    SELECT d.id, b.id, 'H1', '2025-01-01Z', (now() AT TIME ZONE 'Europe/Moscow')::date - 5 FROM device d, building b
    WHERE d.name = 'heat-a' AND b.code = 'a';
INSERT INTO installation (device_id, building_id, entrance_id, floor, serial, installed_at)
    SELECT d.id, b.id, e.id, 2, 'L1', '2025-02-01Z' FROM device d, building b, entrance e
    WHERE d.name = 'lamp-a' AND b.code = 'a';
INSERT INTO installation (device_id, building_id, serial, installed_at)
    SELECT d.id, b.id, 'L2', '2025-03-01Z' FROM device d, building b WHERE d.name = 'lamp-b' AND b.code = 'b';
INSERT INTO latest_reading
    SELECT id, now() - INTERVAL '5 minutes', now() - INTERVAL '5 minutes' + INTERVAL '2 seconds',
           '{"heat_error_flags": 0, "return_temperature_c": 40}' FROM device WHERE name = 'heat-a';
INSERT INTO latest_reading
    SELECT id, now() - INTERVAL '5 minutes', now() - INTERVAL '5 minutes' + INTERVAL '1 second', '{"lamp_failure": 0}'
    FROM device WHERE name = 'lamp-a';
INSERT INTO latest_reading
    SELECT id, now() - INTERVAL '2 days', now() - INTERVAL '2 days', '{"lamp_failure": 1}' FROM device
    WHERE name = 'lamp-b';
INSERT INTO building_energy_daily
    SELECT b.id, 'heat', day::date, energy, estimated, coverage, 1 FROM building b, (VALUES
        ('2025-01-10', 120.0, 0.0, 1.0), ('2026-01-10', 100, 10, 1), ('2026-01-11', NULL, 0, 0),
        ('2026-01-12', 80, 0, 0.5)
    ) AS e (day, energy, estimated, coverage) WHERE b.code = 'a';
INSERT INTO building_energy_daily SELECT id, 'light', '2026-01-10', 20, 5, 1, 1 FROM building WHERE code = 'b';
INSERT INTO building_energy_daily
    SELECT id, 'heat', (now() AT TIME ZONE 'Europe/Moscow')::date - 1, 50, 0, 0.6, 1 FROM building WHERE code = 'a';
INSERT INTO consumption_daily SELECT id, 'heat_energy_kwh', '2026-01-10', 100, 10, 86400, 86400, 'measured'
    FROM device WHERE name = 'heat-a';
INSERT INTO consumption_daily SELECT id, 'heat_energy_kwh', '2026-01-12', 80, 0, 43200, 86400, 'measured'
    FROM device WHERE name = 'heat-a';
INSERT INTO consumption_hourly SELECT id, 'heat_energy_kwh', '2026-01-10T00:00Z', 4, 1, 3600, 'linear' FROM device
    WHERE name = 'heat-a';
INSERT INTO consumption_hourly SELECT id, 'heat_energy_kwh', '2026-01-10T01:00Z', NULL, 0, 0, 'unknown' FROM device
    WHERE name = 'heat-a';
INSERT INTO state_hourly SELECT id, 'return_temperature_c', '2026-01-10T00:00Z', 40, 38, 42, 60 FROM device
    WHERE name = 'heat-a';
INSERT INTO state_hourly SELECT id, 'flow_temperature_c', '2026-01-10T00:00Z', 70, 69, 71, 60 FROM device
    WHERE name = 'heat-a';
INSERT INTO state_hourly SELECT id, 'outdoor_temperature_c', '2026-01-10T00:00Z', -5, -6, -4, 60 FROM device
    WHERE name = 'sky';
INSERT INTO light_use_daily (device_id, day, covered_s, off_s, dimmed_s, full_s, failed_s)
    SELECT id, '2026-01-10', 86400, 36000, 14400, 36000, 0 FROM device WHERE name = 'lamp-a';
INSERT INTO register_finding (device_id, quantity, found_at, code, severity)
    SELECT id, 'heat_energy_kwh', '2026-01-11T05:00Z', 'outage', 1 FROM device WHERE name = 'heat-a';
INSERT INTO quarantine (first_at, last_at, times, topic, publisher, payload, digest, reason, detail, device) VALUES
    (now(), now() - INTERVAL '10 minutes', 300, 't', 'x', '', '\\x01', 'unknown_device', 'nobody knows it', 'ghost');
INSERT INTO quarantine (times, topic, publisher, payload, digest, reason, detail, replayed_at) VALUES
    (7, 't', 'x', '', '\\x02', 'bad_json', '', now());
INSERT INTO publisher_state VALUES ('gw-a', 'online', '2026-01-10T00:00Z'), ('stranger', 'online', '2026-01-10T00:00Z');
INSERT INTO dirty_range (device_ids, from_us, to_us) VALUES ('{1}', '{0}', '{1}');
INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount,
    tariff_currency, tariff_per,
    esco_share, investment)
    SELECT 'heat-a', 'Heat A', id, 'heat', 'gsop', '[2024-10-01,2025-05-01)', 1, 'RUB', 'kWh', 0.8, 1000
    FROM building WHERE code = 'a';
INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount,
    tariff_currency, tariff_per,
    esco_share)
    SELECT 'light-b', 'Light B', id, 'light', 'light-option-b', '[2024-10-01,2025-05-01)', 1, 'RUB', 'kWh', 0.8
    FROM building WHERE code = 'b';
INSERT INTO fleet_run (period, started_at, ended_at) VALUES ('[2026-01-10,2026-01-13)', '2026-02-01Z',
    '2026-02-01T00:05Z');
INSERT INTO fleet_result (run_id, contract_id, outcome, is_new, avoided_energy_kwh, bands, proven)
    SELECT r.id, c.id, 'stated', true, 30, '[]', true FROM fleet_run r, contract c WHERE c.code = 'heat-a';
"""


def fill(connection: psycopg.Connection[TupleRow]) -> None:
    """Fill a migrated, empty database."""
    for each in _ROWS.split(";\n"):
        if each.strip():
            connection.execute(each.replace("\\\\x", "\\x"))
    statements = (
        ("[2025-10-01,2026-01-01)", 1, EARLIER),
        ("[2026-01-10,2026-01-13)", 1, {**BODY, "avoided_energy_kwh": 999}),
        ("[2026-01-10,2026-01-13)", 2, BODY),
    )
    for period, version, body in statements:
        connection.execute(
            "INSERT INTO statement (contract_id, period, version, made_at, method, digest, body)"
            " SELECT id, %s::daterange, %s, '2026-02-01Z', 'gsop', 'd', %s::jsonb FROM contract WHERE code = 'heat-a'",
            (period, version, json.dumps(body)),
        )
    for state in ("draft", "sent"):
        connection.execute(
            "INSERT INTO act (statement_id, number, state, by_whom, at)"
            " SELECT id, 1, %s, 'A', '2026-02-02Z' FROM statement WHERE version = 2",
            (state,),
        )

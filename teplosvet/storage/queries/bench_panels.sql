-- A city for the benchmark of panels: daily energy of all houses, hours of 50, light points of 50, statements of all.
-- One organisation has all of it, and an operator of it reads: the border is asked for as in production.

-- name: houses
WITH place AS (
    INSERT INTO site (name, title) VALUES ('bench', 'Bench') RETURNING id
), ours AS (
    INSERT INTO organisation (code, title) VALUES ('bench', 'Bench') RETURNING id
), sky AS (
    INSERT INTO device (name, class, publisher) VALUES ('sky', 'climate', 'gateway-0')
), house AS (
    INSERT INTO building (site_id, code, title, zone, weather, organisation_id)
    SELECT place.id, 'house-' || lpad(n::text, 5, '0'), 'House ' || n, 'Europe/Moscow', 'sky', ours.id
    FROM place, ours, generate_series(1, %(buildings)s) n
    RETURNING id, code, organisation_id
)
INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount, tariff_currency, tariff_per, esco_share,
                      guarantee_kwh, investment, esco_organisation_id)
SELECT code, 'Contract ' || code, id, CASE WHEN id %% 7 = 0 THEN 'light' ELSE 'heat' END, 'change-point-daily',
       '[2023-01-01,2024-01-01)', 2450.10, 'RUB', 'Gcal', 0.8, 20000, 1000000, organisation_id
FROM house;

-- name: devices
WITH made AS (
    INSERT INTO device (name, class, publisher)
    SELECT 'heat-' || id, 'heat', 'gateway-' || id FROM building
    UNION ALL
    SELECT 'lamp-' || b.id || '-' || n, 'light', 'gateway-' || b.id
    FROM (SELECT id FROM building ORDER BY id LIMIT 50) b, generate_series(1, 30) n
    RETURNING id, name
)
INSERT INTO installation (device_id, building_id, serial, installed_at)
SELECT id, split_part(name, '-', 2)::integer, name, now() - make_interval(years => %(years)s) FROM made;

-- name: entrances
WITH made AS (
    INSERT INTO entrance (building_id, name)
    SELECT b.id, n::text FROM (SELECT id FROM building ORDER BY id LIMIT 50) b, generate_series(1, 3) n
    RETURNING id, building_id, name
)
UPDATE installation i SET entrance_id = made.id, floor = i.device_id %% 9 + 1
FROM made, device d
WHERE d.id = i.device_id AND d.class = 'light' AND made.building_id = i.building_id AND made.name = (i.device_id %% 3 + 1)::text;

-- name: newest
INSERT INTO latest_reading (device_id, measured_at, received_at, quantities)
SELECT id, now() - (id %% 50) * INTERVAL '4 minutes', now() - (id %% 50) * INTERVAL '4 minutes' + INTERVAL '2 seconds',
       CASE class WHEN 'heat' THEN jsonb_build_object('flow_temperature_c', 70, 'return_temperature_c', 40,
                                                      'heat_error_flags', (id %% 97 = 0)::integer)
                  ELSE jsonb_build_object('light_level_percent', 35, 'lamp_failure', (id %% 211 = 0)::integer) END
FROM device WHERE class IN ('heat', 'light');

-- name: energy
INSERT INTO building_energy_daily (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
SELECT b.id, c.carrier, current_date - n, CASE WHEN (b.id + n) %% 33 > 0 THEN 900 + (b.id * n) %% 400 END,
       CASE WHEN (b.id + n) %% 41 = 0 THEN 50 ELSE 0 END, CASE WHEN (b.id + n) %% 33 > 0 THEN 1 ELSE 0 END, 1
FROM building b CROSS JOIN (VALUES ('heat'), ('light')) AS c (carrier) CROSS JOIN generate_series(1, 365 * %(years)s) n;

-- name: days
INSERT INTO consumption_daily (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
SELECT d.id, CASE d.class WHEN 'heat' THEN 'heat_energy_kwh' ELSE 'light_energy_kwh' END, current_date - n, 10,
       CASE WHEN (d.id + n) %% 41 = 0 THEN 2 ELSE 0 END, 86400, 86400, 'metered'
FROM device d CROSS JOIN generate_series(1, 365 * %(years)s) n WHERE d.class IN ('heat', 'light');

-- name: use
INSERT INTO light_use_daily (device_id, day, covered_s, off_s, dimmed_s, full_s)
SELECT d.id, current_date - n, 86400, 40000, 36400, 10000
FROM device d CROSS JOIN generate_series(1, 365 * %(years)s) n WHERE d.class = 'light';

-- name: hours
INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
SELECT d.id, q.quantity, date_trunc('hour', now()) - make_interval(hours => n), q.mean + n %% 20, q.mean, q.mean + 30, 12
FROM (
    SELECT i.device_id AS id, 'heat' AS class
    FROM installation i JOIN device h ON h.id = i.device_id AND h.class = 'heat'
    WHERE i.building_id IN (SELECT id FROM building ORDER BY id LIMIT 50)
    UNION ALL
    SELECT id, 'climate' FROM device WHERE name = 'sky'
) d
JOIN (VALUES ('heat', 'flow_temperature_c', 62.0), ('heat', 'return_temperature_c', 41.0), ('climate', 'outdoor_temperature_c', -5.0))
    AS q (class, quantity, mean) ON q.class = d.class
CROSS JOIN generate_series(1, 8760 * %(years)s) n;

-- name: hourly_energy
INSERT INTO consumption_hourly (device_id, quantity, hour, amount, estimated, covered_s, rule)
SELECT i.device_id, 'heat_energy_kwh', date_trunc('hour', now()) - make_interval(hours => n), 40,
       CASE WHEN n %% 51 = 0 THEN 5 ELSE 0 END, 3600, 'metered'
FROM installation i JOIN device d ON d.id = i.device_id AND d.class = 'heat'
CROSS JOIN generate_series(1, 8760 * %(years)s) n
WHERE i.building_id IN (SELECT id FROM building ORDER BY id LIMIT 50);

-- name: statements
-- Each year with all its days, as a real body has them.
WITH day AS (
    SELECT jsonb_agg(jsonb_build_object('day', current_date - n, 'variable', n %% 30 - 15, 'metered_kwh', 900 + n %% 350,
                                        'estimated_kwh', n %% 7, 'adjusted_baseline_kwh', 1100.125 + n %% 350,
                                        'adjustment_kwh', 0, 'used', n %% 33 > 0)) AS reporting,
           jsonb_agg(jsonb_build_object('day', current_date - 365 - n, 'variable', n %% 30 - 15, 'metered_kwh', 1100 + n %% 350,
                                        'fitted_kwh', 1099.125 + n %% 350, 'used', n %% 33 > 0)) AS baseline
    FROM generate_series(1, 365) n
)
INSERT INTO statement (contract_id, period, version, method, digest, body)
SELECT c.id, daterange(current_date - 365 * y, current_date - 365 * (y - 1)), 1, 'change-point-daily', 'd',
       jsonb_build_object(
           'adjusted_baseline_kwh', 400000, 'avoided_energy_kwh', 70000 + c.id, 'lower_kwh', 70000 - c.id * 30,
           'upper_kwh', 70000 + c.id * 32, 'proven', c.id * 30 < 70000, 'guarantee_kwh', 60000, 'coverage', 0.97,
           'settlement', jsonb_build_object('value', '150000.00', 'payable', '120000.00', 'currency', 'RUB'),
           'findings', jsonb_build_array(jsonb_build_object('code', 'low_coverage', 'severity', 2, 'data', jsonb_build_object('days', 11))),
           'reporting_days', day.reporting, 'baseline_days', day.baseline)
FROM contract c, day, generate_series(1, %(years)s) y;

-- name: acts
INSERT INTO act (statement_id, number, state, by_whom, at)
SELECT s.id, 1, step.state, 'bench', now() - step.age
FROM statement s, (VALUES ('draft', INTERVAL '2 days'), ('sent', INTERVAL '1 day')) AS step (state, age);

-- name: findings
INSERT INTO register_finding (device_id, quantity, found_at, code, severity)
SELECT d.id, 'heat_energy_kwh', now() - make_interval(days => n * 7 - 1), CASE WHEN n %% 3 = 0 THEN 'outage' ELSE 'glitch' END, 1
FROM device d, generate_series(1, 52) n WHERE d.class = 'heat';

-- name: refused
INSERT INTO quarantine (last_at, topic, publisher, payload, digest, reason, detail, device)
SELECT now() - make_interval(mins => n), 't', 'gateway-' || n %% 100, '', decode(lpad(to_hex(n), 8, '0'), 'hex'),
       'reason-' || n %% 6, 'detail', 'heat-' || n %% 500 + 1
FROM generate_series(1, 20000) n;

-- name: publishers
INSERT INTO publisher_state (publisher, state, stated_at)
SELECT DISTINCT publisher, 'online', now() FROM device;

-- name: runs
WITH run AS (
    INSERT INTO fleet_run (period, started_at, ended_at)
    SELECT daterange(current_date - 365, current_date - n + 1), now() - make_interval(days => n), now() - make_interval(days => n)
    FROM generate_series(1, 20) n
    RETURNING id
)
INSERT INTO fleet_result (run_id, contract_id, outcome, is_new, avoided_energy_kwh, bands, proven)
SELECT run.id, c.id, 'stated', true, 70000, '[]', true FROM run, contract c;

-- name: analyze
ANALYZE;

-- name: reader
WITH made AS (
    INSERT INTO account (login, name, organisation_id) SELECT 'bench', 'Bench', id FROM organisation RETURNING id, organisation_id
), allowed AS (
    INSERT INTO account_grant (account_id, role, organisation_id)
    SELECT id, role, organisation_id FROM made, (VALUES ('operator'), ('esco')) AS held (role)
)
SELECT id::text FROM made;

-- Houses for the benchmark of alarms: each with lamps, a heat meter and a gateway; one house in fifty has something wrong.

-- name: houses
WITH s AS (
    INSERT INTO site (name, title) VALUES ('bench', 'Benchmark') RETURNING id
), house AS (
    INSERT INTO building (site_id, code, title, zone, weather)
    SELECT s.id, 'house-' || lpad(n::text, 5, '0'), 'House ' || n, 'Europe/Moscow', 'weather'
    FROM s, generate_series(1, %(buildings)s) n
    RETURNING id
)
INSERT INTO entrance (building_id, name) SELECT id, e::text FROM house, generate_series(1, 3) e;

-- name: devices
INSERT INTO device (name, class, publisher)
SELECT 'weather', 'climate', 'weather'
UNION ALL
SELECT b.code || '-' || n, CASE WHEN n = 0 THEN 'heat' ELSE 'light' END, 'gw-' || b.code
FROM building b, generate_series(0, %(lamps)s) n;

-- name: installations
INSERT INTO installation (device_id, building_id, entrance_id, serial, installed_at)
SELECT d.id, b.id, e.id, d.id::text, %(now)s::timestamptz - INTERVAL '1 year'
FROM device d
JOIN building b ON b.code = left(d.name, 11)
LEFT JOIN entrance e ON d.class = 'light' AND e.building_id = b.id AND e.name = (1 + substr(d.name, 13)::integer %% 3)::text
WHERE d.class <> 'climate';

-- name: latest
INSERT INTO latest_reading (device_id, measured_at, received_at, quantities)
SELECT d.id, t.at, t.at,
       CASE d.class
           WHEN 'light' THEN jsonb_build_object('light_energy_kwh', 12.5, 'light_power_w', 18.2, 'light_level_percent', 40,
                                                'lamp_failure', CASE WHEN d.id %% 997 = 0 THEN 1 ELSE 0 END)
           WHEN 'heat' THEN jsonb_build_object('heat_energy_kwh', 1e6, 'flow_temperature_c', 70, 'return_temperature_c', 45,
                                               'heat_error_flags', CASE WHEN d.id %% 61 = 0 THEN 4 ELSE 0 END)
           ELSE jsonb_build_object('outdoor_temperature_c', -7)
       END
FROM device d
CROSS JOIN LATERAL (
    SELECT %(now)s::timestamptz - CASE WHEN d.id %% 1009 = 0 THEN INTERVAL '5 hours' ELSE INTERVAL '2 minutes' END AS at
) t;

-- name: hours
INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
SELECT d.id, q.quantity, date_trunc('hour', %(now)s::timestamptz) - h * INTERVAL '1 hour', q.mean, q.mean, q.mean, 12
FROM device d
JOIN (VALUES ('heat', 'flow_temperature_c', 70.0), ('heat', 'return_temperature_c', 45.0), ('climate', 'outdoor_temperature_c', -7.0))
    AS q (class, quantity, mean) ON q.class = d.class
CROSS JOIN generate_series(0, 26) h;

-- name: consumption
INSERT INTO consumption_hourly (device_id, quantity, hour, amount, estimated, covered_s, rule)
SELECT d.id, 'heat_energy_kwh', date_trunc('hour', %(now)s::timestamptz) - h * INTERVAL '1 hour', CASE WHEN d.id %% 83 = 0 THEN 0 ELSE 90 END,
       0, 3600, 'metered'
FROM device d, generate_series(1, 26) h
WHERE d.class = 'heat';

-- name: days
INSERT INTO building_energy_daily (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
SELECT b.id, c.carrier, %(now)s::date - n, 500, CASE WHEN b.id %% 71 = 0 THEN 250 ELSE 0 END, 1, 1
FROM building b, (VALUES ('heat'), ('light')) c (carrier), generate_series(1, 30) n;

-- name: light_days
INSERT INTO light_use_daily (device_id, day, covered_s, off_s, dimmed_s, full_s, present_s, presence_events, failed_s, override_s)
SELECT d.id, %(now)s::date - n, 86400, 60000, 20000, 6400, 6000, 80, 0, CASE WHEN d.id %% 2003 = 0 THEN 30000 ELSE 0 END
FROM device d, generate_series(1, 3) n
WHERE d.class = 'light';

-- name: statements
-- A body has the size of one with two years of days.
WITH c AS (
    INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount, tariff_currency, tariff_per, esco_share)
    SELECT code, code, id, 'heat', 'change-point-daily', '[2024-10-01,2025-05-01)', 2450.10, 'RUB', 'Gcal', 0.8 FROM building
    RETURNING id
), days AS (
    SELECT jsonb_agg(jsonb_build_object('day', '2025-01-01'::date + n, 'metered_kwh', n * 1.37, 'adjusted_kwh', n * 1.61)) AS days
    FROM generate_series(1, 600) n
)
INSERT INTO statement (contract_id, period, version, method, digest, body)
SELECT c.id, daterange('2025-10-01', %(now)s::date), 1, 'change-point-daily', md5(c.id::text),
       jsonb_build_object('reporting_days', days.days, 'avoided_energy_kwh', c.id, 'findings', CASE WHEN c.id %% 101 = 0
           THEN '[{{"code": "level_shift", "severity": 2, "data": {{"first_day": "2026-01-02", "size_kwh": 40.5}}}}]'::jsonb ELSE '[]' END)
FROM c, days;

-- name: analyze
ANALYZE;

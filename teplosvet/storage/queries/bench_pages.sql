-- Devices and readings of the city that the pages are measured on.

-- name: heat_meters
WITH made AS (
    INSERT INTO device (name, class, publisher)
    SELECT 'heat-' || id, 'heat', 'gateway-' || id FROM building
    RETURNING id, name
)
INSERT INTO installation (device_id, building_id, serial, installed_at)
SELECT m.id, b.id, 'SN-' || b.id, now() - INTERVAL '3 years' FROM made m JOIN building b ON m.name = 'heat-' || b.id;

-- name: light_points
WITH made AS (
    INSERT INTO device (name, class, publisher)
    SELECT 'lamp-' || b.id || '-' || n, 'light', 'gateway-' || b.id
    FROM (SELECT id FROM building ORDER BY id LIMIT 50) b, generate_series(1, 30) n
    RETURNING id, name
)
INSERT INTO installation (device_id, building_id, serial, installed_at)
SELECT m.id, split_part(m.name, '-', 2)::integer, m.name, now() - INTERVAL '3 years' FROM made m;

-- name: newest
INSERT INTO latest_reading (device_id, measured_at, received_at, quantities)
SELECT d.id, now() - (d.id % 50) * INTERVAL '4 minutes', now(),
       CASE d.class WHEN 'heat' THEN jsonb_build_object('heat_power_kw', 40.5, 'heat_error_flags', (d.id % 97 = 0)::integer)
                    ELSE jsonb_build_object('light_power_w', 12.5, 'lamp_failure', (d.id % 211 = 0)::integer) END
FROM device d WHERE d.class IN ('heat', 'light');

-- name: places
UPDATE building SET latitude = 59.8 + (id * 7919 % 3500) / 10000.0, longitude = 30.1 + (id * 104729 % 3500) / 7000.0,
                    floor_area_m2 = 2000 + id % 4000, address = 'Street ' || id % 400 || ', ' || id % 90, public = true, flats = 60;

-- name: hours
INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
SELECT d.id, q.quantity, h, q.mean, q.mean, q.mean, 12
FROM (SELECT d.id, d.class FROM device d JOIN installation i ON i.device_id = d.id
      WHERE i.building_id IN (SELECT id FROM building ORDER BY id LIMIT 50)) d
JOIN (VALUES ('heat', 'flow_temperature_c', 62.0), ('heat', 'return_temperature_c', 41.0), ('light', 'light_level_percent', 35.0))
    AS q (class, quantity, mean) ON q.class = d.class
CROSS JOIN generate_series(date_trunc('hour', now()) - INTERVAL '30 days', date_trunc('hour', now()), INTERVAL '1 hour') h;

-- name: days
INSERT INTO consumption_daily (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
SELECT d.id, 'energy', current_date - n, 10, 0, 86400, 86400, 'metered'
FROM device d CROSS JOIN generate_series(1, 40) n WHERE d.class IN ('heat', 'light');

-- name: use
INSERT INTO light_use_daily (device_id, day, covered_s, off_s, dimmed_s, full_s)
SELECT d.id, current_date - n, 86400, 40000, 36400, 10000 FROM device d CROSS JOIN generate_series(1, 40) n WHERE d.class = 'light';

-- name: analyze
ANALYZE;

-- name: example
SELECT contract, building FROM console_contract WHERE carrier = 'heat' AND version IS NOT NULL ORDER BY building_id LIMIT 1;

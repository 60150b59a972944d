-- A day of light points for the benchmark of the rollup.

-- name: light_points
WITH site AS (
    INSERT INTO site (name, title) VALUES ('bench', 'Benchmark') RETURNING id
), building AS (
    INSERT INTO building (site_id, code, title, zone) SELECT id, 'bench', 'Benchmark', 'Europe/Moscow' FROM site RETURNING id
), device AS (
    INSERT INTO device (name, class, publisher)
    SELECT 'bench-' || n, 'light', 'bench' FROM generate_series(1, %(devices)s) n RETURNING id
)
INSERT INTO installation (device_id, building_id, serial, installed_at)
SELECT device.id, building.id, device.id::text, '2026-01-11T21:00:00Z' FROM device, building;

-- name: light_day
-- Lamps of up to 40 W, each point with a phase and a start of its own.
INSERT INTO light_reading (device_id, measured_at, light_energy_kwh, lamp_on_time_h, light_power_w, light_level_percent, presence)
SELECT d.id, '2026-01-11T21:00:00Z'::timestamptz + m * INTERVAL '1 minute',
       d.id + 0.02 * m / 60, d.id + m / 60.0, 20.0 * mod(m + d.id, 3), 50.0 * mod(m + d.id, 3), mod(m + d.id, 2)
FROM generate_series(0, 1439) m, device d;

-- name: dirty_day
INSERT INTO dirty_range (device_ids, from_us, to_us)
SELECT array_agg(id), array_agg(1768165200000000), array_agg(1768251540000000) FROM device;

-- name: analyze
ANALYZE light_reading;

-- Statements of the benchmarks.

-- name: light_devices
INSERT INTO device (name, class, publisher) SELECT name, 'light', %(publisher)s FROM unnest(%(names)s::text[]) AS name;

-- name: count_light
SELECT count(*) FROM light_reading;

-- name: count_twice
SELECT count(*) - count(DISTINCT (device_id, measured_at)) FROM light_reading;

-- Statements of the benchmarks.

-- name: light_devices
INSERT INTO device (name, class, publisher) SELECT name, 'light', %(publisher)s FROM unnest(%(names)s::text[]) AS name;

-- name: count_light
SELECT count(*) FROM light_reading;

-- name: has_light
SELECT EXISTS (
    SELECT FROM light_reading
    WHERE device_id = (SELECT id FROM device WHERE name = %(name)s) AND measured_at = to_timestamp(%(at)s)
);

-- name: count_twice
SELECT count(*) - count(DISTINCT (device_id, measured_at)) FROM light_reading;

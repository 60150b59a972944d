-- What a statement rests on, as its digests and its bundle have it.

-- name: devices
-- Devices of the measurement boundary: of the carrier's class, and in the building at some time of the periods.
SELECT d.id, d.name, d.model
FROM device d
WHERE d.class = %(class)s AND EXISTS (
    SELECT FROM installation i
    WHERE i.device_id = d.id AND i.building_id = %(building_id)s AND i.installed_at < %(end)s
      AND (i.removed_at IS NULL OR i.removed_at > %(start)s))
ORDER BY d.name COLLATE "C";

-- name: installed_here
SELECT device_id, (extract(epoch FROM installed_at) * 1000000)::bigint
FROM installation WHERE device_id = ANY(%(ids)s) AND building_id = %(building_id)s;

-- name: serials
-- The serial numbers behind the codes that the rollup reads.
SELECT DISTINCT hashtext(serial) & 2147483647, serial
FROM (SELECT serial FROM installation WHERE device_id = ANY({ids}::integer[])
      UNION SELECT serial FROM device_birth WHERE device_id = ANY({ids}::integer[])
      UNION SELECT serial FROM {table} WHERE device_id = ANY({ids}::integer[])) told
WHERE serial IS NOT NULL;

-- name: any_value
({values});

-- name: has_value
{column} IS NOT NULL;

-- name: read_span
-- Readings of a device over a span, with as many before and after as its consumption needs.
WITH span AS MATERIALIZED (
    SELECT {device_id}::integer AS device_id, {from_at}::timestamptz AS from_at, {to_at}::timestamptz AS to_at
), edges AS MATERIALIZED (
    SELECT w.*, {next_before} AS before_at, {next_after} AS after_at FROM span w
), bounds AS MATERIALIZED (
    SELECT device_id,
           LEAST(from_at - {context}::interval, COALESCE({long_around_before}, '-infinity'),
                 COALESCE({many_around_before}, '-infinity')) AS read_from,
           GREATEST(to_at + {context}::interval, COALESCE({long_around_after}, 'infinity'),
                    COALESCE({many_around_after}, 'infinity')) AS read_to
    FROM edges w
)
SELECT bool_or(read_from = '-infinity'), array_agg((date_part('epoch', measured_at) * 1000000)::bigint),
       array_agg(COALESCE(hashtext(serial) & 2147483647, -1)), array_agg(archive::integer), {values}
FROM (
    SELECT r.*, b.read_from FROM bounds b
    JOIN {table} r ON r.device_id = b.device_id AND r.measured_at BETWEEN b.read_from AND b.read_to AND {any_value}
    ORDER BY r.measured_at
) ordered
HAVING count(*) > 0;

-- name: hours
SELECT hour, amount, estimated, covered_s, rule
FROM consumption_hourly
WHERE device_id = %(device_id)s AND quantity = %(quantity)s AND hour >= %(start)s AND hour < %(end)s
ORDER BY hour;

-- name: days
SELECT day, amount, estimated, covered_s, rule
FROM consumption_daily
WHERE device_id = %(device_id)s AND quantity = %(quantity)s AND day >= %(start)s AND day < %(end)s
ORDER BY day;

-- name: weather_device
SELECT id FROM device WHERE name = %(name)s AND class = 'climate';

-- name: weather_readings
SELECT array_agg((date_part('epoch', measured_at) * 1000000)::bigint), array_agg(outdoor_temperature_c)
FROM (
    SELECT measured_at, outdoor_temperature_c FROM (
        SELECT measured_at, outdoor_temperature_c FROM climate_reading
        WHERE device_id = {device_id}::integer AND measured_at >= {from_at}::timestamptz AND measured_at < {to_at}::timestamptz
          AND outdoor_temperature_c IS NOT NULL
        UNION ALL
        -- an hour from elsewhere stands at its beginning, where the sensor told nothing of it
        (SELECT DISTINCT ON (w.hour) w.hour, w.mean_c FROM weather_hour w
         WHERE w.device_id = {device_id}::integer AND w.hour >= {from_at}::timestamptz AND w.hour < {to_at}::timestamptz
           AND NOT EXISTS (SELECT FROM state_hourly s WHERE s.device_id = w.device_id AND s.hour = w.hour
                           AND s.quantity = 'outdoor_temperature_c')
         ORDER BY w.hour, CASE w.source WHEN 'csv' THEN 1 ELSE 2 END)
    ) told
    ORDER BY measured_at
) ordered
HAVING count(*) > 0;

-- name: building
SELECT s.name, b.title, b.address, b.longitude, b.floor_area_m2
FROM building b JOIN site s ON s.id = b.site_id WHERE b.id = %(building_id)s;

-- name: versions
SELECT s.period, s.version, s.made_at, s.method, s.digest, s.body, s.changes
FROM statement s JOIN contract c ON c.id = s.contract_id
WHERE c.code = %(code)s AND (%(period)s::daterange IS NULL OR period = %(period)s::daterange)
ORDER BY lower(period), upper(period), version;

-- name: bundle_is_kept
SELECT k.sha256 FROM statement_bundle k
JOIN statement s ON s.id = k.statement_id
JOIN contract c ON c.id = s.contract_id
WHERE c.code = %(code)s AND s.period = %(period)s AND s.version = %(version)s;

-- name: kept_bundle
SELECT k.sha256, k.body FROM statement_bundle k
JOIN statement s ON s.id = k.statement_id
JOIN contract c ON c.id = s.contract_id
JOIN visible_contract v ON v.contract_id = c.id
WHERE c.code = %(code)s AND s.period = %(period)s AND s.version = %(version)s;

-- name: keep_bundle
INSERT INTO statement_bundle (statement_id, sha256, body)
SELECT s.id, %(sha256)s, %(body)s
FROM statement s
JOIN contract c ON c.id = s.contract_id
WHERE c.code = %(code)s AND s.period = %(period)s AND s.version = %(version)s
ON CONFLICT DO NOTHING;

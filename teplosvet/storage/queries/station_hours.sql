-- Hours of weather stations from elsewhere than their sensor.

-- name: put
INSERT INTO weather_hour AS w (device_id, hour, source, mean_c)
SELECT %(device_id)s, hour, %(source)s, mean_c FROM unnest(%(hours)s::timestamptz[], %(means)s::float8[]) AS u (hour, mean_c)
ON CONFLICT (device_id, hour, source) DO UPDATE SET mean_c = excluded.mean_c, imported_at = now()
WHERE w.mean_c IS DISTINCT FROM excluded.mean_c;

-- name: sensed
SELECT count(*) FROM state_hourly
WHERE device_id = %(device_id)s AND quantity = 'outdoor_temperature_c' AND hour = ANY(%(hours)s::timestamptz[]);

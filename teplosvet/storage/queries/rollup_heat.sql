-- Heat meters checked against themselves, inside the rollup.

-- name: hours
-- What the hours of heat meters say: those of the windows, and the temperatures of one after them. The constants say nothing
-- new; they spare visiting every chunk.
SELECT w.device_id, (extract(epoch FROM w.out_from) * 1000000)::bigint, (extract(epoch FROM w.out_to) * 1000000)::bigint, h.*
FROM rollup_window w
CROSS JOIN LATERAL (
    SELECT array_agg((extract(epoch FROM hour) * 1000000)::bigint ORDER BY hour), {arrays}
    FROM (
        SELECT hour, {columns}
        FROM (
            SELECT hour, quantity, amount, NULL::double precision AS mean, NULL::double precision AS low,
                   NULL::double precision AS high, NULL::double precision AS samples
            FROM consumption_hourly c
            WHERE c.device_id = w.device_id AND quantity = ANY({counters}::text[]) AND hour >= w.out_from
              AND hour < w.out_to AND hour BETWEEN {low} AND {high} AND rule = {metered} AND covered_s = 3600
            UNION ALL
            SELECT hour, quantity, NULL, mean, low, high, samples
            FROM state_hourly s
            WHERE s.device_id = w.device_id AND quantity = ANY({gauges}::text[]) AND hour >= w.out_from
              AND hour < w.out_to + INTERVAL '1 hour' AND hour BETWEEN {low} AND {high}
        ) told
        GROUP BY hour
    ) hours
    HAVING count(*) > 0
) h;

-- name: bounds
SELECT min(out_from)::text, (max(out_to) + INTERVAL '1 hour')::text FROM rollup_window;

-- name: hour_column
max({value}) FILTER (WHERE quantity = {quantity}) AS {column};

-- name: hour_array
array_agg(COALESCE({column}, 'NaN') ORDER BY hour);

-- name: forget_findings
DELETE FROM register_finding f
USING rollup_window w
WHERE f.device_id = w.device_id AND f.quantity = %(register)s AND f.code = ANY(%(codes)s)
  AND f.found_at >= w.out_from AND f.found_at < w.out_to;

-- Clocks of heat meters, inside the rollup.

-- name: create_stage
CREATE TEMP TABLE IF NOT EXISTS stage_heat_state (
    device_id integer, at_us bigint, normal_s double precision, below_range_s double precision, above_range_s double precision,
    low_dt_s double precision, fault_s double precision, no_power_s double precision, covered_s integer
);
TRUNCATE stage_heat_state;

-- name: copy
COPY stage_heat_state (device_id, at_us, normal_s, below_range_s, above_range_s, low_dt_s, fault_s, no_power_s, covered_s)
FROM STDIN (FORMAT binary);

-- name: forget
-- A day on which nothing is known any more.
DELETE FROM heat_state_daily u
USING unnest(%(device_ids)s::integer[], %(from_us)s::bigint[], %(to_us)s::bigint[]) AS w (device_id, from_us, to_us)
JOIN device_place p USING (device_id)
WHERE u.device_id = w.device_id
  AND u.day >= (to_timestamp(w.from_us / 1e6) AT TIME ZONE p.zone)::date
  AND u.day < (to_timestamp(w.to_us / 1e6) AT TIME ZONE p.zone)::date
  AND NOT EXISTS (SELECT FROM stage_heat_state s WHERE s.device_id = u.device_id
                  AND (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date = u.day);

-- name: merge
INSERT INTO heat_state_daily AS u (device_id, day, normal_s, below_range_s, above_range_s, low_dt_s, fault_s, no_power_s, covered_s)
SELECT s.device_id, (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date, NULLIF(normal_s, 'NaN')::integer,
       NULLIF(below_range_s, 'NaN')::integer, NULLIF(above_range_s, 'NaN')::integer, NULLIF(low_dt_s, 'NaN')::integer,
       NULLIF(fault_s, 'NaN')::integer, NULLIF(no_power_s, 'NaN')::integer, covered_s
FROM stage_heat_state s
JOIN device_place p USING (device_id)
WHERE p.zone IS NOT NULL
ORDER BY 1, 2
ON CONFLICT (device_id, day) DO UPDATE
SET normal_s = excluded.normal_s, below_range_s = excluded.below_range_s, above_range_s = excluded.above_range_s,
    low_dt_s = excluded.low_dt_s, fault_s = excluded.fault_s, no_power_s = excluded.no_power_s, covered_s = excluded.covered_s
WHERE (u.*) IS DISTINCT FROM (excluded.*);

-- Days of light points, and derived energy, inside the rollup.

-- name: copy
COPY stage_light (device_id, at_us, width_s, covered_s, off_s, dimmed_s, full_s, present_s, presence_events, failed_s, override_s,
                  energy_by_level_kwh, doubt_kwh) FROM STDIN (FORMAT binary);

-- name: forget_derived_hourly
-- The constants say nothing new; they spare visiting every chunk.
DELETE FROM consumption_hourly c
USING unnest(%(device_ids)s::integer[], %(from_us)s::bigint[], %(to_us)s::bigint[]) AS w (device_id, from_us, to_us)
WHERE c.device_id = w.device_id AND c.quantity = %(register)s AND c.rule = %(derived)s
  AND c.hour >= to_timestamp(w.from_us / 1e6) AND c.hour < to_timestamp(w.to_us / 1e6)
  AND c.hour BETWEEN {low} AND {high}
  AND NOT EXISTS (SELECT FROM stage_hourly s WHERE s.device_id = c.device_id AND s.quantity = %(code)s
                  AND to_timestamp(s.at_us / 1e6) = c.hour);

-- name: forget_derived_daily
DELETE FROM consumption_daily c
USING unnest(%(device_ids)s::integer[], %(from_us)s::bigint[], %(to_us)s::bigint[]) AS w (device_id, from_us, to_us)
JOIN device_place p USING (device_id)
WHERE c.device_id = w.device_id AND c.quantity = %(register)s AND c.rule = %(derived)s
  AND c.day >= (to_timestamp(w.from_us / 1e6) AT TIME ZONE p.zone)::date
  AND c.day < (to_timestamp(w.to_us / 1e6) AT TIME ZONE p.zone)::date
  AND NOT EXISTS (SELECT FROM stage_daily s WHERE s.device_id = c.device_id AND s.quantity = %(code)s
                  AND (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date = c.day);

-- name: forget_use
-- A day on which nothing holds any more: a later reading has told how long the one before it may be believed.
DELETE FROM light_use_daily u
USING unnest(%(device_ids)s::integer[], %(from_us)s::bigint[], %(to_us)s::bigint[]) AS w (device_id, from_us, to_us)
JOIN device_place p USING (device_id)
WHERE u.device_id = w.device_id
  AND u.day >= (to_timestamp(w.from_us / 1e6) AT TIME ZONE p.zone)::date
  AND u.day < (to_timestamp(w.to_us / 1e6) AT TIME ZONE p.zone)::date
  AND NOT EXISTS (SELECT FROM stage_light s WHERE s.device_id = u.device_id
                  AND (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date = u.day);

-- name: merge_use
INSERT INTO light_use_daily AS u (device_id, day, covered_s, off_s, dimmed_s, full_s, present_s, presence_events, failed_s,
                                  override_s, energy_by_level_kwh)
SELECT s.device_id, (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date, s.covered_s, NULLIF(off_s, 'NaN'), NULLIF(dimmed_s, 'NaN'),
       NULLIF(full_s, 'NaN'), NULLIF(present_s, 'NaN'), NULLIF(presence_events, 'NaN')::integer, NULLIF(failed_s, 'NaN'),
       NULLIF(override_s, 'NaN'), NULLIF(energy_by_level_kwh, 'NaN')
FROM stage_light s
JOIN device_place p USING (device_id)
WHERE p.zone IS NOT NULL
ORDER BY 1, 2
ON CONFLICT (device_id, day) DO UPDATE
SET covered_s = excluded.covered_s, off_s = excluded.off_s, dimmed_s = excluded.dimmed_s, full_s = excluded.full_s,
    present_s = excluded.present_s, presence_events = excluded.presence_events, failed_s = excluded.failed_s,
    override_s = excluded.override_s, energy_by_level_kwh = excluded.energy_by_level_kwh
WHERE (u.*) IS DISTINCT FROM (excluded.*);

-- name: forget_findings
DELETE FROM register_finding f
USING unnest(%(device_ids)s::integer[], %(from_us)s::bigint[], %(to_us)s::bigint[]) AS w (device_id, from_us, to_us)
WHERE f.device_id = w.device_id AND f.code = %(code)s
  AND f.found_at >= to_timestamp(w.from_us / 1e6) AND f.found_at < to_timestamp(w.to_us / 1e6);

-- name: findings
-- The register's energy of a day against that of hours and power at each level, both of days that are known well. Doubt that
-- nobody can tell is NaN, which no difference exceeds.
INSERT INTO register_finding AS f (device_id, quantity, found_at, code, severity, data)
SELECT s.device_id, %(register)s, to_timestamp(s.at_us / 1e6), %(code)s,
       CASE WHEN m.difference_kwh > %(severe)s * m.allowed_kwh THEN %(warning)s::integer ELSE %(info)s::integer END,
       jsonb_build_object('from', to_char(to_timestamp(s.at_us / 1e6) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
                          'energy_kwh', round(c.amount::numeric, 4), 'level_kwh', round(e.level_kwh::numeric, 4),
                          'allowed_kwh', round(m.allowed_kwh::numeric, 4))
FROM stage_light s
JOIN device_place p USING (device_id)
JOIN consumption_daily c ON c.device_id = s.device_id AND c.quantity = %(register)s
    AND c.day = (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date
LEFT JOIN LATERAL (
    SELECT (resolutions ->> %(register)s)::double precision AS step_kwh FROM device_birth b
    WHERE b.device_id = s.device_id AND resolutions -> %(register)s IS NOT NULL
    ORDER BY born_at DESC LIMIT 1
) b ON true
CROSS JOIN LATERAL (SELECT s.energy_by_level_kwh * s.width_s / s.covered_s AS level_kwh) e
CROSS JOIN LATERAL (
    SELECT abs(c.amount - e.level_kwh) AS difference_kwh,
           %(agrees)s * GREATEST(c.amount, e.level_kwh) + 2 * COALESCE(b.step_kwh, %(usual_step_kwh)s) + 2 * s.doubt_kwh
               AS allowed_kwh
) m
WHERE s.energy_by_level_kwh <> 'NaN' AND c.rule <> %(derived)s
  AND s.covered_s >= %(min_coverage)s * s.width_s AND c.covered_s >= %(min_coverage)s * c.day_s
  AND c.estimated <= %(max_estimated)s * c.amount AND m.difference_kwh > m.allowed_kwh
ON CONFLICT (device_id, quantity, found_at, code) DO UPDATE SET severity = excluded.severity, data = excluded.data;

-- Statements of the rollup job: what is dirty, what has to be read for it, and where results go.

-- name: try_lock
SELECT pg_try_advisory_lock(7403753);

-- name: dirty
SELECT id, device_ids, from_us, to_us FROM dirty_range WHERE id <= %(up_to)s ORDER BY id LIMIT %(limit)s;

-- name: clean
DELETE FROM dirty_range WHERE id = ANY(%(ids)s);

-- name: unlock
SELECT pg_advisory_unlock(7403753);

-- name: newest_dirty
SELECT COALESCE(max(id), 0) FROM dirty_range;

-- name: dirty_up_to
SELECT EXISTS (SELECT FROM dirty_range WHERE id <= %(id)s);

-- name: ask
NOTIFY teplosvet_rollup;

-- name: listen
LISTEN teplosvet_rollup;

-- name: devices
SELECT d.id, d.class, d.greatest_power_kw, COALESCE(p.zone, 'UTC'),
       (SELECT jsonb_object_agg(quantity, modulus) FROM register_modulus m WHERE m.device_id = d.id),
       d.q_min_m3h, d.q_max_m3h, d.dt_min_k, d.fault_bits
FROM device d
JOIN device_place p ON p.device_id = d.id
WHERE d.id = ANY(%(ids)s);

-- name: installations
SELECT device_id, (extract(epoch FROM installed_at) * 1000000)::bigint, (extract(epoch FROM removed_at) * 1000000)::bigint,
       hashtext(serial) & 2147483647, start_registers, closing_registers
FROM installation WHERE device_id = ANY(%(ids)s)
ORDER BY device_id, installed_at;

-- name: births
SELECT device_id, (extract(epoch FROM born_at) * 1000000)::bigint, hashtext(serial) & 2147483647, registers
FROM device_birth WHERE device_id = ANY(%(ids)s) AND serial IS NOT NULL
ORDER BY device_id, born_at;

-- name: epochs
SELECT device_id, quantity, (extract(epoch FROM started_at) * 1000000)::bigint, shift
FROM register_epoch WHERE device_id = ANY(%(ids)s)
ORDER BY device_id, quantity, started_at;

-- name: resolutions
SELECT DISTINCT ON (device_id) device_id, resolutions
FROM device_birth WHERE device_id = ANY(%(ids)s) AND resolutions <> jsonb_build_object()
ORDER BY device_id, born_at DESC;

-- name: metered_days
-- The days that the energy register reaches into, of devices whose energy can be derived where it does not.
SELECT d.id, f.day, l.day
FROM device d
CROSS JOIN LATERAL (SELECT CASE d.class WHEN 'light' THEN 'light_energy_kwh' ELSE 'active_energy_kwh' END AS register) r
CROSS JOIN LATERAL (SELECT day FROM consumption_daily WHERE device_id = d.id AND quantity = register AND rule <> 'derived'
                    ORDER BY day LIMIT 1) f
CROSS JOIN LATERAL (SELECT day FROM consumption_daily WHERE device_id = d.id AND quantity = register AND rule <> 'derived'
                    ORDER BY day DESC LIMIT 1) l
WHERE d.id = ANY(%(ids)s) AND d.class IN ('light', 'electricity');

-- name: create_window
CREATE TEMP TABLE {window} (
    device_id integer, out_from timestamptz, out_to timestamptz, read_from timestamptz, read_to timestamptz, length_s double precision,
    near boolean
) ON COMMIT DROP;

-- name: find_windows
-- What may change when readings change in [from, to], in whole local days, and what has to be read to compute that: a
-- number of readings and some time to each side. A whole history needs no look around. To look between two constants
-- spares planning and visiting every chunk; what is not found between them (not near) has to be found without.
WITH dirty AS MATERIALIZED (
    SELECT d.device_id, d.zone, to_timestamp(d.from_us / 1e6) AS from_at,
           CASE WHEN d.to_us < {last_us} OR d.from_us = {first_us} THEN to_timestamp(d.to_us / 1e6)
                ELSE GREATEST(to_timestamp(d.from_us / 1e6), l.measured_at) END AS to_at,
           d.from_us = {first_us} AND d.to_us = {last_us} AS whole,
           COALESCE(l.measured_at <= {high}, false) AS ends
    FROM unnest({device_ids}::integer[], {from_us}::bigint[], {to_us}::bigint[], {zones}::text[])
        AS d (device_id, from_us, to_us, zone)
    LEFT JOIN latest_reading l ON l.device_id = d.device_id
), reach AS MATERIALIZED (
    SELECT w.*, CASE WHEN NOT whole THEN {many_before} END AS many_before, CASE WHEN NOT whole THEN {long_before} END AS long_before,
           CASE WHEN NOT whole THEN {many_after} END AS many_after, CASE WHEN NOT whole THEN {long_after} END AS long_after
    FROM dirty w
), influence AS MATERIALIZED (
    SELECT device_id, zone, whole, ends,
           date_trunc('day', CASE WHEN whole THEN from_at
               ELSE LEAST(from_at - {context}::interval, long_before, COALESCE(many_before, {first_before})) END, zone) AS from_at,
           date_trunc('day', CASE WHEN whole THEN to_at
               ELSE GREATEST(to_at + {context}::interval, long_after, COALESCE(many_after, {last_after})) END, zone) AS last_day,
           many_before IS NOT NULL AND long_before IS NOT NULL AS near_before,
           ends OR (many_after IS NOT NULL AND long_after IS NOT NULL) AS near_after
    FROM reach w
), output AS MATERIALIZED (
    SELECT *, ((last_day AT TIME ZONE zone) + INTERVAL '1 day') AT TIME ZONE zone AS to_at FROM influence
), edges AS MATERIALIZED (
    SELECT w.*, CASE WHEN NOT whole THEN {next_before} END AS before_at, CASE WHEN NOT whole THEN {next_after} END AS after_at
    FROM output w
), context AS MATERIALIZED (
    SELECT w.*, CASE WHEN NOT whole THEN {many_around_before} END AS many_before,
           CASE WHEN NOT whole THEN {long_around_before} END AS long_before,
           CASE WHEN NOT whole THEN {many_around_after} END AS many_after,
           CASE WHEN NOT whole THEN {long_around_after} END AS long_after
    FROM edges w
)
INSERT INTO {window} (device_id, out_from, out_to, read_from, read_to, length_s, near)
SELECT device_id, from_at, to_at,
       CASE WHEN whole THEN '-infinity' ELSE LEAST(from_at - {context}::interval, COALESCE(long_before, '-infinity'),
                                                   COALESCE(many_before, '-infinity')) END,
       CASE WHEN whole THEN 'infinity' ELSE GREATEST(to_at + {context}::interval, COALESCE(long_after, 'infinity'),
                                                     COALESCE(many_after, 'infinity')) END,
       COALESCE(extract(epoch FROM CASE WHEN NOT whole THEN to_at - from_at ELSE {extent}::interval END), 0),
       whole OR (near_before AND near_after AND many_before IS NOT NULL AND long_before IS NOT NULL
                 AND (ends OR (many_after IS NOT NULL AND long_after IS NOT NULL)))
FROM context w;

-- name: take_far
DELETE FROM {window} WHERE NOT near RETURNING device_id;

-- name: extent
(SELECT max(measured_at) - min(measured_at) FROM {table} r WHERE r.device_id = w.device_id);

-- name: nth_before
(SELECT measured_at FROM {table} r
 WHERE r.device_id = w.device_id AND measured_at < {edge} - {time}::interval AND {near} AND {present}
 ORDER BY measured_at DESC OFFSET {skip} LIMIT 1);

-- name: nth_after
(SELECT measured_at FROM {table} r
 WHERE r.device_id = w.device_id AND measured_at > {edge} + {time}::interval AND {near} AND {present}
 ORDER BY measured_at OFFSET {skip} LIMIT 1);

-- name: first_before
(SELECT min(measured_at) FROM {table} r
 WHERE r.device_id = w.device_id AND measured_at < {edge} AND {near} AND {present});

-- name: last_after
(SELECT max(measured_at) FROM {table} r
 WHERE r.device_id = w.device_id AND measured_at > {edge} AND {near} AND {present});

-- name: every_reading
true;

-- name: between
measured_at BETWEEN {low} AND {high};

-- name: with_value
{column} IS NOT NULL;

-- name: windows
SELECT device_id, (extract(epoch FROM out_from) * 1000000)::bigint, (extract(epoch FROM out_to) * 1000000)::bigint,
       read_from = '-infinity', read_to = 'infinity', length_s
FROM {window} ORDER BY device_id;

-- name: read_bounds
SELECT min(read_from)::text, max(read_to)::text FROM {window} WHERE device_id = ANY({device_ids}::integer[]);

-- name: read
-- A device at a time: its readings come in order from the index, so that nothing has to be sorted as a whole. The constants
-- say nothing new; they spare planning every chunk.
SELECT w.device_id, r.*
FROM {window} w
CROSS JOIN LATERAL (
    SELECT array_agg((date_part('epoch', measured_at) * 1000000)::bigint), array_agg(COALESCE(hashtext(serial) & 2147483647, -1)),
           array_agg(archive::integer), {values}
    FROM (
        SELECT * FROM {table}
        WHERE device_id = w.device_id AND measured_at BETWEEN w.read_from AND w.read_to AND {present}
          AND measured_at BETWEEN {low} AND {high}
        ORDER BY measured_at
    ) ordered
    HAVING count(*) > 0
) r
WHERE w.device_id = ANY({device_ids}::integer[]);

-- name: read_value
array_agg(COALESCE({column}, 'NaN'::double precision));

-- name: read_range
-- One register of one device over a span with its context, for a direct question.
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
SELECT array_agg((date_part('epoch', measured_at) * 1000000)::bigint), array_agg(COALESCE(hashtext(serial) & 2147483647, -1)),
       array_agg(archive::integer), {values}
FROM (
    SELECT r.* FROM bounds b
    JOIN {table} r ON r.device_id = b.device_id AND r.measured_at BETWEEN b.read_from AND b.read_to AND {present}
    ORDER BY r.measured_at
) ordered
HAVING count(*) > 0;

-- name: create_stages
CREATE TEMP TABLE IF NOT EXISTS stage_hourly (
    device_id integer, quantity integer, at_us bigint, width_s integer,
    amount double precision, estimated double precision, covered_s integer, rule integer
);
CREATE TEMP TABLE IF NOT EXISTS stage_daily (LIKE stage_hourly);
CREATE TEMP TABLE IF NOT EXISTS stage_state (
    device_id integer, quantity integer, at_us bigint, mean double precision, low double precision, high double precision,
    samples integer
);
CREATE TEMP TABLE IF NOT EXISTS stage_light (
    device_id integer, at_us bigint, width_s integer, covered_s integer, off_s double precision, dimmed_s double precision,
    full_s double precision, present_s double precision, presence_events double precision, failed_s double precision,
    override_s double precision, energy_by_level_kwh double precision, doubt_kwh double precision
);
TRUNCATE stage_hourly, stage_daily, stage_state, stage_light;

-- name: copy_consumption
COPY {stage} (device_id, quantity, at_us, width_s, amount, estimated, covered_s, rule) FROM STDIN (FORMAT binary);

-- name: copy_state
COPY {stage} (device_id, quantity, at_us, mean, low, high, samples) FROM STDIN (FORMAT binary);

-- name: merge_hourly
INSERT INTO consumption_hourly AS c (device_id, quantity, hour, amount, estimated, covered_s, rule)
SELECT device_id, (%(quantities)s::text[])[quantity + 1], to_timestamp(at_us / 1e6), NULLIF(amount, 'NaN'),
       COALESCE(NULLIF(estimated, 'NaN'), 0), covered_s, (%(rules)s::text[])[rule + 1]
FROM stage_hourly
ORDER BY 1, 2, 3
ON CONFLICT (device_id, quantity, hour) DO UPDATE
SET amount = excluded.amount, estimated = excluded.estimated, covered_s = excluded.covered_s, rule = excluded.rule
WHERE (c.amount IS NULL) <> (excluded.amount IS NULL) OR abs(c.amount - excluded.amount) > {rounding}
   OR abs(c.estimated - excluded.estimated) > {rounding} OR c.covered_s <> excluded.covered_s OR c.rule <> excluded.rule;

-- name: merge_daily
INSERT INTO consumption_daily AS c (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
SELECT s.device_id, (%(quantities)s::text[])[s.quantity + 1], (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date,
       NULLIF(s.amount, 'NaN'), COALESCE(NULLIF(s.estimated, 'NaN'), 0), s.covered_s, s.width_s, (%(rules)s::text[])[s.rule + 1]
FROM stage_daily s
JOIN device_place p USING (device_id)
WHERE p.zone IS NOT NULL
ORDER BY 1, 2, 3
ON CONFLICT (device_id, quantity, day) DO UPDATE
SET amount = excluded.amount, estimated = excluded.estimated, covered_s = excluded.covered_s, day_s = excluded.day_s,
    rule = excluded.rule
WHERE (c.amount IS NULL) <> (excluded.amount IS NULL) OR abs(c.amount - excluded.amount) > {rounding}
   OR abs(c.estimated - excluded.estimated) > {rounding} OR c.covered_s <> excluded.covered_s OR c.day_s <> excluded.day_s
   OR c.rule <> excluded.rule;

-- name: merge_state
INSERT INTO state_hourly AS c (device_id, quantity, hour, mean, low, high, samples)
SELECT device_id, (%(quantities)s::text[])[quantity + 1], to_timestamp(at_us / 1e6), mean, low, high, samples
FROM stage_state
ORDER BY 1, 2, 3
ON CONFLICT (device_id, quantity, hour) DO UPDATE
SET mean = excluded.mean, low = excluded.low, high = excluded.high, samples = excluded.samples
WHERE (c.mean, c.low, c.high, c.samples) <> (excluded.mean, excluded.low, excluded.high, excluded.samples);

-- name: forget_epochs
DELETE FROM register_epoch e
USING unnest(%(device_ids)s::integer[], %(quantities)s::text[], %(from_us)s::bigint[], %(to_us)s::bigint[])
    AS w (device_id, quantity, from_us, to_us)
WHERE e.device_id = w.device_id AND e.quantity = w.quantity
  AND e.started_at >= to_timestamp(w.from_us / 1e6) AND e.started_at < to_timestamp(w.to_us / 1e6);

-- name: epoch
INSERT INTO register_epoch (device_id, quantity, started_at, shift, reason)
VALUES (%(device_id)s, %(quantity)s, to_timestamp(%(at_us)s / 1e6), %(shift)s, %(reason)s)
ON CONFLICT (device_id, quantity, started_at) DO UPDATE SET shift = excluded.shift, reason = excluded.reason;

-- name: forget_findings
DELETE FROM register_finding f
USING unnest(%(device_ids)s::integer[], %(quantities)s::text[], %(from_us)s::bigint[], %(to_us)s::bigint[])
    AS w (device_id, quantity, from_us, to_us)
WHERE f.device_id = w.device_id AND f.quantity = w.quantity AND f.code <> ALL(%(others)s)
  AND f.found_at >= to_timestamp(w.from_us / 1e6) AND f.found_at < to_timestamp(w.to_us / 1e6);

-- name: finding
INSERT INTO register_finding (device_id, quantity, found_at, code, severity, data)
VALUES (%(device_id)s, %(quantity)s, %(found_at)s, %(code)s, %(severity)s, %(data)s)
ON CONFLICT (device_id, quantity, found_at, code) DO UPDATE SET severity = excluded.severity, data = excluded.data;

-- name: widen
-- A register that is read more seldom than the device reports reaches further than the device's window.
UPDATE rollup_window w SET out_from = LEAST(w.out_from, r.out_from), out_to = GREATEST(w.out_to, r.out_to)
FROM register_window r WHERE r.device_id = w.device_id;

-- name: building_energy
-- A building's day: every device of the carrier that was installed in it on that day. If more of one is unknown than a day may
-- lack, the day's energy is unknown, since a silent lamp would look like a saving; the coverage tells how much is missing.
-- A device that moved to another building on that day, or whose days are those of another zone, is summed by hours.
WITH touched AS (
    SELECT i.building_id, b.zone, min(w.out_from) AS out_from, max(w.out_to) AS out_to
    FROM rollup_window w
    JOIN installation i ON i.device_id = w.device_id
    JOIN building b ON b.id = i.building_id
    GROUP BY i.building_id, b.zone
), days AS (
    SELECT t.building_id, t.zone, d.day::date AS day,
           d.day AT TIME ZONE t.zone AS starts, (d.day + INTERVAL '1 day') AT TIME ZONE t.zone AS ends
    FROM touched t
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', GREATEST(t.out_from, (SELECT min(installed_at) FROM installation i
                                                WHERE i.building_id = t.building_id)) AT TIME ZONE t.zone),
        LEAST(t.out_to - INTERVAL '1 second', now()) AT TIME ZONE t.zone, INTERVAL '1 day') AS d (day)
), installed AS (
    SELECT y.building_id, y.zone, y.day, y.starts, y.ends, i.device_id,
           sum(extract(epoch FROM LEAST(i.removed_at, y.ends) - GREATEST(i.installed_at, y.starts)))::double precision AS installed_s
    FROM days y
    JOIN installation i ON i.building_id = y.building_id AND i.installed_at < y.ends
        AND (i.removed_at IS NULL OR i.removed_at > y.starts)
    JOIN device d ON d.id = i.device_id AND d.class = {carrier}
    GROUP BY y.building_id, y.zone, y.day, y.starts, y.ends, i.device_id
), placed AS (
    SELECT i.*, p.zone <> i.zone OR EXISTS (
               SELECT FROM installation o
               WHERE o.device_id = i.device_id AND o.building_id <> i.building_id AND o.installed_at < i.ends
                 AND (o.removed_at IS NULL OR o.removed_at > i.starts)) AS by_hours
    FROM installed i JOIN device_place p USING (device_id)
), consumed AS (
    SELECT i.building_id, i.day, i.ends - i.starts AS length, i.installed_s,
           CASE WHEN i.by_hours THEN h.amount ELSE c.amount END AS amount,
           CASE WHEN i.by_hours THEN h.estimated ELSE c.estimated END AS estimated,
           COALESCE(CASE WHEN i.by_hours THEN h.covered_s ELSE c.covered_s END, 0) AS covered_s
    FROM placed i
    LEFT JOIN consumption_daily c ON c.device_id = i.device_id AND c.quantity = {register} AND c.day = i.day AND NOT i.by_hours
    LEFT JOIN LATERAL (
        SELECT sum(a.amount * s.share) AS amount, sum(a.estimated * s.share) AS estimated, sum(a.covered_s * s.share) AS covered_s
        FROM installation o
        JOIN consumption_hourly a ON a.device_id = o.device_id AND a.quantity = {register}
            AND a.hour > i.starts - INTERVAL '1 hour' AND a.hour < i.ends
        CROSS JOIN LATERAL (
            SELECT extract(epoch FROM LEAST(a.hour + INTERVAL '1 hour', i.ends, o.removed_at)
                                      - GREATEST(a.hour, i.starts, o.installed_at)) / 3600.0 AS share
        ) s
        WHERE i.by_hours AND o.device_id = i.device_id AND o.building_id = i.building_id AND s.share > 0
    ) h ON true
), gone AS (
    DELETE FROM building_energy_daily e USING touched t
    WHERE e.building_id = t.building_id AND e.carrier = {carrier}
      AND e.day >= (t.out_from AT TIME ZONE t.zone)::date AND e.day < (t.out_to AT TIME ZONE t.zone)::date
      AND NOT EXISTS (SELECT FROM installed i WHERE i.building_id = e.building_id AND i.day = e.day)
)
INSERT INTO building_energy_daily AS c (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
SELECT building_id, {carrier}, day,
       CASE WHEN bool_and(installed_s - covered_s <= {may_lack} * extract(epoch FROM length)::double precision) THEN sum(amount) END,
       COALESCE(sum(estimated), 0),
       LEAST(1.0, sum(covered_s) / sum(extract(epoch FROM length))::double precision),
       count(*)
FROM consumed
GROUP BY building_id, day
ON CONFLICT (building_id, carrier, day) DO UPDATE
SET energy_kwh = excluded.energy_kwh, estimated_kwh = excluded.estimated_kwh, coverage = excluded.coverage,
    devices = excluded.devices
WHERE (c.energy_kwh IS NULL) <> (excluded.energy_kwh IS NULL) OR abs(c.energy_kwh - excluded.energy_kwh) > {rounding}
   OR abs(c.estimated_kwh - excluded.estimated_kwh) > {rounding} OR c.coverage <> excluded.coverage
   OR c.devices <> excluded.devices;

-- name: newer
-- Devices whose newest reading may be another one, and since when: none of what came in is older.
SELECT array_agg(d.device_id), min(d.at)::text
FROM (
    SELECT device_id, max(to_us) AS to_us FROM unnest({device_ids}::integer[], {to_us}::bigint[]) AS u (device_id, to_us)
    WHERE to_us < {last_us} GROUP BY device_id
) u
CROSS JOIN LATERAL (SELECT u.device_id, to_timestamp(u.to_us / 1e6) AS at) d
LEFT JOIN latest_reading l ON l.device_id = d.device_id
WHERE l.device_id IS NULL OR d.at >= l.measured_at;

-- name: latest
INSERT INTO latest_reading AS l (device_id, measured_at, received_at, quantities)
SELECT d.id, r.measured_at, r.received_at,
       jsonb_strip_nulls(to_jsonb(r) - ARRAY['device_id', 'measured_at', 'received_at', 'archive', 'serial'])
FROM device d
CROSS JOIN LATERAL (
    SELECT * FROM {table} WHERE device_id = d.id AND measured_at >= {since} ORDER BY measured_at DESC LIMIT 1
) r
WHERE d.id = ANY({device_ids}::integer[]) AND d.class = {device_class}
ORDER BY d.id
ON CONFLICT (device_id) DO UPDATE
SET measured_at = excluded.measured_at, received_at = excluded.received_at, quantities = excluded.quantities
WHERE l.measured_at < excluded.measured_at
   OR (l.measured_at = excluded.measured_at AND l.quantities IS DISTINCT FROM excluded.quantities);

-- name: dirty_since
SELECT id, device_ids, from_us, to_us FROM dirty_range WHERE id > %(id)s;

-- name: device_id
SELECT d.id, d.class, COALESCE(p.zone, 'UTC') FROM device d JOIN device_place p ON p.device_id = d.id WHERE d.name = %(name)s;

-- name: drop_window
DROP TABLE {window};

-- Statements of the rollup job: what is dirty, what has to be read for it, and where results go.

-- name: try_lock
SELECT pg_try_advisory_lock(7403753);

-- name: dirty
SELECT id, device_ids, from_us, to_us FROM dirty_range ORDER BY id LIMIT %(limit)s;

-- name: clean
DELETE FROM dirty_range WHERE id = ANY(%(ids)s);

-- name: again
INSERT INTO dirty_range (device_ids, from_us, to_us) VALUES (%(device_ids)s, %(from_us)s, %(to_us)s);

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
       (SELECT jsonb_object_agg(quantity, modulus) FROM register_modulus m WHERE m.device_id = d.id)
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

-- name: create_window
-- What may change when readings change in [from, to], in whole local days, and what has to be read to compute that.
CREATE TEMP TABLE rollup_window ON COMMIT DROP AS
WITH dirty AS (
    SELECT d.device_id, d.zone,
           GREATEST(d.from_us, {first_us})::double precision AS from_us, LEAST(d.to_us, {last_us})::double precision AS to_us
    FROM unnest({device_ids}::integer[], {from_us}::bigint[], {to_us}::bigint[], {zones}::text[])
        AS d (device_id, from_us, to_us, zone)
), bounds AS (
    SELECT device_id, zone, to_timestamp(from_us / 1e6) AS from_at, to_timestamp(to_us / 1e6) AS to_at FROM dirty
), influence AS (
    SELECT b.device_id, b.zone,
           date_trunc('day', LEAST(b.from_at - {context}::interval, COALESCE(before.at, b.from_at)), b.zone) AS out_from,
           date_trunc('day', GREATEST(b.to_at + {context}::interval, COALESCE(after.at, b.to_at)), b.zone) AS last_day
    FROM bounds b
    LEFT JOIN LATERAL (
        SELECT measured_at AS at FROM {table} WHERE device_id = b.device_id AND measured_at < b.from_at
        ORDER BY measured_at DESC OFFSET {readings} LIMIT 1
    ) before ON true
    LEFT JOIN LATERAL (
        SELECT measured_at AS at FROM {table} WHERE device_id = b.device_id AND measured_at > b.to_at
        ORDER BY measured_at OFFSET {readings} LIMIT 1
    ) after ON true
), output AS (
    SELECT device_id, zone, out_from, ((last_day AT TIME ZONE zone) + INTERVAL '1 day') AT TIME ZONE zone AS out_to
    FROM influence
)
SELECT o.device_id, o.out_from, o.out_to,
       LEAST(o.out_from - {context}::interval, COALESCE(before.at, '-infinity')) AS read_from,
       GREATEST(o.out_to + {context}::interval, COALESCE(after.at, 'infinity')) AS read_to
FROM output o
LEFT JOIN LATERAL (
    SELECT measured_at AS at FROM {table} WHERE device_id = o.device_id AND measured_at < o.out_from
    ORDER BY measured_at DESC OFFSET {readings} LIMIT 1
) before ON true
LEFT JOIN LATERAL (
    SELECT measured_at AS at FROM {table} WHERE device_id = o.device_id AND measured_at > o.out_to
    ORDER BY measured_at OFFSET {readings} LIMIT 1
) after ON true;

-- name: windows
SELECT device_id, (extract(epoch FROM out_from) * 1000000)::bigint, (extract(epoch FROM out_to) * 1000000)::bigint
FROM rollup_window ORDER BY device_id;

-- name: read
SELECT device_id, array_agg((extract(epoch FROM measured_at) * 1000000)::bigint),
       array_agg(COALESCE(hashtext(serial) & 2147483647, -1)), {values}
FROM (
    SELECT r.* FROM rollup_window w
    JOIN {table} r ON r.device_id = w.device_id AND r.measured_at BETWEEN w.read_from AND w.read_to
    ORDER BY r.device_id, r.measured_at
) ordered
GROUP BY device_id;

-- name: read_value
array_agg(COALESCE({column}, 'NaN'::double precision));

-- name: read_range
-- One register of one device over a span with its context, for a direct question.
WITH span AS (
    SELECT {from_at}::timestamptz - {context}::interval AS from_at, {to_at}::timestamptz + {context}::interval AS to_at
), bounds AS (
    SELECT LEAST(from_at, COALESCE((SELECT measured_at FROM {table} WHERE device_id = {device_id} AND measured_at < from_at
                                    ORDER BY measured_at DESC OFFSET {readings} LIMIT 1), '-infinity')) AS read_from,
           GREATEST(to_at, COALESCE((SELECT measured_at FROM {table} WHERE device_id = {device_id} AND measured_at > to_at
                                     ORDER BY measured_at OFFSET {readings} LIMIT 1), 'infinity')) AS read_to
    FROM span
)
SELECT device_id, array_agg((extract(epoch FROM measured_at) * 1000000)::bigint),
       array_agg(COALESCE(hashtext(serial) & 2147483647, -1)), {values}
FROM (
    SELECT r.* FROM bounds b
    JOIN {table} r ON r.device_id = {device_id} AND r.measured_at BETWEEN b.read_from AND b.read_to
    ORDER BY r.measured_at
) ordered
GROUP BY device_id;

-- name: create_stages
CREATE TEMP TABLE IF NOT EXISTS stage_consumption (
    device_id integer, quantity integer, at_us bigint, width_s integer,
    amount double precision, estimated double precision, covered_s integer, rule integer
);
CREATE TEMP TABLE IF NOT EXISTS stage_state (
    device_id integer, quantity integer, at_us bigint, mean double precision, low double precision, high double precision,
    samples integer
);
TRUNCATE stage_consumption, stage_state;

-- name: copy_consumption
COPY stage_consumption (device_id, quantity, at_us, width_s, amount, estimated, covered_s, rule) FROM STDIN (FORMAT binary);

-- name: copy_state
COPY stage_state (device_id, quantity, at_us, mean, low, high, samples) FROM STDIN (FORMAT binary);

-- name: merge_hourly
INSERT INTO consumption_hourly (device_id, quantity, hour, amount, estimated, covered_s, rule)
SELECT device_id, (%(quantities)s::text[])[quantity + 1], to_timestamp(at_us / 1e6), NULLIF(amount, 'NaN'),
       COALESCE(NULLIF(estimated, 'NaN'), 0), covered_s, (%(rules)s::text[])[rule + 1]
FROM stage_consumption
ORDER BY 1, 2, 3
ON CONFLICT (device_id, quantity, hour) DO UPDATE
SET amount = excluded.amount, estimated = excluded.estimated, covered_s = excluded.covered_s, rule = excluded.rule;

-- name: merge_daily
INSERT INTO consumption_daily (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
SELECT s.device_id, (%(quantities)s::text[])[s.quantity + 1], (to_timestamp(s.at_us / 1e6) AT TIME ZONE p.zone)::date,
       NULLIF(s.amount, 'NaN'), COALESCE(NULLIF(s.estimated, 'NaN'), 0), s.covered_s, s.width_s, (%(rules)s::text[])[s.rule + 1]
FROM stage_consumption s
JOIN device_place p USING (device_id)
WHERE p.zone IS NOT NULL
ORDER BY 1, 2, 3
ON CONFLICT (device_id, quantity, day) DO UPDATE
SET amount = excluded.amount, estimated = excluded.estimated, covered_s = excluded.covered_s, day_s = excluded.day_s,
    rule = excluded.rule;

-- name: clear_consumption
TRUNCATE stage_consumption;

-- name: merge_state
INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
SELECT device_id, (%(quantities)s::text[])[quantity + 1], to_timestamp(at_us / 1e6), mean, low, high, samples
FROM stage_state
ORDER BY 1, 2, 3
ON CONFLICT (device_id, quantity, hour) DO UPDATE
SET mean = excluded.mean, low = excluded.low, high = excluded.high, samples = excluded.samples;

-- name: forget_epochs
DELETE FROM register_epoch e USING rollup_window w
WHERE e.device_id = w.device_id AND e.started_at >= w.out_from AND e.started_at < w.out_to;

-- name: epoch
INSERT INTO register_epoch (device_id, quantity, started_at, shift, reason)
VALUES (%(device_id)s, %(quantity)s, to_timestamp(%(at_us)s / 1e6), %(shift)s, %(reason)s)
ON CONFLICT (device_id, quantity, started_at) DO UPDATE SET shift = excluded.shift, reason = excluded.reason;

-- name: forget_findings
DELETE FROM register_finding f USING rollup_window w
WHERE f.device_id = w.device_id AND f.found_at >= w.out_from AND f.found_at < w.out_to;

-- name: finding
INSERT INTO register_finding (device_id, quantity, found_at, code, severity, data)
VALUES (%(device_id)s, %(quantity)s, %(found_at)s, %(code)s, %(severity)s, %(data)s)
ON CONFLICT (device_id, quantity, found_at, code) DO UPDATE SET severity = excluded.severity, data = excluded.data;

-- name: building_energy
-- A building's day: every device of the carrier that was installed in it on that day. If one of them is unknown the
-- day's energy is unknown, since a silent lamp would look like a saving; the coverage tells how much is missing.
WITH touched AS (
    SELECT i.building_id, min(w.out_from) AS out_from, max(w.out_to) AS out_to
    FROM rollup_window w JOIN installation i ON i.device_id = w.device_id
    GROUP BY i.building_id
), days AS (
    SELECT t.building_id, b.zone, day::date AS day,
           (day AT TIME ZONE b.zone) AS starts, ((day + INTERVAL '1 day') AT TIME ZONE b.zone) AS ends
    FROM touched t
    JOIN building b ON b.id = t.building_id
    CROSS JOIN LATERAL generate_series(
        GREATEST(t.out_from, (SELECT min(installed_at) FROM installation i WHERE i.building_id = t.building_id)) AT TIME ZONE b.zone,
        LEAST(t.out_to, now()) AT TIME ZONE b.zone, INTERVAL '1 day') AS moment
    CROSS JOIN LATERAL (SELECT date_trunc('day', moment) AS day) d
), installed AS (
    SELECT DISTINCT y.building_id, y.day, y.starts, y.ends, d.id AS device_id, {carrier} AS carrier, {register} AS register
    FROM days y
    JOIN installation i ON i.building_id = y.building_id AND i.installed_at < y.ends
        AND (i.removed_at IS NULL OR i.removed_at > y.starts)
    JOIN device d ON d.id = i.device_id AND d.class = {carrier}
)
INSERT INTO building_energy_daily (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
SELECT i.building_id, i.carrier, i.day, CASE WHEN count(c.amount) = count(*) THEN sum(c.amount) END, COALESCE(sum(c.estimated), 0),
       LEAST(1.0, COALESCE(sum(c.covered_s), 0) / sum(extract(epoch FROM i.ends - i.starts))::double precision), count(*)
FROM installed i
LEFT JOIN consumption_daily c ON c.device_id = i.device_id AND c.quantity = i.register AND c.day = i.day
GROUP BY i.building_id, i.carrier, i.day
ON CONFLICT (building_id, carrier, day) DO UPDATE
SET energy_kwh = excluded.energy_kwh, estimated_kwh = excluded.estimated_kwh, coverage = excluded.coverage,
    devices = excluded.devices;

-- name: latest
INSERT INTO latest_reading AS l (device_id, measured_at, received_at, quantities)
SELECT d.id, r.measured_at, r.received_at,
       jsonb_strip_nulls(to_jsonb(r) - ARRAY['device_id', 'measured_at', 'received_at', 'archive', 'serial'])
FROM device d
CROSS JOIN LATERAL (SELECT * FROM {table} WHERE device_id = d.id ORDER BY measured_at DESC LIMIT 1) r
WHERE d.id = ANY(%(ids)s) AND d.class = {device_class}
ORDER BY d.id
ON CONFLICT (device_id) DO UPDATE
SET measured_at = excluded.measured_at, received_at = excluded.received_at, quantities = excluded.quantities
WHERE l.measured_at <= excluded.measured_at;

-- name: dirty_since
SELECT COALESCE(max(id), 0), array_agg(DISTINCT device_id)
FROM dirty_range CROSS JOIN LATERAL unnest(device_ids) AS device_id
WHERE id > %(id)s;

-- name: device_id
SELECT d.id, d.class, COALESCE(p.zone, 'UTC') FROM device d JOIN device_place p ON p.device_id = d.id WHERE d.name = %(name)s;

-- name: drop_window
DROP TABLE rollup_window;

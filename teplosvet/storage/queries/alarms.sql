-- One round of alarms, and what people do with them.

-- name: sole
SELECT pg_try_advisory_lock(7305921);

-- name: unlock
SELECT pg_advisory_unlock(7305921);

-- name: stage_rules
CREATE TEMP TABLE alarm_rule ON COMMIT DROP AS
SELECT * FROM unnest({codes}::text[], {severities}::integer[], {holds}::integer[], {clears}::integer[])
    AS r (rule, severity, hold_s, clear_s);

-- name: stage_found
CREATE TEMP TABLE alarm_found (
    rule text NOT NULL, subject text NOT NULL, building_id integer, device_id integer, entrance text, since timestamptz,
    data jsonb NOT NULL
) ON COMMIT DROP;

-- name: stage_devices
-- Every device that is installed now, with what it said last. The day of calibration is read by name, so that it may be missing.
CREATE TEMP TABLE alarm_device ON COMMIT DROP AS
SELECT d.id AS device_id, d.name, d.class, d.publisher, i.building_id, e.name AS entrance, r.measured_at, r.received_at,
       GREATEST(COALESCE(r.measured_at, i.installed_at), i.installed_at) AS heard_at, r.quantities,
       (to_jsonb(i) ->> 'calibration_due')::date AS due_on
FROM installation i
JOIN device d ON d.id = i.device_id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN latest_reading r ON r.device_id = i.device_id
WHERE i.installed_at <= {now} AND (i.removed_at IS NULL OR i.removed_at > {now});

-- name: index_devices
CREATE INDEX ON alarm_device (building_id);

-- name: analyze_devices
ANALYZE alarm_device;

-- name: stage_season
-- Mean outdoor temperature of the last day where a building's weather is measured.
CREATE TEMP TABLE alarm_season ON COMMIT DROP AS
SELECT b.id AS building_id, w.outdoor_c
FROM building b
JOIN (
    SELECT d.name, avg(s.mean) AS outdoor_c
    FROM device d
    JOIN state_hourly s ON s.device_id = d.id AND s.quantity = 'outdoor_temperature_c'
    WHERE d.name IN (SELECT weather FROM building) AND s.hour > {now} - INTERVAL '25 hours' AND s.hour <= {now}
    GROUP BY d.name
) w ON w.name = b.weather;

-- name: stage_rooms
CREATE TEMP TABLE alarm_room ON COMMIT DROP AS
SELECT d.device_id, d.building_id, d.entrance, h.indoor_c
FROM alarm_device d
CROSS JOIN LATERAL (
    SELECT avg(mean) AS indoor_c FROM state_hourly
    WHERE device_id = d.device_id AND quantity = 'indoor_temperature_c' AND hour > {now} - INTERVAL '4 hours' AND hour <= {now}
) h
WHERE d.class = 'climate' AND h.indoor_c IS NOT NULL;

-- name: stage_statements
CREATE TEMP TABLE alarm_statement ON COMMIT DROP AS
SELECT DISTINCT ON (s.contract_id) s.contract_id, c.code, c.building_id, s.body -> 'findings' AS findings
FROM statement s
JOIN contract c ON c.id = s.contract_id
WHERE upper(s.period) > {now}::date - 60
ORDER BY s.contract_id, upper(s.period) DESC, lower(s.period), s.version DESC;

-- name: quieten
-- What follows from a cause is no alarm of its own.
DELETE FROM alarm_found
WHERE rule IN ('silent_device', 'gateway_lost') AND EXISTS (SELECT FROM alarm_found WHERE rule = 'ingest_stopped');

-- name: switched_off
DELETE FROM alarm_found f USING alarm_override o
WHERE o.rule = f.rule AND o.building_id = f.building_id AND NOT o.enabled;

-- name: pend
INSERT INTO alarm_pending AS p (rule, subject, first_seen)
SELECT rule, subject, min(COALESCE(since, {now})) FROM alarm_found GROUP BY rule, subject
ON CONFLICT (rule, subject) DO UPDATE SET first_seen = LEAST(p.first_seen, excluded.first_seen)
WHERE p.first_seen > excluded.first_seen;

-- name: unpend
DELETE FROM alarm_pending p USING alarm_rule r
WHERE r.rule = p.rule AND NOT EXISTS (SELECT FROM alarm_found f WHERE f.rule = p.rule AND f.subject = p.subject);

-- name: touch
UPDATE alarm a SET last_seen = {now}, data = f.data
FROM alarm_found f
WHERE a.closed_at IS NULL AND a.rule = f.rule AND a.subject = f.subject AND a.last_seen <= {now};

-- name: open
WITH opened AS (
    INSERT INTO alarm (rule, subject, building_id, device_id, entrance, severity, opened_at, last_seen, data)
    SELECT DISTINCT ON (f.rule, f.subject) f.rule, f.subject, f.building_id, f.device_id, f.entrance, r.severity, {now}, {now}, f.data
    FROM alarm_found f
    JOIN alarm_rule r USING (rule)
    JOIN alarm_pending p USING (rule, subject)
    LEFT JOIN alarm_override o ON o.rule = f.rule AND o.building_id = f.building_id
    WHERE p.first_seen <= {now} - COALESCE(o.hold_s, r.hold_s) * INTERVAL '1 second'
    ORDER BY f.rule, f.subject
    ON CONFLICT (rule, subject) WHERE closed_at IS NULL DO NOTHING
    RETURNING id
)
INSERT INTO alarm_event (alarm_id, kind, at) SELECT id, 'opened', {now} FROM opened ORDER BY id;

-- name: close
WITH closed AS (
    UPDATE alarm a SET closed_at = {now}
    FROM alarm_rule r
    WHERE a.closed_at IS NULL AND r.rule = a.rule
      AND NOT EXISTS (SELECT FROM alarm_found f WHERE f.rule = a.rule AND f.subject = a.subject)
      AND a.last_seen <= {now} - COALESCE(
          (SELECT o.clear_s FROM alarm_override o WHERE o.rule = a.rule AND o.building_id = a.building_id), r.clear_s
      ) * INTERVAL '1 second'
    RETURNING a.id
)
INSERT INTO alarm_event (alarm_id, kind, at) SELECT id, 'closed', {now} FROM closed ORDER BY id;

-- name: close_unknown
-- A rule that no version of ours knows any more keeps no alarm open.
WITH closed AS (
    UPDATE alarm SET closed_at = {now} WHERE closed_at IS NULL AND rule <> ALL (%(codes)s) RETURNING id
)
INSERT INTO alarm_event (alarm_id, kind, at) SELECT id, 'closed', {now} FROM closed;

-- name: open_by_rule
SELECT rule, count(*) FROM alarm WHERE closed_at IS NULL GROUP BY rule;

-- name: started
INSERT INTO job_run (job, started_at) VALUES (%(job)s, %(now)s)
ON CONFLICT (job) DO UPDATE SET started_at = excluded.started_at;

-- name: ended
UPDATE job_run SET ok_at = CASE WHEN %(error)s::text IS NULL THEN %(now)s ELSE ok_at END, seconds = %(seconds)s, error = %(error)s
WHERE job = %(job)s;

-- name: lock
-- An alarm that the reader sees; two people who acknowledge it at once come one after the other.
SELECT a.id FROM alarm a
WHERE a.id = %(alarm_id)s AND EXISTS (SELECT FROM alarm_journal j WHERE j.alarm_id = a.id)
FOR UPDATE;

-- name: may_handle
-- Whether the reader has one of these roles where the alarm is: in its building, or in a contract of it.
SELECT (SELECT everything FROM reader_everything) OR EXISTS (
    SELECT FROM alarm a
    JOIN building b ON b.id = a.building_id
    LEFT JOIN contract c ON c.building_id = b.id
    JOIN reader_grant g ON g.role = ANY (%(roles)s)
     AND (g.building_id = b.id OR (g.organisation_id = b.organisation_id AND g.role <> 'esco') OR g.contract_id = c.id
          OR (g.organisation_id = c.esco_organisation_id AND g.role IN ('esco', 'administrator')))
    WHERE a.id = %(alarm_id)s
);

-- name: acknowledge
INSERT INTO alarm_note (alarm_id, actor, acknowledges, note) VALUES (%(alarm_id)s, %(actor)s, true, %(note)s)
ON CONFLICT (alarm_id) WHERE acknowledges DO NOTHING;

-- name: note
-- The same words of the same person twice in a row are a double tap.
INSERT INTO alarm_note (alarm_id, actor, acknowledges, note)
SELECT %(alarm_id)s, %(actor)s, false, %(note)s
WHERE NOT EXISTS (
    SELECT FROM (SELECT actor, note FROM alarm_note WHERE alarm_id = %(alarm_id)s ORDER BY id DESC LIMIT 1) n
    WHERE n.actor = %(actor)s AND n.note = %(note)s
);

-- name: override
INSERT INTO alarm_override (rule, building_id, threshold, hold_s, clear_s, enabled)
VALUES (%(rule)s, %(building_id)s, %(threshold)s, %(hold_s)s, %(clear_s)s, %(enabled)s)
ON CONFLICT (rule, building_id) DO UPDATE
SET threshold = excluded.threshold, hold_s = excluded.hold_s, clear_s = excluded.clear_s, enabled = excluded.enabled;

-- name: overrides
SELECT o.rule, b.code, o.threshold, o.hold_s, o.clear_s, o.enabled
FROM alarm_override o JOIN building b ON b.id = o.building_id
ORDER BY o.rule, b.code;

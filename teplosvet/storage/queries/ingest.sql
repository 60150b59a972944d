-- Statements of the ingest writer.

-- name: create_stage
CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE {table} INCLUDING DEFAULTS);

-- name: copy
COPY {table} ({columns}) FROM STDIN (FORMAT binary);

-- name: merge
-- A second pack of the same instant fills what is missing and overwrites nothing, except that archive wins over live.
INSERT INTO {table} AS r ({columns})
SELECT {columns} FROM {stage}
ON CONFLICT (device_id, measured_at) DO UPDATE
SET {fills}, archive = r.archive OR excluded.archive
WHERE (excluded.archive AND NOT r.archive) OR {changes};

-- name: fill
{column} = CASE WHEN excluded.archive AND NOT r.archive THEN COALESCE(excluded.{column}, r.{column})
                ELSE COALESCE(r.{column}, excluded.{column}) END;

-- name: change
(r.{column} IS NULL AND excluded.{column} IS NOT NULL);

-- name: clear_stage
TRUNCATE {stage};

-- name: other_reading
INSERT INTO other_reading AS r (device_id, quantity, measured_at, archive, value)
VALUES (%(device_id)s, %(quantity)s, to_timestamp(%(at_s)s), %(archive)s, %(value)s)
ON CONFLICT (device_id, quantity, measured_at) DO UPDATE SET value = excluded.value, archive = true
WHERE excluded.archive AND NOT r.archive;

-- name: birth
INSERT INTO device_birth (device_id, born_at, serial, model, firmware, registers, resolutions)
VALUES (%(device_id)s, %(at)s, %(serial)s, %(model)s, %(firmware)s, %(registers)s, %(resolutions)s)
ON CONFLICT DO NOTHING;

-- name: event
INSERT INTO device_event (device_id, happened_at, event, data)
VALUES (%(device_id)s, %(at)s, %(event)s, %(data)s)
ON CONFLICT DO NOTHING;

-- name: state
INSERT INTO publisher_state AS s (publisher, state, stated_at) VALUES (%(publisher)s, %(state)s, %(at)s)
ON CONFLICT (publisher) DO UPDATE SET state = excluded.state, stated_at = excluded.stated_at
WHERE excluded.stated_at >= s.stated_at;

-- name: unbound
INSERT INTO unbound_identity AS u (adapter, identity, times, topic, payload)
VALUES (%(adapter)s, %(identity)s, %(times)s, %(topic)s, %(payload)s)
ON CONFLICT (adapter, identity) DO UPDATE
SET times = u.times + excluded.times, last_at = now(), topic = excluded.topic, payload = excluded.payload;

-- name: forget_unbound
-- Strangers have an end: beyond so many those go that were heard longest ago.
DELETE FROM unbound_identity u USING (
    SELECT adapter, identity FROM unbound_identity ORDER BY last_at DESC, adapter, identity OFFSET %(most)s
) old
WHERE u.adapter = old.adapter AND u.identity = old.identity;

-- name: quarantine
INSERT INTO quarantine AS q (topic, publisher, payload, digest, reason, detail, device)
VALUES (%(topic)s, %(publisher)s, %(payload)s, %(digest)s, %(reason)s, %(detail)s, %(device)s)
ON CONFLICT (digest, reason) DO UPDATE
SET times = q.times + 1, last_at = now(), detail = excluded.detail, replayed_at = NULL;

-- name: mark_dirty
INSERT INTO dirty_range (device_ids, from_us, to_us) VALUES (%(device_ids)s, %(from_us)s, %(to_us)s);

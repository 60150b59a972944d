-- Statements on refused messages.

-- name: by_reason
SELECT reason, count(*), sum(times), max(last_at), min(detail)
FROM quarantine WHERE replayed_at IS NULL
GROUP BY reason ORDER BY 2 DESC, 1;

-- name: messages
SELECT id, first_at, last_at, times, topic, reason, detail, device, payload, replayed_at
FROM quarantine
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s) AND replayed_at IS NULL
ORDER BY id DESC LIMIT %(limit)s;

-- name: take
-- Taken rows count as replayed; what is refused again comes back by the writer.
UPDATE quarantine SET replayed_at = now()
WHERE id IN (
    SELECT id FROM quarantine
    WHERE replayed_at IS NULL AND id > %(after)s AND id <= %(newest)s AND (%(reason)s::text IS NULL OR reason = %(reason)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, topic, payload, first_at;

-- name: newest
SELECT COALESCE(max(id), 0) FROM quarantine;

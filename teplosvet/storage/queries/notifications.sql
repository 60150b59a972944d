-- Who is told of alarms, what waits to be told, and what became of it.

-- name: subscribe
INSERT INTO alarm_subscription (owner, kind, target, secret, language, least_severity, rules, buildings, quiet_from, quiet_to, zone,
                                digest_after, last_event_id)
SELECT %(owner)s, %(kind)s, %(target)s, %(secret)s, %(language)s, %(least_severity)s, %(rules)s,
       CASE WHEN NOT (SELECT yes FROM sees_everything) THEN ARRAY(SELECT building_id FROM visible_building) END,
       %(quiet_from)s, %(quiet_to)s, %(zone)s, %(digest_after)s, COALESCE((SELECT max(id) FROM alarm_event), 0)
RETURNING id;

-- name: unsubscribe
UPDATE alarm_subscription SET ended_at = now() WHERE id = %(id)s AND owner = %(owner)s AND ended_at IS NULL;

-- name: mine
SELECT id, kind, target, language, least_severity, rules, quiet_from::text, quiet_to::text, zone, digest_after, made_at,
       (SELECT count(*)::integer FROM alarm_delivery d WHERE d.subscription_id = s.id AND d.state = 'waiting'),
       (SELECT error FROM alarm_delivery d WHERE d.subscription_id = s.id AND error IS NOT NULL ORDER BY made_at DESC LIMIT 1)
FROM alarm_subscription s
WHERE owner = %(owner)s AND ended_at IS NULL
ORDER BY id;

-- name: subscriptions
SELECT id, owner, least_severity, rules, buildings, quiet_from, quiet_to, zone, digest_after, last_event_id
FROM alarm_subscription WHERE ended_at IS NULL
ORDER BY id FOR UPDATE;

-- name: newest_event
SELECT COALESCE(max(id), 0) FROM alarm_event;

-- name: as_owner
-- Until the transaction ends the connection sees what an account sees now; empty for whoever has none.
SELECT set_config('teplosvet.reader', %(reader)s, true);

-- name: unseen
-- Whether the reader no longer sees one of these alarms.
SELECT EXISTS (
    SELECT FROM unnest(%(alarms)s::bigint[]) AS told (alarm_id)
    WHERE NOT EXISTS (SELECT FROM alarm_journal j WHERE j.alarm_id = told.alarm_id)
);

-- name: news
-- What the owner may not see any more is not told, whatever he saw when he subscribed.
SELECT a.severity, jsonb_build_object(
           'event', e.kind, 'at', e.at, 'alarm_id', a.id, 'code', a.rule, 'severity', a.severity, 'building', b.code,
           'building_title', b.title, 'zone', b.zone, 'device', d.name, 'entrance', a.entrance, 'opened_at', a.opened_at,
           'closed_at', a.closed_at, 'data', a.data)
FROM alarm_event e
JOIN alarm a ON a.id = e.alarm_id
LEFT JOIN building b ON b.id = a.building_id
LEFT JOIN device d ON d.id = a.device_id
WHERE e.id > %(after)s AND e.id <= %(newest)s AND a.severity >= %(least_severity)s
  AND EXISTS (SELECT FROM alarm_journal j WHERE j.alarm_id = a.id)
  AND (%(rules)s::text[] IS NULL OR a.rule = ANY (%(rules)s)) AND (%(buildings)s::integer[] IS NULL OR a.building_id = ANY (%(buildings)s))
ORDER BY a.severity DESC, e.id;

-- name: told_lately
SELECT count(*), max(made_at) FROM alarm_delivery WHERE subscription_id = %(id)s AND made_at > %(now)s - INTERVAL '1 hour';

-- name: advance
UPDATE alarm_subscription SET last_event_id = %(newest)s WHERE id = %(id)s;

-- name: put
INSERT INTO alarm_delivery (subscription_id, made_at, next_at, events) VALUES (%(id)s, %(now)s, %(now)s, %(events)s);

-- name: due
SELECT d.id, d.subscription_id, d.made_at, d.attempts, d.events, s.kind, s.target, s.secret, s.language, s.zone, s.owner
FROM alarm_delivery d
JOIN alarm_subscription s ON s.id = d.subscription_id
WHERE d.state = 'waiting' AND d.next_at <= %(now)s AND d.subscription_id <> ALL (%(except)s::bigint[])
ORDER BY d.next_at, d.made_at
LIMIT 1
FOR UPDATE OF d SKIP LOCKED;

-- name: settle
UPDATE alarm_delivery
SET state = %(state)s, attempts = attempts + 1, error = %(error)s, next_at = %(next_at)s,
    settled_at = CASE WHEN %(state)s <> 'waiting' THEN %(now)s::timestamptz END
WHERE id = %(id)s;

-- name: drop_ended
-- Whoever ended a subscription hears no more.
UPDATE alarm_delivery d SET state = 'dead', settled_at = %(now)s, error = 'the subscription has ended'
FROM alarm_subscription s
WHERE s.id = d.subscription_id AND s.ended_at IS NOT NULL AND d.state = 'waiting';

-- name: queue
SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead') FROM alarm_delivery;

-- Panels of the platform's health.

-- name: lag
SELECT class, max(extract(epoch FROM received_at - measured_at))::double precision AS lag_s, count(*) AS devices
FROM panel_device
WHERE NOT silent
GROUP BY class
ORDER BY class;

-- name: newest
SELECT max(received_at) AS received_at, count(*) FILTER (WHERE NOT silent) AS heard, count(*) FILTER (WHERE silent) AS silent
FROM panel_device;

-- name: publishers
SELECT publisher, state, stated_at
FROM panel_publisher
ORDER BY state = 'online', stated_at DESC
LIMIT 100;

-- name: backlog
SELECT dirty_ranges
FROM panel_backlog;

-- name: runs
SELECT period_start, period_end, started_at, ended_at, stated, refused, failed
FROM panel_fleet_run
ORDER BY run DESC
LIMIT 20;

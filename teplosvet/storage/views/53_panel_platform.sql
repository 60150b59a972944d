-- What belongs to no building is for whoever sees all of them: the platform as a whole.
DROP VIEW IF EXISTS visible_platform CASCADE;
CREATE VIEW visible_platform AS
SELECT EXISTS (SELECT FROM building) AND NOT EXISTS (
    SELECT FROM building b WHERE NOT EXISTS (SELECT FROM visible_building v WHERE v.building_id = b.id)
) AS whole;

DROP VIEW IF EXISTS panel_quarantine CASCADE;
CREATE VIEW panel_quarantine AS
SELECT q.first_at, q.last_at, q.times, q.publisher, q.topic, q.reason, q.detail, q.device, q.replayed_at
FROM quarantine q
WHERE (SELECT whole FROM visible_platform) OR q.device IN (
    SELECT d.name
    FROM visible_building v
    JOIN installation i ON i.building_id = v.building_id AND i.removed_at IS NULL
    JOIN device d ON d.id = i.device_id
    JOIN visible_device seen ON seen.device_id = d.id
);

DROP VIEW IF EXISTS panel_publisher CASCADE;
CREATE VIEW panel_publisher AS
SELECT s.publisher, s.state, s.stated_at
FROM publisher_state s
WHERE s.publisher IN (
    SELECT d.publisher
    FROM visible_building v
    JOIN installation i ON i.building_id = v.building_id AND i.removed_at IS NULL
    JOIN device d ON d.id = i.device_id
    JOIN visible_device seen ON seen.device_id = d.id
);

DROP VIEW IF EXISTS panel_backlog CASCADE;
CREATE VIEW panel_backlog AS
SELECT count(*) AS dirty_ranges
FROM dirty_range
WHERE (SELECT whole FROM visible_platform);

DROP VIEW IF EXISTS panel_fleet_run CASCADE;
CREATE VIEW panel_fleet_run AS
SELECT run.id AS run, lower(run.period) AS period_start, upper(run.period) AS period_end, run.started_at, run.ended_at,
       count(*) FILTER (WHERE r.outcome = 'stated') AS stated, count(*) FILTER (WHERE r.outcome = 'refused') AS refused,
       count(*) FILTER (WHERE r.outcome = 'failed') AS failed
FROM fleet_run run
JOIN fleet_result r ON r.run_id = run.id
JOIN visible_contract v ON v.contract_id = r.contract_id
GROUP BY run.id;

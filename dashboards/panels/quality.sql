-- Panels of data quality.

-- name: reasons
SELECT reason, sum(times) AS messages
FROM panel_quarantine
WHERE replayed_at IS NULL
GROUP BY reason
ORDER BY sum(times) DESC, reason;

-- name: quarantine
SELECT last_at, publisher, device, reason, detail, times
FROM panel_quarantine
WHERE replayed_at IS NULL
ORDER BY last_at DESC
LIMIT 100;

-- name: estimated
SELECT day::timestamp AT TIME ZONE 'Europe/Moscow' AS time, carrier, estimated_kwh / nullif(energy_kwh, 0) AS estimated
FROM panel_fleet_energy_daily
WHERE $__timeFilter(day)
ORDER BY day, carrier;

-- name: coverage
SELECT building, building_title, carrier, coverage, unknown_days
FROM (
    SELECT building_id, carrier, avg(coverage) AS coverage, count(*) FILTER (WHERE unknown) AS unknown_days
    FROM panel_building_day
    WHERE $__timeFilter(day)
    GROUP BY building_id, carrier
    HAVING avg(coverage) < 1
) counted
JOIN panel_building USING (building_id)
ORDER BY coverage, building
LIMIT 50;

-- name: findings
SELECT code, count(*) AS findings
FROM panel_device_finding
WHERE $__timeFilter(found_at)
GROUP BY code
ORDER BY count(*) DESC, code;

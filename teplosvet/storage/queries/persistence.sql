-- Whether savings last.

-- name: run_hours
-- Mean hours a day that the light points of a building burnt, dimmed or not; a day that a point told too little of is not its.
SELECT u.day, avg(24.0 * (u.covered_s - u.off_s) / u.covered_s ORDER BY u.device_id)
FROM light_use_daily u
JOIN installation i ON i.device_id = u.device_id AND i.building_id = %(building_id)s
JOIN building b ON b.id = i.building_id
WHERE u.covered_s >= 0.9 * 86400 AND u.off_s IS NOT NULL
    AND u.day >= (i.installed_at AT TIME ZONE b.zone)::date
    AND (i.removed_at IS NULL OR u.day < (i.removed_at AT TIME ZONE b.zone)::date)
GROUP BY u.day
ORDER BY u.day;

-- Energy of buildings by day, and how each building does.
DROP VIEW IF EXISTS building_energy CASCADE;
CREATE VIEW building_energy AS
SELECT b.code AS building, e.carrier, e.day, e.energy_kwh, e.estimated_kwh, e.coverage, e.devices
FROM visible_energy_daily e
JOIN building b ON b.id = e.building_id;

DROP VIEW IF EXISTS device_consumption_hourly CASCADE;
CREATE VIEW device_consumption_hourly AS
SELECT d.name AS device, c.quantity, c.hour, c.amount, c.estimated, c.covered_s, c.rule
FROM consumption_hourly c
JOIN visible_device v ON v.device_id = c.device_id
JOIN device d ON d.id = c.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = c.device_id AND c.hour < l.until);

-- A device that has said nothing for three hours is silent: the slowest of ours reports every hour.
DROP VIEW IF EXISTS building_overview CASCADE;
CREATE VIEW building_overview AS
SELECT b.code AS building, b.title, b.address, b.zone, b.latitude, b.longitude, b.floor_area_m2,
       count(p.device_id) AS devices,
       count(p.device_id) FILTER (WHERE r.measured_at IS NULL OR r.measured_at < now() - INTERVAL '3 hours') AS silent_devices,
       max(r.measured_at) AS last_reading_at
FROM building b
JOIN visible_building v ON v.building_id = b.id
LEFT JOIN device_place p ON p.building_id = b.id AND p.removed_at IS NULL
LEFT JOIN latest_reading r ON r.device_id = p.device_id
GROUP BY b.id;

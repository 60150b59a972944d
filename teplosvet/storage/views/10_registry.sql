-- What people and other services read of the registry. Views are replayed at every migration: drop first, columns may change.
DROP VIEW IF EXISTS device_place CASCADE;
CREATE VIEW device_place AS
SELECT d.id AS device_id, d.name AS device, d.class, d.publisher, d.model,
       i.serial, i.installed_at, i.removed_at, b.id AS building_id, b.code AS building, b.title AS building_title, b.zone,
       e.name AS entrance, i.floor
FROM device d
JOIN visible_device v ON v.device_id = d.id
LEFT JOIN LATERAL (
    SELECT * FROM installation WHERE device_id = d.id ORDER BY installed_at DESC LIMIT 1
) i ON true
LEFT JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id;

DROP VIEW IF EXISTS latest CASCADE;
CREATE VIEW latest AS
SELECT p.building, p.building_title, p.entrance, p.floor, p.device, p.class, p.serial, r.measured_at, r.received_at, r.quantities
FROM device_place p
LEFT JOIN latest_reading r ON r.device_id = p.device_id
 AND NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);

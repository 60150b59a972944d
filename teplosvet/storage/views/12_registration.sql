-- What people see of the registration of devices.
DROP VIEW IF EXISTS registered_installation CASCADE;
CREATE VIEW registered_installation AS
SELECT d.id AS device_id, d.name AS device, d.class, d.model, d.publisher, i.id AS installation_id, i.serial,
       b.id AS building_id, b.code AS building, b.title AS building_title, e.name AS entrance, i.floor, i.place_zone,
       i.installed_at, i.removed_at, i.start_registers, i.closing_registers, i.calibrated_on, i.calibration_due,
       p.sha256 AS photo_sha256,
       CASE WHEN r.wanted IS NULL THEN 'none' WHEN NOT r.applied THEN 'pending' ELSE r.wanted END AS broker
FROM device d
JOIN installation i ON i.device_id = d.id
JOIN visible_building v ON v.building_id = i.building_id
JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN installation_photo p ON p.installation_id = i.id
LEFT JOIN broker_right r ON r.publisher = d.publisher;

DROP VIEW IF EXISTS calibration_due CASCADE;
CREATE VIEW calibration_due AS
SELECT device, building, building_id, serial, calibrated_on, calibration_due, CURRENT_DATE - calibration_due AS overdue_days
FROM registered_installation
WHERE removed_at IS NULL AND calibration_due <= CURRENT_DATE;

-- What was found in registers, and in meters checked against themselves, with the place in the house.
DROP VIEW IF EXISTS device_finding CASCADE;
CREATE VIEW device_finding AS
SELECT p.building, p.building_title, p.entrance, p.floor, p.device, f.quantity, f.found_at, f.code, f.severity, f.data
FROM register_finding f
JOIN device_place p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = f.device_id AND f.found_at < l.until);

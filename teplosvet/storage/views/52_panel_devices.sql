-- What panels read of devices: where they are now, what they said last, and how complete their days are. Whoever is paid for
-- one carrier of a house sees no device of another.
DROP VIEW IF EXISTS panel_device CASCADE;
CREATE VIEW panel_device AS
SELECT d.id AS device_id, d.name AS device, d.class, d.model, d.publisher, i.serial, i.installed_at, b.code AS building,
       coalesce(nullif(b.title, ''), b.code) AS building_title, b.zone, e.name AS entrance, i.floor,
       r.measured_at, r.received_at, r.quantities,
       r.measured_at IS NULL OR r.measured_at < now() - INTERVAL '3 hours' AS silent,
       (r.quantities ->> 'lamp_failure')::double precision > 0 AS failed_lamp,
       (r.quantities ->> 'heat_error_flags')::double precision <> 0 AS meter_fault
FROM visible_building v
JOIN building b ON b.id = v.building_id
JOIN installation i ON i.building_id = b.id AND i.removed_at IS NULL
JOIN device d ON d.id = i.device_id
JOIN visible_device seen ON seen.device_id = d.id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN latest_reading r ON r.device_id = d.id
 AND NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);

DROP VIEW IF EXISTS panel_installation CASCADE;
CREATE VIEW panel_installation AS
SELECT d.name AS device, b.code AS building, i.serial, i.installed_at, i.removed_at, i.start_registers::text AS start_registers,
       i.closing_registers::text AS closing_registers, i.calibration_due
FROM visible_building v
JOIN building b ON b.id = v.building_id
JOIN installation i ON i.building_id = b.id
JOIN device d ON d.id = i.device_id
JOIN visible_device seen ON seen.device_id = d.id;

DROP VIEW IF EXISTS panel_consumption_daily CASCADE;
CREATE VIEW panel_consumption_daily AS
SELECT p.building, p.device, p.class, p.entrance, c.quantity, c.day, c.day::timestamp AT TIME ZONE p.zone AS time, c.amount,
       c.estimated, c.covered_s::double precision / c.day_s AS coverage, c.rule,
       c.quantity IN ('light_energy_kwh', 'heat_energy_kwh', 'active_energy_kwh', 'water_volume_m3') AS main
FROM panel_device p
JOIN consumption_daily c ON c.device_id = p.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = c.device_id AND c.day <= l.last_day);

DROP VIEW IF EXISTS panel_consumption_hourly CASCADE;
CREATE VIEW panel_consumption_hourly AS
SELECT p.building, p.device, p.class, c.quantity, c.hour AS time, c.amount, c.estimated, c.amount - c.estimated AS metered, c.rule
FROM panel_device p
JOIN consumption_hourly c ON c.device_id = p.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = c.device_id AND c.hour < l.until);

DROP VIEW IF EXISTS panel_state_hourly CASCADE;
CREATE VIEW panel_state_hourly AS
SELECT p.building, p.device, p.class, s.quantity, s.hour AS time, s.mean, s.low, s.high
FROM panel_device p
JOIN state_hourly s ON s.device_id = p.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = s.device_id AND s.hour < l.until);

-- Which quantities a device has hours of: asked one by one, because a count of all hours takes seconds.
DROP VIEW IF EXISTS panel_quantity CASCADE;
CREATE VIEW panel_quantity AS
SELECT p.building, p.device, q.quantity
FROM panel_device p
JOIN LATERAL jsonb_object_keys(p.quantities) AS q (quantity) ON true;

DROP VIEW IF EXISTS panel_light_use CASCADE;
CREATE VIEW panel_light_use AS
SELECT p.building, p.device, coalesce(p.entrance, '') AS entrance, u.day, u.day::timestamp AT TIME ZONE p.zone AS time,
       u.off_s / 3600 AS off_h, u.dimmed_s / 3600 AS dimmed_h, u.full_s / 3600 AS full_h, u.present_s / 3600 AS present_h,
       u.failed_s / 3600 AS failed_h
FROM panel_device p
JOIN light_use_daily u ON u.device_id = p.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = u.device_id AND u.day <= l.last_day);

DROP VIEW IF EXISTS panel_device_finding CASCADE;
CREATE VIEW panel_device_finding AS
SELECT p.building, p.building_title, p.device, f.quantity, f.found_at, f.code, f.severity, f.data::text AS data
FROM panel_device p
JOIN register_finding f ON f.device_id = p.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = f.device_id AND f.found_at < l.until);

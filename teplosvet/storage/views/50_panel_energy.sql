-- What panels read of buildings. A day's time is its local midnight, so that a day is the house's own on every edition.
DROP VIEW IF EXISTS panel_building CASCADE;
CREATE VIEW panel_building AS
SELECT b.id AS building_id, b.code AS building, coalesce(nullif(b.title, ''), b.code) AS building_title, b.address, b.zone,
       b.floor_area_m2, s.name AS site
FROM visible_building v
JOIN building b ON b.id = v.building_id
JOIN site s ON s.id = b.site_id;

DROP VIEW IF EXISTS panel_energy_daily CASCADE;
CREATE VIEW panel_energy_daily AS
SELECT b.building, b.building_title, e.carrier, e.day, e.day::timestamp AT TIME ZONE b.zone AS time, e.energy_kwh,
       e.estimated_kwh, e.energy_kwh - e.estimated_kwh AS metered_kwh, e.coverage, e.devices
FROM visible_energy_daily e
JOIN panel_building b ON b.building_id = e.building_id;

-- Hours of a heat meter beside the outdoor temperature of the building's weather station.
DROP VIEW IF EXISTS panel_heating_curve CASCADE;
CREATE VIEW panel_heating_curve AS
SELECT b.code AS building, d.name AS device, r.hour AS time, o.mean AS outdoor_c, f.mean AS flow_c, r.mean AS return_c
FROM visible_building v
JOIN building b ON b.id = v.building_id
JOIN device w ON w.name = b.weather
JOIN installation i ON i.building_id = b.id
JOIN device d ON d.id = i.device_id AND d.class = 'heat'
JOIN visible_device seen ON seen.device_id = d.id
JOIN state_hourly r ON r.device_id = d.id AND r.quantity = 'return_temperature_c'
                   AND r.hour >= i.installed_at AND (i.removed_at IS NULL OR r.hour < i.removed_at)
JOIN state_hourly o ON o.device_id = w.id AND o.quantity = 'outdoor_temperature_c' AND o.hour = r.hour
LEFT JOIN state_hourly f ON f.device_id = d.id AND f.quantity = 'flow_temperature_c' AND f.hour = r.hour;

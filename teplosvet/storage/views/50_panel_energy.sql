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

-- The same of thousands of houses: what is summed or counted first and named afterwards is joined to no house a day.
DROP VIEW IF EXISTS panel_fleet_energy_daily CASCADE;
CREATE VIEW panel_fleet_energy_daily AS
SELECT carrier, day, sum(energy_kwh) AS energy_kwh, sum(estimated_kwh) AS estimated_kwh
FROM visible_energy_daily
GROUP BY carrier, day;

DROP VIEW IF EXISTS panel_building_day CASCADE;
CREATE VIEW panel_building_day AS
SELECT building_id, carrier, day, coverage, energy_kwh IS NULL AS unknown
FROM visible_energy_daily;

-- Hours of heat meters while they were in the building, and of its weather station. A panel bounds the time of both: as one view
-- the planner would read years of the station's hours for a month of a meter's.
DROP VIEW IF EXISTS panel_heating_curve CASCADE;
DROP VIEW IF EXISTS panel_heat_hour CASCADE;
CREATE VIEW panel_heat_hour AS
SELECT b.code AS building, d.name AS device, h.hour AS time, h.quantity, h.mean
FROM visible_building v
JOIN building b ON b.id = v.building_id
JOIN installation i ON i.building_id = b.id
JOIN device d ON d.id = i.device_id AND d.class = 'heat'
JOIN visible_device seen ON seen.device_id = d.id
JOIN state_hourly h ON h.device_id = d.id AND h.quantity IN ('flow_temperature_c', 'return_temperature_c')
                   AND h.hour >= i.installed_at AND (i.removed_at IS NULL OR h.hour < i.removed_at);

DROP VIEW IF EXISTS panel_outdoor_hour CASCADE;
CREATE VIEW panel_outdoor_hour AS
SELECT b.code AS building, h.hour AS time, h.mean AS outdoor_c
FROM visible_building v
JOIN building b ON b.id = v.building_id
JOIN device d ON d.name = b.weather
JOIN state_hourly h ON h.device_id = d.id AND h.quantity = 'outdoor_temperature_c';

-- What the consoles show; everything joins what the reader may see.
DROP VIEW IF EXISTS console_contract CASCADE;
CREATE VIEW console_contract AS
SELECT c.id AS contract_id, c.code AS contract, c.title, c.building_id, b.code AS building, b.title AS building_title, b.zone,
       site.name AS site, site.title AS site_title, c.carrier, c.customer, c.esco,
       lower(c.baseline) AS baseline_start, upper(c.baseline) AS baseline_end,
       lower(s.period) AS period_start, upper(s.period) AS period_end, s.version, s.made_at, s.digest,
       s.avoided_energy_kwh AS avoided_kwh, s.lower_kwh, s.upper_kwh, s.proven, s.verdict
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
JOIN site ON site.id = b.site_id
LEFT JOIN LATERAL (
    SELECT * FROM statement WHERE contract_id = c.id ORDER BY upper(period) DESC, lower(period), version DESC LIMIT 1
) s ON true;

-- Silent as in building_overview: nothing for three hours. A value may be a number or a boolean on the wire.
DROP VIEW IF EXISTS console_house CASCADE;
CREATE VIEW console_house AS
SELECT h.*,
       devices = 0 OR silent_devices > 0 OR failed_lamps > 0 OR meter_faults > 0 OR losses > 0 OR refused > 0 AS attention
FROM (
    SELECT b.id AS building_id, b.code AS building, b.title, b.address, b.zone, b.latitude, b.longitude, b.floor_area_m2,
           b.flats, b.public, COALESCE(d.devices, 0) AS devices, COALESCE(d.silent_devices, 0) AS silent_devices,
           COALESCE(d.failed_lamps, 0) AS failed_lamps, COALESCE(d.meter_faults, 0) AS meter_faults, d.last_reading_at,
           COALESCE(d.classes, '{}') AS classes, COALESCE(c.losses, 0) AS losses, COALESCE(c.refused, 0) AS refused
    FROM building b
    JOIN visible_building v ON v.building_id = b.id
    LEFT JOIN (
        SELECT i.building_id, count(*) AS devices, max(r.measured_at) AS last_reading_at, array_agg(DISTINCT d.class) AS classes,
               count(*) FILTER (WHERE r.measured_at IS NULL OR r.measured_at < now() - INTERVAL '3 hours') AS silent_devices,
               count(*) FILTER (WHERE r.quantities -> 'lamp_failure' NOT IN ('0', 'false', 'null')) AS failed_lamps,
               count(*) FILTER (WHERE r.quantities -> 'heat_error_flags' NOT IN ('0', 'false', 'null')) AS meter_faults
        FROM installation i
        JOIN device d ON d.id = i.device_id
        JOIN visible_device seen ON seen.device_id = i.device_id
        LEFT JOIN latest_reading r ON r.device_id = i.device_id
        WHERE i.removed_at IS NULL
        GROUP BY i.building_id
    ) d ON d.building_id = b.id
    LEFT JOIN (
        SELECT building_id, count(*) FILTER (WHERE upper_kwh < 0) AS losses,
               count(*) FILTER (WHERE version IS NOT NULL AND avoided_kwh IS NULL) AS refused
        FROM console_contract
        GROUP BY building_id
    ) c ON c.building_id = b.id
) h;

DROP VIEW IF EXISTS console_energy CASCADE;
CREATE VIEW console_energy AS
SELECT e.building_id, b.code AS building, b.floor_area_m2, e.carrier, e.day, e.energy_kwh, e.estimated_kwh, e.coverage
FROM visible_energy_daily e
JOIN building b ON b.id = e.building_id;

-- Hours of the weather station that a house is measured by, with the local day that they belong to.
DROP VIEW IF EXISTS console_outdoor CASCADE;
CREATE VIEW console_outdoor AS
SELECT b.code AS building, s.hour, (s.hour AT TIME ZONE b.zone)::date AS day, s.mean AS outdoor_c
FROM building b
JOIN visible_building v ON v.building_id = b.id
JOIN device d ON d.name = b.weather
JOIN state_hourly s ON s.device_id = d.id AND s.quantity = 'outdoor_temperature_c';

DROP VIEW IF EXISTS console_device CASCADE;
CREATE VIEW console_device AS
SELECT d.id AS device_id, d.name AS device, d.class, d.publisher, i.serial, b.id AS building_id, b.code AS building,
       b.title AS building_title, b.zone, e.name AS entrance, i.floor, r.measured_at, r.quantities
FROM installation i
JOIN visible_device seen ON seen.device_id = i.device_id
JOIN building b ON b.id = i.building_id
JOIN device d ON d.id = i.device_id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN latest_reading r ON r.device_id = d.id AND NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until)
WHERE i.removed_at IS NULL;

DROP VIEW IF EXISTS console_hourly CASCADE;
CREATE VIEW console_hourly AS
SELECT d.building, d.device, d.entrance, d.zone, s.quantity, s.hour, s.mean, s.low, s.high
FROM console_device d
JOIN state_hourly s ON s.device_id = d.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = s.device_id AND s.hour < l.until);

DROP VIEW IF EXISTS console_light CASCADE;
CREATE VIEW console_light AS
SELECT d.building, d.device, d.entrance, u.day, u.covered_s, u.dimmed_s, u.full_s, u.failed_s
FROM console_device d
JOIN light_use_daily u ON u.device_id = d.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = u.device_id AND u.day <= l.last_day);

-- Share of each day that the readings of a device cover.
DROP VIEW IF EXISTS console_completeness CASCADE;
CREATE VIEW console_completeness AS
SELECT d.building, d.device, d.class, c.day, max(c.covered_s::double precision / c.day_s) AS share
FROM console_device d
JOIN consumption_daily c ON c.device_id = d.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = c.device_id AND c.day <= l.last_day)
GROUP BY d.building, d.device, d.class, c.day;

-- What happened in a house: words of gateways and devices, and what was found in registers.
DROP VIEW IF EXISTS console_journal CASCADE;
CREATE VIEW console_journal AS
SELECT d.building, d.device, e.happened_at AS at, 'event' AS kind, e.event AS code, e.data, 0 AS severity
FROM console_device d
JOIN device_event e ON e.device_id = d.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = e.device_id AND e.happened_at < l.until)
UNION ALL
SELECT d.building, d.device, f.found_at, 'finding', f.code, f.data, f.severity
FROM console_device d
JOIN register_finding f ON f.device_id = d.device_id
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = f.device_id AND f.found_at < l.until)
UNION ALL
SELECT d.building, d.device, d.measured_at, 'silence', 'silent', '{}'::jsonb, 2
FROM console_device d
WHERE d.measured_at < now() - INTERVAL '3 hours';

DROP VIEW IF EXISTS console_statement_version CASCADE;
CREATE VIEW console_statement_version AS
SELECT c.code AS contract, lower(s.period) AS period_start, upper(s.period) AS period_end, s.version, s.made_at, s.digest,
       s.avoided_energy_kwh AS avoided_kwh, s.lower_kwh, s.upper_kwh, s.proven, s.changes
FROM statement s
JOIN visible_contract v ON v.contract_id = s.contract_id
JOIN contract c ON c.id = s.contract_id;

DROP VIEW IF EXISTS console_act CASCADE;
CREATE VIEW console_act AS
SELECT DISTINCT ON (a.statement_contract, a.period)
       c.code AS contract, lower(a.period) AS period_start, upper(a.period) AS period_end, a.number, a.version, a.state,
       a.by_whom, a.at, a.note
FROM (
    SELECT s.contract_id AS statement_contract, s.period, s.version, act.id, act.number, act.state, act.by_whom, act.at, act.note
    FROM act
    JOIN statement s ON s.id = act.statement_id
) a
JOIN visible_contract v ON v.contract_id = a.statement_contract
JOIN contract c ON c.id = a.statement_contract
ORDER BY a.statement_contract, a.period, a.id DESC;

-- For everybody, without a name of a person or of a contract: only of houses that are switched on.
DROP VIEW IF EXISTS public_house CASCADE;
CREATE VIEW public_house AS
SELECT b.code AS building, b.title, b.address, b.zone, b.flats, s.carrier, s.region, s.made_at, s.body
FROM building b
JOIN LATERAL (
    SELECT c.carrier, t.region, s.made_at, s.body
    FROM statement s
    JOIN contract c ON c.id = s.contract_id
    LEFT JOIN contract_terms t ON t.contract_id = c.id
    WHERE c.building_id = b.id AND s.avoided_energy_kwh IS NOT NULL
    ORDER BY upper(s.period) DESC, c.carrier = 'heat' DESC, upper(s.period) - lower(s.period) DESC, s.version DESC
    LIMIT 1
) s ON true
WHERE b.public;

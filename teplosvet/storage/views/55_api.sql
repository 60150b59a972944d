-- What the API lists. Every view joins what its reader may see; what has no place belongs to whoever sees every building.
DROP VIEW IF EXISTS sees_everything CASCADE;
CREATE VIEW sees_everything AS SELECT everything AS yes FROM reader_everything;

DROP VIEW IF EXISTS api_site CASCADE;
CREATE VIEW api_site AS
SELECT s.name AS site, s.title, count(*)::integer AS buildings
FROM site s
JOIN building b ON b.site_id = s.id
JOIN visible_building v ON v.building_id = b.id
GROUP BY s.id;

DROP VIEW IF EXISTS api_building CASCADE;
CREATE VIEW api_building AS
SELECT b.code AS building, s.name AS site, b.title, b.address, b.zone, b.latitude, b.longitude, b.floor_area_m2, b.weather,
       n.devices, n.last_reading_at
FROM building b
JOIN visible_building v ON v.building_id = b.id
JOIN site s ON s.id = b.site_id
LEFT JOIN LATERAL (
    SELECT count(*)::integer AS devices, max(r.measured_at) AS last_reading_at
    FROM installation i
    LEFT JOIN latest_reading r ON r.device_id = i.device_id
    WHERE i.building_id = b.id AND (i.removed_at IS NULL OR i.removed_at > now())
) n ON true;

DROP VIEW IF EXISTS api_entrance CASCADE;
CREATE VIEW api_entrance AS
SELECT b.code AS building, e.name AS entrance
FROM entrance e
JOIN building b ON b.id = e.building_id
JOIN visible_building v ON v.building_id = b.id;

-- A device that was never installed has no building: whoever sees every building sees it.
DROP VIEW IF EXISTS api_device CASCADE;
CREATE VIEW api_device AS
SELECT d.name AS device, d.class AS device_class, d.publisher, d.model, i.serial, b.code AS building, e.name AS entrance, i.floor,
       i.installed_at, i.removed_at, r.measured_at
FROM device d
LEFT JOIN (
    SELECT * FROM installation o
    WHERE NOT EXISTS (SELECT FROM installation n WHERE n.device_id = o.device_id AND n.installed_at > o.installed_at)
) i ON i.device_id = d.id
LEFT JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN latest_reading r ON r.device_id = d.id
WHERE d.id IN (SELECT device_id FROM visible_device);

DROP VIEW IF EXISTS api_installation CASCADE;
CREATE VIEW api_installation AS
SELECT d.name AS device, i.installed_at, i.removed_at, i.serial, b.code AS building, e.name AS entrance, i.floor,
       i.start_registers, i.closing_registers
FROM installation i
JOIN visible_building v ON v.building_id = i.building_id
JOIN visible_device s ON s.device_id = i.device_id
JOIN building b ON b.id = i.building_id
JOIN device d ON d.id = i.device_id
LEFT JOIN entrance e ON e.id = i.entrance_id;

-- Who may read what a device said: whoever sees the device, which of a contract's building is not all of them.
DROP VIEW IF EXISTS api_device_key CASCADE;
CREATE VIEW api_device_key AS
SELECT d.id AS device_id, d.name AS device, d.class AS device_class, b.code AS building, e.name AS entrance, i.floor
FROM device d
LEFT JOIN (
    SELECT * FROM installation o
    WHERE NOT EXISTS (SELECT FROM installation n WHERE n.device_id = o.device_id AND n.installed_at > o.installed_at)
) i ON i.device_id = d.id
LEFT JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id
WHERE d.id IN (SELECT device_id FROM visible_device);

DROP VIEW IF EXISTS api_latest CASCADE;
CREATE VIEW api_latest AS
SELECT p.device, p.device_class, p.building, p.entrance, p.floor, r.measured_at, r.received_at, r.quantities
FROM api_device_key p
JOIN latest_reading r USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);

DROP VIEW IF EXISTS api_reading_light CASCADE;
CREATE VIEW api_reading_light AS SELECT p.device, r.* FROM light_reading r JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);
DROP VIEW IF EXISTS api_reading_heat CASCADE;
CREATE VIEW api_reading_heat AS SELECT p.device, r.* FROM heat_reading r JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);
DROP VIEW IF EXISTS api_reading_electricity CASCADE;
CREATE VIEW api_reading_electricity AS SELECT p.device, r.* FROM electricity_reading r JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);
DROP VIEW IF EXISTS api_reading_water CASCADE;
CREATE VIEW api_reading_water AS SELECT p.device, r.* FROM water_reading r JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);
DROP VIEW IF EXISTS api_reading_climate CASCADE;
CREATE VIEW api_reading_climate AS SELECT p.device, r.* FROM climate_reading r JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);
DROP VIEW IF EXISTS api_reading_other CASCADE;
CREATE VIEW api_reading_other AS SELECT p.device, r.* FROM other_reading r JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = r.device_id AND r.measured_at < l.until);

DROP VIEW IF EXISTS api_consumption_hourly CASCADE;
CREATE VIEW api_consumption_hourly AS
SELECT p.device, c.quantity, c.hour, c.amount, c.estimated, c.covered_s, c.rule
FROM consumption_hourly c
JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = c.device_id AND c.hour < l.until);

DROP VIEW IF EXISTS api_consumption_daily CASCADE;
CREATE VIEW api_consumption_daily AS
SELECT p.device, c.quantity, c.day, c.amount, c.estimated, c.covered_s, c.day_s, c.rule
FROM consumption_daily c
JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = c.device_id AND c.day <= l.last_day);

DROP VIEW IF EXISTS api_building_energy CASCADE;
CREATE VIEW api_building_energy AS
SELECT b.code AS building, e.carrier, e.day, e.energy_kwh, e.estimated_kwh, e.coverage, e.devices
FROM visible_energy_daily e
JOIN visible_building v USING (building_id)
JOIN building b ON b.id = e.building_id;

DROP VIEW IF EXISTS api_light_use CASCADE;
CREATE VIEW api_light_use AS
SELECT p.building, p.entrance, p.floor, p.device, u.day, u.covered_s, u.off_s, u.dimmed_s, u.full_s, u.present_s,
       u.presence_events, u.failed_s, u.override_s, u.energy_by_level_kwh
FROM light_use_daily u
JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = u.device_id AND u.day <= l.last_day);

DROP VIEW IF EXISTS api_finding CASCADE;
CREATE VIEW api_finding AS
SELECT f.found_at, p.device, f.quantity, f.code, p.building, p.entrance, f.severity, f.data
FROM register_finding f
JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = f.device_id AND f.found_at < l.until);

DROP VIEW IF EXISTS api_event CASCADE;
CREATE VIEW api_event AS
SELECT v.happened_at, p.device, v.event, p.building, v.data
FROM device_event v
JOIN api_device_key p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = v.device_id AND v.happened_at < l.until);

DROP VIEW IF EXISTS api_contract CASCADE;
CREATE VIEW api_contract AS
SELECT c.code AS contract, c.title, b.code AS building, c.carrier, c.method, lower(c.baseline) AS baseline_start,
       upper(c.baseline) AS baseline_end, c.tariff_amount, c.tariff_currency AS currency, c.tariff_per, c.esco_share,
       c.guarantee_kwh, c.customer, c.esco, c.investment
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id;

DROP VIEW IF EXISTS api_contract_terms CASCADE;
CREATE VIEW api_contract_terms AS
SELECT c.code AS contract, t.boundary, t.option, lower(t.guarantee_period) AS guarantee_start,
       upper(t.guarantee_period) AS guarantee_end, t.guarantee_kwh, t.guarantee_proration, t.guarantee_degree_days, t.surplus_rule,
       t.surplus_esco_share, t.cap, lower(t.term) AS term_start, upper(t.term) AS term_end, t.indexation_percent,
       t.indexation_start, t.payment_days, t.discount_percent, t.region
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN contract_terms t ON t.contract_id = c.id;

DROP VIEW IF EXISTS api_contract_tariff CASCADE;
CREATE VIEW api_contract_tariff AS
SELECT c.code AS contract, lower(t.period) AS period_start, upper(t.period) AS period_end, t.amount AS tariff_amount, t.kind
FROM contract_tariff t
JOIN contract c ON c.id = t.contract_id
JOIN visible_contract v ON v.contract_id = c.id
WHERE NOT lower_inf(t.period);

DROP VIEW IF EXISTS api_statement CASCADE;
CREATE VIEW api_statement AS
SELECT c.code AS contract, lower(s.period) AS period_start, upper(s.period) AS period_end, s.version, s.made_at, s.method,
       s.digest, s.changes, s.body
FROM statement s
JOIN contract c ON c.id = s.contract_id
JOIN visible_contract v ON v.contract_id = c.id;

DROP VIEW IF EXISTS api_act CASCADE;
CREATE VIEW api_act AS
SELECT a.id AS entry, c.code AS contract, lower(s.period) AS period_start, upper(s.period) AS period_end, a.number, s.version,
       a.state, a.by_whom, a.at, a.note
FROM act a
JOIN statement s ON s.id = a.statement_id
JOIN contract c ON c.id = s.contract_id
JOIN visible_contract v ON v.contract_id = c.id;

DROP VIEW IF EXISTS api_fleet_standing CASCADE;
CREATE VIEW api_fleet_standing AS
SELECT f.contract, f.title, f.building, f.site, f.carrier, f.method, f.period_start, f.period_end, f.run, f.made_at, f.outcome,
       f.reason, f.version, f.adjusted_baseline_kwh, f.avoided_energy_kwh, f.lower_kwh, f.upper_kwh, f.proven, f.currency,
       f.value AS worth, f.payable, f.days_to_prove, f.guarantee_kwh, f.guarantee, f.days_to_decide, f.rank_by_saving::integer,
       f.rank_by_lower_bound::integer
FROM fleet_standing f
JOIN contract c ON c.code = f.contract
JOIN visible_contract v ON v.contract_id = c.id;

-- Sums over what the reader may see: the half widths as fleet_portfolio has them.
DROP VIEW IF EXISTS api_fleet_portfolio CASCADE;
CREATE VIEW api_fleet_portfolio AS
SELECT period_start, period_end, carrier,
       count(*) FILTER (WHERE lower_kwh IS NOT NULL)::integer AS contracts,
       count(*) FILTER (WHERE lower_kwh IS NULL)::integer AS left_out,
       count(*) FILTER (WHERE lower_kwh IS NOT NULL AND proven)::integer AS proven_contracts,
       sum(adjusted_baseline_kwh) FILTER (WHERE lower_kwh IS NOT NULL) AS adjusted_baseline_kwh,
       sum(avoided_energy_kwh) FILTER (WHERE lower_kwh IS NOT NULL) AS avoided_energy_kwh,
       sqrt(sum(((upper_kwh - lower_kwh) / 2) ^ 2)) AS independent_half_width_kwh,
       sum((upper_kwh - lower_kwh) / 2) AS correlated_half_width_kwh
FROM api_fleet_standing
GROUP BY period_start, period_end, carrier;

-- Refused messages of registered devices go with the device, all others to whoever sees everything.
DROP VIEW IF EXISTS api_quarantine CASCADE;
CREATE VIEW api_quarantine AS
SELECT q.id AS message_id, q.first_at, q.last_at, q.times, q.topic, q.publisher, q.reason, q.detail, q.device, q.replayed_at,
       octet_length(q.payload) AS payload_bytes
FROM quarantine q
WHERE EXISTS (SELECT FROM api_device_key k WHERE k.device = q.device) OR (SELECT yes FROM sees_everything);

DROP VIEW IF EXISTS api_quarantine_reason CASCADE;
CREATE VIEW api_quarantine_reason AS
SELECT reason, count(*)::integer AS messages, sum(times)::bigint AS times, max(last_at) AS last_at, min(detail) AS example
FROM api_quarantine
WHERE replayed_at IS NULL
GROUP BY reason;

DROP VIEW IF EXISTS api_unbound CASCADE;
CREATE VIEW api_unbound AS
SELECT adapter, identity, first_at, last_at, times, topic, left(encode(payload, 'escape'), 2000) AS message
FROM unbound_identity
WHERE (SELECT yes FROM sees_everything);

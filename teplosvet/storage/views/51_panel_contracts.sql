-- What panels read of contracts: the newest version of each statement, and its days.
DROP VIEW IF EXISTS panel_statement CASCADE;
CREATE VIEW panel_statement AS
SELECT s.id AS statement_id, c.id AS contract_id, c.code AS contract, coalesce(nullif(c.title, ''), c.code) AS contract_title,
       b.code AS building, coalesce(nullif(b.title, ''), b.code) AS building_title, b.zone, c.carrier, c.customer, c.esco,
       lower(s.period) AS period_start, upper(s.period) AS period_end, s.version, s.made_at, s.method, s.digest,
       s.adjusted_baseline_kwh, s.avoided_energy_kwh, s.lower_kwh, s.upper_kwh, s.proven, s.guarantee_kwh, s.day_coverage,
       s.value, s.payable, s.currency
FROM visible_contract v
JOIN contract c ON c.id = v.contract_id
JOIN building b ON b.id = c.building_id
JOIN statement s ON s.contract_id = c.id
WHERE NOT EXISTS (
    SELECT FROM statement n WHERE n.contract_id = s.contract_id AND n.period = s.period AND n.version > s.version
);

-- Every contract with its newest period, and without one if nothing is stated yet.
DROP VIEW IF EXISTS panel_contract CASCADE;
CREATE VIEW panel_contract AS
SELECT c.id AS contract_id, c.code AS contract, coalesce(nullif(c.title, ''), c.code) AS contract_title, b.code AS building,
       coalesce(nullif(b.title, ''), b.code) AS building_title, c.carrier, c.method AS contract_method, c.investment,
       s.statement_id, s.period_start, s.period_end, s.version, s.made_at, s.adjusted_baseline_kwh, s.avoided_energy_kwh,
       s.lower_kwh, s.upper_kwh, s.proven, s.guarantee_kwh, s.day_coverage, s.value, s.payable, s.currency
FROM visible_contract v
JOIN contract c ON c.id = v.contract_id
JOIN building b ON b.id = c.building_id
LEFT JOIN LATERAL (
    SELECT id AS statement_id, lower(period) AS period_start, upper(period) AS period_end, version, made_at,
           adjusted_baseline_kwh, avoided_energy_kwh, lower_kwh, upper_kwh, proven, guarantee_kwh, day_coverage, value,
           payable, currency
    FROM statement
    WHERE contract_id = c.id
    ORDER BY upper(period) DESC, lower(period), version DESC
    LIMIT 1
) s ON true;

-- Days of the newest period. A day that is in neither sum keeps its figures and counts nowhere.
DROP VIEW IF EXISTS panel_statement_day CASCADE;
CREATE VIEW panel_statement_day AS
SELECT p.contract, p.building, p.carrier, d.day, d.day::timestamp AT TIME ZONE b.zone AS time, d.variable,
       d.adjusted_baseline_kwh AS before_adjustment_kwh, d.adjusted_baseline_kwh + coalesce(d.adjustment_kwh, 0) AS adjusted_baseline_kwh, d.metered_kwh, d.estimated_kwh, d.used,
       CASE WHEN d.used THEN d.adjusted_baseline_kwh + coalesce(d.adjustment_kwh, 0) - d.metered_kwh END AS avoided_kwh,
       p.avoided_energy_kwh, p.lower_kwh, p.upper_kwh, p.guarantee_kwh
FROM panel_contract p
JOIN building b ON b.code = p.building
JOIN statement s ON s.id = p.statement_id
CROSS JOIN LATERAL jsonb_to_recordset(s.body -> 'reporting_days') AS d (
    day date, variable double precision, adjusted_baseline_kwh double precision, adjustment_kwh double precision,
    metered_kwh double precision, estimated_kwh double precision, used boolean
);

DROP VIEW IF EXISTS panel_baseline_day CASCADE;
CREATE VIEW panel_baseline_day AS
SELECT p.contract, p.carrier, d.day, d.variable, d.metered_kwh, d.fitted_kwh, d.used
FROM panel_contract p
JOIN statement s ON s.id = p.statement_id
CROSS JOIN LATERAL jsonb_to_recordset(s.body -> 'baseline_days') AS d (
    day date, variable double precision, metered_kwh double precision, fitted_kwh double precision, used boolean
);

DROP VIEW IF EXISTS panel_statement_finding CASCADE;
CREATE VIEW panel_statement_finding AS
SELECT p.contract, f.code, f.severity, f.data::text AS data
FROM panel_contract p
JOIN statement s ON s.id = p.statement_id
CROSS JOIN LATERAL jsonb_to_recordset(s.body -> 'findings') AS f (code text, severity integer, data jsonb);

-- The present state of every act.
DROP VIEW IF EXISTS panel_act CASCADE;
CREATE VIEW panel_act AS
SELECT DISTINCT ON (c.id, s.period)
       c.code AS contract, b.code AS building, lower(s.period) AS period_start, upper(s.period) AS period_end, a.number,
       s.version, a.state, a.at, a.by_whom, s.payable, s.currency
FROM visible_contract v
JOIN contract c ON c.id = v.contract_id
JOIN building b ON b.id = c.building_id
JOIN statement s ON s.contract_id = c.id
JOIN act a ON a.statement_id = s.id
ORDER BY c.id, s.period, a.id DESC;

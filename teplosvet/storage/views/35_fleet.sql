-- The fleet: its runs, where each contract stands, and sums over many with their bands.
DROP VIEW IF EXISTS fleet_progress CASCADE;
CREATE VIEW fleet_progress AS
SELECT run.id AS run, site.name AS site, lower(run.period) AS period_start, upper(run.period) AS period_end,
       run.started_at, run.ended_at,
       count(r.contract_id) AS contracts,
       count(*) FILTER (WHERE r.outcome = 'stated') AS stated,
       count(*) FILTER (WHERE r.outcome = 'refused') AS refused,
       count(*) FILTER (WHERE r.outcome = 'failed') AS failed,
       count(*) FILTER (WHERE r.is_new) AS new_statements
FROM fleet_run run
LEFT JOIN site ON site.id = run.site_id
LEFT JOIN (fleet_result r JOIN visible_contract v ON v.contract_id = r.contract_id) ON r.run_id = run.id
GROUP BY run.id, site.name
HAVING (SELECT everything FROM reader_everything) OR count(r.contract_id) > 0;

-- The newest result of each contract and period. Ranks are among the contracts of a period that something is stated of.
DROP VIEW IF EXISTS fleet_standing CASCADE;
CREATE VIEW fleet_standing AS
SELECT newest.*,
       CASE WHEN outcome = 'stated' THEN
           rank() OVER (PARTITION BY period_start, period_end, outcome ORDER BY avoided_energy_kwh DESC) END AS rank_by_saving,
       CASE WHEN lower_kwh IS NOT NULL THEN
           rank() OVER (PARTITION BY period_start, period_end, outcome ORDER BY lower_kwh DESC NULLS LAST)
       END AS rank_by_lower_bound
FROM (
    SELECT DISTINCT ON (r.contract_id, run.period)
           c.code AS contract, c.title, b.code AS building, b.title AS building_title, s.name AS site,
           s.title AS site_title, c.carrier, c.method, c.customer, c.esco,
           lower(run.period) AS period_start, upper(run.period) AS period_end, r.run_id AS run, r.made_at, r.outcome,
           r.reason, r.version, r.adjusted_baseline_kwh, r.avoided_energy_kwh, r.bands, r.lower_kwh, r.upper_kwh,
           r.proven, r.currency, r.value, r.payable, r.days_to_prove, r.guarantee_kwh, r.guarantee, r.days_to_decide
    FROM fleet_result r
    JOIN fleet_run run ON run.id = r.run_id
    JOIN visible_contract v ON v.contract_id = r.contract_id
    JOIN contract c ON c.id = r.contract_id
    JOIN building b ON b.id = c.building_id
    JOIN site s ON s.id = b.site_id
    ORDER BY r.contract_id, run.period, r.run_id DESC
) newest;

-- Sums over all energy carriers (water is no energy), by carrier, and by carrier and site. A contract without a saving or
-- without a band is in none of them and counted apart. Half widths hold if errors are independent (JCGM 100:2008, 5.1.2)
-- and if they are fully correlated (5.2.2): the truth lies between, because houses share a weather station.
DROP VIEW IF EXISTS fleet_portfolio CASCADE;
CREATE VIEW fleet_portfolio AS
SELECT period_start, period_end, scope.name AS scope, scope.carrier, scope.site,
       count(*) FILTER (WHERE lower_kwh IS NOT NULL) AS contracts,
       count(*) FILTER (WHERE lower_kwh IS NULL) AS left_out,
       count(*) FILTER (WHERE lower_kwh IS NOT NULL AND proven) AS proven_contracts,
       sum(adjusted_baseline_kwh) FILTER (WHERE lower_kwh IS NOT NULL) AS adjusted_baseline_kwh,
       sum(avoided_energy_kwh) FILTER (WHERE lower_kwh IS NOT NULL) AS avoided_energy_kwh,
       sum(avoided_energy_kwh) FILTER (WHERE lower_kwh IS NOT NULL AND proven) AS proven_kwh,
       sqrt(sum(((upper_kwh - lower_kwh) / 2) ^ 2)) AS independent_half_width_kwh,
       sum((upper_kwh - lower_kwh) / 2) AS correlated_half_width_kwh
FROM fleet_standing f
CROSS JOIN LATERAL (
    VALUES ('all', NULL, NULL), ('carrier', f.carrier, NULL), ('site', f.carrier, f.site)
) AS scope (name, carrier, site)
WHERE NOT (scope.name = 'all' AND f.carrier = 'water')
GROUP BY period_start, period_end, scope.name, scope.carrier, scope.site;

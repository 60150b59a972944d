-- The same measures beside each other across sites and regions: a measure's result as a case for the next one. What a contract
-- paid for stands under all its measures together, so that no saving is counted twice.
DROP VIEW IF EXISTS fleet_contract_measures CASCADE;
CREATE VIEW fleet_contract_measures AS
SELECT f.contract, f.period_start, f.period_end, f.carrier, f.site, f.site_title, t.region, m.measures, b.floor_area_m2,
       f.adjusted_baseline_kwh, f.avoided_energy_kwh, f.lower_kwh, f.upper_kwh, f.proven
FROM fleet_standing f
JOIN contract c ON c.code = f.contract
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
LEFT JOIN contract_terms t ON t.contract_id = c.id
JOIN (
    SELECT contract_id, string_agg(DISTINCT title, ' + ' ORDER BY title) AS measures FROM contract_measure GROUP BY contract_id
) m ON m.contract_id = c.id
WHERE f.lower_kwh IS NOT NULL;

-- A row for each site, and one over all sites (site and region NULL). Saving as a share of the adjusted baseline with half of
-- the band if errors are independent and if they are fully correlated; per floor area only over contracts whose area is known.
DROP VIEW IF EXISTS fleet_measures CASCADE;
CREATE VIEW fleet_measures AS
SELECT period_start, period_end, measures, carrier, scope.site, scope.region,
       count(*) AS contracts,
       count(*) FILTER (WHERE proven) AS proven_contracts,
       sum(adjusted_baseline_kwh) AS adjusted_baseline_kwh,
       sum(avoided_energy_kwh) AS avoided_energy_kwh,
       sum(avoided_energy_kwh) / nullif(sum(adjusted_baseline_kwh), 0) AS fractional_saving,
       sqrt(sum(((upper_kwh - lower_kwh) / 2) ^ 2)) / nullif(sum(adjusted_baseline_kwh), 0) AS fractional_independent,
       sum((upper_kwh - lower_kwh) / 2) / nullif(sum(adjusted_baseline_kwh), 0) AS fractional_correlated,
       count(floor_area_m2) AS contracts_with_area,
       sum(avoided_energy_kwh) FILTER (WHERE floor_area_m2 > 0) / nullif(sum(floor_area_m2), 0) AS avoided_kwh_per_m2
FROM fleet_contract_measures
CROSS JOIN LATERAL (VALUES (site, region), (NULL, NULL)) AS scope (site, region)
GROUP BY period_start, period_end, measures, carrier, scope.site, scope.region;

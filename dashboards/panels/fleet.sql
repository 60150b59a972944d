-- Panels of the fleet.

-- name: total
-- Half widths as if errors of contracts were independent: JCGM 100:2008, 5.1.2.
SELECT sum(avoided_energy_kwh) AS avoided_kwh,
       sum(avoided_energy_kwh) - sqrt(sum(((upper_kwh - lower_kwh) / 2) ^ 2)) AS lower_kwh,
       sum(avoided_energy_kwh) + sqrt(sum(((upper_kwh - lower_kwh) / 2) ^ 2)) AS upper_kwh,
       count(*) FILTER (WHERE proven) AS proven, count(*) AS contracts
FROM panel_contract
WHERE lower_kwh IS NOT NULL AND carrier <> 'water' AND carrier IN (${carrier:sqlstring});

-- name: savings
SELECT contract, contract_title, carrier, lower_kwh, avoided_energy_kwh, upper_kwh,
       CASE WHEN proven THEN 'proven' ELSE 'not proven' END AS verdict
FROM panel_contract
WHERE avoided_energy_kwh IS NOT NULL AND carrier <> 'water' AND carrier IN (${carrier:sqlstring})
ORDER BY avoided_energy_kwh DESC, contract
LIMIT 40;

-- name: contracts
SELECT contract, contract_title, building_title, carrier, period_end, avoided_energy_kwh, lower_kwh, upper_kwh,
       avoided_energy_kwh / nullif(guarantee_kwh, 0) AS of_guarantee, day_coverage,
       CASE WHEN proven THEN 'proven' WHEN avoided_energy_kwh IS NULL THEN 'not stated' ELSE 'not proven' END AS verdict
FROM panel_contract
WHERE carrier IN (${carrier:sqlstring})
ORDER BY lower_kwh DESC NULLS LAST, contract
LIMIT 200;

-- name: energy
SELECT day::timestamp AT TIME ZONE 'Europe/Moscow' AS time, carrier, energy_kwh
FROM panel_fleet_energy_daily
WHERE $__timeFilter(day) AND carrier <> 'water' AND carrier IN (${carrier:sqlstring})
ORDER BY day, carrier;

-- name: attention
SELECT building, building_title, count(*) FILTER (WHERE silent) AS silent, count(*) FILTER (WHERE failed_lamp) AS failed_lamps,
       count(*) FILTER (WHERE meter_fault) AS meter_faults, count(*) AS devices, max(measured_at) AS last_reading
FROM panel_device
GROUP BY building, building_title
HAVING bool_or(silent) OR bool_or(failed_lamp) OR bool_or(meter_fault)
ORDER BY count(*) FILTER (WHERE silent OR failed_lamp OR meter_fault) DESC, building
LIMIT 100;

-- name: health
SELECT count(DISTINCT building) AS buildings, count(*) AS devices, count(*) FILTER (WHERE silent) AS silent,
       count(*) FILTER (WHERE failed_lamp) AS failed_lamps, count(*) FILTER (WHERE meter_fault) AS meter_faults
FROM panel_device;

-- Panels of a building.

-- name: energy
SELECT time, metered_kwh, estimated_kwh
FROM panel_energy_daily
WHERE building = ${building:sqlstring} AND carrier = ${kind:sqlstring} AND $__timeFilter(day)
ORDER BY time;

-- name: last_year
SELECT now.time, now.energy_kwh, before.energy_kwh AS a_year_ago_kwh
FROM panel_energy_daily now
LEFT JOIN panel_energy_daily before ON before.building = now.building AND before.carrier = now.carrier
    AND before.day = (now.day - INTERVAL '1 year')::date
WHERE now.building = ${building:sqlstring} AND now.carrier = ${kind:sqlstring} AND $__timeFilter(now.day)
ORDER BY now.time;

-- name: heating_curve
WITH heat AS MATERIALIZED (
    SELECT device, time, max(mean) FILTER (WHERE quantity = 'return_temperature_c') AS return_c,
           max(mean) FILTER (WHERE quantity = 'flow_temperature_c') AS flow_c
    FROM panel_heat_hour
    WHERE building = ${building:sqlstring} AND $__timeFilter(time)
    GROUP BY device, time
), outdoor AS MATERIALIZED (
    SELECT time, outdoor_c FROM panel_outdoor_hour WHERE building = ${building:sqlstring} AND $__timeFilter(time)
)
SELECT outdoor_c, return_c, flow_c
FROM heat
JOIN outdoor USING (time)
WHERE return_c IS NOT NULL
ORDER BY outdoor_c, return_c;

-- name: light_levels
SELECT time, sum(full_h) AS full_h, sum(dimmed_h) AS dimmed_h, sum(off_h) AS off_h
FROM panel_light_use
WHERE building = ${building:sqlstring} AND entrance IN (${entrance:sqlstring}) AND $__timeFilter(day)
GROUP BY time
ORDER BY time;

-- name: light_by_entrance
SELECT time, entrance, sum(full_h + dimmed_h) / count(*) AS lit_h
FROM panel_light_use
WHERE building = ${building:sqlstring} AND $__timeFilter(day)
GROUP BY time, entrance
ORDER BY time, entrance;

-- name: completeness
SELECT time, device, max(coverage) AS coverage
FROM panel_consumption_daily
WHERE building = ${building:sqlstring} AND main AND $__timeFilter(day)
GROUP BY time, device
ORDER BY time, device;

-- name: devices
SELECT device, class, entrance, floor, serial, measured_at,
       CASE WHEN meter_fault THEN 'meter fault' WHEN failed_lamp THEN 'failed lamp' WHEN silent THEN 'silent'
            ELSE 'well' END AS state
FROM panel_device
WHERE building = ${building:sqlstring}
ORDER BY coalesce(meter_fault, false) OR coalesce(failed_lamp, false) OR silent DESC, class, device;

-- name: findings
SELECT found_at, device, quantity, code, severity, data
FROM panel_device_finding
WHERE building = ${building:sqlstring} AND $__timeFilter(found_at)
ORDER BY found_at DESC, device
LIMIT 200;

-- name: failed_lamps
SELECT device, building, building_title, entrance, floor, measured_at
FROM panel_device
WHERE failed_lamp
ORDER BY building, entrance, floor, device
LIMIT 200;

-- Panels of a device.

-- name: hourly
SELECT time, metered, estimated
FROM panel_consumption_hourly
WHERE device = ${device:sqlstring} AND $__timeFilter(time)
      AND quantity IN ('light_energy_kwh', 'heat_energy_kwh', 'active_energy_kwh')
ORDER BY time;

-- name: state
SELECT time, low, mean, high
FROM panel_state_hourly
WHERE device = ${device:sqlstring} AND quantity = ${quantity:sqlstring} AND $__timeFilter(time)
ORDER BY time;

-- name: last_seen
SELECT measured_at, extract(epoch FROM received_at - measured_at)::double precision AS lag_s
FROM panel_device
WHERE device = ${device:sqlstring};

-- name: days
SELECT time, device, CASE WHEN coverage = 0 THEN 'nothing heard' WHEN estimated > 0 THEN 'partly estimated' ELSE 'metered' END AS state
FROM panel_consumption_daily
WHERE device = ${device:sqlstring} AND main AND $__timeFilter(day)
ORDER BY time;

-- name: installations
SELECT serial, installed_at, removed_at, start_registers, closing_registers
FROM panel_installation
WHERE device = ${device:sqlstring}
ORDER BY installed_at DESC;

-- name: findings
SELECT found_at, quantity, code, severity, data
FROM panel_device_finding
WHERE device = ${device:sqlstring} AND $__timeFilter(found_at)
ORDER BY found_at DESC
LIMIT 200;

-- name: newest
SELECT device, building_title, class, serial, installed_at, measured_at,
       CASE WHEN measured_at IS NULL THEN 'waiting' WHEN silent THEN 'silent' ELSE 'heard' END AS state
FROM panel_device
ORDER BY installed_at DESC, device
LIMIT 50;

-- What the pages of the console show.

-- name: houses
SELECT building, title, address, zone, devices, silent_devices, last_reading_at
FROM building_overview
ORDER BY title, building;

-- name: house
SELECT building, title, address, zone, devices, silent_devices, last_reading_at
FROM building_overview
WHERE building = %(building)s;

-- name: verdicts
-- Every contract with the sums of its newest statement; the days stay in the database, they are most of it.
SELECT c.code, c.title, b.code, c.carrier, (s.body - 'baseline_days' - 'reporting_days')::text
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
LEFT JOIN (
    SELECT DISTINCT ON (contract) contract, body
    FROM contract_statement
    ORDER BY contract, period_end DESC, period_start
) s ON s.contract = c.code
WHERE %(building)s::text IS NULL OR b.code = %(building)s
ORDER BY c.code;

-- name: contract
SELECT c.code, c.title, b.code, b.title, b.zone, c.carrier, c.customer, c.esco, lower(c.baseline), upper(c.baseline)
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
WHERE c.code = %(contract)s;

-- name: periods
SELECT period_start, period_end
FROM contract_statement
WHERE contract = %(contract)s
ORDER BY period_end DESC, period_start;

-- name: statement
SELECT version, made_at, digest, body::text
FROM contract_statement
WHERE contract = %(contract)s AND period_start = %(start)s AND period_end = %(end)s;

-- name: live
-- The newest readings first, then where their devices are: a city has a hundred thousand devices.
SELECT p.device, p.class, COALESCE(p.building, ''), COALESCE(p.building_title, ''), COALESCE(p.zone, 'UTC'), p.entrance,
       p.floor, COALESCE(p.serial, ''), r.measured_at, false, r.quantities::text
FROM (SELECT r.* FROM latest_reading r JOIN visible_device USING (device_id) ORDER BY measured_at DESC LIMIT %(rows)s) r
JOIN device_place p USING (device_id)
ORDER BY r.measured_at DESC, p.device;

-- name: devices
-- Silent as in building_overview: nothing for three hours.
SELECT p.device, p.class, p.building, p.building_title, p.zone, p.entrance, p.floor, COALESCE(p.serial, ''), r.measured_at,
       r.measured_at IS NULL OR r.measured_at < now() - INTERVAL '3 hours', COALESCE(r.quantities, '{{}}')::text
FROM device_place p
LEFT JOIN latest_reading r USING (device_id)
WHERE p.building = %(building)s AND p.removed_at IS NULL
ORDER BY p.class, p.entrance NULLS FIRST, p.floor, p.device;

-- name: entrances
SELECT e.name
FROM entrance e
JOIN visible_building v ON v.building_id = e.building_id
JOIN building b ON b.id = e.building_id
WHERE b.code = %(building)s
ORDER BY e.name;

-- name: energy
SELECT carrier, day, energy_kwh, estimated_kwh
FROM building_energy
WHERE building = %(building)s AND day > (
    SELECT max(day) FROM building_energy WHERE building = %(building)s
) - %(days)s::integer
ORDER BY carrier, day;

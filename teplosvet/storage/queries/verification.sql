-- What a statement is computed from, and where it is kept.

-- name: contract
SELECT c.id, c.code, c.title, b.code, c.carrier, c.method, lower(c.baseline), upper(c.baseline), c.tariff_amount,
       c.tariff_currency, c.tariff_per, c.esco_share, c.guarantee_kwh, c.customer, c.esco, c.investment,
       b.id, b.zone, b.latitude, b.weather, (now() AT TIME ZONE b.zone)::date
FROM contract c JOIN building b ON b.id = c.building_id
WHERE c.code = %(code)s;

-- name: daily_energy
SELECT day, energy_kwh, estimated_kwh, coverage
FROM building_energy_daily
WHERE building_id = %(building_id)s AND carrier = %(carrier)s AND (day <@ %(baseline)s::daterange OR day <@ %(period)s::daterange)
ORDER BY day;

-- name: hourly_temperature
SELECT s.hour, s.mean
FROM state_hourly s
JOIN device d ON d.id = s.device_id
WHERE d.name = %(device)s AND s.quantity = 'outdoor_temperature_c' AND s.hour >= %(start)s AND s.hour < %(end)s
ORDER BY s.hour;

-- name: failed_lamp_share
-- Share of the light points that reported a failure, over the hours in which they reported at all.
SELECT (s.hour AT TIME ZONE %(zone)s)::date AS day, avg(s.mean)
FROM state_hourly s
JOIN device d ON d.id = s.device_id AND d.class = 'light'
JOIN installation i ON i.device_id = d.id AND i.installed_at <= s.hour AND (i.removed_at IS NULL OR i.removed_at > s.hour)
WHERE i.building_id = %(building_id)s AND s.quantity = 'lamp_failure' AND s.hour >= %(start)s AND s.hour < %(end)s
GROUP BY day
ORDER BY day;

-- name: lock_contract
SELECT id FROM contract WHERE code = %(code)s FOR UPDATE;

-- name: newest_statement
SELECT version, digest, body FROM statement
WHERE contract_id = %(contract_id)s AND period = %(period)s::daterange
ORDER BY version DESC LIMIT 1;

-- name: store_statement
INSERT INTO statement (contract_id, period, version, method, digest, body, changes)
VALUES (%(contract_id)s, %(period)s::daterange, %(version)s, %(method)s, %(digest)s, %(body)s::jsonb, %(changes)s::jsonb);

-- name: snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

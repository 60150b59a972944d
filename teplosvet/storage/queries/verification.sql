-- What a statement is computed from, and where it is kept.

-- name: contracts
SELECT c.id, c.code, c.title, b.code, c.carrier, c.method, lower(c.baseline), upper(c.baseline), c.tariff_amount,
       c.tariff_currency, c.tariff_per, c.esco_share, c.guarantee_kwh, c.customer, c.esco, c.investment,
       b.id, b.zone, b.latitude, b.weather, (now() AT TIME ZONE b.zone)::date
FROM contract c JOIN building b ON b.id = c.building_id
WHERE c.code = ANY(%(codes)s)
ORDER BY c.id;

-- name: daily_energy
-- The days of each contract as one value, packed for `analytics.bulk`; NULL comes as NaN.
SELECT c.id, string_agg(
    date_send(e.day) || float8send(coalesce(e.energy_kwh, 'NaN')) || float8send(e.estimated_kwh) || float8send(e.coverage),
    ''::bytea ORDER BY e.day)
FROM contract c
JOIN building_energy_daily e ON e.building_id = c.building_id AND e.carrier = c.carrier
WHERE c.id = ANY(%(contract_ids)s) AND (e.day <@ c.baseline OR e.day <@ %(period)s::daterange)
GROUP BY c.id;

-- name: heat_states
-- Abnormal clocks of the meter that was worst off on each day, packed like energy; of days on which anything is known.
SELECT contract_id, string_agg(date_send(day) || float8send(below) || float8send(above) || float8send(low_dt) || float8send(fault)
                               || float8send(no_power), ''::bytea ORDER BY day)
FROM (
    SELECT DISTINCT ON (c.id, s.day) c.id AS contract_id, s.day, coalesce(s.below_range_s, 'NaN'::double precision) AS below,
           coalesce(s.above_range_s, 'NaN'::double precision) AS above, coalesce(s.low_dt_s, 'NaN'::double precision) AS low_dt,
           coalesce(s.fault_s, 'NaN'::double precision) AS fault, coalesce(s.no_power_s, 'NaN'::double precision) AS no_power
    FROM contract c
    JOIN building b ON b.id = c.building_id
    JOIN installation i ON i.building_id = c.building_id
    JOIN device d ON d.id = i.device_id AND d.class = 'heat'
    JOIN heat_state_daily s ON s.device_id = d.id
        AND s.day >= (i.installed_at AT TIME ZONE b.zone)::date
        AND (i.removed_at IS NULL OR s.day < (i.removed_at AT TIME ZONE b.zone)::date OR
             (s.day = (i.removed_at AT TIME ZONE b.zone)::date AND (i.removed_at AT TIME ZONE b.zone)::time > '00:00'))
    WHERE c.id = ANY(%(contract_ids)s) AND (s.day <@ c.baseline OR s.day <@ %(period)s::daterange)
    ORDER BY c.id, s.day, coalesce(s.below_range_s, 0) + coalesce(s.above_range_s, 0) + coalesce(s.low_dt_s, 0)
                          + coalesce(s.fault_s, 0) + coalesce(s.no_power_s, 0) DESC, d.name
) worst
GROUP BY contract_id;

-- name: hourly_temperature
-- What the sensor told; hours that it did not tell from a file, else from the archive.
SELECT DISTINCT ON (hour) hour, mean
FROM (
    SELECT s.hour, s.mean, 0 AS place
    FROM state_hourly s
    JOIN device d ON d.id = s.device_id
    WHERE d.name = %(device)s AND s.quantity = 'outdoor_temperature_c' AND s.hour >= %(start)s AND s.hour < %(end)s
    UNION ALL
    SELECT w.hour, w.mean_c, CASE w.source WHEN 'csv' THEN 1 ELSE 2 END
    FROM weather_hour w
    JOIN device d ON d.id = w.device_id
    WHERE d.name = %(device)s AND w.hour >= %(start)s AND w.hour < %(end)s
) told
ORDER BY hour, place;

-- name: failed_lamp_share
-- Share of the light points that reported a failure, over the hours in which they reported at all; packed like energy.
-- Summed in a stated order: the last bit of a mean depends on it, and the plan on who else is asked for.
SELECT contract_id, string_agg(date_send(day) || float8send(share), ''::bytea ORDER BY day)
FROM (
    SELECT span.contract_id, (s.hour AT TIME ZONE b.zone)::date AS day, avg(s.mean ORDER BY s.hour, s.device_id) AS share
    FROM unnest(%(contract_ids)s::integer[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        AS span (contract_id, starts_at, ends_at)
    JOIN contract c ON c.id = span.contract_id
    JOIN building b ON b.id = c.building_id
    JOIN installation i ON i.building_id = c.building_id
    JOIN device d ON d.id = i.device_id AND d.class = 'light'
    JOIN state_hourly s ON s.device_id = d.id AND s.quantity = 'lamp_failure'
        AND s.hour >= span.starts_at AND s.hour < span.ends_at
        AND s.hour >= i.installed_at AND (i.removed_at IS NULL OR s.hour < i.removed_at)
    GROUP BY span.contract_id, day
) daily
GROUP BY contract_id;

-- name: lock_contracts
SELECT id FROM contract WHERE id = ANY(%(contract_ids)s) ORDER BY id FOR UPDATE;

-- name: account_marks
-- What the account over a contract's other periods rests on.
SELECT c.id, (SELECT count(*) FROM statement s WHERE s.contract_id = c.id AND s.period <> %(period)s::daterange),
       (SELECT count(*) FROM statement s JOIN act a ON a.statement_id = s.id WHERE s.contract_id = c.id)
FROM contract c WHERE c.id = ANY(%(contract_ids)s);

-- name: newest_statements
SELECT DISTINCT ON (contract_id) contract_id, version, digest
FROM statement
WHERE contract_id = ANY(%(contract_ids)s) AND period = %(period)s::daterange
ORDER BY contract_id, version DESC;

-- name: newest_bodies
SELECT DISTINCT ON (contract_id) contract_id, body
FROM statement
WHERE contract_id = ANY(%(contract_ids)s) AND period = %(period)s::daterange
ORDER BY contract_id, version DESC;

-- name: store_statements
COPY statement (contract_id, period, version, method, digest, body, changes) FROM STDIN;

-- name: snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

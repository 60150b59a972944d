-- What an act is made of, and the log of its states.

-- name: statement
SELECT version, made_at, digest, body::text
FROM statement_version
WHERE contract = %(contract)s AND period_start = %(start)s AND period_end = %(end)s
      AND (%(version)s::integer IS NULL OR version = %(version)s)
ORDER BY version DESC LIMIT 1;

-- name: place
SELECT c.title, c.customer, c.esco, c.investment, b.code, b.title, b.address, b.zone, b.floor_area_m2, c.carrier,
       t.option, coalesce(t.boundary, '')
FROM contract c
JOIN building b ON b.id = c.building_id
LEFT JOIN contract_terms t ON t.contract_id = c.id
WHERE c.code = %(contract)s;

-- name: meters
-- Instruments of the measurement boundary, each from the later of period and installation to the earlier of period and removal.
SELECT d.name, d.model, i.serial, COALESCE(e.name, ''), i.floor, i.installed_at, i.removed_at,
       COALESCE((CASE WHEN i.installed_at >= %(from)s THEN i.start_registers ->> %(quantity)s END)::double precision, began.value),
       COALESCE(CASE WHEN i.installed_at >= %(from)s THEN i.installed_at END, began.at),
       COALESCE((CASE WHEN i.removed_at <= %(until)s THEN i.closing_registers ->> %(quantity)s END)::double precision, ended.value),
       COALESCE(CASE WHEN i.removed_at <= %(until)s THEN i.removed_at END, ended.at), i.calibrated_on, i.calibration_due
FROM installation i
JOIN device d ON d.id = i.device_id
JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN LATERAL (
    SELECT {register} AS value, measured_at AS at FROM {table}
    WHERE device_id = d.id AND {register} IS NOT NULL
          AND measured_at >= greatest(i.installed_at, %(from)s) AND measured_at < least(i.removed_at, %(until)s)
    ORDER BY measured_at LIMIT 1
) began ON true
LEFT JOIN LATERAL (
    SELECT {register} AS value, measured_at AS at FROM {table}
    WHERE device_id = d.id AND {register} IS NOT NULL
          AND measured_at >= greatest(i.installed_at, %(from)s) AND measured_at <= least(i.removed_at, %(until)s)
    ORDER BY measured_at DESC LIMIT 1
) ended ON true
WHERE b.code = %(building)s AND d.class = %(class)s
      AND i.installed_at < %(until)s AND (i.removed_at IS NULL OR i.removed_at > %(from)s)
ORDER BY d.name, i.installed_at;

-- name: rules
SELECT u.rule, count(DISTINCT u.day)
FROM consumption_daily u
JOIN device d ON d.id = u.device_id
WHERE u.quantity = %(quantity)s AND u.estimated > 0 AND u.day = ANY(%(days)s)
      AND EXISTS (
          SELECT FROM installation i JOIN building b ON b.id = i.building_id
          WHERE i.device_id = d.id AND b.code = %(building)s
      )
GROUP BY u.rule
ORDER BY u.rule;

-- name: present
-- The newest row of the act of a contract and period; the caller has locked the contract.
SELECT number, state, version FROM contract_act
WHERE contract = %(contract)s AND period_start = %(start)s AND period_end = %(end)s;

-- name: same_days
-- Another act with one of these days that is before the parties or signed: a day is paid for once.
SELECT number, period_start, period_end, state FROM contract_act
WHERE contract = %(contract)s AND state IN ('sent', 'agreed', 'paid')
      AND period_start < %(end)s AND period_end > %(start)s
      AND (period_start, period_end) <> (%(start)s, %(end)s)
ORDER BY period_start LIMIT 1;

-- name: next_number
SELECT COALESCE(max(number), 0) + 1 FROM contract_act WHERE contract = %(contract)s;

-- name: add
INSERT INTO act (statement_id, number, state, by_whom, note)
SELECT s.id, %(number)s, %(state)s, %(by_whom)s, %(note)s
FROM statement s
JOIN contract c ON c.id = s.contract_id
WHERE c.code = %(contract)s AND s.period = daterange(%(start)s, %(end)s) AND s.version = %(version)s;

-- name: all
SELECT contract, period_start, period_end, number, version, state, by_whom, at, note, avoided_energy_kwh, payable, currency,
       newest_version, difference_kwh
FROM contract_act
ORDER BY contract, period_start, period_end;

-- name: lock_contract
SELECT id FROM contract WHERE code = %(code)s FOR UPDATE;

-- name: visible
SELECT c.id FROM contract c JOIN visible_contract v ON v.contract_id = c.id WHERE c.code = %(code)s;

-- Conditions: each finds what is wrong at {now} into alarm_found; threshold is the rule's own, alarm_override goes before it.
-- Temporary tables live for one round; see queries/alarms.sql.

-- name: ingest_stopped
INSERT INTO alarm_found (rule, subject, since, data)
SELECT %(rule)s, 'platform', newest + %(threshold)s * INTERVAL '1 minute', jsonb_build_object('last_at', newest)
FROM (SELECT max(received_at) AS newest FROM alarm_device) d
WHERE newest < %(now)s - %(threshold)s * INTERVAL '1 minute';

-- name: rollup_behind
INSERT INTO alarm_found (rule, subject, data)
SELECT %(rule)s, 'platform', jsonb_build_object('ranges', n)
FROM (SELECT count(*) AS n FROM dirty_range) d
WHERE n > %(threshold)s;

-- name: job_failed
INSERT INTO alarm_found (rule, subject, since, data)
SELECT %(rule)s, 'job:' || job, COALESCE(ok_at, started_at), jsonb_build_object('job', job, 'error', COALESCE(left(error, 200), ''))
FROM job_run
WHERE error IS NOT NULL OR COALESCE(ok_at, started_at) < %(now)s - %(threshold)s * INTERVAL '1 minute';

-- name: quarantine_growing
INSERT INTO alarm_found (rule, subject, data)
SELECT %(rule)s, 'platform', jsonb_build_object('messages', n, 'reason', reason)
FROM (
    SELECT count(*) AS n, mode() WITHIN GROUP (ORDER BY reason) AS reason
    FROM quarantine
    WHERE replayed_at IS NULL AND last_at > %(now)s - INTERVAL '1 hour' AND last_at <= %(now)s
) q
WHERE n > %(threshold)s;

-- name: gateway_lost
-- A publisher of two devices or more that says nothing in any of them, or whose last will says that it is gone.
INSERT INTO alarm_found (rule, subject, building_id, since, data)
SELECT %(rule)s, 'publisher:' || g.publisher || '/' || g.building_id, g.building_id,
       CASE WHEN s.state = 'offline' THEN s.stated_at ELSE g.newest END,
       jsonb_build_object('publisher', g.publisher, 'devices', g.devices, 'last_at', g.newest)
FROM (
    SELECT publisher, building_id, count(*) AS devices, max(measured_at) AS newest
    FROM alarm_device
    GROUP BY publisher, building_id
    HAVING count(*) > 1
) g
LEFT JOIN publisher_state s ON s.publisher = g.publisher AND s.stated_at >= g.newest
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = g.building_id
WHERE g.newest < %(now)s - COALESCE(o.threshold, %(threshold)s) * INTERVAL '1 hour'
   OR (s.state = 'offline' AND s.stated_at < %(now)s - INTERVAL '15 minutes');

-- name: silent_device
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, since, data)
SELECT %(rule)s, 'device:' || d.device_id, d.building_id, d.device_id, d.entrance, d.heard_at, jsonb_build_object('last_at', d.measured_at)
FROM alarm_device d
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
WHERE d.heard_at < %(now)s - COALESCE(o.threshold, %(threshold)s) * INTERVAL '1 hour'
  AND NOT EXISTS (
      SELECT FROM alarm_found f
      WHERE f.rule = 'gateway_lost' AND f.subject = 'publisher:' || d.publisher || '/' || d.building_id
  );

-- name: clock_wrong
-- Readings of the future, or a gateway that says that its own or a meter's clock is wrong.
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, since, data)
SELECT %(rule)s, 'device:' || d.device_id, d.building_id, d.device_id, d.entrance, e.happened_at,
       jsonb_strip_nulls(jsonb_build_object('ahead_s', round(extract(epoch FROM d.measured_at - d.received_at)), 'event', e.event))
FROM alarm_device d
LEFT JOIN (
    SELECT DISTINCT ON (device_id) device_id, event, happened_at, data ->> 'severity' AS severity
    FROM device_event
    WHERE happened_at > %(now)s - INTERVAL '2 days' AND happened_at <= %(now)s
      AND event IN ('clock_skew', 'clock_unsynchronised', 'clock_synchronised', 'archive_clock_wrong')
    ORDER BY device_id, happened_at DESC
) e ON e.device_id = d.device_id AND e.event <> 'clock_synchronised' AND (e.event <> 'clock_skew' OR e.severity = 'warning')
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
WHERE d.measured_at > d.received_at + COALESCE(o.threshold, %(threshold)s) * INTERVAL '1 second' OR e.device_id IS NOT NULL;

-- name: completeness_low
-- Share of seven days that was metered: neither missing nor bridged by a rule. Where power stands for a register all is estimated
-- by design, so a building that is low by its sums is looked at again by its registers alone.
INSERT INTO alarm_found (rule, subject, building_id, data)
SELECT %(rule)s, 'building:' || e.building_id || '/' || e.carrier, e.building_id,
       jsonb_build_object('carrier', e.carrier, 'coverage', round(LEAST(e.coverage, r.metered)::numeric, 3))
FROM (
    SELECT building_id, carrier, avg(coverage) AS coverage, count(*) AS days,
           avg(CASE WHEN energy_kwh > 0 THEN coverage * (1 - estimated_kwh / energy_kwh) ELSE coverage END) AS metered
    FROM building_energy_daily
    JOIN building b ON b.id = building_id
    WHERE day >= (%(now)s AT TIME ZONE b.zone)::date - 7 AND day < (%(now)s AT TIME ZONE b.zone)::date
    GROUP BY building_id, carrier
) e
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = e.building_id
LEFT JOIN LATERAL (
    SELECT avg(CASE WHEN c.amount > 0 THEN (1 - c.estimated / c.amount) * c.covered_s / c.day_s ELSE c.covered_s::float8 / c.day_s END)
           AS metered
    FROM alarm_device d
    JOIN building b ON b.id = d.building_id
    JOIN consumption_daily c ON c.device_id = d.device_id
    WHERE d.building_id = e.building_id AND d.class = e.carrier AND c.rule <> 'derived'
      AND c.quantity IN ('heat_energy_kwh', 'light_energy_kwh', 'active_energy_kwh', 'water_volume_m3')
      AND c.day >= (%(now)s AT TIME ZONE b.zone)::date - 7 AND c.day < (%(now)s AT TIME ZONE b.zone)::date
) r ON e.metered < COALESCE(o.threshold, %(threshold)s)
WHERE e.days >= 3 AND LEAST(e.coverage, r.metered) < COALESCE(o.threshold, %(threshold)s);

-- name: lamps_failed
INSERT INTO alarm_found (rule, subject, building_id, entrance, data)
SELECT %(rule)s, 'entrance:' || d.building_id || '/' || COALESCE(d.entrance, ''), d.building_id, d.entrance,
       jsonb_build_object('lamps', count(*), 'devices', (array_agg(d.name ORDER BY d.name))[1:10])
FROM alarm_device d
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
WHERE d.class = 'light' AND (d.quantities ->> 'lamp_failure')::double precision > 0 AND d.measured_at > %(now)s - INTERVAL '1 day'
GROUP BY d.building_id, d.entrance, o.threshold
HAVING count(*) >= COALESCE(o.threshold, %(threshold)s);

-- name: lamps_by_day
-- Of the newest whole day: somebody holds the light on, or it burns at full nearly around the clock.
INSERT INTO alarm_found (rule, subject, building_id, entrance, since, data)
SELECT %(rule)s, 'entrance:' || d.building_id || '/' || COALESCE(d.entrance, ''), d.building_id, d.entrance, NULL,
       jsonb_build_object('lamps', count(*), 'day', max(u.day), 'devices', (array_agg(d.name ORDER BY d.name))[1:10])
FROM alarm_device d
JOIN building b ON b.id = d.building_id
CROSS JOIN LATERAL (
    SELECT day, override_s, full_s FROM light_use_daily
    WHERE device_id = d.device_id AND day < (%(now)s AT TIME ZONE b.zone)::date AND day >= (%(now)s AT TIME ZONE b.zone)::date - 2
    ORDER BY day DESC LIMIT 1
) u
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
WHERE d.class = 'light' AND (u.override_s > COALESCE(o.threshold, %(threshold)s) * 3600 OR u.full_s > 22 * 3600)
GROUP BY d.building_id, d.entrance;

-- name: meter_fault
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, data)
SELECT %(rule)s, 'device:' || d.device_id, d.building_id, d.device_id, d.entrance,
       jsonb_build_object('flags', (d.quantities ->> 'heat_error_flags')::double precision::bigint)
FROM alarm_device d
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
WHERE d.class = 'heat' AND (d.quantities ->> 'heat_error_flags')::double precision > COALESCE(o.threshold, %(threshold)s);

-- name: flow_below_return
-- In three hours or more of the last six.
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, since, data)
SELECT %(rule)s, 'device:' || d.device_id, d.building_id, d.device_id, d.entrance, h.since,
       jsonb_build_object('flow_c', round(h.flow_c::numeric, 1), 'return_c', round(h.return_c::numeric, 1), 'hours', h.hours)
FROM alarm_device d
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
CROSS JOIN LATERAL (
    SELECT count(*) AS hours, min(f.hour) AS since, avg(f.mean) AS flow_c, avg(r.mean) AS return_c
    FROM state_hourly f
    JOIN state_hourly r ON r.device_id = f.device_id AND r.quantity = 'return_temperature_c' AND r.hour = f.hour
    WHERE f.device_id = d.device_id AND f.quantity = 'flow_temperature_c'
      AND f.hour > %(now)s - INTERVAL '7 hours' AND f.hour <= %(now)s - INTERVAL '1 hour'
      AND f.mean + COALESCE(o.threshold, %(threshold)s) < r.mean
) h
WHERE d.class = 'heat' AND h.hours >= 3;

-- name: heat_stopped
-- No heat in so many hours while it is cold outdoors; hours that are not known are no proof.
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, since, data)
SELECT %(rule)s, 'device:' || d.device_id, d.building_id, d.device_id, d.entrance, h.since,
       jsonb_build_object('hours', h.hours, 'outdoor_c', round(s.outdoor_c::numeric, 1))
FROM alarm_device d
JOIN alarm_season s ON s.building_id = d.building_id AND s.outdoor_c <= 8
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
CROSS JOIN LATERAL (
    SELECT count(c.amount) AS hours, max(c.amount) AS most_kwh, min(c.hour) AS since
    FROM consumption_hourly c
    WHERE c.device_id = d.device_id AND c.quantity = 'heat_energy_kwh'
      AND c.hour > %(now)s - (COALESCE(o.threshold, %(threshold)s) + 1) * INTERVAL '1 hour' AND c.hour <= %(now)s - INTERVAL '1 hour'
) h
WHERE d.class = 'heat' AND h.most_kwh <= 0 AND h.hours >= 0.9 * COALESCE(o.threshold, %(threshold)s);

-- name: room_cold
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, data)
SELECT %(rule)s, 'device:' || r.device_id, r.building_id, r.device_id, r.entrance, jsonb_build_object('indoor_c', round(r.indoor_c::numeric, 1))
FROM alarm_room r
JOIN alarm_season s ON s.building_id = r.building_id AND s.outdoor_c <= 8
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = r.building_id
WHERE r.indoor_c < COALESCE(o.threshold, %(threshold)s);

-- name: room_warm
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, data)
SELECT %(rule)s, 'device:' || r.device_id, r.building_id, r.device_id, r.entrance, jsonb_build_object('indoor_c', round(r.indoor_c::numeric, 1))
FROM alarm_room r
JOIN alarm_season s ON s.building_id = r.building_id AND s.outdoor_c <= 8
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = r.building_id
WHERE r.indoor_c > COALESCE(o.threshold, %(threshold)s);

-- name: calibration_due
-- The registry keeps the day until which an instrument may be used for payment; where it keeps none, nothing is due.
INSERT INTO alarm_found (rule, subject, building_id, device_id, entrance, since, data)
SELECT %(rule)s, 'device:' || d.device_id, d.building_id, d.device_id, d.entrance, NULL, jsonb_build_object('due_on', d.due_on)
FROM alarm_device d
LEFT JOIN alarm_override o ON o.rule = %(rule)s AND o.building_id = d.building_id
WHERE d.due_on < %(now)s::date + COALESCE(o.threshold, %(threshold)s)::integer;

-- name: consumption_high
-- Newest statements of the last 60 days that found a lasting step upwards.
INSERT INTO alarm_found (rule, subject, building_id, data)
SELECT %(rule)s, 'contract:' || s.contract_id, s.building_id, f.value -> 'data' || jsonb_build_object('contract', s.code)
FROM alarm_statement s
CROSS JOIN LATERAL (
    SELECT value FROM jsonb_array_elements(s.findings)
    WHERE value ->> 'code' = 'level_shift' AND (value #>> '{{data,size_kwh}}')::double precision > 0
    LIMIT 1
) f;

-- name: saving_fades
INSERT INTO alarm_found (rule, subject, building_id, data)
SELECT %(rule)s, 'contract:' || s.contract_id, s.building_id, f.value -> 'data' || jsonb_build_object('contract', s.code)
FROM alarm_statement s
CROSS JOIN LATERAL (
    SELECT value FROM jsonb_array_elements(s.findings) WHERE value ->> 'code' = 'saving_fades' LIMIT 1
) f;

-- What a simulated basement left in the database.

-- name: behind
-- Devices that were not heard after the end, and hours of heat meters that their archives have not brought yet.
SELECT (SELECT count(*) FROM unnest(%(names)s::text[]) n
        WHERE NOT EXISTS (SELECT FROM device d JOIN latest_reading l ON l.device_id = d.id
                          WHERE d.name = n AND l.measured_at >= %(end)s))
     + (SELECT count(*) FROM unnest(%(heat)s::text[]) n
        WHERE (SELECT count(*) FROM heat_reading r JOIN device d ON d.id = r.device_id
               WHERE d.name = n AND r.archive AND r.measured_at > %(start)s AND r.measured_at <= %(end)s
                 AND r.heat_energy_kwh IS NOT NULL) < %(hours)s),
       (SELECT count(*) FROM light_reading WHERE measured_at <= %(end)s)
     + (SELECT count(*) FROM heat_reading WHERE measured_at <= %(end)s);

-- name: heat_outcome
WITH d AS (SELECT id FROM device WHERE name = %(device)s),
r AS (SELECT h.* FROM heat_reading h JOIN d ON d.id = h.device_id WHERE h.measured_at BETWEEN %(start)s AND %(end)s),
c AS (SELECT h.* FROM consumption_hourly h JOIN d ON d.id = h.device_id
      WHERE h.quantity = 'heat_energy_kwh' AND h.hour >= %(start)s AND h.hour < %(end)s)
SELECT (SELECT count(*) FROM r WHERE archive AND heat_energy_kwh IS NOT NULL AND measured_at > %(start)s
               AND measured_at = date_trunc('hour', measured_at, 'UTC')),
       (SELECT count(*) FROM r WHERE NOT archive),
       (SELECT count(*) - count(DISTINCT measured_at) FROM r),
       (SELECT count(*) FROM c WHERE amount IS NOT NULL AND covered_s = 3600 AND estimated = 0),
       (SELECT sum(amount) FROM c),
       %(start)s::timestamptz,
       %(end)s::timestamptz,
       (SELECT count(*) FROM r WHERE NOT archive AND measured_at >= %(cut)s AND measured_at < %(mended)s
               AND NOT (measured_at >= %(dark)s AND measured_at < %(light)s)),
       (SELECT count(*) FROM r WHERE NOT archive AND NOT (measured_at >= %(cut)s AND measured_at < %(mended)s));

-- name: light_outcome
WITH d AS (SELECT id FROM device WHERE name = %(device)s),
r AS (SELECT l.* FROM light_reading l JOIN d ON d.id = l.device_id
      WHERE l.measured_at BETWEEN %(start)s AND %(end)s AND light_energy_kwh IS NOT NULL),
c AS (SELECT h.* FROM consumption_hourly h JOIN d ON d.id = h.device_id
      WHERE h.quantity = 'light_energy_kwh' AND h.hour >= %(start)s AND h.hour < %(end)s)
SELECT (SELECT count(*) FROM r WHERE archive),
       (SELECT count(*) FROM r WHERE NOT archive),
       (SELECT count(*) - count(DISTINCT measured_at) FROM r),
       (SELECT count(*) FROM c WHERE amount IS NOT NULL AND covered_s = 3600 AND estimated = 0),
       (SELECT (array_agg(light_energy_kwh ORDER BY measured_at DESC))[1]
             - (array_agg(light_energy_kwh ORDER BY measured_at))[1] FROM r),
       (SELECT min(measured_at) FROM r),
       (SELECT max(measured_at) FROM r),
       (SELECT count(*) FROM r WHERE NOT archive AND measured_at >= %(cut)s AND measured_at < %(mended)s
               AND NOT (measured_at >= %(dark)s AND measured_at < %(light)s)),
       (SELECT count(*) FROM r WHERE NOT archive AND NOT (measured_at >= %(cut)s AND measured_at < %(mended)s));

-- name: events
SELECT event, count(*) FROM device_event GROUP BY event ORDER BY event;

-- name: quarantined
SELECT count(*) FROM quarantine;

-- name: stored
SELECT (SELECT count(*) FROM light_reading) + (SELECT count(*) FROM heat_reading);

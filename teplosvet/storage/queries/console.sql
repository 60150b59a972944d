-- What the pages of the console show.

-- name: house_counts
SELECT count(*), count(*) FILTER (WHERE attention), count(*) FILTER (WHERE silent_devices > 0),
       count(*) FILTER (WHERE failed_lamps > 0), count(*) FILTER (WHERE meter_faults > 0),
       count(*) FILTER (WHERE 'heat' = ANY (classes)), count(*) FILTER (WHERE 'light' = ANY (classes)),
       count(*) FILTER (WHERE 'electricity' = ANY (classes)), count(*) FILTER (WHERE 'water' = ANY (classes))
FROM console_house;

-- name: houses
-- All houses that a search leaves, for the map as well: the page is cut out in Python, where the map is drawn.
SELECT building, title, address, zone, devices, silent_devices, last_reading_at, failed_lamps, meter_faults, losses, refused,
       latitude, longitude, floor_area_m2, flats, public, attention
FROM console_house
WHERE (%(pattern)s::text IS NULL OR title ILIKE %(pattern)s OR address ILIKE %(pattern)s OR building ILIKE %(pattern)s)
  AND CASE %(show)s::text
          WHEN 'attention' THEN attention WHEN 'silent' THEN silent_devices > 0 WHEN 'lamps' THEN failed_lamps > 0
          WHEN 'faults' THEN meter_faults > 0 WHEN 'all' THEN true ELSE %(show)s = ANY (classes) END
  AND (%(south)s::float8 IS NULL OR (latitude BETWEEN %(south)s AND %(north)s AND longitude BETWEEN %(west)s AND %(east)s))
ORDER BY CASE WHEN %(sort)s = 'attention' THEN NOT attention END, CASE WHEN %(sort)s = 'silent' THEN -silent_devices END,
         CASE WHEN %(sort)s = 'last' THEN last_reading_at END NULLS FIRST, title, building;

-- name: house
SELECT building, title, address, zone, devices, silent_devices, last_reading_at, failed_lamps, meter_faults, losses, refused,
       latitude, longitude, floor_area_m2, flats, public, attention
FROM console_house
WHERE building = %(building)s;

-- name: heat_of_houses
-- The last days of each house by its own newest one; what is mostly estimated was not seen on that day.
SELECT b.building, e.day, e.energy_kwh
FROM unnest(%(buildings)s::text[]) AS b (building)
CROSS JOIN LATERAL (
    SELECT day, CASE WHEN estimated_kwh <= energy_kwh / 2 THEN energy_kwh END AS energy_kwh FROM console_energy
    WHERE building = b.building AND carrier = 'heat' ORDER BY day DESC LIMIT %(days)s
) e
ORDER BY b.building, e.day;

-- name: fits_of_houses
SELECT DISTINCT ON (building) building, (verdict -> 'fit')::text
FROM console_contract
WHERE building = ANY(%(buildings)s) AND carrier = 'heat' AND verdict -> 'fit' ->> 'variable' = 'outdoor_temperature_c'
ORDER BY building, period_end DESC;

-- name: outdoor_of_houses
-- Mean of one local day of each house; a day with too few hours has none.
SELECT w.building, avg(o.outdoor_c)
FROM unnest(%(buildings)s::text[], %(days)s::date[]) AS w (building, day)
JOIN console_outdoor o ON o.building = w.building AND o.day = w.day
     AND o.hour >= w.day::timestamptz - INTERVAL '1 day' AND o.hour < w.day::timestamptz + INTERVAL '2 days'
GROUP BY w.building
HAVING count(*) >= 21;

-- name: duty_of_houses
-- Share of the time that light points were lit on the newest day of each house.
SELECT building, sum(dimmed_s + full_s) / NULLIF(sum(covered_s), 0)
FROM (
    SELECT building, covered_s, dimmed_s, full_s, day = max(day) OVER (PARTITION BY building) AS newest
    FROM console_light
    WHERE building = ANY(%(buildings)s) AND day >= (now() - INTERVAL '14 days')::date AND dimmed_s IS NOT NULL
) u
WHERE newest
GROUP BY building;

-- name: saved
-- Proven savings summed, and the sum of their half widths: it holds even if all contracts err in the same direction.
SELECT count(*), count(*) FILTER (WHERE proven), sum(avoided_kwh) FILTER (WHERE proven),
       sum((upper_kwh - lower_kwh) / 2) FILTER (WHERE proven)
FROM console_contract
WHERE carrier <> 'water';

-- name: verdicts
SELECT contract, title, building, carrier, verdict::text
FROM console_contract
WHERE building = %(building)s
ORDER BY contract;

-- name: contract
SELECT contract, title, building, building_title, zone, carrier, customer, esco, baseline_start, baseline_end
FROM console_contract
WHERE contract = %(contract)s;

-- name: periods
SELECT DISTINCT period_start, period_end
FROM console_statement_version
WHERE contract = %(contract)s
ORDER BY period_end DESC, period_start;

-- name: statement
SELECT s.version, s.made_at, s.digest, s.body::text
FROM statement_version s
JOIN contract c ON c.code = s.contract
JOIN visible_contract v ON v.contract_id = c.id
WHERE s.contract = %(contract)s AND s.period_start = %(start)s AND s.period_end = %(end)s
ORDER BY s.version DESC LIMIT 1;

-- name: versions
SELECT version, made_at, digest, avoided_kwh, lower_kwh, upper_kwh, proven, changes::text
FROM console_statement_version
WHERE contract = %(contract)s AND period_start = %(start)s AND period_end = %(end)s
ORDER BY version DESC LIMIT 20;

-- name: act
SELECT number, version, state, by_whom, at, note
FROM console_act
WHERE contract = %(contract)s AND period_start = %(start)s AND period_end = %(end)s;

-- name: live
-- By the index of the instants: a city has a hundred thousand devices.
SELECT device, class, building, building_title, zone, entrance, floor, COALESCE(serial, ''), measured_at, false, quantities::text
FROM console_device
WHERE measured_at IS NOT NULL
ORDER BY measured_at DESC
LIMIT %(rows)s;

-- name: devices
-- Silent as in console_house: nothing for three hours.
SELECT device, class, building, building_title, zone, entrance, floor, COALESCE(serial, ''), measured_at,
       measured_at IS NULL OR measured_at < now() - INTERVAL '3 hours', COALESCE(quantities, '{{}}')::text
FROM console_device
WHERE building = %(building)s
ORDER BY class, entrance NULLS FIRST, floor, device;

-- name: entrances
SELECT e.name
FROM entrance e
JOIN building b ON b.id = e.building_id
JOIN visible_building v ON v.building_id = b.id
WHERE b.code = %(building)s
ORDER BY e.name;

-- name: energy
SELECT carrier, day, energy_kwh, estimated_kwh
FROM console_energy
WHERE building = %(building)s AND day > (
    SELECT max(day) FROM console_energy WHERE building = %(building)s
) - %(days)s::integer
ORDER BY carrier, day;

-- name: outdoor_days
SELECT day, avg(outdoor_c)
FROM console_outdoor
WHERE building = %(building)s AND hour >= %(since)s
GROUP BY day
HAVING count(*) >= 21
ORDER BY day;

-- name: curve
-- Daily means of supply and return beside the outdoor temperature of the same day.
SELECT o.day, o.outdoor_c, t.supply_c, t.return_c
FROM (
    SELECT day, avg(outdoor_c) AS outdoor_c FROM console_outdoor
    WHERE building = %(building)s AND hour >= %(since)s GROUP BY day HAVING count(*) >= 21
) o
JOIN (
    SELECT (hour AT TIME ZONE zone)::date AS day, avg(mean) FILTER (WHERE quantity = 'flow_temperature_c') AS supply_c,
           avg(mean) FILTER (WHERE quantity = 'return_temperature_c') AS return_c
    FROM console_hourly
    WHERE building = %(building)s AND quantity IN ('flow_temperature_c', 'return_temperature_c') AND hour >= %(since)s
    GROUP BY 1
) t USING (day)
ORDER BY o.day;

-- name: light_levels
SELECT COALESCE(entrance, ''), extract(hour FROM hour AT TIME ZONE zone)::integer, avg(mean)
FROM console_hourly
WHERE building = %(building)s AND quantity = 'light_level_percent' AND hour >= %(since)s
GROUP BY 1, 2
ORDER BY 1, 2;

-- name: completeness
SELECT device, day, share
FROM console_completeness
WHERE building = %(building)s AND day >= %(since)s::date
ORDER BY class, device, day;

-- name: comfort
SELECT device, COALESCE(entrance, ''), min(low), avg(mean), max(high)
FROM console_hourly
WHERE building = %(building)s AND quantity = 'indoor_temperature_c' AND hour >= %(since)s
GROUP BY device, entrance
ORDER BY 3;

-- name: journal
SELECT device, at, kind, code, data::text, severity
FROM console_journal
WHERE building = %(building)s
ORDER BY at DESC LIMIT %(rows)s;

-- name: similar
-- Energy a square metre of the same days in every house that has its floor area and most of these days metered.
SELECT h.building, e.energy_kwh / h.floor_area_m2
FROM console_house h
CROSS JOIN LATERAL (
    SELECT sum(energy_kwh) AS energy_kwh, count(energy_kwh) AS days FROM building_energy_daily
    WHERE building_id = h.building_id AND carrier = %(carrier)s AND day > %(end)s::date - %(days)s::integer AND day <= %(end)s
      AND estimated_kwh <= energy_kwh / 2
) e
WHERE h.floor_area_m2 > 0 AND e.days >= %(days)s * 0.8
ORDER BY 2;

-- name: contracts
SELECT contract, title, building, carrier, verdict::text, building_title, site
FROM console_contract
WHERE (%(site)s = '' OR site = %(site)s) AND (%(carrier)s = '' OR carrier = %(carrier)s)
ORDER BY proven DESC NULLS LAST, avoided_kwh DESC NULLS LAST, contract
LIMIT %(rows)s OFFSET %(skip)s;

-- name: portfolio_sums
SELECT count(*), count(avoided_kwh), count(*) FILTER (WHERE proven), sum(avoided_kwh) FILTER (WHERE lower_kwh IS NOT NULL),
       sum(avoided_kwh) FILTER (WHERE proven), sqrt(sum(((upper_kwh - lower_kwh) / 2) ^ 2)), sum((upper_kwh - lower_kwh) / 2)
FROM console_contract
WHERE (%(site)s = '' OR site = %(site)s) AND (%(carrier)s = '' OR carrier = %(carrier)s) AND carrier <> 'water';

-- name: sites
SELECT DISTINCT site, site_title FROM console_contract ORDER BY site_title;

-- name: public_house
SELECT building, title, address, zone, flats, carrier, region, made_at, body::text FROM public_house WHERE building = %(building)s;

-- name: set_public
UPDATE building SET public = %(public)s, flats = COALESCE(%(flats)s, flats)
WHERE code = %(building)s AND id IN (SELECT building_id FROM visible_building)
RETURNING flats;

-- name: dirty
SELECT count(*) FROM dirty_range;

-- name: publishers
SELECT publisher, state, stated_at FROM publisher_state ORDER BY state, stated_at DESC LIMIT 200;

-- name: database
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (SELECT max(received_at) FROM latest_reading), (SELECT max(ended_at) FROM fleet_run);

-- name: runs
SELECT COALESCE(site, ''), period_start, period_end, started_at, ended_at, contracts, stated, refused, failed
FROM fleet_progress ORDER BY started_at DESC LIMIT 5;

-- name: archived
-- When the database last archived its log: the one backup that it knows of itself.
SELECT last_archived_time FROM pg_stat_archiver;

-- name: alarms
SELECT a.alarm_id, a.severity, a.code, a.data, a.building, a.building_title, a.device, a.entrance, a.opened_at,
       coalesce(b.zone, 'Europe/Moscow'), a.acknowledged_by, a.acknowledged_at, a.note
FROM alarm_open a
LEFT JOIN console_house b ON b.building = a.building
WHERE %(building)s::text IS NULL OR a.building = %(building)s
ORDER BY a.acknowledged_at IS NOT NULL, a.severity DESC, a.opened_at DESC
LIMIT %(limit)s;

-- Runs over all contracts: what is to be done, what is done, how it stands.

-- name: opening
-- Held until the end of the transaction: two commands at once must not open two runs of the same work.
SELECT pg_advisory_xact_lock(7403761);

-- name: unfinished
-- A run of yesterday is none to go on with: its results would stand beside others of another day.
SELECT id FROM fleet_run
WHERE ended_at IS NULL AND started_at > now() - INTERVAL '1 day' AND period = %(period)s::daterange
    AND site_id IS NOT DISTINCT FROM %(site_id)s
ORDER BY id DESC LIMIT 1;

-- name: open
INSERT INTO fleet_run (period, site_id) VALUES (%(period)s::daterange, %(site_id)s) RETURNING id;

-- name: hold
-- Released with the connection, also when its process is killed.
SELECT pg_try_advisory_lock(7403762, %(run_id)s);

-- name: close
UPDATE fleet_run SET ended_at = now() WHERE id = %(run_id)s;

-- name: site
SELECT id FROM site WHERE name = %(name)s;

-- name: remaining
-- Those that share a sky stand together: they are read and fitted together.
SELECT c.code, coalesce(b.weather, '') || ' ' || b.zone
FROM contract c
JOIN building b ON b.id = c.building_id
WHERE (%(site_id)s::integer IS NULL OR b.site_id = %(site_id)s)
    AND NOT EXISTS (SELECT FROM fleet_result r WHERE r.run_id = %(run_id)s AND r.contract_id = c.id)
ORDER BY c.method, b.weather, b.zone, lower(c.baseline), upper(c.baseline), c.id;

-- name: done
SELECT count(*) FROM fleet_result WHERE run_id = %(run_id)s;

-- name: store_results
INSERT INTO fleet_result
SELECT * FROM jsonb_populate_recordset(NULL::fleet_result, %(rows)s::jsonb)
ON CONFLICT DO NOTHING;

-- name: store_failure
INSERT INTO fleet_result (run_id, contract_id, outcome, reason, is_new, bands, proven)
SELECT %(run_id)s, id, 'failed', %(reason)s, false, '[]', false FROM contract WHERE code = %(code)s
ON CONFLICT DO NOTHING;

-- name: compress_well
-- lz4 where the server has it: a body of some hundred kilobytes costs pglz more than all the rest of storing it.
SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings
WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals);

-- name: progress
SELECT run, site, period_start, period_end, contracts, stated, refused, failed, new_statements
FROM fleet_progress WHERE run = %(run_id)s;

-- name: failures
SELECT c.code, r.reason FROM fleet_result r JOIN contract c ON c.id = r.contract_id
WHERE r.run_id = %(run_id)s AND r.outcome = 'failed'
ORDER BY c.code;

-- name: newest_period
SELECT lower(period), upper(period) FROM fleet_run ORDER BY id DESC LIMIT 1;

-- name: standing
SELECT contract, title, building, site, carrier, method, outcome, reason, version, adjusted_baseline_kwh, avoided_energy_kwh,
       bands, lower_kwh, upper_kwh, proven, currency, value, payable, days_to_prove, guarantee_kwh, guarantee, days_to_decide,
       rank_by_saving, rank_by_lower_bound
FROM fleet_standing
WHERE period_start = %(start)s AND period_end = %(end)s
ORDER BY rank_by_saving NULLS LAST, contract;

-- name: measures
SELECT measures, carrier, site, region, contracts, proven_contracts, adjusted_baseline_kwh, avoided_energy_kwh,
       fractional_saving, fractional_independent, fractional_correlated, contracts_with_area, avoided_kwh_per_m2
FROM fleet_measures
WHERE period_start = %(start)s AND period_end = %(end)s
ORDER BY measures, carrier, site NULLS FIRST, region NULLS FIRST;

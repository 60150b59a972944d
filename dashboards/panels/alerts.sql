-- Alerts: a row is a subject, `value` above the limit of the alert is an alarm.
-- No macro of Grafana stands here: its provisioning files would take a dollar sign for a variable of the environment.

-- name: silent
SELECT building, count(*) AS value FROM panel_device WHERE silent GROUP BY building ORDER BY building;

-- name: failed_lamps
SELECT building, count(*) AS value FROM panel_device WHERE failed_lamp GROUP BY building ORDER BY building;

-- name: meter_fault
SELECT device, 1 AS value FROM panel_device WHERE meter_fault ORDER BY device;

-- name: calibration
-- Days since the verification of an instrument that counts now has run out; before that below zero.
SELECT device, (now() AT TIME ZONE 'Europe/Moscow')::date - calibration_due AS value
FROM panel_installation
WHERE removed_at IS NULL AND calibration_due IS NOT NULL
ORDER BY device;

-- name: completeness
SELECT building, carrier, 1 - avg(coverage) AS value
FROM panel_energy_daily
WHERE day BETWEEN (now() AT TIME ZONE 'Europe/Moscow')::date - 3 AND (now() AT TIME ZONE 'Europe/Moscow')::date - 1
GROUP BY building, carrier
ORDER BY building, carrier;

-- name: ingest
-- Minutes since anything was written.
SELECT extract(epoch FROM now() - max(received_at))::double precision / 60 AS value FROM panel_device;

-- name: quarantine
SELECT reason, sum(times) AS value
FROM panel_quarantine
WHERE replayed_at IS NULL AND last_at > now() - INTERVAL '1 hour'
GROUP BY reason
ORDER BY reason;

-- name: fading
-- The newest period saves a smaller share than the one before: by how much.
SELECT contract, earlier - share AS value
FROM (
    SELECT contract, period_end, avoided_energy_kwh / nullif(adjusted_baseline_kwh, 0) AS share,
           lag(avoided_energy_kwh / nullif(adjusted_baseline_kwh, 0)) OVER (PARTITION BY contract ORDER BY period_end) AS earlier,
           row_number() OVER (PARTITION BY contract ORDER BY period_end DESC) AS place
    FROM panel_statement
    WHERE proven
) s
WHERE place = 1 AND earlier IS NOT NULL
ORDER BY contract;

-- Panels of a contract: its newest period.

-- name: verdict
SELECT avoided_energy_kwh, lower_kwh, upper_kwh, avoided_energy_kwh / nullif(guarantee_kwh, 0) AS of_guarantee
FROM panel_contract
WHERE contract = ${contract:sqlstring};

-- name: money
SELECT value, payable, currency
FROM panel_contract
WHERE contract = ${contract:sqlstring};

-- name: daily
SELECT time, adjusted_baseline_kwh, metered_kwh - estimated_kwh AS metered_kwh, estimated_kwh
FROM panel_statement_day
WHERE contract = ${contract:sqlstring}
ORDER BY time;

-- name: cumulative
-- The band grows with the adjusted baseline that is counted, and is wider while few days are: as the console and the
-- act draw it (teplosvet/plots/adding_up.py). A day that is in neither sum is a gap.
SELECT time,
       CASE WHEN used THEN saved - half END AS lower_kwh,
       CASE WHEN used THEN saved END AS saved_kwh,
       CASE WHEN used THEN saved + half END AS upper_kwh,
       guarantee_kwh
FROM (
    SELECT time, used, guarantee_kwh, sum(avoided_kwh) OVER upto AS saved,
           (upper_kwh - lower_kwh) / 2
           * sum(before_adjustment_kwh) FILTER (WHERE used) OVER upto
           / nullif(sum(before_adjustment_kwh) FILTER (WHERE used) OVER (), 0)
           * sqrt(count(*) FILTER (WHERE used) OVER ()::double precision / nullif(count(*) FILTER (WHERE used) OVER upto, 0)) AS half
    FROM panel_statement_day
    WHERE contract = ${contract:sqlstring}
    WINDOW upto AS (ORDER BY time)
) d
ORDER BY time;

-- name: fit
SELECT variable, metered_kwh, fitted_kwh
FROM panel_baseline_day
WHERE contract = ${contract:sqlstring} AND used
ORDER BY variable, day;

-- name: statements
SELECT period_start, period_end, version, avoided_energy_kwh, lower_kwh, upper_kwh, day_coverage, method, made_at
FROM panel_statement
WHERE contract = ${contract:sqlstring}
ORDER BY period_end DESC, period_start;

-- name: paid
SELECT to_char(period_end - 1, 'YYYY-MM-DD') AS period, value, payable
FROM panel_statement
WHERE contract = ${contract:sqlstring}
ORDER BY period_end, period_start;

-- name: acts
SELECT contract, period_start, period_end, number, state, at, payable, currency
FROM panel_act
WHERE contract = ${contract:sqlstring}
ORDER BY period_end DESC;

-- name: act_states
SELECT state, count(*) AS acts, sum(payable) AS payable
FROM panel_act
GROUP BY state
ORDER BY state;

-- name: findings
SELECT code, severity, data
FROM panel_statement_finding
WHERE contract = ${contract:sqlstring}
ORDER BY severity DESC, code, data;

-- name: progress
SELECT c.contract, c.contract_title, c.investment, s.payable, s.payable / nullif(c.investment, 0) AS returned
FROM panel_contract c
JOIN LATERAL (SELECT sum(payable) AS payable FROM panel_statement WHERE contract = c.contract) s ON true
WHERE c.contract = ${contract:sqlstring};

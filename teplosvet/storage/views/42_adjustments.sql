-- The ledger of adjustments as it stands: both sides make an adjustment agreed, either takes a proposed one back, both an agreed one.
DROP VIEW IF EXISTS contract_adjustment CASCADE;
CREATE VIEW contract_adjustment AS
SELECT a.id AS adjustment_id, c.id AS contract_id, c.code AS contract, a.number, lower(a.period) AS period_start,
       upper(a.period) AS period_end, a.static_factor, a.reason, a.basis, a.amount, a.half_width, a.evidence_name,
       e.media_type AS evidence_media_type, length(e.body) AS evidence_bytes, a.evidence_sha256, a.side AS proposed_side,
       a.by_whom AS proposed_by, a.at AS proposed_at,
       CASE
           WHEN s.rejected THEN 'rejected'
           WHEN s.agreed = 2 AND s.withdrawn = 2 OR s.agreed < 2 AND s.withdrawn > 0 THEN 'withdrawn'
           WHEN s.agreed = 2 THEN 'agreed'
           ELSE 'proposed'
       END AS state, s.steps
FROM adjustment a
JOIN contract c ON c.id = a.contract_id
JOIN visible_contract v ON v.contract_id = c.id
JOIN adjustment_evidence e ON e.sha256 = a.evidence_sha256
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(step = 'rejected'), false) AS rejected,
           count(DISTINCT side) FILTER (WHERE step = 'withdrawn') AS withdrawn,
           count(DISTINCT side) FILTER (WHERE step = 'agreed') AS agreed,
           coalesce(jsonb_agg(jsonb_build_object(
               'step', step, 'side', side, 'by_whom', by_whom, 'note', note,
               'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ORDER BY id), '[]') AS steps
    FROM adjustment_step WHERE adjustment_id = a.id
) s;

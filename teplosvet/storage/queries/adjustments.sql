-- The ledger of non-routine adjustments.

-- name: ledger
-- Of many contracts at once; what was rejected or withdrawn decides nothing any more, and is read only to be listed.
SELECT contract, number, period_start, period_end, static_factor, reason, basis, amount, half_width, evidence_name,
       evidence_media_type, evidence_bytes, evidence_sha256, proposed_side, proposed_by, proposed_at, state, steps
FROM contract_adjustment
WHERE contract = ANY(%(codes)s) AND (%(all)s OR state IN ('proposed', 'agreed'))
ORDER BY contract, number;

-- name: evidence
SELECT sha256, media_type, body FROM adjustment_evidence WHERE sha256 = ANY(%(digests)s);

-- name: put_evidence
INSERT INTO adjustment_evidence (sha256, media_type, body) VALUES (%(sha256)s, %(media_type)s, %(body)s)
ON CONFLICT DO NOTHING;

-- name: propose
-- The caller has locked the contract, so that no two take the same number.
INSERT INTO adjustment (contract_id, number, period, static_factor, reason, basis, amount, half_width, evidence_sha256,
                        evidence_name, side, by_whom)
SELECT c.id, 1 + coalesce((SELECT max(number) FROM adjustment WHERE contract_id = c.id), 0), %(period)s::daterange,
       %(static_factor)s, %(reason)s, %(basis)s, %(amount)s, %(half_width)s, %(sha256)s, %(evidence_name)s, %(side)s, %(by_whom)s
FROM contract c WHERE c.code = %(contract)s
RETURNING number;

-- name: step
INSERT INTO adjustment_step (adjustment_id, step, side, by_whom, user_id, note)
SELECT a.id, %(step)s, %(side)s, %(by_whom)s, %(user_id)s, %(note)s
FROM adjustment a JOIN contract c ON c.id = a.contract_id
WHERE c.code = %(contract)s AND a.number = %(number)s;

-- name: users
-- Accounts that have taken a step with an adjustment: one person does not stand for both sides.
SELECT s.side, s.user_id
FROM adjustment_step s
JOIN adjustment a ON a.id = s.adjustment_id
JOIN contract c ON c.id = a.contract_id
WHERE c.code = %(contract)s AND a.number = %(number)s AND s.step = %(step)s AND s.user_id IS NOT NULL;

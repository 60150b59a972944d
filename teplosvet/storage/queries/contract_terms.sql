-- Terms of a contract: what is paid for its saving, and when.

-- name: terms
SELECT c.code, t.boundary, t.option, t.guarantee_kwh, lower(t.guarantee_period), upper(t.guarantee_period), t.guarantee_proration,
       t.guarantee_degree_days, t.surplus_rule, t.surplus_esco_share, t.cap, lower(t.term), upper(t.term),
       t.indexation_percent, t.indexation_start, t.payment_days, t.discount_percent, t.region,
       t.fill_rule, t.fill_load_kw, t.fill_design_c, t.fill_indoor_c, t.fill_cut_warm_c, t.fill_cut_cold_c
FROM contract_terms t JOIN contract c ON c.id = t.contract_id
WHERE c.code = ANY(%(codes)s);

-- name: parties
SELECT c.code, p.role, p.legal_name, p.inn, p.signatory
FROM contract_party p JOIN contract c ON c.id = p.contract_id
WHERE c.code = ANY(%(codes)s);

-- name: tariffs
SELECT c.code, lower(p.period), upper(p.period), p.amount, p.kind
FROM contract_tariff p JOIN contract c ON c.id = p.contract_id
WHERE c.code = ANY(%(codes)s)
ORDER BY p.period;

-- name: measures
SELECT c.code, p.title, p.day, p.investment
FROM contract_measure p JOIN contract c ON c.id = p.contract_id
WHERE c.code = ANY(%(codes)s)
ORDER BY p.place;

-- name: forget_terms
DELETE FROM contract_terms WHERE contract_id = (SELECT id FROM contract WHERE code = %(code)s);

-- name: forget_parties
DELETE FROM contract_party WHERE contract_id = (SELECT id FROM contract WHERE code = %(code)s);

-- name: forget_tariffs
DELETE FROM contract_tariff WHERE contract_id = (SELECT id FROM contract WHERE code = %(code)s);

-- name: forget_measures
DELETE FROM contract_measure WHERE contract_id = (SELECT id FROM contract WHERE code = %(code)s);

-- name: put_terms
INSERT INTO contract_terms (contract_id, boundary, option, guarantee_kwh, guarantee_period, guarantee_proration,
                            guarantee_degree_days, surplus_rule, surplus_esco_share, cap, term, indexation_percent,
                            indexation_start, payment_days, discount_percent, region,
                            fill_rule, fill_load_kw, fill_design_c, fill_indoor_c, fill_cut_warm_c, fill_cut_cold_c)
SELECT id, %(boundary)s, %(option)s, %(guarantee_kwh)s, %(guarantee_period)s::daterange, %(guarantee_proration)s,
       %(guarantee_degree_days)s, %(surplus_rule)s, %(surplus_esco_share)s, %(cap)s, %(term)s::daterange,
       %(indexation_percent)s, %(indexation_start)s, %(payment_days)s, %(discount_percent)s, %(region)s,
       %(fill_rule)s, %(fill_load_kw)s, %(fill_design_c)s, %(fill_indoor_c)s, %(fill_cut_warm_c)s, %(fill_cut_cold_c)s
FROM contract WHERE code = %(code)s;

-- name: put_party
INSERT INTO contract_party (contract_id, role, legal_name, inn, signatory)
SELECT id, %(role)s, %(legal_name)s, %(inn)s, %(signatory)s FROM contract WHERE code = %(code)s;

-- name: put_tariff
INSERT INTO contract_tariff (contract_id, period, amount, kind)
SELECT id, %(period)s::daterange, %(amount)s, %(kind)s FROM contract WHERE code = %(code)s;

-- name: put_measure
INSERT INTO contract_measure (contract_id, place, title, day, investment)
SELECT id, %(place)s, %(title)s, %(day)s, %(investment)s FROM contract WHERE code = %(code)s;

-- name: statements
-- The newest version of every period's statement, without its days.
SELECT DISTINCT ON (c.id, s.period) c.code, lower(s.period), upper(s.period), s.version, s.body -> 'avoided_energy_kwh',
       s.body -> 'proven', s.body -> 'settlement'
FROM statement s JOIN contract c ON c.id = s.contract_id
WHERE c.code = ANY(%(codes)s)
ORDER BY c.id, s.period, s.version DESC;

-- name: binding
-- The statement of every period that the parties are bound by, without its days, and what a newer version says.
SELECT b.contract, lower(b.period), upper(b.period), s.version, s.body -> 'avoided_energy_kwh', s.body -> 'proven',
       s.body -> 'settlement', b.act, n.version, n.body -> 'avoided_energy_kwh', n.body -> 'settlement'
FROM binding_statement b
JOIN statement s ON s.id = b.statement_id
JOIN statement n ON n.id = b.newest_id
WHERE b.contract = ANY(%(codes)s)
ORDER BY b.contract_id, b.period;

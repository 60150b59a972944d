-- What a project's passport is made of.

-- name: contracts
SELECT c.code, c.title, c.customer, c.esco, b.code, b.title, b.address, b.zone, b.floor_area_m2, t.option, coalesce(t.boundary, '')
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
JOIN site s ON s.id = b.site_id
LEFT JOIN contract_terms t ON t.contract_id = c.id
WHERE (%(code)s::text IS NULL OR c.code = %(code)s) AND (%(site)s::text IS NULL OR s.name = %(site)s)
ORDER BY c.code;

-- name: statements
-- The version of every period's statement that the parties are bound by, without its days.
SELECT b.contract, lower(s.period), upper(s.period), s.version, s.made_at, s.digest,
       (s.body -> 'lower_kwh')::text, (s.body -> 'upper_kwh')::text, (s.body -> 'findings')::text, s.method
FROM binding_statement b
JOIN statement s ON s.id = b.statement_id
WHERE b.contract = ANY(%(codes)s)
ORDER BY b.contract_id, b.period;

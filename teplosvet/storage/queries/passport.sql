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
-- The newest version of every period's statement, without its days.
SELECT DISTINCT ON (c.id, s.period) c.code, lower(s.period), upper(s.period), s.version, s.made_at, s.digest,
       (s.body -> 'lower_kwh')::text, (s.body -> 'upper_kwh')::text, (s.body -> 'findings')::text, s.method
FROM statement s
JOIN contract c ON c.id = s.contract_id
WHERE c.code = ANY(%(codes)s)
ORDER BY c.id, s.period, s.version DESC;

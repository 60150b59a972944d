-- The newest version of every statement.
DROP VIEW IF EXISTS contract_statement CASCADE;
CREATE VIEW contract_statement AS
SELECT DISTINCT ON (c.id, s.period)
       c.code AS contract, c.title, b.code AS building, b.title AS building_title, b.zone, c.carrier, c.customer, c.esco,
       lower(s.period) AS period_start, upper(s.period) AS period_end, s.version, s.made_at, s.method, s.digest, s.body
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
JOIN statement s ON s.contract_id = c.id
ORDER BY c.id, s.period, s.version DESC;

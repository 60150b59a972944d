-- Every version of every statement, for acts: an agreed act goes on speaking of its own.
DROP VIEW IF EXISTS statement_version CASCADE;
CREATE VIEW statement_version AS
SELECT c.code AS contract, lower(s.period) AS period_start, upper(s.period) AS period_end, s.version, s.made_at, s.digest, s.body
FROM statement s
JOIN visible_contract v ON v.contract_id = s.contract_id
JOIN contract c ON c.id = s.contract_id;

-- The statement of every period that the parties are bound by: that of an act agreed or paid, else the newest version.
DROP VIEW IF EXISTS binding_statement CASCADE;
CREATE VIEW binding_statement AS
SELECT c.code AS contract, n.contract_id, n.period, COALESCE(a.statement_id, n.id) AS statement_id, a.state AS act, n.id AS newest_id
FROM (SELECT DISTINCT ON (contract_id, period) id, contract_id, period
      FROM statement ORDER BY contract_id, period, version DESC) n
JOIN visible_contract v ON v.contract_id = n.contract_id
JOIN contract c ON c.id = n.contract_id
LEFT JOIN LATERAL (
    SELECT l.statement_id, l.state
    FROM (SELECT w.statement_id, w.state FROM act w
          JOIN statement s ON s.id = w.statement_id
          WHERE s.contract_id = n.contract_id AND s.period = n.period
          ORDER BY w.id DESC LIMIT 1) l
    WHERE l.state IN ('agreed', 'paid')
) a ON true;

-- The present state of every act, beside the newest statement of its contract and period.
DROP VIEW IF EXISTS contract_act CASCADE;
CREATE VIEW contract_act AS
SELECT DISTINCT ON (c.code, s.period)
       c.code AS contract, c.title, lower(s.period) AS period_start, upper(s.period) AS period_end, a.number, s.version,
       a.state, a.by_whom, a.at, a.note, s.digest,
       (s.body ->> 'avoided_energy_kwh')::numeric AS avoided_energy_kwh,
       (s.body #>> '{settlement,payable}')::numeric AS payable, s.body #>> '{settlement,currency}' AS currency,
       n.version AS newest_version,
       (n.body ->> 'avoided_energy_kwh')::numeric - (s.body ->> 'avoided_energy_kwh')::numeric AS difference_kwh
FROM act a
JOIN statement s ON s.id = a.statement_id
JOIN visible_contract v ON v.contract_id = s.contract_id
JOIN contract c ON c.id = s.contract_id
JOIN LATERAL (
    SELECT version, body FROM statement
    WHERE contract_id = s.contract_id AND period = s.period
    ORDER BY version DESC LIMIT 1
) n ON true
ORDER BY c.code, s.period, a.id DESC;

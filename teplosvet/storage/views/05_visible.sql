-- What the reader of this connection may see: every view that people read selects from visible_building, visible_contract
-- or visible_device. Who reads is said by the setting teplosvet.reader (an account, with the roles of a token behind a
-- colon), which anybody can set: it counts only for sessions of the role that owns the tables. Others see what
-- grafana_reader grants to their session_user, or nothing.
DROP VIEW IF EXISTS reader CASCADE;
CREATE VIEW reader AS
SELECT ours, ours AND said = '' AS unrestricted,
       CASE WHEN ours AND said ~ '^[0-9]{1,9}(:|$)' THEN split_part(said, ':', 1)::integer END AS account_id,
       CASE WHEN said LIKE '%:%' THEN string_to_array(split_part(said, ':', 2), ',') END AS roles
FROM (
    SELECT pg_has_role(session_user, relowner, 'USAGE') AS ours, coalesce(current_setting('teplosvet.reader', true), '') AS said
    FROM pg_class WHERE oid = 'building'::regclass
) session;

DROP VIEW IF EXISTS reader_grant CASCADE;
CREATE VIEW reader_grant AS
SELECT g.role, g.organisation_id, g.building_id, g.contract_id
FROM reader r
JOIN account a ON a.id = r.account_id AND (a.locked_until IS NULL OR a.locked_until <= now())
JOIN account_grant g ON g.account_id = a.id
WHERE r.roles IS NULL OR g.role = ANY (r.roles)
UNION ALL
SELECT part.role, g.organisation_id, NULL, NULL
FROM reader r
JOIN grafana_reader g ON g.role_name = session_user AND NOT r.ours
CROSS JOIN (VALUES ('operator'), ('esco')) AS part (role);

DROP VIEW IF EXISTS reader_everything CASCADE;
CREATE VIEW reader_everything AS
SELECT (SELECT unrestricted FROM reader) OR EXISTS (
    SELECT FROM reader_grant
    WHERE role = 'administrator' AND num_nonnulls(organisation_id, building_id, contract_id) = 0
) AS everything;

-- Contracts of those who operate the building, of the ESCO, and those granted one by one. An installer sees no money.
DROP VIEW IF EXISTS reader_contract CASCADE;
CREATE VIEW reader_contract AS
SELECT c.id AS contract_id
FROM reader_grant g
JOIN building b ON b.organisation_id = g.organisation_id OR b.id = g.building_id
JOIN contract c ON c.building_id = b.id
WHERE g.role IN ('operator', 'verifier', 'administrator')
UNION ALL
SELECT c.id
FROM reader_grant g
JOIN contract c ON c.esco_organisation_id = g.organisation_id
WHERE g.role IN ('esco', 'verifier', 'administrator')
UNION ALL
SELECT contract_id FROM reader_grant WHERE contract_id IS NOT NULL AND role <> 'installer';

-- What is measured where: everything in a building that is one's own; of a contract its carrier, and the weather.
DROP VIEW IF EXISTS reader_measure CASCADE;
CREATE VIEW reader_measure AS
SELECT b.id AS building_id, m.class
FROM reader_grant g
JOIN building b ON b.organisation_id = g.organisation_id OR b.id = g.building_id
CROSS JOIN (VALUES ('light'), ('heat'), ('electricity'), ('water'), ('climate')) AS m (class)
WHERE g.role IN ('operator', 'installer', 'administrator')
UNION ALL
SELECT c.building_id, m.class
FROM contract c
CROSS JOIN LATERAL (VALUES (c.carrier), ('climate')) AS m (class)
WHERE c.id IN (SELECT contract_id FROM reader_contract);

DROP VIEW IF EXISTS reader_device CASCADE;
CREATE VIEW reader_device AS
SELECT i.device_id
FROM installation i
JOIN device d ON d.id = i.device_id
JOIN (SELECT DISTINCT building_id, class FROM reader_measure) m ON m.building_id = i.building_id AND m.class = d.class
WHERE NOT EXISTS (SELECT FROM installation n WHERE n.device_id = i.device_id AND n.installed_at > i.installed_at);

-- In each, the first condition is asked once a query; where it holds the second is never computed.
DROP VIEW IF EXISTS visible_building CASCADE;
CREATE VIEW visible_building AS
SELECT id AS building_id FROM building
WHERE (SELECT everything FROM reader_everything) OR id IN (SELECT building_id FROM reader_measure);

DROP VIEW IF EXISTS visible_contract CASCADE;
CREATE VIEW visible_contract AS
SELECT id AS contract_id FROM contract
WHERE (SELECT everything FROM reader_everything) OR id IN (SELECT contract_id FROM reader_contract);

DROP VIEW IF EXISTS visible_device CASCADE;
CREATE VIEW visible_device AS
SELECT id AS device_id FROM device
WHERE (SELECT everything FROM reader_everything) OR id IN (SELECT device_id FROM reader_device);

-- What of a building the reader may see.
DROP VIEW IF EXISTS visible_measure CASCADE;
CREATE VIEW visible_measure AS
SELECT b.id AS building_id, m.class
FROM building b
CROSS JOIN (VALUES ('light'), ('heat'), ('electricity'), ('water'), ('climate')) AS m (class)
WHERE (SELECT everything FROM reader_everything) OR (b.id, m.class) IN (SELECT building_id, class FROM reader_measure);

-- A device takes no history along: until when what it said belongs to a place that the reader does not see.
DROP VIEW IF EXISTS left_behind CASCADE;
CREATE VIEW left_behind AS
SELECT i.device_id, max(i.removed_at) AS until, max((i.removed_at AT TIME ZONE b.zone)::date) AS last_day
FROM installation i
JOIN device d ON d.id = i.device_id
JOIN building b ON b.id = i.building_id
WHERE i.removed_at IS NOT NULL AND NOT (SELECT everything FROM reader_everything)
  AND (i.building_id, d.class) NOT IN (SELECT building_id, class FROM reader_measure)
GROUP BY i.device_id;

-- Energy of a building by carrier, as far as a contract needs it.
DROP VIEW IF EXISTS visible_energy_daily CASCADE;
CREATE VIEW visible_energy_daily AS
SELECT * FROM building_energy_daily
WHERE (SELECT everything FROM reader_everything)
   OR (building_id, carrier) IN (SELECT building_id, class FROM reader_measure);

-- Accounts that the reader administers.
DROP VIEW IF EXISTS visible_account CASCADE;
CREATE VIEW visible_account AS
SELECT id AS account_id FROM account
WHERE (SELECT everything FROM reader_everything)
   OR organisation_id IN (SELECT organisation_id FROM reader_grant WHERE role = 'administrator');

DROP VIEW IF EXISTS audit_entry CASCADE;
CREATE VIEW audit_entry AS
SELECT id, at, user_id, actor, action, subject, data, address, request_id FROM audit_log
WHERE (SELECT everything FROM reader_everything) OR user_id IN (SELECT account_id FROM visible_account);

-- Organisations, accounts and grants, as administrators keep them.

-- name: lock
SELECT pg_advisory_xact_lock(7403763);

-- name: any
SELECT EXISTS (SELECT FROM account);

-- name: organisations
SELECT o.code, o.title,
       (SELECT count(*) FROM building WHERE organisation_id = o.id),
       (SELECT count(*) FROM contract WHERE esco_organisation_id = o.id)
FROM organisation o ORDER BY o.code;

-- name: organisation_id
SELECT id FROM organisation WHERE code = %(code)s;

-- name: add_organisation
INSERT INTO organisation (code, title) VALUES (%(code)s, %(title)s) ON CONFLICT (code) DO NOTHING RETURNING id;

-- name: own_building
UPDATE building SET organisation_id = (SELECT id FROM organisation WHERE code = %(organisation)s)
WHERE code = %(code)s RETURNING id;

-- name: own_contract
UPDATE contract SET esco_organisation_id = (SELECT id FROM organisation WHERE code = %(organisation)s)
WHERE code = %(code)s RETURNING id;

-- name: administers
-- Whether the account administers an organisation, or the platform.
SELECT EXISTS (
    SELECT FROM account_grant g
    WHERE g.account_id = %(account_id)s AND g.role = 'administrator'
          AND (g.organisation_id = %(organisation_id)s OR num_nonnulls(g.organisation_id, g.building_id, g.contract_id) = 0)
);

-- name: platform_administrator
SELECT EXISTS (
    SELECT FROM account_grant WHERE account_id = %(account_id)s AND num_nonnulls(organisation_id, building_id, contract_id) = 0
);

-- name: holds_beyond
-- Whether an account has a role where another account administers nothing.
SELECT EXISTS (
    SELECT FROM account_grant g
    LEFT JOIN contract c ON c.id = g.contract_id
    LEFT JOIN building b ON b.id IN (g.building_id, c.building_id)
    WHERE g.account_id = %(account_id)s AND NOT EXISTS (
        SELECT FROM account_grant mine
        WHERE mine.account_id = %(by)s AND mine.role = 'administrator'
          AND (mine.organisation_id IN (g.organisation_id, b.organisation_id)
               OR (mine.organisation_id = c.esco_organisation_id AND g.role IN ('esco', 'verifier')))
    )
);

-- name: add
INSERT INTO account (login, name, email, organisation_id, password_hash, language, must_change_password)
VALUES (%(login)s, %(name)s, %(email)s, %(organisation_id)s, %(password_hash)s, %(language)s, %(must_change)s)
ON CONFLICT DO NOTHING RETURNING id;

-- name: find
SELECT id, organisation_id FROM account WHERE login = %(login)s;

-- name: all
SELECT a.login, a.name, coalesce(o.code, ''), coalesce(a.email, ''), a.language,
       a.locked_until IS NOT NULL AND a.locked_until > now(), a.must_change_password,
       (SELECT max(seen_at) FROM account_session s WHERE s.account_id = a.id),
       ARRAY(
           SELECT concat_ws(' ', g.role, coalesce('organisation:' || go.code, 'building:' || gb.code, 'contract:' || gc.code, 'platform'))
           FROM account_grant g
           LEFT JOIN organisation go ON go.id = g.organisation_id
           LEFT JOIN building gb ON gb.id = g.building_id
           LEFT JOIN contract gc ON gc.id = g.contract_id
           WHERE g.account_id = a.id ORDER BY 1
       )
FROM account a
JOIN visible_account v ON v.account_id = a.id
LEFT JOIN organisation o ON o.id = a.organisation_id
ORDER BY a.login;

-- name: lock_until
UPDATE account SET locked_until = CASE WHEN %(locked)s THEN 'infinity'::timestamptz END WHERE id = %(account_id)s;

-- name: scope_organisation
SELECT id, id AS owner, NULL::integer AS other FROM organisation WHERE code = %(code)s;

-- name: scope_building
SELECT id, organisation_id AS owner, NULL::integer AS other FROM building WHERE code = %(code)s;

-- name: scope_contract
SELECT c.id, b.organisation_id AS owner, c.esco_organisation_id AS other
FROM contract c JOIN building b ON b.id = c.building_id WHERE c.code = %(code)s;

-- name: grant
INSERT INTO account_grant (account_id, role, organisation_id, building_id, contract_id)
VALUES (%(account_id)s, %(role)s, %(organisation)s, %(building)s, %(contract)s)
ON CONFLICT DO NOTHING;

-- name: revoke
DELETE FROM account_grant
WHERE account_id = %(account_id)s AND role = %(role)s AND organisation_id IS NOT DISTINCT FROM %(organisation)s::integer
      AND building_id IS NOT DISTINCT FROM %(building)s::integer AND contract_id IS NOT DISTINCT FROM %(contract)s::integer;

-- name: platform_administrators
SELECT count(*) FROM account_grant g JOIN account a ON a.id = g.account_id
WHERE g.role = 'administrator' AND num_nonnulls(g.organisation_id, g.building_id, g.contract_id) = 0
      AND (a.locked_until IS NULL OR a.locked_until <= now());

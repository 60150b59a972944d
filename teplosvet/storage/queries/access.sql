-- Who asks, what they may, and the log of what they changed.

-- name: record
INSERT INTO audit_log (user_id, actor, action, subject, data, address, request_id)
VALUES (%(user_id)s, %(actor)s, %(action)s, %(subject)s, %(data)s, %(address)s, %(request_id)s);

-- name: audit
SELECT id, at, actor, action, subject, data, address, request_id FROM audit_entry
WHERE (%(before)s::bigint IS NULL OR id < %(before)s) AND (%(action)s::text IS NULL OR action = %(action)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: scope
SELECT set_config('teplosvet.reader', %(reader)s, false);

-- name: reader
SELECT coalesce(current_setting('teplosvet.reader', true), '');

-- name: unscope
RESET teplosvet.reader;

-- name: roles_at_building
-- What the reader is to a building; an empty list if it is not visible.
SELECT b.id, (SELECT everything FROM reader_everything),
       ARRAY(SELECT role FROM reader_grant g WHERE g.organisation_id = b.organisation_id OR g.building_id = b.id)
FROM building b JOIN visible_building v ON v.building_id = b.id
WHERE b.code = %(code)s;

-- name: roles_at_contract
SELECT c.id, (SELECT everything FROM reader_everything),
       ARRAY(SELECT role FROM reader_grant g
             WHERE g.contract_id = c.id OR (g.building_id = b.id AND g.role <> 'esco')
                   OR (g.organisation_id = b.organisation_id AND g.role <> 'esco')
                   OR (g.organisation_id = c.esco_organisation_id AND g.role NOT IN ('operator', 'installer')))
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
WHERE c.code = %(code)s;

-- name: sides_at_contract
-- Whom the reader speaks for: an administrator for the own organisation, never for the other party's.
SELECT c.id, (SELECT everything FROM reader_everything),
       EXISTS (SELECT FROM reader_grant g
               WHERE (g.contract_id = c.id AND g.role = 'operator')
                     OR ((g.building_id = b.id OR g.organisation_id = b.organisation_id)
                         AND g.role IN ('operator', 'administrator'))),
       EXISTS (SELECT FROM reader_grant g
               WHERE (g.contract_id = c.id AND g.role = 'esco')
                     OR (g.organisation_id = c.esco_organisation_id AND g.role IN ('esco', 'administrator')))
FROM contract c
JOIN visible_contract v ON v.contract_id = c.id
JOIN building b ON b.id = c.building_id
WHERE c.code = %(code)s;

-- name: session
SELECT a.id, a.login, a.name, a.language, a.must_change_password, s.csrf,
       ARRAY(SELECT DISTINCT role FROM account_grant WHERE account_id = a.id),
       EXISTS (SELECT FROM account_grant WHERE account_id = a.id AND num_nonnulls(organisation_id, building_id, contract_id) = 0),
       s.seen_at < now() - INTERVAL '1 minute'
FROM account_session s
JOIN account a ON a.id = s.account_id
WHERE s.id_hash = %(id_hash)s AND s.ends_at > now() AND s.seen_at > now() - %(idle)s::interval
      AND (a.locked_until IS NULL OR a.locked_until <= now());

-- name: session_seen
UPDATE account_session SET seen_at = now() WHERE id_hash = %(id_hash)s;

-- name: open_session
INSERT INTO account_session (id_hash, account_id, csrf, ends_at, address, agent)
VALUES (%(id_hash)s, %(account_id)s, %(csrf)s, now() + %(lasts)s::interval, %(address)s, %(agent)s);

-- name: close_session
DELETE FROM account_session WHERE id_hash = %(id_hash)s;

-- name: close_sessions
DELETE FROM account_session WHERE account_id = %(account_id)s AND (%(except)s::bytea IS NULL OR id_hash <> %(except)s);

-- name: close_old_sessions
DELETE FROM account_session WHERE ends_at < now() OR seen_at < now() - %(idle)s::interval;

-- name: sessions
SELECT opened_at, seen_at, address, agent, id_hash = %(here)s FROM account_session
WHERE account_id = %(account_id)s ORDER BY seen_at DESC;

-- name: token
UPDATE api_token t SET last_used_at = now()
FROM account a
WHERE t.secret_hash = %(secret_hash)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
      AND a.id = t.account_id AND (a.locked_until IS NULL OR a.locked_until <= now())
RETURNING a.id, a.login, t.name, t.read_only, t.roles,
          ARRAY(SELECT DISTINCT role FROM account_grant WHERE account_id = a.id),
          EXISTS (SELECT FROM account_grant WHERE account_id = a.id AND num_nonnulls(organisation_id, building_id, contract_id) = 0);

-- name: add_token
INSERT INTO api_token (account_id, name, prefix, secret_hash, roles, read_only, expires_at)
VALUES (%(account_id)s, %(name)s, %(prefix)s, %(secret_hash)s, %(roles)s, %(read_only)s,
        now() + make_interval(days => %(days)s::integer));

-- name: tokens
SELECT t.id, a.login, t.name, t.prefix, t.roles, t.read_only, t.created_at, t.expires_at, t.last_used_at
FROM api_token t JOIN account a ON a.id = t.account_id
WHERE t.revoked_at IS NULL AND (%(account_id)s::integer IS NULL OR t.account_id = %(account_id)s)
ORDER BY a.login, t.id;

-- name: revoke_token
UPDATE api_token SET revoked_at = now()
WHERE prefix = %(prefix)s AND revoked_at IS NULL AND (%(account_id)s::integer IS NULL OR account_id = %(account_id)s)
RETURNING name;

-- name: attempt_lock
SELECT pg_advisory_xact_lock(hashtextextended(encode(%(key)s::bytea, 'hex'), 0));

-- name: attempts
-- Seconds until the oldest of the newest `limit` attempts no longer counts, NULL if there are fewer.
SELECT CASE WHEN count(*) >= %(limit)s THEN extract(epoch FROM min(at) + %(window)s::interval - now()) END
FROM (
    SELECT at FROM sign_in_attempt WHERE key = %(key)s AND at > now() - %(window)s::interval ORDER BY at DESC LIMIT %(limit)s
) newest;

-- name: add_attempt
INSERT INTO sign_in_attempt (key) VALUES (%(key)s) RETURNING id;

-- name: forgive
DELETE FROM sign_in_attempt WHERE key = %(key)s OR id = %(id)s OR at < now() - INTERVAL '1 day';

-- name: credentials
SELECT id, login, name, language, password_hash, must_change_password FROM account
WHERE login = %(login)s AND (locked_until IS NULL OR locked_until <= now());

-- name: set_password
UPDATE account SET password_hash = %(password_hash)s, must_change_password = %(must_change)s WHERE id = %(account_id)s;

-- name: add_oidc_request
WITH gone AS (DELETE FROM oidc_request WHERE ends_at < now())
INSERT INTO oidc_request (state_hash, nonce, verifier, next, ends_at)
VALUES (%(state_hash)s, %(nonce)s, %(verifier)s, %(next)s, now() + INTERVAL '10 minutes');

-- name: take_oidc_request
DELETE FROM oidc_request WHERE state_hash = %(state_hash)s OR ends_at < now()
RETURNING state_hash = %(state_hash)s AND ends_at > now(), nonce, verifier, next;

-- name: external_account
SELECT a.id FROM external_identity e JOIN account a ON a.id = e.account_id
WHERE e.issuer = %(issuer)s AND e.subject = %(subject)s AND (a.locked_until IS NULL OR a.locked_until <= now());

-- name: link_by_email
INSERT INTO external_identity (issuer, subject, account_id)
SELECT %(issuer)s, %(subject)s, id FROM account
WHERE email = %(email)s AND (locked_until IS NULL OR locked_until <= now())
      AND NOT EXISTS (SELECT FROM external_identity WHERE account_id = account.id AND issuer = %(issuer)s)
ON CONFLICT DO NOTHING
RETURNING account_id;

-- name: account_brief
SELECT login, name, language FROM account WHERE id = %(account_id)s;

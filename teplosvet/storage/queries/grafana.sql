-- The database role of an organisation's Grafana.

-- name: create_role
CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION CONNECTION LIMIT 20 PASSWORD {password};

-- name: change_password
ALTER ROLE {role} PASSWORD {password};

-- name: role_exists
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s);

-- name: statement_timeout
ALTER ROLE {role} SET statement_timeout = '30s';

-- name: read_only
ALTER ROLE {role} SET default_transaction_read_only = on;

-- name: search_path
ALTER ROLE {role} SET search_path = grafana, public;

-- name: no_temporary_tables
REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;

-- name: no_locks
-- Whoever may ask for any advisory lock stops the jobs that take one, or fills the lock table of the whole server; a large
-- object is written for good; a message goes into the write-ahead log. Everybody may, unless it is taken from everybody;
-- the owner of the tables, whom the application is, keeps it. Without rights over these functions the server only warns.
DO $$
DECLARE
    taken record;
BEGIN
    FOR taken IN
        SELECT oid::regprocedure AS function, (SELECT relowner::regrole FROM pg_class WHERE oid = 'building'::regclass) AS owner
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
              AND (proname ~ '^pg_(try_)?advisory_' OR proname ~ '^lo_'
                   OR proname IN ('lowrite', 'pg_logical_emit_message'))
              AND has_function_privilege('public', oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', taken.function, taken.owner);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', taken.function);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'advisory locks and large objects stay open to everybody: only a superuser can close them';
END $$;

-- name: connect
GRANT CONNECT ON DATABASE {database} TO {role};

-- name: schema
GRANT USAGE ON SCHEMA grafana TO {role};

-- name: views
GRANT SELECT ON ALL TABLES IN SCHEMA grafana TO {role};

-- name: reader
INSERT INTO grafana_reader (role_name, organisation_id) VALUES (%(role)s, %(organisation_id)s)
ON CONFLICT (role_name) DO UPDATE SET organisation_id = excluded.organisation_id;

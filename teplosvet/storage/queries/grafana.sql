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

-- name: connect
GRANT CONNECT ON DATABASE {database} TO {role};

-- name: schema
GRANT USAGE ON SCHEMA grafana TO {role};

-- name: views
GRANT SELECT ON ALL TABLES IN SCHEMA grafana TO {role};

-- name: reader
INSERT INTO grafana_reader (role_name, organisation_id) VALUES (%(role)s, %(organisation_id)s)
ON CONFLICT (role_name) DO UPDATE SET organisation_id = excluded.organisation_id;

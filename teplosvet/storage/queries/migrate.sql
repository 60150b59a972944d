-- Statements of teplosvet.storage.migrate.

-- name: lock
SELECT pg_advisory_xact_lock(7403751);

-- name: create_table
CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());

-- name: done
SELECT name FROM schema_migration;

-- name: record
INSERT INTO schema_migration (name) VALUES (%(name)s);

-- name: license
SELECT CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
            THEN current_setting('timescaledb.license', true) END;

-- name: timescale_available
-- Only who may read all settings may create the extension; for others an administrator has, or has not.
SELECT CASE
    WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN false
    WHEN NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN false
    WHEN NOT pg_has_role('pg_read_all_settings', 'USAGE') THEN false
    ELSE current_setting('shared_preload_libraries') LIKE '%timescaledb%'
END;

-- name: create_timescale
CREATE EXTENSION IF NOT EXISTS timescaledb;

-- name: database_exists
SELECT 1 FROM pg_database WHERE datname = %(name)s;

-- name: create_database
CREATE DATABASE teplosvet TEMPLATE template0 ENCODING 'UTF8';

-- name: keep_for_good
SELECT remove_retention_policy({table}::regclass, if_exists => true);

-- name: keep_for
SELECT add_retention_policy({table}::regclass, make_interval(days => {days}));

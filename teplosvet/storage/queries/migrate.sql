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
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
   AND (current_setting('shared_preload_libraries') LIKE '%timescaledb%'
        OR EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb'));

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

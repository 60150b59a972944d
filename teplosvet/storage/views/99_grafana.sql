-- Views for Grafana's database users, in a schema of their own: each a security barrier, so that no function or failing
-- cast of theirs sees a row before the border is drawn. The console reads the plain views, which planners can take apart.
DO $$
DECLARE
    seen name;
    reading name;
BEGIN
    FOR seen IN
        SELECT relname FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' AND relname !~ '^(reader|visible|audit)'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        ORDER BY relname
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW grafana.%I WITH (security_barrier) AS SELECT * FROM public.%I', seen, seen);
    END LOOP;
    FOR reading IN SELECT rolname FROM grafana_reader JOIN pg_roles ON rolname = role_name LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA grafana TO %I', reading);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA grafana TO %I', reading);
    END LOOP;
END $$;

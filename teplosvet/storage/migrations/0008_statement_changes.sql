-- A version of a statement says what differs from the version before; a statement that was made is never altered.

ALTER TABLE statement ADD COLUMN changes jsonb;

CREATE FUNCTION statement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a statement is never altered: verify again, and a new version says what differs';
END
$$;

CREATE TRIGGER statement_stays BEFORE UPDATE OF contract_id, period, version, made_at, method, digest, body, changes ON statement
    FOR EACH ROW EXECUTE FUNCTION statement_stays();

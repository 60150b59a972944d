-- The evidence bundle of a statement that the parties were sent or agreed: its readings and terms may change, the bytes do not.

CREATE TABLE statement_bundle (
    statement_id bigint PRIMARY KEY REFERENCES statement,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    body bytea NOT NULL CHECK (length(body) > 0),
    kept_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION keep_bundle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a kept evidence bundle is neither changed nor deleted';
END
$$;
CREATE TRIGGER keep_bundle BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_bundle
    FOR EACH STATEMENT EXECUTE FUNCTION keep_bundle();

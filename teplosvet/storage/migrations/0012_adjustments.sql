-- The ledger of non-routine adjustments: what is proposed is never changed, what the parties do with it is a log that only grows.

CREATE TABLE adjustment_evidence (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    body bytea NOT NULL CHECK (length(body) BETWEEN 1 AND 10485760)
);

CREATE TABLE adjustment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id integer NOT NULL REFERENCES contract,
    number integer NOT NULL CHECK (number > 0),
    period daterange NOT NULL CHECK (NOT isempty(period) AND NOT lower_inf(period) AND NOT upper_inf(period)),
    static_factor text NOT NULL,
    reason text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('per_day', 'total', 'percent')),
    amount numeric NOT NULL CHECK (amount <> 0),
    half_width numeric CHECK (half_width >= 0),
    evidence_sha256 text NOT NULL REFERENCES adjustment_evidence,
    evidence_name text NOT NULL,
    side text NOT NULL CHECK (side IN ('customer', 'esco')),
    by_whom text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (contract_id, number)
);

CREATE TABLE adjustment_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    adjustment_id bigint NOT NULL REFERENCES adjustment,
    step text NOT NULL CHECK (step IN ('agreed', 'rejected', 'withdrawn')),
    side text NOT NULL CHECK (side IN ('customer', 'esco')),
    by_whom text NOT NULL,
    user_id integer,
    note text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON adjustment_step (adjustment_id);

CREATE FUNCTION keep_adjustment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of adjustments only grows: a row of it is neither changed nor deleted';
END
$$;
CREATE TRIGGER keep_evidence BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustment_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION keep_adjustment();
CREATE TRIGGER keep_adjustment BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustment
    FOR EACH STATEMENT EXECUTE FUNCTION keep_adjustment();
CREATE TRIGGER keep_step BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustment_step
    FOR EACH STATEMENT EXECUTE FUNCTION keep_adjustment();

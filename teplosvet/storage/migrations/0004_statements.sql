-- Statements as they were made: never changed; a different result for the same period is a further version.

CREATE TABLE statement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id integer NOT NULL REFERENCES contract,
    period daterange NOT NULL,
    version integer NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    method text NOT NULL,
    digest text NOT NULL,
    body jsonb NOT NULL,
    UNIQUE (contract_id, period, version)
);

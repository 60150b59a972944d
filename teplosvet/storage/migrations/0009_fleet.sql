-- Runs of verification over all contracts, and what each contract came to.

CREATE TABLE fleet_run (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    period daterange NOT NULL,
    site_id integer REFERENCES site ON DELETE CASCADE,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);

-- Written in the transaction that keeps the statement: what stands here is done, and a run that was cut off goes on
-- behind it. The figures are those of the statement's body, so that a portfolio need not open thousands of bodies.
CREATE TABLE fleet_result (
    run_id integer NOT NULL REFERENCES fleet_run ON DELETE CASCADE,
    contract_id integer NOT NULL REFERENCES contract ON DELETE CASCADE,
    made_at timestamptz NOT NULL DEFAULT now(),
    outcome text NOT NULL CHECK (outcome IN ('stated', 'refused', 'failed')),
    reason text,
    version integer,
    is_new boolean NOT NULL,
    adjusted_baseline_kwh double precision,
    avoided_energy_kwh double precision,
    bands jsonb NOT NULL,
    lower_kwh double precision,
    upper_kwh double precision,
    proven boolean NOT NULL,
    currency text,
    value numeric,
    payable numeric,
    days_to_prove integer,
    guarantee_kwh double precision,
    guarantee text CHECK (guarantee IN ('met', 'missed', 'open')),
    days_to_decide integer,
    PRIMARY KEY (run_id, contract_id),
    CHECK ((outcome = 'stated') = (avoided_energy_kwh IS NOT NULL)),
    CHECK (outcome = 'stated' OR reason IS NOT NULL)
);
CREATE INDEX ON fleet_result (contract_id);

-- Organisations, accounts, what they may, and how they sign in.

CREATE TABLE organisation (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    title text NOT NULL
);

-- Who operates a building, and who is paid by a contract; without one, only administrators of the platform see it.
ALTER TABLE building ADD COLUMN organisation_id integer REFERENCES organisation;
ALTER TABLE contract ADD COLUMN esco_organisation_id integer REFERENCES organisation;
CREATE INDEX ON building (organisation_id);
CREATE INDEX ON contract (esco_organisation_id);
CREATE INDEX ON contract (building_id);

CREATE TABLE account (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login text NOT NULL UNIQUE,
    name text NOT NULL,
    email text UNIQUE,
    organisation_id integer REFERENCES organisation,
    password_hash text,
    language text NOT NULL DEFAULT 'ru',
    must_change_password boolean NOT NULL DEFAULT false,
    locked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE account_grant (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id integer NOT NULL REFERENCES account ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('operator', 'esco', 'installer', 'verifier', 'administrator')),
    organisation_id integer REFERENCES organisation,
    building_id integer REFERENCES building ON DELETE CASCADE,
    contract_id integer REFERENCES contract ON DELETE CASCADE,
    UNIQUE NULLS NOT DISTINCT (account_id, role, organisation_id, building_id, contract_id),
    -- one scope each; only an administrator of the platform has none
    CHECK (num_nonnulls(organisation_id, building_id, contract_id) = 1
           OR (role = 'administrator' AND num_nonnulls(organisation_id, building_id, contract_id) = 0))
);

CREATE TABLE account_session (
    id_hash bytea PRIMARY KEY,
    account_id integer NOT NULL REFERENCES account ON DELETE CASCADE,
    csrf text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL,
    address text NOT NULL,
    agent text NOT NULL
);
CREATE INDEX ON account_session (account_id);

CREATE TABLE api_token (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id integer NOT NULL REFERENCES account ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    roles text[] NOT NULL,
    read_only boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);

CREATE TABLE external_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id integer NOT NULL REFERENCES account ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);

CREATE TABLE oidc_request (
    state_hash bytea PRIMARY KEY,
    nonce text NOT NULL,
    verifier text NOT NULL,
    next text NOT NULL,
    ends_at timestamptz NOT NULL
);

-- Failed sign-ins by digest of the login and of the address: people type passwords into the wrong field.
CREATE TABLE sign_in_attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON sign_in_attempt (key, at);

-- Database roles of Grafana; what they see is decided by session_user, which they cannot change.
CREATE TABLE grafana_reader (
    role_name name PRIMARY KEY,
    organisation_id integer NOT NULL REFERENCES organisation
);
CREATE SCHEMA grafana;

ALTER TABLE audit_log ADD COLUMN address text, ADD COLUMN request_id text;

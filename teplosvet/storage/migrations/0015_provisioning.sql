-- Registration in the field: place within an entrance, verification dates, photos, claims, and what the broker shall let in.

ALTER TABLE installation
    ADD COLUMN place_zone text NOT NULL DEFAULT '',
    ADD COLUMN calibrated_on date,
    ADD COLUMN calibration_due date,
    ADD CONSTRAINT calibration_in_order CHECK (calibration_due > calibrated_on);
CREATE INDEX installation_serial ON installation (serial) WHERE removed_at IS NULL;

CREATE TABLE installation_photo (
    installation_id integer PRIMARY KEY REFERENCES installation ON DELETE CASCADE,
    image bytea NOT NULL,
    sha256 text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);

-- A request that was answered: the same one again gets the same answer and changes nothing.
CREATE TABLE registration_request (
    request_id uuid PRIMARY KEY,
    digest text NOT NULL,
    answer jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

-- A device that waits for its place: whoever has the code on its label may install it, once.
CREATE TABLE device_claim (
    device_id integer PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    serial text NOT NULL,
    digest text NOT NULL UNIQUE,
    claimed_at timestamptz
);

-- What the broker shall let a publisher do, and whether it knows; written with the registry, applied after the commit.
CREATE TABLE broker_right (
    publisher text PRIMARY KEY,
    wanted text NOT NULL CHECK (wanted IN ('granted', 'withdrawn')),
    applied boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX broker_right_pending ON broker_right (publisher) WHERE NOT applied;

-- Devices that wait for their place: whose they are, and which instrument will be in them.
CREATE TABLE device_stock (
    device_id integer PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    organisation_id integer REFERENCES organisation,
    serial text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON device_stock (organisation_id);
CREATE INDEX ON device (publisher);

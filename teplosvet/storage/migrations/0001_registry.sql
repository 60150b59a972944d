-- Sites, buildings, devices, installations and contracts: what the registry knows.

CREATE TABLE site (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    title text NOT NULL
);

CREATE TABLE building (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id integer NOT NULL REFERENCES site,
    code text NOT NULL UNIQUE,
    title text NOT NULL,
    zone text NOT NULL,
    address text NOT NULL DEFAULT '',
    latitude double precision,
    longitude double precision,
    floor_area_m2 double precision,
    weather text
);

CREATE TABLE entrance (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id integer NOT NULL REFERENCES building,
    name text NOT NULL,
    UNIQUE (building_id, name)
);

CREATE TABLE device (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    class text NOT NULL CHECK (class IN ('light', 'heat', 'electricity', 'water', 'climate')),
    publisher text NOT NULL,
    model text NOT NULL DEFAULT '',
    greatest_power_kw double precision CHECK (greatest_power_kw > 0)
);

CREATE TABLE register_modulus (
    device_id integer NOT NULL REFERENCES device ON DELETE CASCADE,
    quantity text NOT NULL,
    modulus double precision NOT NULL CHECK (modulus > 0),
    PRIMARY KEY (device_id, quantity)
);

CREATE TABLE installation (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id integer NOT NULL REFERENCES device,
    building_id integer NOT NULL REFERENCES building,
    entrance_id integer REFERENCES entrance,
    floor integer,
    serial text NOT NULL,
    installed_at timestamptz NOT NULL,
    removed_at timestamptz,
    start_registers jsonb NOT NULL DEFAULT '{}',
    closing_registers jsonb NOT NULL DEFAULT '{}',
    CHECK (removed_at > installed_at),
    UNIQUE (device_id, installed_at),
    -- one instrument at a time in one device; a range of one integer spares the btree_gist extension
    EXCLUDE USING gist (int4range(device_id, device_id, '[]') WITH &&, tstzrange(installed_at, removed_at) WITH &&)
        DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ON installation (building_id);

CREATE TABLE contract (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    title text NOT NULL,
    building_id integer NOT NULL REFERENCES building,
    carrier text NOT NULL CHECK (carrier IN ('light', 'heat', 'electricity', 'water')),
    method text NOT NULL,
    baseline daterange NOT NULL,
    tariff_amount numeric NOT NULL CHECK (tariff_amount >= 0),
    tariff_currency text NOT NULL,
    tariff_per text NOT NULL CHECK (tariff_per IN ('kWh', 'Gcal')),
    esco_share numeric NOT NULL CHECK (esco_share BETWEEN 0 AND 1),
    guarantee_kwh double precision,
    customer text NOT NULL DEFAULT '',
    esco text NOT NULL DEFAULT '',
    investment numeric
);

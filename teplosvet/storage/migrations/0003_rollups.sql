-- What the rollup job makes from readings; every row can be made again from them.

CREATE TABLE consumption_hourly (
    device_id integer NOT NULL,
    quantity text NOT NULL,
    hour timestamptz NOT NULL,
    amount double precision,
    estimated double precision NOT NULL,
    covered_s integer NOT NULL CHECK (covered_s BETWEEN 0 AND 3600),
    rule text NOT NULL,
    PRIMARY KEY (device_id, quantity, hour)
);

-- Days of the building's zone: an outage inside one day is estimated for its hours and metered for the day.
CREATE TABLE consumption_daily (
    device_id integer NOT NULL,
    quantity text NOT NULL,
    day date NOT NULL,
    amount double precision,
    estimated double precision NOT NULL,
    covered_s integer NOT NULL CHECK (covered_s BETWEEN 0 AND 90000),
    day_s integer NOT NULL,
    rule text NOT NULL,
    PRIMARY KEY (device_id, quantity, day)
);

CREATE TABLE state_hourly (
    device_id integer NOT NULL,
    quantity text NOT NULL,
    hour timestamptz NOT NULL,
    mean double precision NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    samples integer NOT NULL,
    PRIMARY KEY (device_id, quantity, hour)
);

CREATE TABLE building_energy_daily (
    building_id integer NOT NULL REFERENCES building ON DELETE CASCADE,
    carrier text NOT NULL,
    day date NOT NULL,
    energy_kwh double precision,
    estimated_kwh double precision NOT NULL,
    coverage double precision NOT NULL,
    devices integer NOT NULL,
    PRIMARY KEY (building_id, carrier, day)
);

-- Where the reading of a register changes its meaning: serial number, start, decimal point.
CREATE TABLE register_epoch (
    device_id integer NOT NULL,
    quantity text NOT NULL,
    started_at timestamptz NOT NULL,
    shift integer NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (device_id, quantity, started_at)
);

CREATE TABLE register_finding (
    device_id integer NOT NULL,
    quantity text NOT NULL,
    found_at timestamptz NOT NULL,
    code text NOT NULL,
    severity integer NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (device_id, quantity, found_at, code)
);

-- Every reading: one wide table per device class, keyed by device and instant. Registers are kept raw, never as differences.

CREATE TABLE light_reading (
    device_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    archive boolean NOT NULL DEFAULT false,
    serial text,
    light_energy_kwh double precision,
    lamp_on_time_h double precision,
    light_power_w double precision,
    light_level_percent double precision,
    illuminance_lx double precision,
    presence double precision,
    lamp_failure double precision,
    PRIMARY KEY (device_id, measured_at)
);

CREATE TABLE heat_reading (
    device_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    archive boolean NOT NULL DEFAULT false,
    serial text,
    heat_energy_kwh double precision,
    heat_volume_m3 double precision,
    flow_volume_temperature_m3c double precision,
    return_volume_temperature_m3c double precision,
    operating_time_h double precision,
    heat_power_kw double precision,
    heat_flow_m3h double precision,
    flow_temperature_c double precision,
    return_temperature_c double precision,
    heat_error_flags double precision,
    PRIMARY KEY (device_id, measured_at)
);

CREATE TABLE electricity_reading (
    device_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    archive boolean NOT NULL DEFAULT false,
    serial text,
    active_energy_kwh double precision,
    reactive_energy_kvarh double precision,
    active_power_w double precision,
    voltage_v double precision,
    current_a double precision,
    frequency_hz double precision,
    power_factor double precision,
    PRIMARY KEY (device_id, measured_at)
);

CREATE TABLE water_reading (
    device_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    archive boolean NOT NULL DEFAULT false,
    serial text,
    water_volume_m3 double precision,
    water_flow_m3h double precision,
    water_temperature_c double precision,
    PRIMARY KEY (device_id, measured_at)
);

CREATE TABLE climate_reading (
    device_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    archive boolean NOT NULL DEFAULT false,
    serial text,
    outdoor_temperature_c double precision,
    indoor_temperature_c double precision,
    relative_humidity_percent double precision,
    PRIMARY KEY (device_id, measured_at)
);

-- The odd quantity of a device whose class has no column for it.
CREATE TABLE other_reading (
    device_id integer NOT NULL,
    quantity text NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    archive boolean NOT NULL DEFAULT false,
    value double precision NOT NULL,
    PRIMARY KEY (device_id, quantity, measured_at)
);

CREATE TABLE device_birth (
    device_id integer NOT NULL,
    born_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    serial text,
    model text NOT NULL DEFAULT '',
    firmware text NOT NULL DEFAULT '',
    registers jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (device_id, born_at)
);

CREATE TABLE device_event (
    device_id integer NOT NULL,
    happened_at timestamptz NOT NULL,
    event text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (device_id, happened_at, event)
);

CREATE TABLE publisher_state (
    publisher text PRIMARY KEY,
    state text NOT NULL,
    stated_at timestamptz NOT NULL
);

CREATE TABLE latest_reading (
    device_id integer PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    quantities jsonb NOT NULL
);
CREATE INDEX ON latest_reading (measured_at DESC);

-- What was refused, verbatim. The same message again raises `times`.
CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    times integer NOT NULL DEFAULT 1,
    topic text NOT NULL,
    publisher text NOT NULL,
    payload bytea NOT NULL,
    digest bytea NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    device text,
    replayed_at timestamptz,
    UNIQUE (digest, reason)
);
CREATE INDEX ON quarantine (last_at);
CREATE INDEX ON quarantine (reason);

-- What the rollup has to recompute: one row per committed batch, the device ids beside
-- the first and last instant of each in microseconds since 1970.
CREATE TABLE dirty_range (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_ids integer[] NOT NULL,
    from_us bigint[] NOT NULL,
    to_us bigint[] NOT NULL
);

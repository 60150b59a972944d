-- What real meters and luminaires report beyond the first columns, and who a device is in its vendor's words.

ALTER TABLE light_reading
    ADD COLUMN gear_operating_time_h double precision,
    ADD COLUMN presence_share_percent double precision,
    ADD COLUMN movements double precision,
    ADD COLUMN override_mode double precision,
    ADD COLUMN luminaire_temperature_c double precision;

ALTER TABLE heat_reading
    ADD COLUMN heat_quality_flags double precision,
    ADD COLUMN cooling_energy_kwh double precision,
    ADD COLUMN return_volume_m3 double precision,
    ADD COLUMN flow_mass_t double precision,
    ADD COLUMN return_mass_t double precision,
    ADD COLUMN error_time_h double precision,
    ADD COLUMN flow_pressure_kpa double precision,
    ADD COLUMN return_pressure_kpa double precision;

ALTER TABLE climate_reading
    ADD COLUMN flow_setpoint_c double precision,
    ADD COLUMN indoor_setpoint_c double precision,
    ADD COLUMN valve_position_percent double precision;

ALTER TABLE device_birth ADD COLUMN resolutions jsonb NOT NULL DEFAULT '{}';

-- A device as its vendor's messages name it; `quantities` says what a measure of theirs is here where that is not usual.
CREATE TABLE device_identity (
    adapter text NOT NULL,
    identity text NOT NULL,
    device_id integer NOT NULL REFERENCES device ON DELETE CASCADE,
    quantities jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (adapter, identity)
);
CREATE INDEX ON device_identity (device_id);

-- Topics of a vendor beside those that its adapter listens to anyway.
CREATE TABLE vendor_source (
    site_id integer NOT NULL REFERENCES site ON DELETE CASCADE,
    adapter text NOT NULL,
    filter text NOT NULL,
    PRIMARY KEY (site_id, adapter, filter)
);

-- Who has been heard and belongs to no device: for whoever registers devices. The last message stands for all.
CREATE TABLE unbound_identity (
    adapter text NOT NULL,
    identity text NOT NULL,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    times bigint NOT NULL DEFAULT 1,
    topic text NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (adapter, identity)
);

-- Hours that a light point burnt at each level, and how often somebody came; made from readings, whichever the source.
CREATE TABLE light_use_daily (
    device_id integer NOT NULL,
    day date NOT NULL,
    covered_s integer NOT NULL CHECK (covered_s BETWEEN 0 AND 90000),
    off_s double precision,
    dimmed_s double precision,
    full_s double precision,
    present_s double precision,
    presence_events integer,
    failed_s double precision,
    override_s double precision,
    energy_by_level_kwh double precision,
    PRIMARY KEY (device_id, day)
);

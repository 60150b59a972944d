-- How heat of days without a metered amount is counted, and weather of a station that no sensor told.

ALTER TABLE contract_terms
    ADD COLUMN fill_rule text CHECK (fill_rule IN ('pp1034')),
    ADD COLUMN fill_load_kw numeric CHECK (fill_load_kw > 0),
    ADD COLUMN fill_design_c numeric,
    ADD COLUMN fill_indoor_c numeric,
    ADD COLUMN fill_cut_warm_c numeric,
    ADD COLUMN fill_cut_cold_c numeric,
    ADD CHECK ((fill_rule IS NULL) = (fill_indoor_c IS NULL)),
    ADD CHECK ((fill_load_kw IS NULL) = (fill_design_c IS NULL));

-- Hours of a station from elsewhere; an hour that its sensor told counts as the sensor told it.
CREATE TABLE weather_hour (
    device_id integer NOT NULL REFERENCES device ON DELETE CASCADE,
    hour timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('csv', 'open-meteo')),
    mean_c double precision NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device_id, hour, source)
);

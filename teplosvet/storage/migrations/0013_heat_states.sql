-- How long a heat meter was in which state, and what its states are judged by.

ALTER TABLE device
    ADD COLUMN q_min_m3h double precision CHECK (q_min_m3h > 0),
    ADD COLUMN q_max_m3h double precision CHECK (q_max_m3h > 0),
    ADD COLUMN dt_min_k double precision CHECK (dt_min_k > 0),
    ADD COLUMN fault_bits bigint CHECK (fault_bits >= 0),
    ADD CHECK (q_min_m3h < q_max_m3h);

-- Clocks of a local day [s]; NULL is a clock that nobody knows.
CREATE TABLE heat_state_daily (
    device_id integer NOT NULL,
    day date NOT NULL,
    normal_s integer CHECK (normal_s >= 0),
    below_range_s integer CHECK (below_range_s >= 0),
    above_range_s integer CHECK (above_range_s >= 0),
    low_dt_s integer CHECK (low_dt_s >= 0),
    fault_s integer CHECK (fault_s >= 0),
    no_power_s integer CHECK (no_power_s >= 0),
    covered_s integer NOT NULL CHECK (covered_s BETWEEN 0 AND 90000),
    PRIMARY KEY (device_id, day),
    CHECK (coalesce(normal_s, 0) + coalesce(below_range_s, 0) + coalesce(above_range_s, 0) + coalesce(low_dt_s, 0)
           + coalesce(fault_s, 0) + coalesce(no_power_s, 0) <= covered_s)
);

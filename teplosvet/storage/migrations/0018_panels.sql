-- Sums of statements beside their bodies: a list of thousands would otherwise unpack every day of every one of them.
ALTER TABLE statement
    ADD COLUMN adjusted_baseline_kwh double precision
        GENERATED ALWAYS AS ((body ->> 'adjusted_baseline_kwh')::double precision) STORED,
    ADD COLUMN avoided_energy_kwh double precision
        GENERATED ALWAYS AS ((body ->> 'avoided_energy_kwh')::double precision) STORED,
    ADD COLUMN lower_kwh double precision GENERATED ALWAYS AS ((body ->> 'lower_kwh')::double precision) STORED,
    ADD COLUMN upper_kwh double precision GENERATED ALWAYS AS ((body ->> 'upper_kwh')::double precision) STORED,
    ADD COLUMN proven boolean GENERATED ALWAYS AS ((body ->> 'proven')::boolean) STORED,
    ADD COLUMN guarantee_kwh double precision GENERATED ALWAYS AS ((body ->> 'guarantee_kwh')::double precision) STORED,
    ADD COLUMN day_coverage double precision GENERATED ALWAYS AS ((body ->> 'coverage')::double precision) STORED,
    ADD COLUMN value numeric GENERATED ALWAYS AS ((body #>> '{settlement,value}')::numeric) STORED,
    ADD COLUMN payable numeric GENERATED ALWAYS AS ((body #>> '{settlement,payable}')::numeric) STORED,
    ADD COLUMN currency text GENERATED ALWAYS AS (body #>> '{settlement,currency}') STORED;

-- All houses over a span of days: the primary key leads with the house.
CREATE INDEX building_energy_by_day ON building_energy_daily (day, carrier) INCLUDE (building_id, energy_kwh, estimated_kwh, coverage);

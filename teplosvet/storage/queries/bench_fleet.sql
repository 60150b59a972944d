-- Contracts, stations and daily energy for the benchmark of the fleet.

-- name: stations
INSERT INTO device (name, class, publisher)
SELECT 'station-' || n, 'climate', 'bench' FROM generate_series(0, %(stations)s - 1) n
RETURNING id;

-- name: contracts
WITH place AS (
    INSERT INTO site (name, title) SELECT 'region-' || n, 'Region ' || n FROM generate_series(0, 3) n RETURNING id, name
), house AS (
    INSERT INTO building (site_id, code, title, zone, latitude, weather)
    SELECT place.id, 'house-' || lpad(n::text, 5, '0'), 'House ' || n, 'Europe/Moscow', 59.94, 'station-' || n %% %(stations)s
    FROM generate_series(0, %(buildings)s - 1) n
    JOIN place ON place.name = 'region-' || n %% 4
    RETURNING id, code
)
INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount, tariff_currency, tariff_per,
                      esco_share, guarantee_kwh)
SELECT code, code, id,
       CASE WHEN right(code, 5)::integer %% %(light_each)s = 0 THEN 'light' ELSE 'heat' END,
       CASE WHEN right(code, 5)::integer %% %(light_each)s = 0 THEN 'light-option-b' ELSE 'change-point-daily' END,
       %(baseline)s::daterange, 2450.10, 'RUB', 'Gcal', 0.8, 20000
FROM house;

-- name: houses
SELECT c.building_id, c.carrier, right(b.weather, 1)::integer
FROM contract c JOIN building b ON b.id = c.building_id
ORDER BY c.code;

-- name: store_energy
COPY building_energy_daily (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
FROM STDIN (FORMAT binary);

-- name: store_hours
COPY state_hourly (device_id, quantity, hour, mean, low, high, samples) FROM STDIN (FORMAT binary);

-- name: analyze
ANALYZE building_energy_daily, state_hourly, contract, building;

-- name: count
SELECT count(*), coalesce(sum(pg_column_size(body)), 0)::bigint FROM statement;

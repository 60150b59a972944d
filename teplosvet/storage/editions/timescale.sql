-- Both TimescaleDB editions: readings and hourly rollups become hypertables. Replayed at every migration, changes nothing twice.
-- Light reports every minute from thousands of points: chunks of a day; the others a week; hourly rollups a month.
-- Everything is asked for by device, which the primary key leads with: an index on time alone would only cost.
SELECT create_hypertable('light_reading', by_range('measured_at', INTERVAL '1 day'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('heat_reading', by_range('measured_at', INTERVAL '7 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('electricity_reading', by_range('measured_at', INTERVAL '7 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('water_reading', by_range('measured_at', INTERVAL '7 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('climate_reading', by_range('measured_at', INTERVAL '7 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('other_reading', by_range('measured_at', INTERVAL '7 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('consumption_hourly', by_range('hour', INTERVAL '30 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);
SELECT create_hypertable('state_hourly', by_range('hour', INTERVAL '30 days'), if_not_exists => true, migrate_data => true,
    create_default_indexes => false);

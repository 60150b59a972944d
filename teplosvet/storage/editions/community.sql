-- TimescaleDB Community only: columnstore for what is older than a month; late rows still go in. Replayed at every migration.
-- Raw readings are evidence, so no retention is set here: TEPLOSVET_KEEP_READINGS_DAYS sets it when somebody decides so.
ALTER TABLE light_reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'measured_at');
ALTER TABLE heat_reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'measured_at');
ALTER TABLE electricity_reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'measured_at');
ALTER TABLE water_reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'measured_at');
ALTER TABLE climate_reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'measured_at');
SELECT add_compression_policy('light_reading', INTERVAL '30 days', if_not_exists => true);
SELECT add_compression_policy('heat_reading', INTERVAL '90 days', if_not_exists => true);
SELECT add_compression_policy('electricity_reading', INTERVAL '90 days', if_not_exists => true);
SELECT add_compression_policy('water_reading', INTERVAL '90 days', if_not_exists => true);
SELECT add_compression_policy('climate_reading', INTERVAL '90 days', if_not_exists => true);

-- Statements on the registry of sites, devices and contracts.

-- name: ingest_devices
SELECT id, name, class, publisher FROM device;

-- Outdoor temperature of each station and hour, with where it comes from: the sensor first, then a file, then the archive.
DROP VIEW IF EXISTS station_temperature CASCADE;
CREATE VIEW station_temperature AS
SELECT DISTINCT ON (told.device_id, hour) told.device_id, hour, mean_c, source
FROM (
    SELECT device_id, hour, mean AS mean_c, 'sensor' AS source, 0 AS place FROM state_hourly
    WHERE quantity = 'outdoor_temperature_c'
    UNION ALL
    SELECT device_id, hour, mean_c, source, CASE source WHEN 'csv' THEN 1 ELSE 2 END FROM weather_hour
) told
JOIN device d ON d.id = told.device_id
WHERE EXISTS (SELECT FROM building b JOIN visible_building v ON v.building_id = b.id WHERE b.weather = d.name)
ORDER BY told.device_id, hour, place;

-- How long each heat meter was in which state, by local day, with the building that it stood in.
DROP VIEW IF EXISTS heat_state CASCADE;
CREATE VIEW heat_state AS
SELECT p.building, p.building_title, p.device, s.day, s.normal_s, s.below_range_s, s.above_range_s, s.low_dt_s, s.fault_s,
       s.no_power_s, s.covered_s
FROM heat_state_daily s
JOIN visible_device v USING (device_id)
JOIN device_place p USING (device_id)
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = s.device_id AND s.day <= l.last_day);

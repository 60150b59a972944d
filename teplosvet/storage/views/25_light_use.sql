-- Use of light points by day: hours at each level, people, and the registers beside them, with the place in the house.
DROP VIEW IF EXISTS light_use CASCADE;
CREATE VIEW light_use AS
SELECT p.building, p.building_title, p.entrance, p.floor, p.device, u.day, u.covered_s, u.off_s, u.dimmed_s, u.full_s, u.present_s,
       u.presence_events, u.failed_s, u.override_s, u.energy_by_level_kwh, e.amount AS energy_kwh, e.rule AS energy_rule,
       h.amount AS lamp_on_time_h
FROM light_use_daily u
JOIN device_place p USING (device_id)
LEFT JOIN consumption_daily e ON e.device_id = u.device_id AND e.day = u.day AND e.quantity = 'light_energy_kwh'
LEFT JOIN consumption_daily h ON h.device_id = u.device_id AND h.day = u.day AND h.quantity = 'lamp_on_time_h'
WHERE NOT EXISTS (SELECT FROM left_behind l WHERE l.device_id = u.device_id AND u.day <= l.last_day);

-- Where the reader may register devices: a role to look is not enough.
DROP VIEW IF EXISTS registrar_grant CASCADE;
CREATE VIEW registrar_grant AS
SELECT organisation_id, building_id FROM reader_grant WHERE role IN ('operator', 'installer', 'administrator');

DROP VIEW IF EXISTS registrar_building CASCADE;
CREATE VIEW registrar_building AS
SELECT b.id AS building_id FROM building b
WHERE (SELECT everything FROM reader_everything)
   OR EXISTS (SELECT FROM registrar_grant g WHERE g.organisation_id = b.organisation_id OR g.building_id = b.id);

-- Devices without a place are of an organisation: of those who have a role in it, or in a building of it.
DROP VIEW IF EXISTS registrar_organisation CASCADE;
CREATE VIEW registrar_organisation AS
SELECT o.id AS organisation_id, o.code FROM organisation o
WHERE (SELECT everything FROM reader_everything)
   OR EXISTS (SELECT FROM registrar_grant g LEFT JOIN building b ON b.id = g.building_id
              WHERE o.id IN (g.organisation_id, b.organisation_id));

-- A device goes with its last place; one that never had any, with its organisation.
DROP VIEW IF EXISTS registrar_device CASCADE;
CREATE VIEW registrar_device AS
SELECT d.id AS device_id, d.publisher FROM device d
WHERE (SELECT everything FROM reader_everything)
   OR EXISTS (SELECT FROM installation i JOIN registrar_building b ON b.building_id = i.building_id
              WHERE i.device_id = d.id
                AND NOT EXISTS (SELECT FROM installation n WHERE n.device_id = d.id AND n.installed_at > i.installed_at))
   OR EXISTS (SELECT FROM device_stock s JOIN registrar_organisation o ON o.organisation_id = s.organisation_id
              WHERE s.device_id = d.id AND NOT EXISTS (SELECT FROM installation i WHERE i.device_id = d.id));

DROP VIEW IF EXISTS stocked_device CASCADE;
CREATE VIEW stocked_device AS
SELECT d.id AS device_id, d.name AS device, d.class, d.model, s.serial, o.code AS organisation, s.added_at,
       c.device_id IS NOT NULL AS labelled
FROM device_stock s
JOIN device d ON d.id = s.device_id
JOIN registrar_device r ON r.device_id = d.id
LEFT JOIN organisation o ON o.id = s.organisation_id
LEFT JOIN device_claim c ON c.device_id = d.id
WHERE NOT EXISTS (SELECT FROM installation i WHERE i.device_id = d.id);

-- What was refused as of an unknown device: a publisher that speaks for others' devices is their business.
DROP VIEW IF EXISTS heard_quarantine CASCADE;
CREATE VIEW heard_quarantine AS
SELECT q.id, q.device, q.publisher, q.topic, q.first_at, q.last_at, q.times, q.detail FROM quarantine q
WHERE q.reason = 'unknown_device' AND q.replayed_at IS NULL AND q.device IS NOT NULL
  AND (NOT EXISTS (SELECT FROM device d WHERE d.publisher = q.publisher)
       OR EXISTS (SELECT FROM registrar_device r WHERE r.publisher = q.publisher));

-- Others' formats: a topic that site files listen to goes with their buildings; of any other nobody knows whose it is.
DROP VIEW IF EXISTS heard_unbound CASCADE;
CREATE VIEW heard_unbound AS
SELECT u.adapter, u.identity, u.first_at, u.last_at, u.times, u.topic, u.payload FROM unbound_identity u
LEFT JOIN LATERAL (
    SELECT bool_or(EXISTS (SELECT FROM building b JOIN registrar_building r ON r.building_id = b.id
                           WHERE b.site_id = s.site_id)) AS mine
    FROM vendor_source s
    WHERE s.adapter = u.adapter
      AND u.topic ~ ('^' || replace(replace(regexp_replace(s.filter, '([.*^$(){}|?\\[\]])', '\\\1', 'g'),
                                            '+', '[^/]*'), '#', '.*') || '$')
) source ON true
WHERE COALESCE(source.mine, true)
  AND NOT EXISTS (SELECT FROM device_identity i WHERE i.adapter = u.adapter AND i.identity = u.identity);

-- What people see of the registration of devices.
DROP VIEW IF EXISTS registered_installation CASCADE;
CREATE VIEW registered_installation AS
SELECT d.id AS device_id, d.name AS device, d.class, d.model, d.publisher, i.id AS installation_id, i.serial,
       b.id AS building_id, b.code AS building, b.title AS building_title, e.name AS entrance, i.floor, i.place_zone,
       i.installed_at, i.removed_at, i.start_registers, i.closing_registers, i.calibrated_on, i.calibration_due,
       p.sha256 AS photo_sha256,
       CASE WHEN r.wanted IS NULL THEN 'none' WHEN NOT r.applied THEN 'pending' ELSE r.wanted END AS broker
FROM device d
JOIN installation i ON i.device_id = d.id
JOIN visible_measure v ON v.building_id = i.building_id AND v.class = d.class
JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id
LEFT JOIN installation_photo p ON p.installation_id = i.id
LEFT JOIN broker_right r ON r.publisher = d.publisher;

DROP VIEW IF EXISTS calibration_due CASCADE;
CREATE VIEW calibration_due AS
SELECT device, building, building_id, serial, calibrated_on, calibration_due, CURRENT_DATE - calibration_due AS overdue_days
FROM registered_installation
WHERE removed_at IS NULL AND calibration_due <= CURRENT_DATE;

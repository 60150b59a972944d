-- Statements on the registration of devices.

-- name: answered
SELECT digest, answer FROM registration_request WHERE request_id = %(request_id)s;

-- name: answer
INSERT INTO registration_request (request_id, digest, answer) VALUES (%(request_id)s, %(digest)s, %(answer)s);

-- name: buildings
SELECT b.code, b.title, b.address, b.zone,
       COALESCE((SELECT jsonb_agg(e.name ORDER BY e.name) FROM entrance e WHERE e.building_id = b.id), '[]'),
       COALESCE((SELECT jsonb_agg(DISTINCT i.place_zone) FROM installation i
                 WHERE i.building_id = b.id AND i.place_zone <> ''), '[]')
FROM building b JOIN registrar_building v ON v.building_id = b.id
WHERE position(lower(%(query)s) IN lower(b.code || ' ' || b.title || ' ' || b.address)) > 0
ORDER BY b.code LIMIT %(limit)s;

-- name: place
SELECT b.id, (SELECT e.id FROM entrance e WHERE e.building_id = b.id AND e.name = %(entrance)s)
FROM building b JOIN registrar_building v ON v.building_id = b.id WHERE b.code = %(building)s;

-- name: device
SELECT d.id, d.class, d.model, d.publisher,
       (SELECT max(i.removed_at) FROM installation i WHERE i.device_id = d.id),
       EXISTS (SELECT FROM installation i WHERE i.device_id = d.id AND i.removed_at IS NULL),
       (SELECT s.serial FROM device_stock s WHERE s.device_id = d.id
            AND NOT EXISTS (SELECT FROM installation i WHERE i.device_id = d.id))
FROM device d WHERE d.name = %(device)s;

-- name: may_touch
SELECT EXISTS (SELECT FROM registrar_device WHERE device_id = %(device_id)s);

-- name: publisher_is_free
-- A publisher is new, or this device's, or speaks for devices of whoever registers; another device's name is taken.
SELECT EXISTS (SELECT FROM device d WHERE d.publisher = %(publisher)s AND d.id = %(device_id)s)
    OR EXISTS (SELECT FROM registrar_device r WHERE r.publisher = %(publisher)s)
    OR NOT EXISTS (SELECT FROM device d WHERE d.publisher = %(publisher)s
                                           OR (d.name = %(publisher)s AND d.id IS DISTINCT FROM %(device_id)s));

-- name: serial_is_installed
SELECT EXISTS (SELECT FROM installation i JOIN device d ON d.id = i.device_id
               WHERE i.serial = %(serial)s AND d.class = %(class)s AND i.removed_at IS NULL AND d.model = %(model)s);

-- name: closing_registers
SELECT i.closing_registers FROM installation i JOIN device d ON d.id = i.device_id
WHERE i.serial = %(serial)s AND d.class = %(class)s AND d.model = %(model)s AND i.removed_at <= %(installed_at)s
ORDER BY i.removed_at DESC LIMIT 1;

-- name: greatest_readings
-- The last thing that this instrument said in this device before an instant.
SELECT to_jsonb(r) FROM {table} r
WHERE r.device_id = %(device_id)s AND r.measured_at <= %(until)s AND r.serial = %(serial)s
ORDER BY r.measured_at DESC LIMIT 1;

-- name: new_device
INSERT INTO device (name, class, publisher, model) VALUES (%(device)s, %(class)s, %(publisher)s, %(model)s) RETURNING id;

-- name: device_is
UPDATE device SET publisher = %(publisher)s, model = %(model)s WHERE id = %(device_id)s;

-- name: modulus
INSERT INTO register_modulus (device_id, quantity, modulus) VALUES (%(device_id)s, %(quantity)s, %(modulus)s)
ON CONFLICT (device_id, quantity) DO UPDATE SET modulus = excluded.modulus;

-- name: install
INSERT INTO installation (device_id, building_id, entrance_id, floor, place_zone, serial, installed_at, start_registers,
                          calibrated_on, calibration_due)
VALUES (%(device_id)s, %(building_id)s, %(entrance_id)s, %(floor)s, %(place_zone)s, %(serial)s, %(installed_at)s,
        %(start_registers)s, %(calibrated_on)s, %(calibration_due)s)
RETURNING id;

-- name: open_installation
SELECT i.id, i.building_id, i.entrance_id, i.floor, i.place_zone, i.serial, i.installed_at
FROM installation i JOIN registrar_building v ON v.building_id = i.building_id
WHERE i.device_id = %(device_id)s AND i.removed_at IS NULL FOR UPDATE OF i;

-- name: close
UPDATE installation SET removed_at = %(closed_at)s, closing_registers = %(closing_registers)s WHERE id = %(id)s;

-- name: identity
INSERT INTO device_identity (adapter, identity, device_id) VALUES (%(adapter)s, %(identity)s, %(device_id)s);

-- name: want
INSERT INTO broker_right AS r (publisher, wanted) VALUES (%(publisher)s, %(wanted)s)
ON CONFLICT (publisher) DO UPDATE
SET wanted = excluded.wanted, changed_at = now(), applied = r.applied AND r.wanted = excluded.wanted;

-- name: others_speak
SELECT EXISTS (SELECT FROM device d JOIN installation i ON i.device_id = d.id
               WHERE d.publisher = %(publisher)s AND i.removed_at IS NULL);

-- name: right_to_apply
SELECT wanted FROM broker_right WHERE publisher = %(publisher)s AND NOT applied FOR UPDATE;

-- name: right_applied
UPDATE broker_right SET applied = true WHERE publisher = %(publisher)s;

-- name: right_again
UPDATE broker_right SET applied = false, changed_at = now() WHERE publisher = %(publisher)s;

-- name: right_state
SELECT wanted, applied FROM broker_right WHERE publisher = %(publisher)s;

-- name: rights
SELECT publisher, wanted, applied FROM broker_right ORDER BY publisher;

-- name: rights_of_registry
-- Publishers of site files have no line yet.
INSERT INTO broker_right (publisher, wanted)
SELECT DISTINCT d.publisher, 'granted' FROM device d JOIN installation i ON i.device_id = d.id WHERE i.removed_at IS NULL
ON CONFLICT DO NOTHING;

-- name: installations
SELECT installation_id, device, class, model, publisher, serial, building, entrance, floor, place_zone, installed_at,
       removed_at, start_registers, closing_registers, calibrated_on, calibration_due, photo_sha256, broker
FROM registered_installation WHERE device = %(device)s ORDER BY installed_at DESC;

-- name: photo
SELECT p.image, p.sha256 FROM installation_photo p
JOIN registered_installation r ON r.installation_id = p.installation_id WHERE p.installation_id = %(id)s;

-- name: device_of
SELECT d.name FROM installation i JOIN device d ON d.id = i.device_id
JOIN registrar_building v ON v.building_id = i.building_id WHERE i.id = %(id)s;

-- name: keep_photo
INSERT INTO installation_photo (installation_id, image, sha256) VALUES (%(id)s, %(image)s, %(sha256)s)
ON CONFLICT (installation_id) DO UPDATE SET image = excluded.image, sha256 = excluded.sha256, taken_at = now();

-- name: to_check
SELECT device_id, class, serial, installed_at, start_registers, building FROM registered_installation
WHERE device = %(device)s AND removed_at IS NULL;

-- name: first_reading
SELECT to_jsonb(r), r.measured_at, r.received_at FROM {table} r
WHERE r.device_id = %(device_id)s AND r.measured_at >= %(since)s ORDER BY r.measured_at LIMIT 1;

-- name: last_reading
SELECT to_jsonb(r), r.measured_at, r.received_at FROM {table} r
WHERE r.device_id = %(device_id)s AND r.measured_at >= %(since)s ORDER BY r.measured_at DESC LIMIT 1;

-- name: unknown_devices
SELECT 'teplosvet', q.device, min(q.first_at), max(q.last_at), sum(q.times)::bigint, min(q.topic), min(q.publisher), min(q.detail)
FROM heard_quarantine q GROUP BY q.device ORDER BY 4 DESC LIMIT %(limit)s;

-- name: unknown_identities
SELECT adapter, identity, first_at, last_at, times, topic, payload FROM heard_unbound
ORDER BY last_at DESC LIMIT %(limit)s;

-- name: kept_message
SELECT topic, payload, last_at FROM heard_unbound WHERE adapter = %(adapter)s AND identity = %(identity)s;

-- name: take_quarantined
UPDATE quarantine SET replayed_at = now()
WHERE id IN (SELECT q.id FROM quarantine q JOIN heard_quarantine h ON h.id = q.id
             WHERE q.device = %(device)s AND q.id > %(after)s ORDER BY q.id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED)
RETURNING id, topic, payload, first_at;

-- name: claim
INSERT INTO device_claim AS c (device_id, serial, digest) VALUES (%(device_id)s, %(serial)s, %(digest)s)
ON CONFLICT (device_id) DO UPDATE SET digest = excluded.digest, serial = excluded.serial, claimed_at = NULL;

-- name: claimed_device
SELECT d.name, c.serial, c.claimed_at IS NOT NULL FROM device_claim c JOIN device d ON d.id = c.device_id
WHERE c.digest = %(digest)s;

-- name: claimed
-- An installation uses the code up, whether it was scanned or not.
UPDATE device_claim SET claimed_at = now() WHERE device_id = %(device_id)s AND claimed_at IS NULL;

-- name: put_in_stock
INSERT INTO device_stock (device_id, organisation_id, serial)
SELECT %(device_id)s, (SELECT organisation_id FROM registrar_organisation WHERE code = %(organisation)s), %(serial)s;

-- name: registrar_organisation
-- Without one, a device is the platform's.
SELECT CASE WHEN %(organisation)s::text IS NULL THEN (SELECT everything FROM reader_everything)
            ELSE EXISTS (SELECT FROM registrar_organisation WHERE code = %(organisation)s) END;

-- name: serial_in_stock
SELECT EXISTS (SELECT FROM device_stock s JOIN device d ON d.id = s.device_id
               WHERE s.serial = %(serial)s AND d.class = %(class)s AND d.model = %(model)s
                 AND NOT EXISTS (SELECT FROM installation i WHERE i.device_id = d.id));

-- name: stock
SELECT device, class, model, serial, organisation, added_at, labelled FROM stocked_device
WHERE (%(organisation)s::text IS NULL OR organisation = %(organisation)s)
  AND (%(devices)s::text[] IS NULL OR device = ANY (%(devices)s)) ORDER BY device LIMIT %(limit)s;

-- name: labels
SELECT device, model, serial, concat_ws(', ', building_title, entrance, floor::text, NULLIF(place_zone, ''))
FROM registered_installation WHERE building = %(building)s AND removed_at IS NULL ORDER BY device;

-- Statements on the registry of sites, devices and contracts.

-- name: ingest_devices
SELECT id, name, class, publisher FROM device;

-- name: ingest_devices_named
SELECT id, name, class, publisher FROM device WHERE name = ANY(%(names)s::text[]);

-- name: bindings
SELECT i.adapter, i.identity, d.name, d.class, d.publisher,
       (SELECT b.zone FROM installation n JOIN building b ON b.id = n.building_id
        WHERE n.device_id = d.id ORDER BY n.installed_at DESC LIMIT 1),
       i.quantities
FROM device_identity i JOIN device d ON d.id = i.device_id;

-- name: bindings_named
SELECT i.adapter, i.identity, d.name, d.class, d.publisher,
       (SELECT b.zone FROM installation n JOIN building b ON b.id = n.building_id
        WHERE n.device_id = d.id ORDER BY n.installed_at DESC LIMIT 1),
       i.quantities
FROM device_identity i JOIN device d ON d.id = i.device_id
WHERE (i.adapter, i.identity) IN (SELECT * FROM unnest(%(adapters)s::text[], %(identities)s::text[]));

-- name: events
SELECT e.happened_at, d.name, p.building, e.event, e.data
FROM device_event e
JOIN device d ON d.id = e.device_id
JOIN device_place p ON p.device_id = d.id
WHERE (%(device)s::text IS NULL OR d.name = %(device)s) AND (%(event)s::text IS NULL OR e.event = %(event)s)
ORDER BY e.happened_at DESC, d.name, e.event LIMIT %(limit)s;

-- name: sources
SELECT DISTINCT adapter, filter FROM vendor_source ORDER BY adapter, filter;

-- name: identities
SELECT i.adapter, i.identity, i.quantities FROM device_identity i JOIN device d ON d.id = i.device_id
WHERE d.name = %(name)s ORDER BY i.adapter, i.identity;

-- name: identity_owner
SELECT d.name FROM device_identity i JOIN device d ON d.id = i.device_id
WHERE i.adapter = %(adapter)s AND i.identity = %(identity)s;

-- name: forget_identities
DELETE FROM device_identity WHERE device_id = (SELECT id FROM device WHERE name = %(name)s);

-- name: identity
INSERT INTO device_identity (adapter, identity, device_id, quantities)
SELECT %(adapter)s, %(identity)s, id, %(quantities)s FROM device WHERE name = %(name)s;

-- name: not_unbound
DELETE FROM unbound_identity WHERE adapter = %(adapter)s AND identity = %(identity)s;

-- name: unbound
SELECT adapter, identity, first_at, last_at, times, topic, payload FROM unbound_identity u
WHERE NOT EXISTS (SELECT FROM device_identity i WHERE i.adapter = u.adapter AND i.identity = u.identity)
ORDER BY last_at DESC LIMIT %(limit)s;

-- name: site_sources
SELECT adapter, filter FROM vendor_source WHERE site_id = %(site_id)s ORDER BY adapter, filter;

-- name: forget_sources
DELETE FROM vendor_source WHERE site_id = %(site_id)s;

-- name: source
INSERT INTO vendor_source (site_id, adapter, filter) VALUES (%(site_id)s, %(adapter)s, %(filter)s);

-- name: lock
SELECT pg_advisory_xact_lock(7403752);

-- name: find_site
SELECT title FROM site WHERE name = %(name)s;

-- name: site
INSERT INTO site (name, title) VALUES (%(name)s, %(title)s)
ON CONFLICT (name) DO UPDATE SET title = excluded.title
RETURNING id;

-- name: find_building
SELECT site_id, title, zone, address, latitude, longitude, floor_area_m2, weather FROM building WHERE code = %(code)s;

-- name: building
INSERT INTO building (site_id, code, title, zone, address, latitude, longitude, floor_area_m2, weather)
VALUES (%(site_id)s, %(code)s, %(title)s, %(zone)s, %(address)s, %(latitude)s, %(longitude)s, %(floor_area_m2)s, %(weather)s)
ON CONFLICT (code) DO UPDATE SET site_id = excluded.site_id, title = excluded.title, zone = excluded.zone,
    address = excluded.address, latitude = excluded.latitude, longitude = excluded.longitude,
    floor_area_m2 = excluded.floor_area_m2, weather = excluded.weather;

-- name: entrance
INSERT INTO entrance (building_id, name) SELECT id, %(name)s FROM building WHERE code = %(building)s
ON CONFLICT DO NOTHING;

-- name: find_device
SELECT d.class, d.publisher, d.model, d.greatest_power_kw, d.q_min_m3h, d.q_max_m3h, d.dt_min_k, d.fault_bits,
       (SELECT COALESCE(jsonb_object_agg(quantity, modulus), '{{}}') FROM register_modulus WHERE device_id = d.id)
FROM device d WHERE name = %(name)s;

-- name: device
INSERT INTO device (name, class, publisher, model, greatest_power_kw, q_min_m3h, q_max_m3h, dt_min_k, fault_bits)
VALUES (%(name)s, %(class)s, %(publisher)s, %(model)s, %(greatest_power_kw)s, %(q_min_m3h)s, %(q_max_m3h)s, %(dt_min_k)s,
        %(fault_bits)s)
ON CONFLICT (name) DO UPDATE SET publisher = excluded.publisher, model = excluded.model,
    greatest_power_kw = excluded.greatest_power_kw, q_min_m3h = excluded.q_min_m3h, q_max_m3h = excluded.q_max_m3h,
    dt_min_k = excluded.dt_min_k, fault_bits = excluded.fault_bits;

-- name: forget_moduli
DELETE FROM register_modulus WHERE device_id = (SELECT id FROM device WHERE name = %(name)s);

-- name: modulus
INSERT INTO register_modulus (device_id, quantity, modulus)
SELECT id, %(quantity)s, %(modulus)s FROM device WHERE name = %(name)s;

-- name: installations
SELECT b.code, i.serial, i.installed_at, i.removed_at, e.name, i.floor, i.start_registers, i.closing_registers
FROM installation i
JOIN device d ON d.id = i.device_id
JOIN building b ON b.id = i.building_id
LEFT JOIN entrance e ON e.id = i.entrance_id
WHERE d.name = %(name)s
ORDER BY i.installed_at;

-- name: what_installers_added
-- What a site file does not say of an installation, to be kept with its number when the file is applied.
SELECT i.serial, i.installed_at, i.id, i.place_zone, i.calibrated_on, i.calibration_due, p.image, p.sha256, p.taken_at
FROM installation i
JOIN device d ON d.id = i.device_id
LEFT JOIN installation_photo p ON p.installation_id = i.id
WHERE d.name = %(name)s;

-- name: photo_again
INSERT INTO installation_photo (installation_id, image, sha256, taken_at)
VALUES (%(id)s, %(image)s, %(sha256)s, %(taken_at)s);

-- name: forget_installations
DELETE FROM installation WHERE device_id = (SELECT id FROM device WHERE name = %(name)s);

-- name: installation
INSERT INTO installation (id, device_id, building_id, entrance_id, floor, serial, installed_at, removed_at,
                          start_registers, closing_registers, place_zone, calibrated_on, calibration_due)
OVERRIDING SYSTEM VALUE
SELECT COALESCE(%(id)s::integer, nextval(pg_get_serial_sequence('installation', 'id'))),
       d.id, b.id, e.id, %(floor)s, %(serial)s, %(installed_at)s, %(removed_at)s, %(start_registers)s, %(closing_registers)s,
       %(place_zone)s, %(calibrated_on)s, %(calibration_due)s
FROM device d
JOIN building b ON b.code = %(building)s
LEFT JOIN entrance e ON e.building_id = b.id AND e.name = %(entrance)s
WHERE d.name = %(device)s;

-- name: find_contract
SELECT b.code, c.title, c.carrier, c.method, lower(c.baseline), upper(c.baseline), c.tariff_amount, c.tariff_currency,
       c.tariff_per, c.esco_share, c.guarantee_kwh, c.customer, c.esco, c.investment
FROM contract c JOIN building b ON b.id = c.building_id
WHERE c.code = %(code)s;

-- name: contract
INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount, tariff_currency, tariff_per,
                      esco_share, guarantee_kwh, customer, esco, investment)
SELECT %(code)s, %(title)s, id, %(carrier)s, %(method)s, daterange(%(baseline_start)s, %(baseline_end)s), %(tariff_amount)s,
       %(tariff_currency)s, %(tariff_per)s, %(esco_share)s, %(guarantee_kwh)s, %(customer)s, %(esco)s, %(investment)s
FROM building WHERE code = %(building)s
ON CONFLICT (code) DO UPDATE SET title = excluded.title, building_id = excluded.building_id, carrier = excluded.carrier,
    method = excluded.method, baseline = excluded.baseline, tariff_amount = excluded.tariff_amount,
    tariff_currency = excluded.tariff_currency, tariff_per = excluded.tariff_per, esco_share = excluded.esco_share,
    guarantee_kwh = excluded.guarantee_kwh, customer = excluded.customer, esco = excluded.esco,
    investment = excluded.investment;

-- name: mark_whole_history
-- What is known of a device has changed: all that was made from its readings is made again.
INSERT INTO dirty_range (device_ids, from_us, to_us)
SELECT ARRAY[id], ARRAY[-9223372036854775807], ARRAY[9223372036854775807] FROM device WHERE name = %(name)s;

-- name: ensure_device
INSERT INTO device (name, class, publisher) VALUES (%(name)s, %(class)s, %(publisher)s) ON CONFLICT DO NOTHING;

-- name: count_readings
SELECT (SELECT count(*) FROM light_reading WHERE measured_at < %(until)s)
     + (SELECT count(*) FROM heat_reading WHERE measured_at < %(until)s)
     + (SELECT count(*) FROM electricity_reading WHERE measured_at < %(until)s)
     + (SELECT count(*) FROM water_reading WHERE measured_at < %(until)s)
     + (SELECT count(*) FROM climate_reading WHERE measured_at < %(until)s),
       (SELECT count(*) FROM quarantine);

-- name: devices
SELECT p.device, p.class, p.publisher, p.model, p.serial, p.building, p.entrance, p.floor, r.measured_at
FROM device_place p
LEFT JOIN latest_reading r USING (device_id)
WHERE p.device > %(after)s AND (%(building)s::text IS NULL OR p.building = %(building)s)
ORDER BY p.device LIMIT %(limit)s;

-- name: forget_days_of_devices
-- The building's days begin at another instant now.
DELETE FROM consumption_daily c USING installation i, building b
WHERE i.device_id = c.device_id AND b.id = i.building_id AND b.code = %(code)s;

-- name: forget_days_of_building
DELETE FROM building_energy_daily e USING building b WHERE b.id = e.building_id AND b.code = %(code)s;

-- name: mark_building_history
INSERT INTO dirty_range (device_ids, from_us, to_us)
SELECT ARRAY[i.device_id], ARRAY[-9223372036854775807], ARRAY[9223372036854775807]
FROM (SELECT DISTINCT device_id FROM installation JOIN building b ON b.id = building_id WHERE b.code = %(code)s) i;

-- name: site_names
SELECT name FROM site ORDER BY name;

-- name: building_codes
SELECT code FROM building ORDER BY code;

-- name: contract_codes
SELECT code FROM contract ORDER BY code;

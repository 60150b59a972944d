-- Alarms that are open, and all there ever were. What concerns the platform belongs to whoever sees every building, what
-- concerns a contract to its parties; of a contract's building only its carrier is shown.
DROP VIEW IF EXISTS alarm_journal CASCADE;
CREATE VIEW alarm_journal AS
SELECT a.id AS alarm_id, b.code AS building, b.title AS building_title, d.name AS device, a.entrance, a.rule AS code, a.severity,
       a.opened_at, a.last_seen, a.closed_at, k.at AS acknowledged_at, k.actor AS acknowledged_by, n.note, a.data
FROM alarm a
LEFT JOIN building b ON b.id = a.building_id
LEFT JOIN device d ON d.id = a.device_id
LEFT JOIN alarm_note k ON k.alarm_id = a.id AND k.acknowledges
LEFT JOIN LATERAL (
    SELECT note FROM alarm_note WHERE alarm_id = a.id AND note <> '' ORDER BY id DESC LIMIT 1
) n ON true
CROSS JOIN LATERAL (
    SELECT COALESCE(d.class, a.data ->> 'carrier', CASE WHEN starts_with(a.rule, 'lamps_') THEN 'light' END) AS class
) of
WHERE (SELECT yes FROM sees_everything)
   OR CASE WHEN starts_with(a.subject, 'contract:')
           THEN split_part(a.subject, ':', 2) IN (SELECT contract_id::text FROM visible_contract)
           WHEN of.class IS NULL THEN a.building_id IN (SELECT building_id FROM visible_building)
           ELSE (a.building_id, of.class) IN (SELECT building_id, class FROM visible_measure) END;

DROP VIEW IF EXISTS alarm_open CASCADE;
CREATE VIEW alarm_open AS SELECT * FROM alarm_journal WHERE closed_at IS NULL;

DROP VIEW IF EXISTS alarm_note_log CASCADE;
CREATE VIEW alarm_note_log AS
SELECT n.id AS entry, n.alarm_id, n.at, n.actor, n.acknowledges, n.note
FROM alarm_note n
JOIN alarm_journal j USING (alarm_id);

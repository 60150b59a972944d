-- name: schema
CREATE TABLE IF NOT EXISTS fact (
    device TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (device, name)
) WITHOUT ROWID;
-- name: schema_held
CREATE TABLE IF NOT EXISTS held (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    boot TEXT NOT NULL,
    offset_s REAL NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
);
-- name: facts
SELECT device, name, value FROM fact;
-- name: put
INSERT INTO fact (device, name, value) VALUES (?, ?, ?)
ON CONFLICT (device, name) DO UPDATE SET value = excluded.value;
-- name: hold
INSERT INTO held (boot, offset_s, kind, body) VALUES (?, ?, ?, ?);
-- name: held
SELECT id, boot, offset_s, kind, body FROM held ORDER BY id LIMIT ?;
-- name: release
DELETE FROM held WHERE id <= ?;
-- name: held_count
SELECT count(*) FROM held;

-- Statements of the outbox, SQLite.

-- name: settings
-- auto_vacuum has to come before the first table: after a long outage the file gives its pages back.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 1048576;
PRAGMA wal_autocheckpoint = 256;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -2048;

-- name: durable
-- Every commit reaches the disk before it returns; telemetry is committed in groups instead.
PRAGMA synchronous = FULL;

-- name: create
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    priority INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    device TEXT NOT NULL,
    at REAL NOT NULL,
    counters INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- name: create_order
CREATE INDEX IF NOT EXISTS message_order ON message (priority, id);

-- name: create_probe
CREATE TABLE IF NOT EXISTS probe (one INTEGER PRIMARY KEY, times INTEGER NOT NULL);

-- name: probe
INSERT INTO probe VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET times = times + 1;

-- name: insert
INSERT INTO message (priority, kind, device, at, counters, body) VALUES (?, ?, ?, ?, ?, ?);

-- name: newest
SELECT coalesce(max(id), 0) FROM message;

-- name: counts
SELECT priority, count(*) FROM message GROUP BY priority;

-- name: oldest
-- The row that waits longest of each priority; measured times need not come in order.
SELECT at FROM message WHERE priority = ? ORDER BY id LIMIT 1;

-- name: next
SELECT id, priority, kind, device, at, counters, body FROM message
WHERE priority = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?;

-- name: all
SELECT id, priority, kind, device, at, counters, body FROM message WHERE id > ? ORDER BY id LIMIT ?;

-- name: newest_first
SELECT id, priority, kind, device, at, counters, body FROM message WHERE id < ? ORDER BY id DESC LIMIT ?;

-- name: delete
DELETE FROM message WHERE id IN (SELECT value FROM json_each(?)) RETURNING priority;

-- name: slice_end
-- The last of the next few telemetry rows: thinning goes on from here.
SELECT max(id) FROM (SELECT id FROM message WHERE priority = 2 AND id > ? ORDER BY id LIMIT ?);

-- name: thin
-- Of every device and hour the latest row stays. Rows with registers stay unless :counters allows for them too,
-- and so do those that are on their way (:leased).
DELETE FROM message WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (
            PARTITION BY device, counters, CAST(at / 3600 AS INTEGER) ORDER BY at DESC, id DESC
        ) AS place
        FROM message WHERE priority = 2 AND counters <= :counters AND id > :after AND id <= :upto
    ) WHERE place > 1
) AND id NOT IN (SELECT value FROM json_each(:leased))
RETURNING priority, device, at;

-- name: drop_oldest
-- What goes when nothing can be kept any more: the least important and of that the oldest.
DELETE FROM message WHERE id IN (
    SELECT id FROM message WHERE id NOT IN (SELECT value FROM json_each(:leased))
    ORDER BY priority DESC, id LIMIT :rows
) RETURNING priority, device, at;

-- name: by_device
SELECT device, count(*), sum(length(body)) FROM message WHERE device <> '' GROUP BY device ORDER BY device;

-- name: pages
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size;

-- name: free
SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size;

-- name: give_back
PRAGMA incremental_vacuum(2000);

-- name: checkpoint
PRAGMA wal_checkpoint(TRUNCATE);
